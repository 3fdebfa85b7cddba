/* What every solver keeps, whatever its formula: margins, symmetries, batches, masks, bad rows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

#define FOR_EACH_SETTING(setting) \
  for (const hst_setting *setting = HST_SETTINGS; setting < HST_SETTINGS + HST_SETTING_COUNT; setting++)

static void assert_same_bits(const hst_setting *setting, int row, const double *a, const double *b, int64_t length) {
  for (int64_t i = 0; i < length; i++)
    if (memcmp(&a[i], &b[i], sizeof *a) != 0)
      fail_msg("%s(%g), row %d, entry %lld: %a and %a", setting->id, setting->parameter, row, (long long)i, a[i], b[i]);
}

/* The declared margin of the setting for rows of this length; 0 where none is exact. */
static double margin_of(const hst_setting *setting) {
  if (strcmp(setting->id, "softmax") == 0) return INFINITY;
  if (strcmp(setting->id, "entmax") == 0) return setting->parameter == 1 ? INFINITY : 1 / (setting->parameter - 1);
  return 1;
}

/* The vertex iff the gap is at least the margin. */
static void margin_decides_the_vertex(void **state) {
  (void)state;
  enum { LENGTH = 60 };
  double scores[LENGTH], p[LENGTH];
  uint64_t random = 5;
  FOR_EACH_SETTING(setting) {
    double margin = margin_of(setting);
    int64_t k = (int64_t)hst_total(setting);
    if (margin > 1e6 || k >= LENGTH) continue;
    const double factors[] = {.5, 1 - 1e-6, 1, 1 + 1e-12, 1.385};
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
      for (int i = 0; i < LENGTH; i++) scores[i] = i < k ? fabs(hst_normal(&random)) : -hst_uniform(&random) - 1e-3;
      scores[0] = 0; /* the k-th largest; zero, so that the gap is exact */
      scores[LENGTH / 2] = k < LENGTH / 2 ? -margin * factors[f] : scores[LENGTH / 2];
      scores[LENGTH - 1] = -margin * factors[f];
      for (int64_t i = k; i < LENGTH; i++) scores[i] = fmin(scores[i] - margin * factors[f], scores[LENGTH - 1]);
      scores[LENGTH - 1] = -margin * factors[f];
      hs_solver_report report = hst_solve_row(setting, scores, LENGTH, p);
      if (factors[f] >= 1) {
        assert_int_equal(report.support, k);
        assert_true(report.certificate == 0);
        for (int64_t i = 0; i < k; i++) assert_true(p[i] == 1);
      } else if (factors[f] == .5 || setting->parameter >= 1.2) { /* closer to 1, p underflows near the margin */
        if (report.support <= k)
          fail_msg("%s(%g): a vertex below the margin, factor %g", setting->id, setting->parameter, factors[f]);
      }
    }
  }
}

/* Scores on a grid of 2^-20, so that adding 1024 is exact. */
static void shift_changes_nothing(void **state) {
  (void)state;
  enum { LENGTH = 100 };
  double scores[LENGTH], shifted[LENGTH], p[LENGTH], q[LENGTH];
  uint64_t random = 11;
  FOR_EACH_SETTING(setting) {
    for (int i = 0; i < LENGTH; i++) {
      scores[i] = nearbyint(hst_normal(&random) * 0x1p20) * 0x1p-20;
      shifted[i] = scores[i] + 1024;
    }
    hst_solve_row(setting, scores, LENGTH, p);
    hst_solve_row(setting, shifted, LENGTH, q);
    assert_same_bits(setting, 0, p, q, LENGTH);
  }
}

static void permutation_permutes(void **state) {
  (void)state;
  double scores[HST_LONGEST], turned[HST_LONGEST], p[HST_LONGEST], q[HST_LONGEST], back[HST_LONGEST];
  FOR_EACH_SETTING(setting) for (int row = 0; row < HST_ROWS; row++) {
    int64_t length = hst_row(row, scores);
    if (!hst_feasible(setting, length)) continue;
    int64_t step = length % 7 ? 7 : 3; /* no common divisor with any length of the set but 77 and 13 steps of 7 */
    while (length % step == 0 && step < length) step += 2;
    for (int64_t i = 0; i < length; i++) turned[i] = scores[(i * step + 5) % length];
    hst_solve_row(setting, scores, length, p);
    hst_solve_row(setting, turned, length, q);
    for (int64_t i = 0; i < length; i++) back[(i * step + 5) % length] = q[i];
    assert_same_bits(setting, row, p, back, length);
  }
}

