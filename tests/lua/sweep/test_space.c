/* The algebra of spaces: order, sizes, duplicates, conflicts, samples. */
#include <base/memory.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define HAS(text, part)                                                     \
  do {                                                                      \
    const char *text_ = (text);                                             \
    if (!strstr(text_, part)) fail_msg("no \"%s\" in \"%s\"", part, text_); \
  } while (0)

static int lines_of(const char *text) {
  int lines = 0;
  for (; *text; text++) lines += *text == '\n';
  return lines;
}

static void grid_varies_the_last_name_fastest(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.grid { b = { 2, 3 }, a = { 'x', 'y' } }"),
                      "{\"a\":\"x\",\"b\":2}\n{\"a\":\"x\",\"b\":3}\n{\"a\":\"y\",\"b\":2}\n{\"a\":\"y\",\"b\":3}\n");
  assert_string_equal(cells_of("hs.grid {}"), "{}\n");
  assert_string_equal(cells_of("hs.grid { a = 1.0, flag = { true, false } }"),
                      "{\"a\":1,\"flag\":true}\n{\"a\":1,\"flag\":false}\n");
}

static void product_keeps_the_left_space_outermost(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.grid { z = { 1, 2 } } * hs.grid { a = { 3, 4 } }"),
                      "{\"a\":3,\"z\":1}\n{\"a\":4,\"z\":1}\n{\"a\":3,\"z\":2}\n{\"a\":4,\"z\":2}\n");
  HAS(cells_of("hs.grid { a = 1 } * hs.grid { a = 2 }"), "s.lua:2: both operands of * have a parameter 'a'");
}

static void union_drops_duplicates_and_keeps_the_order(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.grid { a = { 1, 2 } } + hs.grid { a = { 2, 3 } } + hs.grid { a = { 1.0, 4 } }"),
                      "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
  assert_string_equal(cells_of("hs.grid { a = { 5, 5, 5 } }"), "{\"a\":5}\n");
  assert_string_equal(cells_of("hs.list { { a = 1 }, { b = 2 }, { a = 1 } }"), "{\"a\":1}\n{\"b\":2}\n");
}

static void zip_walks_side_by_side(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.zip { a = { 1, 2 }, b = { 'p', 'q' }, c = 7 }"),
                      "{\"a\":1,\"b\":\"p\",\"c\":7}\n{\"a\":2,\"b\":\"q\",\"c\":7}\n");
  HAS(cells_of("hs.zip { a = { 1, 2 }, b = { 1, 2, 3 } }"), "'b' has 3 values, but 'a' has 2");
}

static void where_filters(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.grid { a = { 1, 2, 3 }, b = { 1, 2, 3 } }:where(function(p) return p.a > p.b end)"),
                      "{\"a\":2,\"b\":1}\n{\"a\":3,\"b\":1}\n{\"a\":3,\"b\":2}\n");
  HAS(cells_of("hs.grid { a = { 1, 2 } }:where(function(p) return p.beta > 1 end)"),
      "s.lua:2: the space has no parameter 'beta'; it has a");
  HAS(cells_of("hs.grid { a = { 1, 2 } }:where(function(p) p.a = 3 end)"), "parameters are read-only");
  HAS(cells_of("hs.grid { a = 1 }:where(function() return false end)"), "is empty");
}

static void ladders(void **state) {
  (void)state;
  assert_string_equal(cells_of("hs.grid { n = hs.pow2(2, 17) }"), "{\"n\":2}\n{\"n\":4}\n{\"n\":8}\n{\"n\":16}\n");
  assert_string_equal(cells_of("hs.grid { n = hs.linspace(0, 1, 5) }"),
                      "{\"n\":0}\n{\"n\":0.25}\n{\"n\":0.5}\n{\"n\":0.75}\n{\"n\":1}\n");
  assert_string_equal(cells_of("hs.grid { n = hs.logspace(0.001, 10, 5) }"),
                      "{\"n\":0.001}\n{\"n\":0.01}\n{\"n\":0.1}\n{\"n\":1}\n{\"n\":10}\n");
  HAS(cells_of("hs.grid { n = hs.pow2(3, 8) }"), "power of two");
}

/* Random expressions against a count made another way: sizes of grids multiply, unions of disjoint spaces add. */
static void sizes_follow_the_algebra(void **state) {
  (void)state;
  srand(2385);
  for (int round = 0; round < 20; round++) {
    int a = 1 + rand() % 5, b = 1 + rand() % 4, c = 1 + rand() % 6, d = 1 + rand() % 3, modulus = 2 + rand() % 3;
    char expression[512];
    snprintf(expression, sizeof expression,
             "((hs.grid { s = 'x', a = hs.linspace(1, %d, %d) } + hs.grid { s = 'y', b = hs.linspace(1, %d, %d) })"
             " * hs.grid { c = hs.linspace(1, %d, %d) } * hs.zip { d = hs.linspace(1, %d, %d) })"
             ":where(function(p) return (p.c + p.d) %% %d == 0 end)",
             a + 1, a + 1, b + 1, b + 1, c + 1, c + 1, d + 1, d + 1, modulus);
    int pairs = 0;
    for (int i = 1; i <= c + 1; i++)
      for (int j = 1; j <= d + 1; j++) pairs += (i + j) % modulus == 0;
    const char *cells = cells_of(expression);
    if (pairs == 0)
      HAS(cells, "is empty");
    else
      assert_int_equal(lines_of(cells), (a + 1 + b + 1) * pairs);
  }
}

