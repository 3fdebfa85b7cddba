/* The type hs.array itself: blocks, views, elements. Methods live in array_*.c. */
#include "array.h"

#include <base/memory.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array_inside.h"
#include "vm_inside.h"

static const struct dtype_entry {
  const char *name;
  hs_dtype dtype;
} dtypes[] = {
    {"float32", HS_FLOAT32}, {"float64", HS_FLOAT64}, {"int32", HS_INT32}, {"int64", HS_INT64}, {"uint8", HS_UINT8}};

const char *hs__dtype_name(hs_dtype dtype) {
  for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
    if (dtypes[i].dtype == dtype) return dtypes[i].name;
  return "unknown";
}

hs_dtype hs__check_dtype(lua_State *L, int index, hs_dtype otherwise) {
  if (lua_isnoneornil(L, index)) return otherwise;
  const char *name = luaL_checkstring(L, index);
  for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
    if (strcmp(dtypes[i].name, name) == 0) return dtypes[i].dtype;
  luaL_error(L, "unknown dtype '%s': it is one of float32, float64, int32, int64, uint8", name);
  return otherwise;
}

/* ---- blocks and views -------------------------------------------------------------------------------------- */

/* The references of a block count views; the last one to go frees it and gives its bytes back to the budget. */
static void release_block(hs__vm *vm, hs__block *block) {
  if (--block->references > 0) return;
  hs__vm_discharge(vm, block->size);
  if (block->release)
    block->release(block);
  else
    free(block->bytes);
  free(block);
}

static int collect(lua_State *L) {
  hs__array *array = luaL_checkudata(L, 1, HS__ARRAY_TYPE);
  if (array->block) release_block(hs__vm_of(L), array->block);
  array->block = NULL;
  return 0;
}

/* Pushes an array without a block yet: collecting it is harmless. */
static hs__array *push_empty(lua_State *L) {
  hs__array *array = lua_newuserdatauv(L, sizeof *array, 0);
  *array = (hs__array){0};
  luaL_setmetatable(L, HS__ARRAY_TYPE);
  return array;
}

static void give_block(lua_State *L, hs__array *array, void *bytes, size_t size) {
  hs__block *block = bytes ? hs_allocate(1, sizeof *block) : NULL;
  if (!block) {
    free(bytes);
    hs__vm_discharge(hs__vm_of(L), size);
    luaL_error(L, "the system has no memory for an array of %I bytes", (lua_Integer)size);
    return;
  }
  *block = (hs__block){.bytes = bytes, .size = size, .references = 1};
  array->block = block;
  array->data = bytes;
}

/* Sets dtype and shape of a contiguous array; raises an error where the size overflows. Returns the size in bytes. */
static size_t set_shape(lua_State *L, hs__array *array, hs_dtype dtype, int dimensions, const int64_t *shape) {
  int64_t size = (int64_t)hs_dtype_size(dtype);
  array->dtype = dtype;
  array->dimensions = dimensions;
  array->stride = 1;
  for (int d = 0; d < dimensions; d++) {
    array->shape[d] = shape[d];
    if (d > 0) array->stride *= shape[d];
    if (shape[d] < 0 || (shape[d] > 0 && size > INT64_MAX / 2 / shape[d]))
      luaL_error(L, "an array of this shape would be larger than any memory");
    size *= shape[d] > 0 ? shape[d] : 1;
  }
  return (size_t)size;
}

hs__array *hs__array_new(lua_State *L, hs_dtype dtype, int dimensions, const int64_t *shape) {
  hs__array *array = push_empty(L);
  size_t size = set_shape(L, array, dtype, dimensions, shape);
  hs__vm_charge(L, size);
  void *bytes = hs_allocate_aligned(1, size);
  if (bytes) memset(bytes, 0, size);
  give_block(L, array, bytes, size);
  return array;
}

/* Carries the bytes of hs__array_adopt while errors may still be raised. */
typedef struct adoption {
  hs_dtype dtype;
  int dimensions;
  const int64_t *shape;
  void *bytes;
} adoption;

static int adopt_bytes(lua_State *L) {
  adoption *offer = lua_touserdata(L, 1);
  hs__array *array = push_empty(L);
  size_t size = set_shape(L, array, offer->dtype, offer->dimensions, offer->shape);
  hs__vm_charge(L, size);
  void *bytes = offer->bytes;
  offer->bytes = NULL; /* give_block frees it if it fails */
  give_block(L, array, bytes, size);
  return 1;
}

hs__array *hs__array_adopt(lua_State *L, hs_dtype dtype, int dimensions, const int64_t *shape, void *bytes) {
  adoption offer = {dtype, dimensions, shape, bytes};
  lua_pushcfunction(L, adopt_bytes);
  lua_pushlightuserdata(L, &offer);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
    free(offer.bytes);
    lua_error(L);
  }
  return lua_touserdata(L, -1);
}

hs__array *hs__array_new_like(lua_State *L, const hs__array *array, hs_dtype dtype) {
  return hs__array_new(L, dtype, array->dimensions, array->shape);
}

hs__array *hs__array_push_view(lua_State *L, const hs__array *array) {
  hs__array *view = push_empty(L);
  *view = *array;
  view->block->references++;
  return view;
}

hs__array *hs__array_check(lua_State *L, int index) { return luaL_checkudata(L, index, HS__ARRAY_TYPE); }
hs__array *hs__array_test(lua_State *L, int index) { return luaL_testudata(L, index, HS__ARRAY_TYPE); }

void hs__array_freeze(hs__array *array) { array->block->frozen = true; }

void hs__array_check_writable(lua_State *L, const hs__array *array) {
  if (array->block->frozen)
    luaL_error(L, "this array is shared between trials and read-only; write into a copy: array:copy()");
}

/* ---- shapes ------------------------------------------------------------------------------------------------ */

int64_t hs__item_length(const hs__array *array) {
  int64_t length = 1;
  for (int d = 1; d < array->dimensions; d++) length *= array->shape[d];
  return length;
}

int64_t hs__array_length(const hs__array *array) { return array->shape[0] * hs__item_length(array); }

bool hs__array_is_contiguous(const hs__array *array) {
  return array->shape[0] <= 1 || array->stride == hs__item_length(array);
}

bool hs__same_shape(const hs__array *a, const hs__array *b) {
  if (a->dimensions != b->dimensions) return false;
  for (int d = 0; d < a->dimensions; d++)
    if (a->shape[d] != b->shape[d]) return false;
  return true;
}

const char *hs__push_shape(lua_State *L, const hs__array *array) {
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (int d = 0; d < array->dimensions; d++) {
    if (d > 0) luaL_addstring(&text, " x ");
    lua_pushinteger(L, array->shape[d]);
    luaL_addvalue(&text);
  }
  luaL_pushresult(&text);
  return lua_tostring(L, -1);
}

static int64_t check_extent(lua_State *L, int index) {
  int is_whole;
  lua_Integer extent = lua_tointegerx(L, index, &is_whole);
  if (!is_whole || extent < 0)
    luaL_error(L, "a shape is a whole number or a list of them, each at least 0; this one has %s",
               luaL_tolstring(L, index, NULL));
  return extent;
}

int hs__check_shape(lua_State *L, int index, int64_t shape[HS_MAX_DIMENSIONS]) {
  if (!lua_istable(L, index)) {
    shape[0] = check_extent(L, index);
    return 1;
  }
  lua_Integer dimensions = luaL_len(L, index);
  if (dimensions < 1 || dimensions > HS_MAX_DIMENSIONS)
    luaL_error(L, "a shape has 1 to %d dimensions, not %I", HS_MAX_DIMENSIONS, dimensions);
  for (int d = 0; d < (int)dimensions; d++) {
    lua_geti(L, index, d + 1);
    shape[d] = check_extent(L, -1);
    lua_pop(L, 1);
  }
  return (int)dimensions;
}

/* ---- elements ---------------------------------------------------------------------------------------------- */

hs__plane hs__plane_of(const hs__array *array) {
  hs__plane plane = {.data = array->data, .dtype = array->dtype};
  if (array->dimensions == 1) {
    plane.rows = 1;
    plane.columns = array->shape[0];
    plane.column_step = array->stride;
  } else {
    plane.rows = array->shape[0];
    plane.columns = hs__item_length(array);
    plane.row_step = array->stride;
    plane.column_step = 1;
  }
  return plane;
}

#define LOAD_AS(type)                                                       \
  do {                                                                      \
    const type *from = (const type *)(const void *)plane->data + first;     \
    for (int64_t i = 0; i < count; i++) values[i] = (double)from[i * step]; \
  } while (0)

void hs__plane_load(const hs__plane *plane, int64_t row, int64_t column, int64_t count, double *values) {
  const int64_t step = plane->column_step;
  const int64_t first = row * plane->row_step + column * step;
  switch (plane->dtype) {
    case HS_FLOAT32: LOAD_AS(float); break;
    case HS_FLOAT64: LOAD_AS(double); break;
    case HS_INT32: LOAD_AS(int32_t); break;
    case HS_INT64: LOAD_AS(int64_t); break;
    case HS_UINT8: LOAD_AS(uint8_t); break;
  }
}

#define STORE_AS(type)                                                  \
  do {                                                                  \
    type *to = (type *)(void *)plane->data + first;                     \
    for (int64_t i = 0; i < count; i++) to[i * step] = (type)values[i]; \
  } while (0)

static bool all_fit(const double *values, int64_t count, double least, double beyond) {
  for (int64_t i = 0; i < count; i++)
    if (!(values[i] >= least && values[i] < beyond && values[i] == floor(values[i]))) return false;
  return true;
}

bool hs__plane_store(const hs__plane *plane, int64_t row, int64_t column, int64_t count, const double *values) {
  const int64_t step = plane->column_step;
  const int64_t first = row * plane->row_step + column * step;
  switch (plane->dtype) {
    case HS_FLOAT32: STORE_AS(float); break;
    case HS_FLOAT64: STORE_AS(double); break;
    case HS_INT32:
      if (!all_fit(values, count, -0x1p31, 0x1p31)) return false;
      STORE_AS(int32_t);
      break;
    case HS_INT64:
      if (!all_fit(values, count, -0x1p63, 0x1p63)) return false;
      STORE_AS(int64_t);
      break;
    case HS_UINT8:
      if (!all_fit(values, count, 0, 256)) return false;
      STORE_AS(uint8_t);
      break;
  }
  return true;
}

bool hs__plane_copy(const hs__plane *from, const hs__plane *to) {
  double chunk[HS__CHUNK];
  for (int64_t row = 0; row < from->rows; row++)
    for (int64_t column = 0; column < from->columns; column += HS__CHUNK) {
      int64_t count = from->columns - column < HS__CHUNK ? from->columns - column : HS__CHUNK;
      hs__plane_load(from, row, column, count, chunk);
      if (!hs__plane_store(to, row, column, count, chunk)) return false;
    }
  return true;
}

int hs__misfit(lua_State *L, hs_dtype dtype) {
  return luaL_error(L,
                    "a value does not fit dtype %s (a fraction, NaN, or out of range); see :round, :clamp and "
                    ":astype(\"float64\")",
                    hs__dtype_name(dtype));
}

double hs__array_get(const hs__array *array, int64_t index) {
  hs__plane plane = hs__plane_of(array);
  double value;
  hs__plane_load(&plane, index / plane.columns, index % plane.columns, 1, &value);
  return value;
}

void hs__array_set(hs__array *array, int64_t index, double value) {
  hs__plane plane = hs__plane_of(array);
  hs__plane_store(&plane, index / plane.columns, index % plane.columns, 1, &value);
}

hs_matrix hs__array_matrix(lua_State *L, const hs__array *array) {
  if (array->dtype != HS_FLOAT32 && array->dtype != HS_FLOAT64)
    luaL_error(L, "this needs an array of float32 or float64, not %s: use array:astype(\"float32\")",
               hs__dtype_name(array->dtype));
  if (array->dimensions > 2)
    luaL_error(L, "this needs a vector or a matrix, not %s: use array:reshape", hs__push_shape(L, array));
  if (array->dimensions == 1 && !hs__array_is_contiguous(array))
    luaL_error(L, "this needs a vector without gaps: use array:copy()");
  hs__plane plane = hs__plane_of(array);
  int64_t stride = plane.rows > 1 ? plane.row_step : plane.columns;
  return (hs_matrix){
      .data = plane.data, .rows = plane.rows, .columns = plane.columns, .stride = stride, .dtype = array->dtype};
}

void hs__array_open(lua_State *L) {
  luaL_newmetatable(L, HS__ARRAY_TYPE);
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__gc");
  lua_pushliteral(L, "read-only");
  lua_setfield(L, -2, "__metatable");
  lua_newtable(L);
  hs__array_index_methods(L);
  hs__array_math_methods(L);
  hs__array_reduce_methods(L);
  hs__array_compare_methods(L);
  hs__array_product_methods(L);
  lua_setfield(L, -2, "methods");
  hs__array_index_metamethods(L);
  hs__array_math_metamethods(L);
  lua_pop(L, 1);
  hs__array_new_functions(L);
  hs__array_compare_functions(L);
}