static void ties_share_equally(void **state) {
  (void)state;
  double scores[HST_LONGEST], p[HST_LONGEST];
  FOR_EACH_SETTING(setting) for (int row = 10; row < HST_ROWS; row++) {
    int64_t length = hst_row(row, scores);
    if (!hst_feasible(setting, length)) continue;
    hst_solve_row(setting, scores, length, p);
    for (int64_t i = 0; i < length; i++)
      for (int64_t j = 0; j < i; j++)
        if (scores[i] == scores[j]) assert_same_bits(setting, row, &p[i], &p[j], 1);
  }
}

/* All rows of the problem set in one ragged batch, and each alone. */
static void batches_do_not_matter(void **state) {
  (void)state;
  enum { MOST = HST_ROWS * HST_LONGEST };
  double *scores = calloc(MOST, sizeof *scores), *together = calloc(MOST, sizeof *together), alone[HST_LONGEST];
  int64_t offsets[HST_ROWS + 1] = {0};
  hs_solver_report reports[HST_ROWS];
  for (int row = 0; row < HST_ROWS; row++) offsets[row + 1] = offsets[row] + hst_row(row, scores + offsets[row]);
  hs_solver_problem problem = {
      .size = sizeof problem, .rows = HST_ROWS, .offsets = offsets, .scores = scores, .dtype = HS_FLOAT64};
  FOR_EACH_SETTING(setting) {
    assert_int_equal(hst_solve(setting, NULL, 1, &problem, together, reports), HS_OK);
    for (int row = 0; row < HST_ROWS; row++) {
      int64_t length = offsets[row + 1] - offsets[row];
      if (!hst_feasible(setting, length)) {
        assert_int_equal(reports[row].status, HS_INFEASIBLE);
        continue;
      }
      hs_solver_report report = hst_solve_row(setting, scores + offsets[row], length, alone);
      assert_same_bits(setting, row, alone, together + offsets[row], length);
      assert_memory_equal(&report.certificate, &reports[row].certificate, sizeof(double));
      assert_int_equal(report.iterations, reports[row].iterations);
    }
  }
  free(scores);
  free(together);
}

/* Only the candidates of the declared rule, and all scores: the same bits. */
static void pruning_changes_nothing(void **state) {
  (void)state;
  double scores[HST_LONGEST], compact[HST_LONGEST], p[HST_LONGEST], q[HST_LONGEST], spread[HST_LONGEST];
  FOR_EACH_SETTING(setting) for (int row = 0; row < HST_ROWS; row++) {
    int64_t length = hst_row(row, scores), kept = 0, k = (int64_t)hst_total(setting);
    if (!hst_feasible(setting, length)) continue;
    double margin = margin_of(setting) == INFINITY ? 104 : margin_of(setting), limit = -INFINITY;
    for (int64_t i = 0; i < length; i++) {
      int64_t above = 0;
      for (int64_t j = 0; j < length; j++) above += scores[j] > scores[i];
      if (above < k) limit = limit == -INFINITY ? scores[i] : fmin(limit, scores[i]);
    }
    for (int64_t i = 0; i < length; i++)
      if (scores[i] - limit > -margin) compact[kept++] = scores[i];
    hst_solve_row(setting, scores, length, p);
    hst_solve_row(setting, compact, kept, q);
    for (int64_t i = 0, j = 0; i < length; i++) spread[i] = scores[i] - limit > -margin ? q[j++] : 0;
    assert_same_bits(setting, row, p, spread, length);
  }
}

