/* Constructors: hs.array{...}, hs.zeros, hs.full. */
#include <lauxlib.h>

#include "array_inside.h"

/* Measures nested lists: {{1, 2}, {3, 4}} is 2 x 2. The list is on top of the stack, and stays there. */
static int measure_lists(lua_State *L, int64_t shape[HS_MAX_DIMENSIONS]) {
  int dimensions = 0, base = lua_gettop(L);
  while (lua_istable(L, -1)) {
    if (dimensions == HS_MAX_DIMENSIONS) luaL_error(L, "hs.array: lists nested deeper than %d", HS_MAX_DIMENSIONS);
    shape[dimensions++] = luaL_len(L, -1);
    lua_geti(L, -1, 1);
  }
  lua_settop(L, base);
  return dimensions;
}

/* Fills the array from the list on top of the stack (level `dimension` of the nesting), from element `at` on. */
static int64_t fill_from_lists(lua_State *L, hs__array *array, int dimension, int64_t at) {
  if (!lua_istable(L, -1) || luaL_len(L, -1) != array->shape[dimension])
    luaL_error(L, "hs.array: the lists have different lengths (%I was expected)", (lua_Integer)array->shape[dimension]);
  bool innermost = dimension + 1 == array->dimensions;
  hs__plane plane = hs__plane_of(array);
  for (int64_t i = 1; i <= array->shape[dimension]; i++) {
    lua_geti(L, -1, i);
    if (!innermost) {
      at = fill_from_lists(L, array, dimension + 1, at);
    } else {
      int is_number;
      double value = lua_tonumberx(L, -1, &is_number);
      if (!is_number) luaL_error(L, "hs.array: element %I is a %s, not a number", (lua_Integer)i, luaL_typename(L, -1));
      if (!hs__plane_store(&plane, at / plane.columns, at % plane.columns, 1, &value)) hs__misfit(L, array->dtype);
      at++;
    }
    lua_pop(L, 1);
  }
  return at;
}

/* hs.array(list [, dtype]): the numbers of a list, or of a list of equally long lists. */
static int new_array(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  hs_dtype dtype = hs__check_dtype(L, 2, HS_FLOAT32);
  lua_settop(L, 1);
  int64_t shape[HS_MAX_DIMENSIONS];
  hs__array *array = hs__array_new(L, dtype, measure_lists(L, shape), shape);
  lua_pushvalue(L, 1);
  fill_from_lists(L, array, 0, 0);
  lua_settop(L, 2);
  return 1;
}

/* hs.zeros(shape [, dtype]) */
static int new_zeros(lua_State *L) {
  int64_t shape[HS_MAX_DIMENSIONS];
  int dimensions = hs__check_shape(L, 1, shape);
  hs__array_new(L, hs__check_dtype(L, 2, HS_FLOAT32), dimensions, shape);
  return 1;
}

static void fill_with(lua_State *L, hs__array *array, double value) {
  hs__plane plane = hs__plane_of(array);
  double chunk[HS__CHUNK];
  for (int64_t i = 0; i < HS__CHUNK; i++) chunk[i] = value;
  for (int64_t row = 0; row < plane.rows; row++)
    for (int64_t column = 0; column < plane.columns; column += HS__CHUNK) {
      int64_t count = plane.columns - column < HS__CHUNK ? plane.columns - column : HS__CHUNK;
      if (!hs__plane_store(&plane, row, column, count, chunk)) hs__misfit(L, array->dtype);
    }
}

/* hs.full(shape, value [, dtype]) */
static int new_full(lua_State *L) {
  int64_t shape[HS_MAX_DIMENSIONS];
  int dimensions = hs__check_shape(L, 1, shape);
  double value = luaL_checknumber(L, 2);
  fill_with(L, hs__array_new(L, hs__check_dtype(L, 3, HS_FLOAT32), dimensions, shape), value);
  return 1;
}

void hs__array_new_functions(lua_State *L) {
  static const luaL_Reg functions[] = {{"array", new_array}, {"zeros", new_zeros}, {"full", new_full}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
