/* Products of hs.array. Matrix products are the runner's (BLAS behind services->matmul); the rest is done here. */
#include <lauxlib.h>

#include "array_inside.h"
#include "vm.h"

/* vector:dot(vector): in double, from the first element to the last */
static int method_dot(lua_State *L) {
  const hs__array *first = hs__array_check(L, 1), *second = hs__array_check(L, 2);
  if (first->dimensions != 1 || !hs__same_shape(first, second))
    return luaL_error(L, "dot needs two vectors of one length, not %s and %s", hs__push_shape(L, first),
                      hs__push_shape(L, second));
  hs__plane a = hs__plane_of(first), b = hs__plane_of(second);
  double sum = 0, left[HS__CHUNK], right[HS__CHUNK];
  for (int64_t column = 0; column < a.columns; column += HS__CHUNK) {
    int64_t count = a.columns - column < HS__CHUNK ? a.columns - column : HS__CHUNK;
    hs__plane_load(&a, 0, column, count, left);
    hs__plane_load(&b, 0, column, count, right);
    for (int64_t i = 0; i < count; i++) sum += left[i] * right[i];
  }
  lua_pushnumber(L, sum);
  return 1;
}

static bool option_flag(lua_State *L, int index, const char *name) {
  if (lua_isnoneornil(L, index)) return false;
  lua_getfield(L, index, name);
  bool flag = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return flag;
}

/* a:matmul(b [, {transpose_a = flag, transpose_b = flag}]); a vector counts as one row */
static int method_matmul(lua_State *L) {
  const hs__array *first = hs__array_check(L, 1), *second = hs__array_check(L, 2);
  bool turn_a = option_flag(L, 3, "transpose_a"), turn_b = option_flag(L, 3, "transpose_b");
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  if (!services->matmul) return luaL_error(L, "matrix products are not available here");
  hs_matrix a = hs__array_matrix(L, first), b = hs__array_matrix(L, second);
  if (a.dtype != b.dtype)
    return luaL_error(L, "matmul: %s and %s; use :astype to make them one", hs__dtype_name(first->dtype),
                      hs__dtype_name(second->dtype));
  if ((turn_a ? a.rows : a.columns) != (turn_b ? b.columns : b.rows))
    return luaL_error(L, "matmul: the inner sizes of %s%s and %s%s differ", hs__push_shape(L, first),
                      turn_a ? " (transposed)" : "", hs__push_shape(L, second), turn_b ? " (transposed)" : "");
  int64_t shape[2] = {turn_a ? a.columns : a.rows, turn_b ? b.rows : b.columns};
  hs_matrix c = hs__array_matrix(L, hs__array_new(L, first->dtype, 2, shape));
  char message[HS_MESSAGE_SIZE] = "";
  if (services->matmul(services->context, &a, &b, turn_a, turn_b, &c, message) < 0)
    return luaL_error(L, "matmul: %s", message);
  return 1;
}

/* matrix:transpose(): a copy */
static int method_transpose(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  if (array->dimensions != 2)
    return luaL_error(L, "transpose needs a matrix, not an array of shape %s", hs__push_shape(L, array));
  int64_t shape[2] = {array->shape[1], array->shape[0]};
  hs__array *result = hs__array_new(L, array->dtype, 2, shape);
  hs__plane from = hs__plane_of(array), to = hs__plane_of(result);
  hs__plane turned = {to.data, to.dtype, to.columns, to.rows, to.column_step, to.row_step};
  hs__plane_copy(&from, &turned); /* of the same dtype: everything fits */
  return 1;
}

void hs__array_product_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"dot", method_dot}, {"matmul", method_matmul}, {"transpose", method_transpose}, {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