/* Rows of 60,000: constant, nearly flat, and falling so slowly that everything is a candidate. */
static void long_rows_are_solved(void **state) {
  (void)state;
  enum { LENGTH = 60000 };
  double *scores = calloc(LENGTH, sizeof *scores), *p = calloc(LENGTH, sizeof *p);
  uint64_t random = 31;
  FOR_EACH_SETTING(setting) for (int kind = 0; kind < 3; kind++) {
    for (int i = 0; i < LENGTH; i++)
      scores[i] = kind == 0 ? 2.385 : kind == 1 ? 1e-6 * hst_normal(&random) : -i / (double)LENGTH;
    hs_solver_report report = hst_solve_row(setting, scores, LENGTH, p);
    double sum = 0;
    for (int i = 0; i < LENGTH; i++) sum += p[i];
    if (report.status != HS_OK || report.certificate > 1e-10 || fabs(sum - hst_total(setting)) > 1e-9)
      fail_msg("%s(%g), kind %d: status %d, certificate %.3e, sum %.17g", setting->id, setting->parameter, kind,
               report.status, report.certificate, sum);
    if (kind == 0) assert_true(p[0] == p[LENGTH / 2] && report.support == LENGTH);
  }
  free(scores);
  free(p);
}

static void declared_rules_are_those_of_the_theory(void **state) {
  (void)state;
  FOR_EACH_SETTING(setting) {
    hs_prune_rule rule = hst_prune_rule(setting, HST_LONGEST);
    double margin = margin_of(setting);
    assert_int_equal(rule.order, (int64_t)hst_total(setting));
    assert_true(rule.margin == (margin == INFINITY ? 104 : margin));
  }
}

static void masked_entries_do_not_exist(void **state) {
  (void)state;
  enum { LENGTH = 80 };
  double scores[LENGTH], infinite[LENGTH], short_row[LENGTH], p[LENGTH], q[LENGTH], r[LENGTH];
  uint8_t mask[LENGTH];
  uint64_t random = 3;
  int64_t offsets[] = {0, LENGTH};
  FOR_EACH_SETTING(setting) {
    int64_t kept = 0;
    for (int i = 0; i < LENGTH; i++) {
      mask[i] = (uint8_t)(i % 3 != 1);
      infinite[i] = hst_normal(&random);
      scores[i] = mask[i] ? infinite[i] : i % 2 ? NAN : 1e9;
      if (mask[i]) short_row[kept++] = infinite[i];
      if (!mask[i]) infinite[i] = -INFINITY;
    }
    hs_solver_problem problem = {
        .size = sizeof problem, .rows = 1, .offsets = offsets, .scores = scores, .mask = mask, .dtype = HS_FLOAT64};
    hs_solver_report report;
    assert_int_equal(hst_solve(setting, NULL, 1, &problem, p, &report), HS_OK);
    assert_int_equal(report.status, HS_OK);
    hst_solve_row(setting, short_row, kept, q);
    hst_solve_row(setting, infinite, LENGTH, r);
    assert_same_bits(setting, 0, p, r, LENGTH);
    for (int64_t i = 0, j = 0; i < LENGTH; i++)
      if (mask[i])
        assert_same_bits(setting, 1, &p[i], &q[j++], 1);
      else
        assert_true(p[i] == 0);
  }
}

static void bad_rows_are_reported_and_cost_only_themselves(void **state) {
  (void)state;
  enum { LENGTH = 50, ROWS = 6 };
  double scores[ROWS * LENGTH], p[ROWS * LENGTH], alone[LENGTH];
  const int32_t expected[ROWS] = {HS_OK, HS_INVALID, HS_INVALID, HS_INFEASIBLE, HS_OK, HS_INFEASIBLE};
  int64_t offsets[ROWS + 1] = {0};
  uint64_t random = 21;
  for (int i = 0; i < ROWS * LENGTH; i++) scores[i] = hst_normal(&random);
  for (int r = 0; r < ROWS; r++) offsets[r + 1] = offsets[r] + (r == ROWS - 1 ? 0 : LENGTH);
  scores[LENGTH + 17] = NAN;
  scores[2 * LENGTH + 49] = INFINITY;
  for (int i = 0; i < LENGTH; i++) scores[3 * LENGTH + i] = -INFINITY;
  hs_solver_problem problem = {
      .size = sizeof problem, .rows = ROWS, .offsets = offsets, .scores = scores, .dtype = HS_FLOAT64};
  FOR_EACH_SETTING(setting) {
    hs_solver_report reports[ROWS];
    assert_int_equal(hst_solve(setting, NULL, 1, &problem, p, reports), HS_OK);
    for (int r = 0; r < ROWS; r++) {
      assert_int_equal(reports[r].status, expected[r]);
      if (expected[r] != HS_OK) assert_int_equal(reports[r].support, 0);
    }
    hst_solve_row(setting, scores + 4 * LENGTH, LENGTH, alone);
    assert_same_bits(setting, 4, p + 4 * LENGTH, alone, LENGTH);
  }
}

