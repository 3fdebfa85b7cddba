/* Reductions of hs.array: over everything (a number), or over each row or each column (a float64 vector).
 * Sums run in double from the first element to the last, so their bits depend on the data only. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "array_inside.h"

/* ---- folding ----------------------------------------------------------------------------------------------- */

typedef void (*fold)(void *state, const double *values, int64_t count);

static void fold_rows(const hs__plane *plane, int64_t first, int64_t rows, fold step, void *state) {
  double chunk[HS__CHUNK];
  for (int64_t row = first; row < first + rows; row++)
    for (int64_t column = 0; column < plane->columns; column += HS__CHUNK) {
      int64_t count = plane->columns - column < HS__CHUNK ? plane->columns - column : HS__CHUNK;
      hs__plane_load(plane, row, column, count, chunk);
      step(state, chunk, count);
    }
}

static void add_up(void *state, const double *values, int64_t count) {
  double sum = *(double *)state;
  for (int64_t i = 0; i < count; i++) sum += values[i];
  *(double *)state = sum;
}

typedef struct moments {
  double mean, squares;
} moments;

static void add_squares(void *state, const double *values, int64_t count) {
  moments *so_far = state;
  for (int64_t i = 0; i < count; i++) {
    double deviation = values[i] - so_far->mean;
    so_far->squares += deviation * deviation;
  }
}

typedef struct extreme {
  double sign, best; /* sign -1 looks for the minimum */
  int64_t at, position;
} extreme;

/* The first of equals; a NaN, once met, stays. */
static void look_for_extreme(void *state, const double *values, int64_t count) {
  extreme *so_far = state;
  for (int64_t i = 0; i < count; i++, so_far->at++) {
    double value = so_far->sign * values[i];
    if (so_far->at > 0 && (isnan(so_far->best) || value <= so_far->best)) continue;
    so_far->best = value;
    so_far->position = so_far->at;
  }
}

/* ---- reducers: one number from `rows` rows ------------------------------------------------------------------ */

/* least: the smallest number of elements for which the reduction means something. */
typedef struct reduction {
  const char *name;
  double (*reduce)(const hs__plane *plane, int64_t first, int64_t rows);
  int64_t least;
  hs_dtype dtype;
} reduction;

static double reduce_sum(const hs__plane *plane, int64_t first, int64_t rows) {
  double sum = 0;
  fold_rows(plane, first, rows, add_up, &sum);
  return sum;
}

static double reduce_mean(const hs__plane *plane, int64_t first, int64_t rows) {
  return reduce_sum(plane, first, rows) / (double)(rows * plane->columns);
}

static double reduce_sd(const hs__plane *plane, int64_t first, int64_t rows) {
  moments state = {.mean = reduce_mean(plane, first, rows)};
  fold_rows(plane, first, rows, add_squares, &state);
  return sqrt(state.squares / (double)(rows * plane->columns - 1));
}

static double reduce_norm(const hs__plane *plane, int64_t first, int64_t rows) {
  moments state = {0};
  fold_rows(plane, first, rows, add_squares, &state);
  return sqrt(state.squares);
}

static extreme find_extreme(const hs__plane *plane, int64_t first, int64_t rows, double sign) {
  extreme state = {.sign = sign};
  fold_rows(plane, first, rows, look_for_extreme, &state);
  return state;
}

static double reduce_min(const hs__plane *plane, int64_t first, int64_t rows) {
  return -find_extreme(plane, first, rows, -1).best;
}
static double reduce_max(const hs__plane *plane, int64_t first, int64_t rows) {
  return find_extreme(plane, first, rows, 1).best;
}
static double reduce_argmin(const hs__plane *plane, int64_t first, int64_t rows) {
  return (double)find_extreme(plane, first, rows, -1).position + 1;
}
static double reduce_argmax(const hs__plane *plane, int64_t first, int64_t rows) {
  return (double)find_extreme(plane, first, rows, 1).position + 1;
}

/* ---- methods ----------------------------------------------------------------------------------------------- */

static void check_enough(lua_State *L, const reduction *wanted, int64_t elements) {
  if (elements < wanted->least)
    luaL_error(L, "%s needs at least %I element%s, and there %s %I", wanted->name, (lua_Integer)wanted->least,
               wanted->least == 1 ? "" : "s", elements == 1 ? "is" : "are", (lua_Integer)elements);
}

