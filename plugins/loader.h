/* loader.h: one plugin file, loaded and checked; the one door to dlfcn.h.
 *
 * The host works on copies of the descriptors: each is zeroed, then min(size, sizeof) bytes are copied into it, so a
 * field that the plugin does not know yet reads as 0. The shared object itself is never unloaded.
 */
#ifndef HS_PLUGINS_LOADER_H
#define HS_PLUGINS_LOADER_H

#include <hopsweep/plugin.h>

/* Everything is owned by the struct, but strings and functions live in the shared object. */
typedef struct hs__loaded {
  char *path;
  hs_plugin header;
  hs_solver *solvers;  /* header.solver_count */
  hs_memory *memories; /* header.memory_count */
} hs__loaded;

/* Loads the file (RTLD_NOW | RTLD_LOCAL) and checks header and declarations. Errors, each with path, fact and remedy:
 * HS_ERROR_NOT_FOUND (no such file), HS_ERROR_FORMAT (not a shared object, no hs_plugin_v1, a truncated or senseless
 * descriptor), HS_ERROR_VERSION (another ABI), HS_ERROR_MEMORY. */
int hs__load_plugin(const char *path, hs__loaded **loaded, char *message);
void hs__loaded_free(hs__loaded **loaded);

/* Zeroes `to` (`known` bytes) and copies from `from`, whose first field is its size, as much as both have. */
void hs__copy_sized(void *to, size_t known, const void *from);

#endif