static void float32_scores_are_taken_as_they_are(void **state) {
  (void)state;
  enum { LENGTH = 300 };
  float narrow[LENGTH];
  double wide[LENGTH], p[LENGTH], q[LENGTH];
  int64_t offsets[] = {0, LENGTH};
  const double scales[] = {1e-30, 1e-3, .385, 30, 1e30};
  uint64_t random = 8;
  FOR_EACH_SETTING(setting) for (int scale = 0; scale < 5; scale++) {
    for (int i = 0; i < LENGTH; i++) wide[i] = narrow[i] = (float)(scales[scale] * hst_normal(&random));
    hs_solver_problem problem = {
        .size = sizeof problem, .rows = 1, .offsets = offsets, .scores = narrow, .dtype = HS_FLOAT32};
    hs_solver_report report;
    assert_int_equal(hst_solve(setting, NULL, 1, &problem, p, &report), HS_OK);
    hst_solve_row(setting, wide, LENGTH, q);
    assert_same_bits(setting, scale, p, q, LENGTH);
  }
}

static void each_row_uses_its_parameter_set(void **state) {
  (void)state;
  enum { LENGTH = 30, ROWS = 5 };
  const struct {
    const char *id;
    double sets[3];
  } families[] = {{"entmax", {1, 1.5, 2.385}}, {"normmax", {2, 5, 1.385}}, {"ksubsets", {1, 2, 8}}};
  const int32_t chosen[ROWS] = {2, 0, 1, 1, 2};
  double scores[ROWS * LENGTH], p[ROWS * LENGTH], alone[LENGTH];
  int64_t offsets[ROWS + 1] = {0};
  uint64_t random = 77;
  for (int i = 0; i < ROWS * LENGTH; i++) scores[i] = .6 * hst_normal(&random);
  for (int r = 0; r < ROWS; r++) offsets[r + 1] = offsets[r] + LENGTH;
  hs_solver_problem problem = {.size = sizeof problem,
                               .rows = ROWS,
                               .offsets = offsets,
                               .scores = scores,
                               .parameter_set = chosen,
                               .dtype = HS_FLOAT64};
  for (int family = 0; family < 3; family++) {
    hst_setting any = {families[family].id, 0};
    hs_solver_report reports[ROWS];
    assert_int_equal(hst_solve(&any, families[family].sets, 3, &problem, p, reports), HS_OK);
    for (int r = 0; r < ROWS; r++) {
      hst_setting own = {any.id, families[family].sets[chosen[r]]};
      hst_solve_row(&own, scores + r * LENGTH, LENGTH, alone);
      assert_same_bits(&own, r, p + r * LENGTH, alone, LENGTH);
    }
    assert_true(hst_solve(&any, families[family].sets, 2, &problem, p, reports) == HS_ERROR_ARGUMENT);
  }
}

static void assert_close(const hst_setting *a, const hst_setting *b, double tolerance) {
  double scores[HST_LONGEST], p[HST_LONGEST], q[HST_LONGEST];
  for (int row = 0; row < HST_ROWS; row++) {
    int64_t length = hst_row(row, scores);
    hst_solve_row(a, scores, length, p);
    hst_solve_row(b, scores, length, q);
    for (int64_t i = 0; i < length; i++)
      if (!(fabs(p[i] - q[i]) <= tolerance))
        fail_msg("%s(%g) and %s(%g), row %d: %.3e", a->id, a->parameter, b->id, b->parameter, row, p[i] - q[i]);
  }
}

