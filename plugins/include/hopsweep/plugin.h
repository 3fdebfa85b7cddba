/* plugin.h: the plugin ABI of hopsweep; the only header that a plugin includes.
 *
 * A plugin is a shared object that exports one symbol, a constant hs_plugin named hs_plugin_v1, and hides all
 * others. See plugins/template for a complete example and docs/plugins.md for the way to write one.
 *
 * How it grows: the first field of every struct is its size. The host zeroes a struct of its own and copies
 * min(size, sizeof) bytes into it, so a field appended later reads as 0 or NULL from an old plugin, and an old
 * host ignores the fields of a newer one. Fields are never moved, removed or given another meaning within one
 * major version. Major 1 is a draft until unlike plugins have used it unchanged: HS_ABI_DRAFT counts its
 * changes, and host and plugin must agree on it.
 *
 * Kinds: solver and memory. A factor kind (a MAP oracle for SparseMAP) follows; its number is taken below.
 */
#ifndef HOPSWEEP_PLUGIN_H
#define HOPSWEEP_PLUGIN_H

#include "memory.h"
#include "parameter.h"
#include "solver.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HS_ABI_MAGIC 0x31505348u /* "HSP1" */
#define HS_ABI_MAJOR 1u
#define HS_ABI_MINOR 0u
#define HS_ABI_DRAFT 1u

/* What must be equal between the builds of host and plugin. */
#define HS_ABI_LITTLE_ENDIAN 1u
#define HS_ABI_POINTER_64    2u
#define HS_ABI_BUILD                                \
  ((sizeof(void *) == 8 ? HS_ABI_POINTER_64 : 0u) | \
   (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? HS_ABI_LITTLE_ENDIAN : 0u))

typedef enum hs_kind { HS_KIND_SOLVER = 1, HS_KIND_FACTOR = 2, HS_KIND_MEMORY = 3 } hs_kind;

typedef struct hs_plugin {
  uint64_t size;
  uint32_t magic, major, minor, draft;
  uint32_t build; /* HS_ABI_BUILD */
  uint32_t reserved;
  const char *name; /* of the file, for people */
  const char *author;
  const char *licence;
  const hs_solver *const *solvers; /* solver_count descriptors */
  int64_t solver_count;
  const hs_memory *const *memories;
  int64_t memory_count;
} hs_plugin;

#define HS_PLUGIN_SYMBOL "hs_plugin_v1"

#if defined(__GNUC__)
#define HS_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define HS_PLUGIN_EXPORT
#endif

/* Begins the initialiser of the exported struct:
 *   HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {HS_PLUGIN_HEADER, .name = "mine", ...}; */
#define HS_PLUGIN_HEADER                                                                          \
  .size = sizeof(hs_plugin), .magic = HS_ABI_MAGIC, .major = HS_ABI_MAJOR, .minor = HS_ABI_MINOR, \
  .draft = HS_ABI_DRAFT, .build = (uint32_t)HS_ABI_BUILD

extern HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif
