/* Elements, views, shapes and copies of hs.array. Indices count from 1, as everywhere in Lua. */
#include <lauxlib.h>
#include <string.h>

#include "array_inside.h"

/* A 1-based index into `extent` things, as an offset from 0. */
static int64_t check_position(lua_State *L, int index, int64_t extent, const char *what) {
  lua_Integer position = luaL_checkinteger(L, index);
  if (position < 1 || position > extent) luaL_error(L, "%s %I is outside 1..%I", what, position, (lua_Integer)extent);
  return position - 1;
}

/* Pushes item `position` (from 0) of the first dimension: a number for a vector, otherwise a view. */
static int push_item(lua_State *L, const hs__array *array, int64_t position) {
  if (array->dimensions == 1) {
    lua_pushnumber(L, hs__array_get(array, position));
    return 1;
  }
  hs__array *item = hs__array_push_view(L, array);
  item->data += position * array->stride * (int64_t)hs_dtype_size(array->dtype);
  item->dimensions--;
  memmove(item->shape, item->shape + 1, (size_t)item->dimensions * sizeof *item->shape);
  item->stride = hs__item_length(item);
  return 1;
}

static void store_number(lua_State *L, hs__array *array, int64_t index, double value) {
  hs__array_check_writable(L, array);
  hs__plane plane = hs__plane_of(array);
  if (!hs__plane_store(&plane, index / plane.columns, index % plane.columns, 1, &value)) hs__misfit(L, array->dtype);
}

/* Copies all elements; the shapes are equal. */
static void copy_elements(lua_State *L, const hs__array *from, const hs__array *to) {
  if (from->dtype == to->dtype && hs__array_is_contiguous(from) && hs__array_is_contiguous(to)) {
    memmove(to->data, from->data, (size_t)hs__array_length(from) * hs_dtype_size(from->dtype));
    return;
  }
  hs__plane source = hs__plane_of(from), target = hs__plane_of(to);
  if (!hs__plane_copy(&source, &target)) hs__misfit(L, to->dtype);
}

/* Writes a number, or an array of the item's shape, into the item on top of the stack. */
static void store_item(lua_State *L, int value) {
  hs__array *item = hs__array_check(L, -1);
  hs__array_check_writable(L, item);
  const hs__array *from = hs__array_check(L, value);
  if (!hs__same_shape(from, item))
    luaL_error(L, "cannot store %s into an item of shape %s", hs__push_shape(L, from), hs__push_shape(L, item));
  copy_elements(L, from, item);
}

/* ---- metamethods ------------------------------------------------------------------------------------------- */

static void push_shape_table(lua_State *L, const hs__array *array) {
  lua_createtable(L, array->dimensions, 0);
  for (int d = 0; d < array->dimensions; d++) {
    lua_pushinteger(L, array->shape[d]);
    lua_rawseti(L, -2, d + 1);
  }
}

/* array[i], array.shape, array.dtype, array.method */
static int meta_index(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  if (lua_type(L, 2) == LUA_TNUMBER) return push_item(L, array, check_position(L, 2, array->shape[0], "index"));
  const char *name = luaL_checkstring(L, 2);
  if (strcmp(name, "shape") == 0) {
    push_shape_table(L, array);
  } else if (strcmp(name, "dtype") == 0) {
    lua_pushstring(L, hs__dtype_name(array->dtype));
  } else {
    luaL_getmetafield(L, 1, "methods");
    if (lua_getfield(L, -1, name) == LUA_TNIL) return luaL_error(L, "an array has no field or method '%s'", name);
  }
  return 1;
}

/* array[i] = number (vectors) or array of the item's shape */
static int meta_newindex(lua_State *L) {
  hs__array *array = hs__array_check(L, 1);
  int64_t position = check_position(L, 2, array->shape[0], "index");
  if (array->dimensions == 1) {
    store_number(L, array, position, luaL_checknumber(L, 3));
    return 0;
  }
  push_item(L, array, position);
  store_item(L, 3);
  return 0;
}

static int meta_length(lua_State *L) {
  lua_pushinteger(L, hs__array_check(L, 1)->shape[0]);
  return 1;
}

/* "float32 array 3 x 2: 1 2 3 4 5 6", at most sixteen elements. */
static int meta_tostring(lua_State *L) {
  enum { SHOWN = 16 };
  const hs__array *array = hs__array_check(L, 1);
  const char *shape = hs__push_shape(L, array);
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  lua_pushfstring(L, "%s array %s:", hs__dtype_name(array->dtype), shape);
  luaL_addvalue(&text);
  int64_t length = hs__array_length(array);
  for (int64_t i = 0; i < length && i < SHOWN; i++) {
    char number[HS_NUMBER_TEXT_SIZE];
    luaL_addchar(&text, ' ');
    luaL_addstring(&text, hs_number_text(hs__array_get(array, i), number));
  }
  if (length > SHOWN) luaL_addstring(&text, " ...");
  luaL_pushresult(&text);
  return 1;
}

/* ---- elements ---------------------------------------------------------------------------------------------- */

/* The element that `dimensions` indices from `first` on the stack mean. */
static int64_t check_element(lua_State *L, const hs__array *array, int first, int given) {
  if (given != array->dimensions)
    luaL_error(L, "this array has %d dimensions, but %d indices were given", array->dimensions, given);
  int64_t element = 0;
  for (int d = 0; d < array->dimensions; d++)
    element = element * array->shape[d] + check_position(L, first + d, array->shape[d], "index");
  return element;
}

/* array:at(i, j, ...) */
static int method_at(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  lua_pushnumber(L, hs__array_get(array, check_element(L, array, 2, lua_gettop(L) - 1)));
  return 1;
}

/* array:set(i, j, ..., value) */
static int method_set(lua_State *L) {
  hs__array *array = hs__array_check(L, 1);
  int top = lua_gettop(L);
  store_number(L, array, check_element(L, array, 2, top - 2), luaL_checknumber(L, top));
  return 0;
}

/* array:fill(value): in place; returns the array */
static int method_fill(lua_State *L) {
  hs__array *array = hs__array_check(L, 1);
  double chunk[HS__CHUNK], value = luaL_checknumber(L, 2);
  hs__array_check_writable(L, array);
  hs__plane plane = hs__plane_of(array);
  for (int64_t i = 0; i < HS__CHUNK; i++) chunk[i] = value;
  for (int64_t row = 0; row < plane.rows; row++)
    for (int64_t column = 0; column < plane.columns; column += HS__CHUNK) {
      int64_t count = plane.columns - column < HS__CHUNK ? plane.columns - column : HS__CHUNK;
      if (!hs__plane_store(&plane, row, column, count, chunk)) return hs__misfit(L, array->dtype);
    }
  lua_settop(L, 1);
  return 1;
}

/* array:items(): the elements as a Lua list (of lists), for small arrays */
static void push_list(lua_State *L, const hs__array *array, int dimension, int64_t *element) {
  lua_createtable(L, (int)array->shape[dimension], 0);
  for (int64_t i = 1; i <= array->shape[dimension]; i++) {
    if (dimension + 1 == array->dimensions)
      lua_pushnumber(L, hs__array_get(array, (*element)++));
    else
      push_list(L, array, dimension + 1, element);
    lua_rawseti(L, -2, i);
  }
}

static int method_list(lua_State *L) {
  int64_t element = 0;
  push_list(L, hs__array_check(L, 1), 0, &element);
  return 1;
}

/* ---- views ------------------------------------------------------------------------------------------------- */

static int method_row(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  return push_item(L, array, check_position(L, 2, array->shape[0], "row"));
}

/* First and last position (from 1, both included) at `index` and `index` + 1; the last may be left out. */
static void check_range(lua_State *L, int index, int64_t extent, const char *what, int64_t *first, int64_t *count) {
  lua_Integer from = luaL_checkinteger(L, index), to = luaL_optinteger(L, index + 1, extent);
  if (from < 1 || to > extent || to < from - 1)
    luaL_error(L, "%s %I..%I are outside 1..%I", what, from, to, (lua_Integer)extent);
  *first = from - 1;
  *count = to - from + 1;
}

/* array:rows(first [, last]): a view */
static int method_rows(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  int64_t first, count;
  check_range(L, 2, array->shape[0], "rows", &first, &count);
  hs__array *view = hs__array_push_view(L, array);
  view->data += first * array->stride * (int64_t)hs_dtype_size(array->dtype);
  view->shape[0] = count;
  return 1;
}

static const hs__array *check_two_dimensions(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  if (array->dimensions != 2) luaL_error(L, "this needs a matrix, not an array of shape %s", hs__push_shape(L, array));
  return array;
}

/* matrix:columns(first [, last]): a view */
static int method_columns(lua_State *L) {
  const hs__array *array = check_two_dimensions(L);
  int64_t first, count;
  check_range(L, 2, array->shape[1], "columns", &first, &count);
  hs__array *view = hs__array_push_view(L, array);
  view->data += first * (int64_t)hs_dtype_size(array->dtype);
  view->shape[1] = count;
  return 1;
}