/* The same map under two names, and limits of maps; the neighbours of 1.5 and 2 take other code than these. */
static void maps_that_coincide(void **state) {
  (void)state;
  const struct {
    hst_setting a, b;
    double tolerance;
  } pairs[] = {{{"softmax", 0}, {"entmax", 1}, 0},
               {{"sparsemax", 0}, {"entmax", 2}, 0},
               {{"sparsemax", 0}, {"ksubsets", 1}, 1e-15},
               {{"entmax", 1}, {"entmax", 1 + 1e-12}, 1e-9},
               {{"entmax", 1.5}, {"entmax", 1.5 + 1e-12}, 1e-9},
               {{"entmax", 2}, {"entmax", 2 - 1e-12}, 1e-9},
               {{"entmax", 2}, {"entmax", 2 + 1e-12}, 1e-9},
               {{"normmax", 2}, {"normmax", 2 + 1e-12}, 1e-9}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) assert_close(&pairs[i].a, &pairs[i].b, pairs[i].tolerance);
}

/* gamma -> infinity: uniform over what lies above the threshold of sparsemax. Rows with an entry on the threshold are
 * left out: the limit jumps there. */
static int has_entry_on_threshold(const double *scores, const double *sparsemax, int64_t length) {
  double best = 0, tau = 0;
  for (int64_t i = 0; i < length; i++)
    if (sparsemax[i] > best) best = sparsemax[i], tau = scores[i] - best;
  for (int64_t i = 0; i < length; i++)
    if (fabs(scores[i] - tau) < 1e-5) return 1;
  return 0;
}

static void large_gamma_is_uniform_over_the_sparsemax_support(void **state) {
  (void)state;
  const hst_setting large = {"normmax", 1e6}, sparsemax = {"sparsemax", 0};
  double scores[HST_LONGEST], p[HST_LONGEST], q[HST_LONGEST];
  for (int row = 0; row < HST_ROWS; row++) {
    int64_t length = hst_row(row, scores);
    int64_t support = hst_solve_row(&sparsemax, scores, length, q).support;
    if (has_entry_on_threshold(scores, q, length)) continue;
    hst_solve_row(&large, scores, length, p);
    for (int64_t i = 0; i < length; i++) assert_true(fabs(p[i] - (q[i] > 0 ? 1. / (double)support : 0)) < 1e-4);
  }
}

static void subsets_refuse_k_beyond_the_row(void **state) {
  (void)state;
  const hs_solver *solver = hst_solver("ksubsets");
  hs_parameter_value value = {.name = "k", .number = 8};
  hs_solver_bounds bounds = {.size = sizeof bounds, .rows = 1, .length = 5, .total = 5};
  char message[HS_MESSAGE_SIZE] = "";
  void *instance = NULL;
  size_t size;
  assert_int_equal(solver->create(&value, 1, &instance, message), HS_OK);
  assert_int_equal(solver->prepare(instance, &bounds, &size, message), HS_ERROR_PARAMETER);
  assert_string_equal(message, "k = 8, but there are only 5 scores");
  solver->destroy(instance);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(margin_decides_the_vertex),
      cmocka_unit_test(shift_changes_nothing),
      cmocka_unit_test(permutation_permutes),
      cmocka_unit_test(ties_share_equally),
      cmocka_unit_test(batches_do_not_matter),
      cmocka_unit_test(pruning_changes_nothing),
      cmocka_unit_test(declared_rules_are_those_of_the_theory),
      cmocka_unit_test(long_rows_are_solved),
      cmocka_unit_test(masked_entries_do_not_exist),
      cmocka_unit_test(bad_rows_are_reported_and_cost_only_themselves),
      cmocka_unit_test(float32_scores_are_taken_as_they_are),
      cmocka_unit_test(each_row_uses_its_parameter_set),
      cmocka_unit_test(maps_that_coincide),
      cmocka_unit_test(large_gamma_is_uniform_over_the_sparsemax_support),
      cmocka_unit_test(subsets_refuse_k_beyond_the_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