/* Columns are the rows of the transposed plane. */
static hs__plane transposed(const hs__plane *plane) {
  return (hs__plane){plane->data, plane->dtype, plane->columns, plane->rows, plane->column_step, plane->row_step};
}

static int reduce_lines(lua_State *L, const reduction *wanted, const hs__plane *plane) {
  check_enough(L, wanted, plane->columns);
  hs__array *result = hs__array_new(L, wanted->dtype, 1, &plane->rows);
  for (int64_t row = 0; row < plane->rows; row++) hs__array_set(result, row, wanted->reduce(plane, row, 1));
  return 1;
}

/* array:sum() over everything; array:sum("rows") gives one number for each row, array:sum("columns") one for each
 * column. */
static int reduce(lua_State *L, const reduction *wanted) {
  const hs__array *array = hs__array_check(L, 1);
  hs__plane plane = hs__plane_of(array);
  if (lua_isnoneornil(L, 2)) {
    check_enough(L, wanted, hs__array_length(array));
    double value = wanted->reduce(&plane, 0, plane.rows);
    if (wanted->dtype == HS_INT64)
      lua_pushinteger(L, (lua_Integer)value);
    else
      lua_pushnumber(L, value);
    return 1;
  }
  static const char *const axes[] = {"rows", "columns", NULL};
  int axis = luaL_checkoption(L, 2, NULL, axes);
  if (array->dimensions < 2) return luaL_error(L, "%s(\"%s\") needs a matrix, not a vector", wanted->name, axes[axis]);
  hs__plane turned = transposed(&plane);
  return reduce_lines(L, wanted, axis == 0 ? &plane : &turned);
}

#define REDUCTION_METHOD(word, least, dtype)                                  \
  static int method_##word(lua_State *L) {                                    \
    static const reduction wanted = {#word, reduce_##word, (least), (dtype)}; \
    return reduce(L, &wanted);                                                \
  }
REDUCTION_METHOD(sum, 0, HS_FLOAT64)
REDUCTION_METHOD(mean, 1, HS_FLOAT64)
REDUCTION_METHOD(sd, 2, HS_FLOAT64) /* of a sample: divided by n - 1 */
REDUCTION_METHOD(norm, 0, HS_FLOAT64)
REDUCTION_METHOD(min, 1, HS_FLOAT64)
REDUCTION_METHOD(max, 1, HS_FLOAT64)
REDUCTION_METHOD(argmin, 1, HS_INT64)
REDUCTION_METHOD(argmax, 1, HS_INT64)

typedef struct tally {
  double value;
  int64_t count;
} tally;

static void count_equal(void *state, const double *values, int64_t count) {
  tally *so_far = state;
  for (int64_t i = 0; i < count; i++) so_far->count += values[i] == so_far->value;
}

/* array:count(value): how many elements equal it */
static int method_count(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  hs__plane plane = hs__plane_of(array);
  tally state = {.value = luaL_checknumber(L, 2)};
  fold_rows(&plane, 0, plane.rows, count_equal, &state);
  lua_pushinteger(L, state.count);
  return 1;
}

static void look_for_strange(void *state, const double *values, int64_t count) {
  bool *finite = state;
  for (int64_t i = 0; i < count; i++) *finite = *finite && isfinite(values[i]);
}

/* array:is_finite(): whether no element is NaN or infinite */
static int method_is_finite(lua_State *L) {
  hs__plane plane = hs__plane_of(hs__array_check(L, 1));
  bool finite = true;
  fold_rows(&plane, 0, plane.rows, look_for_strange, &finite);
  lua_pushboolean(L, finite);
  return 1;
}

void hs__array_reduce_methods(lua_State *L) {
  static const luaL_Reg methods[] = {{"sum", method_sum},
                                     {"mean", method_mean},
                                     {"sd", method_sd},
                                     {"norm", method_norm},
                                     {"min", method_min},
                                     {"max", method_max},
                                     {"argmin", method_argmin},
                                     {"argmax", method_argmax},
                                     {"count", method_count},
                                     {"is_finite", method_is_finite},
                                     {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
