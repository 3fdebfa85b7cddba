/* Generators of patterns: rng:rademacher(n, d) and so on give n x d matrices. Row i depends on (stream, i) only, so the
 * first 100 rows of 200 are the 100 rows of 100. */
#include <lauxlib.h>
#include <math.h>

#include "array_inside.h"
#include "random.h"

/* The new n x d matrix that a generator fills; `options` is a table at stack index 4, or nothing. */
static hs__array *new_patterns(lua_State *L, const char *const *known_options) {
  int64_t shape[2];
  for (int d = 0; d < 2; d++) {
    shape[d] = luaL_checkinteger(L, d + 2);
    luaL_argcheck(L, shape[d] >= 1, d + 2, "must be at least 1");
  }
  hs__check_option_names(L, 4, known_options);
  lua_settop(L, 4);
  hs_dtype dtype = HS_FLOAT32;
  if (lua_istable(L, 4)) {
    lua_getfield(L, 4, "dtype");
    dtype = hs__check_dtype(L, -1, HS_FLOAT32);
    lua_pop(L, 1);
  }
  return hs__array_new(L, dtype, 2, shape);
}

static hs_rng next_fill(lua_State *L) { return hs__random_next_fill(L, hs__random_check(L, 1)); }

/* ---- independent components -------------------------------------------------------------------------------- */

static double sign_element(hs_rng rng, uint64_t index, const double *parameters) {
  (void)parameters;
  return hs_rng_bits(rng, index) >> 63 ? 1 : -1;
}

/* rng:rademacher(n, d [, {dtype =}]): -1 and +1, equally often */
static int method_rademacher(lua_State *L) {
  static const char *const options[] = {"dtype", NULL};
  hs__array *patterns = new_patterns(L, options);
  hs__random_fill(L, patterns, next_fill(L), sign_element, NULL);
  return 1;
}

static double scaled_normal(hs_rng rng, uint64_t index, const double *sd) { return *sd * hs_rng_normal(rng, index); }

/* rng:gaussian(n, d [, {sd = 1, dtype =}]) */
static int method_gaussian(lua_State *L) {
  static const char *const options[] = {"sd", "dtype", NULL};
  hs__array *patterns = new_patterns(L, options);
  double sd = hs__option_number(L, 4, "sd", 1, 0, HUGE_VAL);
  hs__random_fill(L, patterns, next_fill(L), scaled_normal, &sd);
  return 1;
}

/* ---- rows -------------------------------------------------------------------------------------------------- */

/* A row of doubles to work in, owned by the Lua stack. */
static double *push_row(lua_State *L, int64_t length) {
  return (double *)(void *)hs__array_new(L, HS_FLOAT64, 1, &length)->data;
}

/* Stores a whole row. */
static void store_row(lua_State *L, hs__array *patterns, int64_t row, const double *values) {
  hs__plane plane = hs__plane_of(patterns);
  if (!hs__plane_store(&plane, row, 0, plane.columns, values)) hs__misfit(L, patterns->dtype);
}

/* rng:sphere(n, d [, {radius = 1, dtype =}]): uniform on the sphere (Muller 1959: a normal vector, normalised) */
static int method_sphere(lua_State *L) {
  static const char *const options[] = {"radius", "dtype", NULL};
  hs__array *patterns = new_patterns(L, options);
  double radius = hs__option_number(L, 4, "radius", 1, 0, HUGE_VAL);
  int64_t length = patterns->shape[1];
  double *values = push_row(L, length);
  hs_rng rng = next_fill(L);
  for (int64_t row = 0; row < patterns->shape[0]; row++) {
    double square = 0;
    for (int64_t i = 0; i < length; i++) {
      values[i] = hs_rng_normal(rng, (uint64_t)(row * length + i));
      square += values[i] * values[i];
    }
    for (int64_t i = 0; i < length; i++) values[i] *= radius / sqrt(square);
    store_row(L, patterns, row, values);
  }
  lua_pop(L, 1);
  return 1;
}

/* rng:clustered(n, d [, {clusters = 10, spread = 0.3, dtype =}]): row = centre of a cluster drawn for the row + spread
 * * normal noise; centres are standard normal. Returns the patterns and the cluster (from 1) of each row. */
static int method_clustered(lua_State *L) {
  static const char *const options[] = {"clusters", "spread", "dtype", NULL};
  hs__array *patterns = new_patterns(L, options);
  double clusters = floor(hs__option_number(L, 4, "clusters", 10, 1, 0x1p31));
  double spread = hs__option_number(L, 4, "spread", 0.3, 0, HUGE_VAL);
  int64_t rows = patterns->shape[0], length = patterns->shape[1];
  hs__array *labels = hs__array_new(L, HS_INT64, 1, &rows);
  double *values = push_row(L, length);
  hs_rng centres = next_fill(L), choices = next_fill(L), noise = next_fill(L);
  for (int64_t row = 0; row < rows; row++) {
    int64_t cluster = (int64_t)hs_rng_below(choices, (uint64_t)row, (uint64_t)clusters);
    hs__array_set(labels, row, (double)cluster + 1);
    for (int64_t i = 0; i < length; i++)
      values[i] = hs_rng_normal(centres, (uint64_t)(cluster * length + i)) +
                  spread * hs_rng_normal(noise, (uint64_t)(row * length + i));
    store_row(L, patterns, row, values);
  }
  lua_pop(L, 1);
  return 2;
}

/* ---- sparse binary patterns -------------------------------------------------------------------------------- */

static double bernoulli(hs_rng rng, uint64_t index, const double *activity) {
  return hs_rng_uniform(rng, index) < *activity ? 1 : 0;
}

static void fill_exactly(lua_State *L, hs__array *patterns, hs_rng rng, int64_t active) {
  int64_t length = patterns->shape[1];
  double *values = push_row(L, length);
  int64_t *positions = (int64_t *)(void *)hs__array_new(L, HS_INT64, 1, &length)->data;
  for (int64_t row = 0; row < patterns->shape[0]; row++) {
    hs__random_choose(rng, (uint64_t)(row * length), length, active, positions);
    for (int64_t i = 0; i < length; i++) values[i] = 0;
    for (int64_t i = 0; i < active; i++) values[positions[i]] = 1;
    store_row(L, patterns, row, values);
  }
  lua_pop(L, 2);
}

/* rng:sparse_binary(n, d, {activity =, exact = true, dtype =}): 0 and 1. Exact: each row has round(activity * d) ones;
 * otherwise each component is 1 with probability `activity`. */
static int method_sparse_binary(lua_State *L) {
  static const char *const options[] = {"activity", "exact", "dtype", NULL};
  hs__array *patterns = new_patterns(L, options);
  double activity = hs__option_number(L, 4, "activity", -1, 0, 1);
  if (activity < 0) return luaL_error(L, "rng:sparse_binary needs {activity = ...}, the share of ones");
  lua_getfield(L, 4, "exact");
  bool exact = lua_isnil(L, -1) || lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (exact)
    fill_exactly(L, patterns, next_fill(L), (int64_t)round(activity * (double)patterns->shape[1]));
  else
    hs__random_fill(L, patterns, next_fill(L), bernoulli, &activity);
  return 1;
}

void hs__random_pattern_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"rademacher", method_rademacher}, {"gaussian", method_gaussian},           {"sphere", method_sphere},
      {"clustered", method_clustered},   {"sparse_binary", method_sparse_binary}, {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}