/* What is known without a walk must be what a walk finds: `:where` with an always true test forces the walk. */
static void known_sizes_are_true(void **state) {
  (void)state;
  static const char *const spaces[] = {
      "hs.grid { a = { 1, 2, 3 }, b = { 'x', 'y' } }",
      "hs.grid { a = { 1, 2, 2 } }",
      "hs.grid { s = 'u', a = { 1, 2 } } + hs.grid { s = 'v', a = { 1, 2 } }",
      "hs.grid { s = 'u', a = { 1, 2 } } + hs.grid { a = { 2, 3 }, s = 'u' }",
      "(hs.grid { s = 'u' } + hs.grid { s = 'v' } + hs.grid { s = 'u' }) * hs.grid { b = { 1, 2 } }",
      "(hs.grid { a = 1 } + hs.grid { b = 1 }) * hs.grid { c = { 1, 2 } }",
      "hs.grid { a = 1, b = 2 } + hs.grid { b = 2, a = 1 } * hs.grid {}",
      "hs.grid { a = { 1, '1', true } }",
  };
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    char walked[512];
    snprintf(walked, sizeof walked, "(%s):where(function() return true end)", spaces[i]);
    char *known = hs_copy_text(cells_of(spaces[i]));
    assert_string_equal(known, cells_of(walked));
    char sized[600];
    snprintf(sized, sizeof sized,
             "local hs = require 'hopsweep'\nreturn hs.sweep { name = 't', space = %s, trial = function() end }",
             spaces[i]);
    hs_sweep *sweep = open_text(sized);
    hs_trial *trials;
    assert_int_equal(plan_of(sweep, &trials), lines_of(known)); /* compares with the head, too */
    trials_free(&trials, (size_t)lines_of(known));
    hs_sweep_free(&sweep);
    hs_free(&known);
  }
}

/* Values of "x" in the lines, into values; how many. */
static int values_of(const char *cells, const char *name, double *values, int limit) {
  char key[32];
  int count = 0;
  snprintf(key, sizeof key, "\"%s\":", name);
  for (const char *at = cells; (at = strstr(at, key)) && count < limit; at++)
    values[count++] = strtod(at + strlen(key), NULL);
  return count;
}

static void latin_hypercube_fills_every_stratum_once(void **state) {
  (void)state;
  enum { N = 37 };
  const char *cells =
      cells_of("hs.grid { x = hs.range(0, 37), y = hs.range(0, 37) }:sample { n = 37, method = 'lhs' }");
  static const char *const names[] = {"x", "y"};
  double values[2][N + 1];
  for (int d = 0; d < 2; d++) {
    int hits[N] = {0};
    assert_int_equal(values_of(cells, names[d], values[d], N + 1), N);
    for (int i = 0; i < N; i++) hits[(int)floor(values[d][i])]++;
    for (int i = 0; i < N; i++) assert_int_equal(hits[i], 1);
  }
  int same = 0, in_place = 0; /* each is shuffled, and not as the other */
  for (int i = 0; i < N; i++) {
    same += (int)values[0][i] == (int)values[1][i];
    in_place += (int)values[0][i] == i;
  }
  assert_true(same < N / 4 && in_place < N / 4);
}

static void longer_samples_begin_with_shorter_ones(void **state) {
  (void)state;
  static const char *const methods[] = {"random", "sobol", "halton"};
  for (int m = 0; m < 3; m++) {
    char expressions[2][256];
    for (int i = 0; i < 2; i++)
      snprintf(expressions[i], sizeof expressions[i],
               "hs.grid { x = hs.log(0.01, 10), k = hs.int(1, 1000) }:sample { n = %d, method = '%s' }",
               i == 0 ? 8 : 19, methods[m]);
    char *shorter = hs_copy_text(cells_of(expressions[0]));
    const char *longer = cells_of(expressions[1]);
    assert_int_equal(strncmp(longer, shorter, strlen(shorter)), 0);
    assert_int_equal(lines_of(longer), 19);
    hs_free(&shorter);
  }
}

