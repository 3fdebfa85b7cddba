/* Row by row comparisons of two arrays: equality, Hamming distance, cosine similarity. */
#include <lauxlib.h>
#include <math.h>

#include "array_inside.h"

/* Sums over one pair of rows. */
typedef struct pair_sums {
  double product, first_square, second_square;
  int64_t different;
} pair_sums;

static void add_pair(pair_sums *sums, const double *a, const double *b, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    sums->product += a[i] * b[i];
    sums->first_square += a[i] * a[i];
    sums->second_square += b[i] * b[i];
    sums->different += !(a[i] == b[i]);
  }
}

static pair_sums compare_rows(const hs__plane *a, const hs__plane *b, int64_t row) {
  pair_sums sums = {0};
  double left[HS__CHUNK], right[HS__CHUNK];
  for (int64_t column = 0; column < a->columns; column += HS__CHUNK) {
    int64_t count = a->columns - column < HS__CHUNK ? a->columns - column : HS__CHUNK;
    hs__plane_load(a, row, column, count, left);
    hs__plane_load(b, b->rows == 1 ? 0 : row, column, count, right);
    add_pair(&sums, left, right, count);
  }
  return sums;
}

/* A comparison of rows gives one number. */
typedef double (*verdict_of_rows)(const pair_sums *sums);

static double are_equal(const pair_sums *sums) { return sums->different == 0; }
static double hamming_distance(const pair_sums *sums) { return (double)sums->different; }
/* 0 where one of the rows is zero: it points nowhere. */
static double cosine_similarity(const pair_sums *sums) {
  double lengths = sqrt(sums->first_square) * sqrt(sums->second_square);
  return lengths > 0 ? sums->product / lengths : lengths == 0 ? 0 : NAN;
}

/* Row i of the first with row i of the second, or with its only row. Two vectors give a number. */
static int compare(lua_State *L, verdict_of_rows verdict, hs_dtype dtype) {
  const hs__array *first = hs__array_check(L, 1), *second = hs__array_check(L, 2);
  hs__plane a = hs__plane_of(first), b = hs__plane_of(second);
  if (a.columns != b.columns || (b.rows != 1 && b.rows != a.rows))
    return luaL_error(L, "cannot compare the rows of %s with those of %s", hs__push_shape(L, first),
                      hs__push_shape(L, second));
  if (first->dimensions == 1) {
    pair_sums sums = compare_rows(&a, &b, 0);
    lua_pushnumber(L, verdict(&sums));
    return 1;
  }
  hs__array *result = hs__array_new(L, dtype, 1, &a.rows);
  for (int64_t row = 0; row < a.rows; row++) {
    pair_sums sums = compare_rows(&a, &b, row);
    hs__array_set(result, row, verdict(&sums));
  }
  return 1;
}

static int method_rows_equal(lua_State *L) { return compare(L, are_equal, HS_UINT8); }
static int method_hamming(lua_State *L) { return compare(L, hamming_distance, HS_INT64); }
static int method_cosine(lua_State *L) { return compare(L, cosine_similarity, HS_FLOAT64); }

void hs__array_compare_methods(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"rows_equal", method_rows_equal}, {"hamming", method_hamming}, {"cosine", method_cosine}, {NULL, NULL}};
  luaL_setfuncs(L, methods, 0);
}

void hs__array_compare_functions(lua_State *L) {
  lua_pushcfunction(L, method_cosine);
  lua_setfield(L, -2, "cosine");
}
