#include <base/memory.h>
#include <base/status.h>
#include <stdint.h>
#include <string.h>

#include "host.h"

/* The block is GUARD bytes, the workspace, GUARD bytes; the guards are 64 bytes so that the middle stays aligned. */
enum { GUARD = 64, CANARY = 0xC5 };

static unsigned char *block_of(const hs__workspace *workspace) { return workspace->block; }

int hs__workspace_resize(hs__workspace *workspace, size_t size) {
  if (size > SIZE_MAX - 2 * GUARD) return HS_ERROR_MEMORY;
  unsigned char *block = hs_allocate_aligned(size + 2 * GUARD, 1);
  if (!block) return HS_ERROR_MEMORY;
  hs__workspace_free(workspace);
  *workspace = (hs__workspace){block, size};
  memset(block, CANARY, GUARD);
  memset(block + GUARD + size, CANARY, GUARD);
  return HS_OK;
}

void *hs__workspace_bytes(const hs__workspace *workspace) {
  return workspace->block ? block_of(workspace) + GUARD : NULL;
}

static int intact(const unsigned char *guard) {
  for (int i = 0; i < GUARD; i++)
    if (guard[i] != CANARY) return 0;
  return 1;
}

int hs__workspace_check(const hs__workspace *workspace, const char *plugin, char *message) {
  if (!workspace->block) return HS_OK;
  if (intact(block_of(workspace)) && intact(block_of(workspace) + GUARD + workspace->size)) return HS_OK;
  return hs_fail(message, HS_ERROR_INTERNAL, "plugin %s wrote past its workspace of %zu bytes", plugin,
                 workspace->size);
}

void hs__workspace_free(hs__workspace *workspace) {
  hs_free(&workspace->block);
  workspace->size = 0;
}
