/* array.h: hs.array, typed arrays over C memory, as the rest of the room sees them. Scripts see lua/array.c's methods.
 *
 * Ownership: the bytes belong to a reference-counted block; a userdata is a view on a block. Views share, nothing is
 * copied. A block is freed when its last view is collected or released.
 */
#ifndef HS_LUA_ARRAY_H
#define HS_LUA_ARRAY_H

#include <base/record.h>
#include <hopsweep/memory.h>
#include <stdbool.h>

#include "raise.h"

typedef struct hs__block {
  void *bytes;
  size_t size;
  int references;
  bool frozen;                         /* shared data are read-only */
  void (*release)(struct hs__block *); /* frees `bytes`; NULL = free() */
} hs__block;

/* Row-major; only the first dimension may be strided (`stride` = elements between consecutive items of dimension 0;
 * the rest of an item is contiguous). A vector has dimensions == 1, a matrix 2. */
typedef struct hs__array {
  hs__block *block;
  unsigned char *data; /* into block->bytes */
  hs_dtype dtype;
  int dimensions;
  int64_t shape[HS_MAX_DIMENSIONS];
  int64_t stride;
} hs__array;

#define HS__ARRAY_TYPE "hs.array"

/* Pushes a new zeroed array; raises a Lua error without memory or beyond the VM's memory budget. */
hs__array *hs__array_new(lua_State *L, hs_dtype dtype, int dimensions, const int64_t *shape);
/* The array at a stack index, or a Lua error that names the argument; hs__array_test gives NULL instead. */
hs__array *hs__array_check(lua_State *L, int index);
hs__array *hs__array_test(lua_State *L, int index);
int64_t hs__array_length(const hs__array *array); /* number of elements */
bool hs__array_is_contiguous(const hs__array *array);
/* Number `index` (row-major over all elements) as a double, whatever the dtype. */
double hs__array_get(const hs__array *array, int64_t index);
void hs__array_set(hs__array *array, int64_t index, double value);
/* The array as a matrix of float32 or float64 (a vector is one row), without copying; Lua error otherwise. */
hs_matrix hs__array_matrix(lua_State *L, const hs__array *array);
/* Makes the block read-only for scripts: writing raises an error. */
void hs__array_freeze(hs__array *array);
/* Registers the type and puts `array` and its constructors into the table on top of the stack. */
void hs__array_open(lua_State *L);

#endif