static void samples_stay_in_their_ranges(void **state) {
  (void)state;
  enum { N = 500 };
  static const char *const methods[] = {"random", "lhs", "sobol", "halton"};
  for (int m = 0; m < 4; m++) {
    char expression[256];
    snprintf(expression, sizeof expression,
             "hs.grid { x = hs.log(0.01, 10), k = hs.int(3, 5), c = hs.choice { 10, 20 }, fixed = 2.385 }"
             ":sample { n = 500, method = '%s' }",
             methods[m]);
    const char *cells = cells_of(expression);
    double x[N], k[N];
    int seen[6] = {0}, low = 0;
    int count = values_of(cells, "x", x, N);
    assert_true(count > 400); /* equal points collapse */
    assert_int_equal(values_of(cells, "k", k, N), count);
    for (int i = 0; i < count; i++) {
      assert_true(x[i] >= 0.01 && x[i] <= 10);
      low += x[i] < sqrt(0.01 * 10);
      seen[(int)k[i]]++;
    }
    assert_true(low > 0.4 * count && low < 0.6 * count); /* half of them below the geometric mean */
    assert_true(seen[3] > 0 && seen[4] > 0 && seen[5] > 0 && seen[3] + seen[4] + seen[5] == count);
    HAS(cells, "\"fixed\":2.385");
  }
}

static void a_subset_of_a_finite_space_keeps_its_order(void **state) {
  (void)state;
  enum { N = 25 };
  double values[N + 1];
  assert_int_equal(
      values_of(cells_of("hs.grid { x = hs.linspace(1, 100, 100) }:sample { n = 25 }"), "x", values, N + 1), N);
  for (int i = 1; i < N; i++) assert_true(values[i] > values[i - 1]);
  assert_int_equal(lines_of(cells_of("hs.grid { x = { 1, 2, 3 } }:sample { n = 50 }")), 3);
  char *one = hs_copy_text(cells_of("hs.grid { x = hs.linspace(1, 100, 100) }:sample { n = 25, seed = 5 }"));
  assert_string_not_equal(one, cells_of("hs.grid { x = hs.linspace(1, 100, 100) }:sample { n = 25, seed = 6 }"));
  assert_string_equal(one, cells_of("hs.grid { x = hs.linspace(1, 100, 100) }:sample { n = 25, seed = 5 }"));
  hs_free(&one);
}

static void mistakes_are_named_with_their_line(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"5", "s.lua:2: hs.sweep: space must be a space"},
      {"hs.grid { a = {} }", "s.lua:2: hs.grid: the parameter 'a' has no values"},
      {"hs.grid { a = { x = 1 } }", "s.lua:2: hs.grid: the values of 'a' must be a list"},
      {"hs.grid { a = { 1, {} } }", "a[2] is a table"},
      {"hs.grid { a = 0/0 }", "must be a finite number"},
      {"hs.grid { a = { 1, 1/0 } }", "must be a finite number"},
      {"hs.grid { ['a b'] = 1 }", "a b is not a name"},
      {"hs.grid { verdict = 1 }", "'verdict' is reserved"},
      {"hs.grid { a = 1 } + 5", "s.lua:2: the right operand of + is a number, not a space"},
      {"{ a = 1 } * hs.grid { b = 1 }", "s.lua:2: the left operand of * is a table, not a space"},
      {"hs.grid { a = 1 }:filter(print)", "a space has no method 'filter'"},
      {"hs.grid { a = hs.range(0, 1) }", "'a' is a range: end this hs.grid with :sample"},
      {"hs.grid { a = hs.range(0, 1) } * hs.grid { b = 1 }", "end this hs.grid with :sample"},
      {"hs.grid { a = hs.range(1, 1) }:sample { n = 2 }", "is not below"},
      {"hs.grid { a = hs.log(0, 1) }:sample { n = 2 }", "must be above 0"},
      {"hs.grid { a = hs.range(0, 1) }:sample { n = 0 }", "n must be a whole number of at least 1"},
      {"hs.grid { a = hs.range(0, 1) }:sample { n = 2, method = 'magic' }", "no method 'magic'; there are halton, lhs"},
      {"hs.grid { a = hs.range(0, 1) }:sample { n = 2, size = 3 }", "has no field 'size'"},
      {"hs.list {}", "hs.list has no cells"},
      {"hs.list { 5 }", "wants a table of named values"},
      {"hs.grd { a = 1 }", "s.lua:2: hopsweep has no function 'grd'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *cells = cells_of(cases[i][0]);
    HAS(cells, "ERROR: s.lua:2: ");
    HAS(cells, cases[i][1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grid_varies_the_last_name_fastest),
      cmocka_unit_test(product_keeps_the_left_space_outermost),
      cmocka_unit_test(union_drops_duplicates_and_keeps_the_order),
      cmocka_unit_test(zip_walks_side_by_side),
      cmocka_unit_test(where_filters),
      cmocka_unit_test(ladders),
      cmocka_unit_test(sizes_follow_the_algebra),
      cmocka_unit_test(known_sizes_are_true),
      cmocka_unit_test(latin_hypercube_fills_every_stratum_once),
      cmocka_unit_test(longer_samples_begin_with_shorter_ones),
      cmocka_unit_test(samples_stay_in_their_ranges),
      cmocka_unit_test(a_subset_of_a_finite_space_keeps_its_order),
      cmocka_unit_test(mistakes_are_named_with_their_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
