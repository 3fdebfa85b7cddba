/* Arithmetic and element-wise functions. Everything is computed in double and rounded once to the result's dtype:
 * for float32 and + - * / that is the correctly rounded result. Integers stay integers (int64) under + - * unless a
 * float takes part; / and ^ of integers give float64. */
#include <lauxlib.h>
#include <math.h>

#include "array_inside.h"

/* ---- binary operations ------------------------------------------------------------------------------------- */

typedef void (*binary_kernel)(const double *a, const double *b, double *c, int64_t count);

#define BINARY_KERNEL(name, expression)                                          \
  static void name(const double *a, const double *b, double *c, int64_t count) { \
    for (int64_t i = 0; i < count; i++) c[i] = (expression);                     \
  }
BINARY_KERNEL(kernel_add, a[i] + b[i])
BINARY_KERNEL(kernel_subtract, a[i] - b[i])
BINARY_KERNEL(kernel_multiply, a[i] * b[i])
BINARY_KERNEL(kernel_divide, a[i] / b[i])
BINARY_KERNEL(kernel_power, pow(a[i], b[i]))
BINARY_KERNEL(kernel_equal, a[i] == b[i])
BINARY_KERNEL(kernel_less, a[i] < b[i])
BINARY_KERNEL(kernel_less_equal, a[i] <= b[i])
BINARY_KERNEL(kernel_greater, a[i] > b[i])
BINARY_KERNEL(kernel_greater_equal, a[i] >= b[i])

/* One side: a number, or an array that may be repeated along rows or columns. */
typedef struct operand {
  const hs__array *array; /* NULL: `number` */
  double number;
  hs__plane plane;
  bool repeat_row, repeat_column;
} operand;

static operand operand_at(lua_State *L, int index) {
  operand side = {.array = hs__array_test(L, index)};
  if (side.array)
    side.plane = hs__plane_of(side.array);
  else
    side.number = luaL_checknumber(L, index);
  return side;
}

/* Fits a side to the shape of the result: the same shape, one row for all rows, or one column for all columns. */
static bool fit(operand *side, const hs__array *result) {
  if (!side->array || hs__same_shape(side->array, result)) return true;
  hs__plane whole = hs__plane_of(result);
  if (side->array->dimensions > 2 || result->dimensions < 2) return false;
  side->repeat_row = side->plane.rows == 1 && side->plane.columns == whole.columns;
  side->repeat_column = !side->repeat_row && side->array->dimensions == 2 && side->plane.columns == 1 &&
                        side->plane.rows == whole.rows && result->dimensions == 2;
  return side->repeat_row || side->repeat_column;
}

static void load_side(const operand *side, int64_t row, int64_t column, int64_t count, double *values) {
  if (side->array && !side->repeat_column) {
    hs__plane_load(&side->plane, side->repeat_row ? 0 : row, column, count, values);
    return;
  }
  double value = side->number;
  if (side->array) hs__plane_load(&side->plane, row, 0, 1, &value);
  for (int64_t i = 0; i < count; i++) values[i] = value;
}

static bool is_float(hs_dtype dtype) { return dtype == HS_FLOAT32 || dtype == HS_FLOAT64; }

typedef enum result_rule {
  STAYS_WHOLE,     /* integers give integers */
  BECOMES_FLOAT64, /* integers give float64 */
  IS_TRUTH         /* anything gives 0 or 1, as uint8 */
} result_rule;

/* A number takes the dtype of the array beside it, except that a fraction turns integers into float64. */
static hs_dtype result_dtype(const operand *a, const operand *b, result_rule rule) {
  if (rule == IS_TRUTH) return HS_UINT8;
  const operand *sides[2] = {a, b};
  bool wide = false, narrow = false, fraction = false;
  for (int s = 0; s < 2; s++) {
    if (!sides[s]->array)
      fraction = sides[s]->number != floor(sides[s]->number);
    else if (sides[s]->array->dtype == HS_FLOAT64)
      wide = true;
    else if (is_float(sides[s]->array->dtype))
      narrow = true;
  }
  if (wide) return HS_FLOAT64;
  if (narrow) return HS_FLOAT32;
  return rule == STAYS_WHOLE && !fraction ? HS_INT64 : HS_FLOAT64;
}

static const hs__array *larger(const operand *a, const operand *b) {
  if (!a->array) return b->array;
  if (!b->array) return a->array;
  if (a->array->dimensions != b->array->dimensions)
    return a->array->dimensions > b->array->dimensions ? a->array : b->array;
  return hs__array_length(a->array) >= hs__array_length(b->array) ? a->array : b->array;
}

static int combine(lua_State *L, binary_kernel kernel, result_rule rule) {
  operand a = operand_at(L, 1), b = operand_at(L, 2);
  const hs__array *shape = larger(&a, &b);
  if (!fit(&a, shape) || !fit(&b, shape))
    return luaL_error(L, "the shapes %s and %s do not fit; they must be equal, or one a row or a column of the other",
                      hs__push_shape(L, a.array), hs__push_shape(L, b.array));
  hs__array *result = hs__array_new_like(L, shape, result_dtype(&a, &b, rule));
  hs__plane target = hs__plane_of(result);
  double left[HS__CHUNK], right[HS__CHUNK], values[HS__CHUNK];
  for (int64_t row = 0; row < target.rows; row++)
    for (int64_t column = 0; column < target.columns; column += HS__CHUNK) {
      int64_t count = target.columns - column < HS__CHUNK ? target.columns - column : HS__CHUNK;
      load_side(&a, row, column, count, left);
      load_side(&b, row, column, count, right);
      kernel(left, right, values, count);
      if (!hs__plane_store(&target, row, column, count, values)) return hs__misfit(L, result->dtype);
    }
  return 1;
}

