#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

enum { CACHE_LINE = 64 };

void *hs_allocate(size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return NULL;
  size_t bytes = count * size;
  return calloc(bytes > 0 ? bytes : 1, 1);
}

void *hs_allocate_aligned(size_t count, size_t size) {
  if (size && count > (SIZE_MAX - CACHE_LINE) / size) return NULL;
  size_t bytes = (count * size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  return aligned_alloc(CACHE_LINE, bytes ? bytes : CACHE_LINE);
}

int hs_grow(void *array, size_t *capacity, size_t wanted, size_t size) {
  if (wanted <= *capacity) return HS_OK;
  size_t larger = *capacity * 2 > wanted ? *capacity * 2 : wanted;
  if (larger < 8) larger = 8;
  if (larger > SIZE_MAX / size) return HS_ERROR_MEMORY;
  void *old, *grown;
  memcpy(&old, array, sizeof old);
  grown = realloc(old, larger * size);
  if (!grown) return HS_ERROR_MEMORY;
  memcpy(array, &grown, sizeof grown);
  *capacity = larger;
  /* The caller's array owns the block now, which cppcheck cannot see. */
  return HS_OK; /* cppcheck-suppress memleak */
}

char *hs_copy_text(const char *text) {
  if (!text) return NULL;
  size_t bytes = strlen(text) + 1;
  char *copy = malloc(bytes);
  return copy ? memcpy(copy, text, bytes) : NULL;
}

void hs__free(void *pointer) {
  void *block, *none = NULL;
  memcpy(&block, pointer, sizeof block);
  free(block);
  memcpy(pointer, &none, sizeof none);
}
