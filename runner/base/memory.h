/* memory.h: allocation. hs_x_new pairs with hs_x_free(&p), which sets p to NULL; these two are the ground. */
#ifndef HS_BASE_MEMORY_H
#define HS_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory for count * size bytes, or NULL (also on overflow of the product). count * size == 0 gives one
 * byte, so NULL always means failure. */
void *hs_allocate(size_t count, size_t size);

/* The same, uninitialised and aligned to 64 bytes. */
void *hs_allocate_aligned(size_t count, size_t size);

/* Grows *array of elements of `size` bytes to hold `wanted` elements, at least doubling *capacity. Returns HS_OK
 * or HS_ERROR_MEMORY; on error the array is as it was. */
int hs_grow(void *array, size_t *capacity, size_t wanted, size_t size);

/* A copy of the text (NULL stays NULL), or NULL without memory. */
char *hs_copy_text(const char *text);

/* Frees *pointer and sets it to NULL; works for everything above. Use: hs_free(&p). */
#define hs_free(pointer) hs__free((void *)(pointer))
void hs__free(void *pointer);

#endif