/* matrix:column(j): a view, a vector with gaps */
static int method_column(lua_State *L) {
  const hs__array *array = check_two_dimensions(L);
  int64_t position = check_position(L, 2, array->shape[1], "column");
  hs__array *view = hs__array_push_view(L, array);
  view->data += position * (int64_t)hs_dtype_size(array->dtype);
  view->dimensions = 1;
  return 1;
}

/* array:reshape(shape): a view */
static int method_reshape(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  int64_t shape[HS_MAX_DIMENSIONS], length = 1;
  int dimensions = hs__check_shape(L, 2, shape);
  for (int d = 0; d < dimensions; d++)
    if (__builtin_mul_overflow(length, shape[d], &length)) return luaL_error(L, "reshape: an absurd shape");
  if (length != hs__array_length(array))
    return luaL_error(L, "reshape: %s has %I elements, the new shape %I", hs__push_shape(L, array),
                      (lua_Integer)hs__array_length(array), (lua_Integer)length);
  if (!hs__array_is_contiguous(array))
    return luaL_error(L, "reshape: this view has gaps; use array:copy():reshape(...)");
  hs__array *view = hs__array_push_view(L, array);
  view->dimensions = dimensions;
  memcpy(view->shape, shape, sizeof shape);
  view->stride = hs__item_length(view);
  return 1;
}

/* ---- copies ------------------------------------------------------------------------------------------------ */

static int method_copy(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  copy_elements(L, array, hs__array_new_like(L, array, array->dtype));
  return 1;
}

/* array:astype(dtype): a copy; values that do not fit are errors */
static int method_astype(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  hs_dtype dtype = hs__check_dtype(L, 2, array->dtype);
  copy_elements(L, array, hs__array_new_like(L, array, dtype));
  return 1;
}

/* array:take(positions): a copy of these items (rows), in this order; positions is a list or an array */
static int method_take(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  const hs__array *chosen = hs__array_test(L, 2);
  if (!chosen) luaL_checktype(L, 2, LUA_TTABLE);
  int64_t count = chosen ? hs__array_length(chosen) : luaL_len(L, 2);
  int64_t shape[HS_MAX_DIMENSIONS];
  memcpy(shape, array->shape, sizeof shape);
  shape[0] = count;
  hs__array *taken = hs__array_new(L, array->dtype, array->dimensions, shape);
  size_t size = hs_dtype_size(array->dtype), item = (size_t)hs__item_length(array) * size;
  for (int64_t i = 0; i < count; i++) {
    if (chosen)
      lua_pushinteger(L, (lua_Integer)hs__array_get(chosen, i));
    else
      lua_geti(L, 2, i + 1);
    int64_t position = check_position(L, -1, array->shape[0], "take: position");
    lua_pop(L, 1);
    memcpy(taken->data + (size_t)i * item, array->data + position * array->stride * (int64_t)size, item);
  }
  return 1;
}

/* bytes:scale(low, high): 0..255 to low..high as float32. Each value is low + byte * (high - low) / 255 in double,
 * rounded once: for (-1, 1) that is byte / 127.5 - 1. */
static int method_scale(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  double low = luaL_checknumber(L, 2), high = luaL_checknumber(L, 3);
  if (array->dtype != HS_UINT8)
    return luaL_error(L, "scale maps the bytes 0..255; this array is %s", hs__dtype_name(array->dtype));
  float table[256];
  for (int byte = 0; byte < 256; byte++) table[byte] = (float)(byte * (high - low) / 255 + low);
  hs__array *scaled = hs__array_new_like(L, array, HS_FLOAT32);
  hs__plane from = hs__plane_of(array);
  float *to = (float *)(void *)scaled->data;
  for (int64_t row = 0; row < from.rows; row++)
    for (int64_t column = 0; column < from.columns; column++)
      *to++ = table[from.data[row * from.row_step + column * from.column_step]];
  return 1;
}

void hs__array_index_methods(lua_State *L) {
  static const luaL_Reg methods[] = {{"at", method_at},           {"set", method_set},         {"fill", method_fill},
                                     {"list", method_list},       {"row", method_row},         {"rows", method_rows},
                                     {"columns", method_columns}, {"column", method_column},   {"copy", method_copy},
                                     {"reshape", method_reshape}, {"astype", method_astype},   {"take", method_take},
                                     {"scale", method_scale},     {"tostring", meta_tostring}, {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}

void hs__array_index_metamethods(lua_State *L) {
  static const luaL_Reg methods[] = {{"__index", meta_index},
                                     {"__newindex", meta_newindex},
                                     {"__len", meta_length},
                                     {"__tostring", meta_tostring},
                                     {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