static int meta_add(lua_State *L) { return combine(L, kernel_add, STAYS_WHOLE); }
static int meta_subtract(lua_State *L) { return combine(L, kernel_subtract, STAYS_WHOLE); }
static int meta_multiply(lua_State *L) { return combine(L, kernel_multiply, STAYS_WHOLE); }
static int meta_divide(lua_State *L) { return combine(L, kernel_divide, BECOMES_FLOAT64); }
static int meta_power(lua_State *L) { return combine(L, kernel_power, BECOMES_FLOAT64); }

/* array:eq(number or array) and so on: 1 where it holds, so that :mean() is a fraction. */
static int method_eq(lua_State *L) { return combine(L, kernel_equal, IS_TRUTH); }
static int method_lt(lua_State *L) { return combine(L, kernel_less, IS_TRUTH); }
static int method_le(lua_State *L) { return combine(L, kernel_less_equal, IS_TRUTH); }
static int method_gt(lua_State *L) { return combine(L, kernel_greater, IS_TRUTH); }
static int method_ge(lua_State *L) { return combine(L, kernel_greater_equal, IS_TRUTH); }

/* ---- functions of one array -------------------------------------------------------------------------------- */

typedef void (*unary_kernel)(double *values, int64_t count, const double *parameters);

#define UNARY_KERNEL(name, expression)                                   \
  static void name(double *v, int64_t count, const double *parameters) { \
    (void)parameters;                                                    \
    for (int64_t i = 0; i < count; i++) v[i] = (expression);             \
  }
UNARY_KERNEL(kernel_negate, -v[i])
UNARY_KERNEL(kernel_absolute, fabs(v[i]))
UNARY_KERNEL(kernel_sign, v[i] != v[i] ? v[i] : (double)((v[i] > 0) - (v[i] < 0)))
UNARY_KERNEL(kernel_floor, floor(v[i]))
UNARY_KERNEL(kernel_round, rint(v[i]))
UNARY_KERNEL(kernel_exp, exp(v[i]))
UNARY_KERNEL(kernel_log, log(v[i]))
UNARY_KERNEL(kernel_sqrt, sqrt(v[i]))
UNARY_KERNEL(kernel_tanh, tanh(v[i]))
UNARY_KERNEL(kernel_clamp, v[i]<parameters[0] ? parameters[0] : v[i]> parameters[1] ? parameters[1] : v[i])

static int transform(lua_State *L, unary_kernel kernel, result_rule rule, const double *parameters) {
  const hs__array *array = hs__array_check(L, 1);
  hs_dtype dtype = is_float(array->dtype) || rule == STAYS_WHOLE ? array->dtype : HS_FLOAT64;
  hs__array *result = hs__array_new_like(L, array, dtype);
  hs__plane source = hs__plane_of(array), target = hs__plane_of(result);
  double chunk[HS__CHUNK];
  for (int64_t row = 0; row < source.rows; row++)
    for (int64_t column = 0; column < source.columns; column += HS__CHUNK) {
      int64_t count = source.columns - column < HS__CHUNK ? source.columns - column : HS__CHUNK;
      hs__plane_load(&source, row, column, count, chunk);
      kernel(chunk, count, parameters);
      if (!hs__plane_store(&target, row, column, count, chunk)) return hs__misfit(L, dtype);
    }
  return 1;
}

static int meta_negate(lua_State *L) { return transform(L, kernel_negate, STAYS_WHOLE, NULL); }
static int method_abs(lua_State *L) { return transform(L, kernel_absolute, STAYS_WHOLE, NULL); }
static int method_sign(lua_State *L) { return transform(L, kernel_sign, STAYS_WHOLE, NULL); }
static int method_floor(lua_State *L) { return transform(L, kernel_floor, STAYS_WHOLE, NULL); }
static int method_round(lua_State *L) { return transform(L, kernel_round, STAYS_WHOLE, NULL); }
static int method_exp(lua_State *L) { return transform(L, kernel_exp, BECOMES_FLOAT64, NULL); }
static int method_log(lua_State *L) { return transform(L, kernel_log, BECOMES_FLOAT64, NULL); }
static int method_sqrt(lua_State *L) { return transform(L, kernel_sqrt, BECOMES_FLOAT64, NULL); }
static int method_tanh(lua_State *L) { return transform(L, kernel_tanh, BECOMES_FLOAT64, NULL); }

/* array:clamp(low, high) */
static int method_clamp(lua_State *L) {
  double limits[2] = {luaL_checknumber(L, 2), luaL_checknumber(L, 3)};
  if (!(limits[0] <= limits[1])) return luaL_error(L, "clamp: low is above high");
  return transform(L, kernel_clamp, STAYS_WHOLE, limits);
}

void hs__array_math_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"abs", method_abs}, {"sign", method_sign}, {"floor", method_floor}, {"round", method_round}, {"exp", method_exp},
      {"log", method_log}, {"sqrt", method_sqrt}, {"tanh", method_tanh},   {"clamp", method_clamp}, {"eq", method_eq},
      {"lt", method_lt},   {"le", method_le},     {"gt", method_gt},       {"ge", method_ge},       {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}

void hs__array_math_metamethods(lua_State *L) {
  static const luaL_Reg methods[] = {{"__add", meta_add},
                                     {"__sub", meta_subtract},
                                     {"__mul", meta_multiply},
                                     {"__div", meta_divide},
                                     {"__pow", meta_power},
                                     {"__unm", meta_negate},
                                     {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
