/* Is p the right p? Optimality conditions, an independent bisection, brute force over supports, and Omega. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "oracle.h"

static double sum_of(const double *p, int64_t length) {
  double sum = 0;
  for (int64_t i = 0; i < length; i++) sum += p[i];
  return sum;
}

#define CHECK(condition, setting, row, value)                                                            \
  do {                                                                                                   \
    if (!(condition))                                                                                    \
      fail_msg("%s(%g), row %d: %s, %.3e", (setting)->id, (setting)->parameter, row, #condition, value); \
  } while (0)

static void every_row_is_optimal(void **state) {
  (void)state;
  double scores[HST_LONGEST], p[HST_LONGEST];
  for (size_t s = 0; s < HST_SETTING_COUNT; s++) {
    const hst_setting *setting = &HST_SETTINGS[s];
    for (int row = 0; row < HST_ROWS; row++) {
      int64_t length = hst_row(row, scores);
      if (!hst_feasible(setting, length)) continue;
      hs_solver_report report = hst_solve_row(setting, scores, length, p);
      CHECK(report.status == HS_OK, setting, row, (double)report.status);
      CHECK(report.certificate <= 1e-10, setting, row, report.certificate);
      CHECK(fabs(sum_of(p, length) - hst_total(setting)) < 1e-12 * hst_total(setting), setting, row,
            sum_of(p, length) - hst_total(setting));
      double residual = hst_optimality(setting, scores, length, p);
      double powered = strcmp(setting->id, "normmax") ? 1 : setting->parameter; /* p is raised to gamma - 1 */
      CHECK(residual < 1e-11 + 1e-15 * powered, setting, row, residual);
    }
  }
}

static int well_conditioned(const hst_setting *setting) {
  if (strcmp(setting->id, "normmax") == 0) return setting->parameter > 1.1 && setting->parameter <= 10;
  return strcmp(setting->id, "entmax") != 0 || setting->parameter <= 5;
}

static void bisection_agrees(void **state) {
  (void)state;
  double scores[HST_LONGEST], p[HST_LONGEST], expected[HST_LONGEST];
  for (size_t s = 0; s < HST_SETTING_COUNT; s++) {
    const hst_setting *setting = &HST_SETTINGS[s];
    if (!well_conditioned(setting) || (strcmp(setting->id, "entmax") == 0 && setting->parameter < 1.005)) continue;
    for (int row = 0; row < HST_ROWS; row++) {
      int64_t length = hst_row(row, scores);
      if (!hst_feasible(setting, length)) continue;
      hst_solve_row(setting, scores, length, p);
      hst_oracle(setting, scores, length, expected);
      for (int64_t i = 0; i < length; i++) CHECK(fabs(p[i] - expected[i]) < 1e-11, setting, row, p[i] - expected[i]);
    }
  }
}

/* ---- brute force: every support, on at most eight entries --------------------------------------------------- */

enum { FEW = 8 };

typedef struct winner {
  long double value;
  double p[FEW];
} winner;

static void offer(winner *best, const double *scores, int64_t length, const long double *p, long double omega) {
  long double value = -omega;
  for (int64_t i = 0; i < length; i++) value += p[i] * scores[i];
  if (value <= best->value) return;
  best->value = value;
  for (int64_t i = 0; i < length; i++) best->p[i] = (double)p[i];
}

/* The point with this set of ones and this set of entries between, if it exists: z - tau on the latter. */
static void try_linear(winner *best, const double *scores, int64_t length, int64_t ones, int64_t between,
                       double total) {
  long double p[FEW] = {0}, sum = 0, missing = total, squares = 0;
  int count = 0;
  for (int64_t i = 0; i < length; i++) {
    if (ones >> i & 1) missing -= 1;
    if (between >> i & 1) count++, sum += scores[i];
  }
  if (count == 0 && missing != 0) return;
  for (int64_t i = 0; i < length; i++) {
    if (ones >> i & 1) p[i] = 1;
    if (between >> i & 1) p[i] = scores[i] - (sum - missing) / count;
    if (p[i] < 0 || p[i] > 1 + 1e-15L) return;
    squares += p[i] * p[i];
  }
  offer(best, scores, length, p, squares / 2);
}

/* The point (z/2 - tau)^2 on this support, if it exists. */
static void try_quadratic(winner *best, const double *scores, int64_t length, int64_t support) {
  long double p[FEW] = {0}, sum = 0, squares = 0, omega = 0;
  int count = 0;
  for (int64_t i = 0; i < length; i++) {
    if (!(support >> i & 1)) continue;
    count++;
    sum += scores[i] / 2;
    squares += (long double)scores[i] * scores[i] / 4;
  }
  long double inner = sum * sum - count * (squares - 1);
  if (inner < 0) return;
  long double tau = (sum - sqrtl(inner)) / count;
  for (int64_t i = 0; i < length; i++) {
    if (!(support >> i & 1)) continue;
    if (scores[i] / 2 < tau) return;
    p[i] = (scores[i] / 2 - tau) * (scores[i] / 2 - tau);
    omega += powl(p[i], 1.5L);
  }
  offer(best, scores, length, p, omega / .75L);
}

static void brute_force_agrees(void **state) {
  (void)state;
  uint64_t random = 2385;
  const hst_setting budget[] = {{"ksubsets", 1}, {"ksubsets", 2}, {"ksubsets", 3}}, quadratic = {"entmax", 1.5};
  for (int round = 0; round < 60; round++) {
    double scores[FEW], p[FEW];
    int64_t length = 3 + round % (FEW - 2);
    for (int64_t i = 0; i < length; i++) scores[i] = hst_normal(&random) * (.2 + .3 * (round % 5));
    if (round % 4 == 0) scores[1] = scores[0];
    for (int k = 1; k <= 3; k++) {
      winner best = {.value = -INFINITY};
      for (int64_t ones = 0; ones < 1 << length; ones++)
        for (int64_t between = 0; between < 1 << length; between++)
          if (!(ones & between)) try_linear(&best, scores, length, ones, between, k);
      hst_solve_row(&budget[k - 1], scores, length, p);
      for (int64_t i = 0; i < length; i++)
        CHECK(fabs(p[i] - best.p[i]) < 1e-9, &budget[k - 1], round, p[i] - best.p[i]);
    }
    winner best = {.value = -INFINITY};
    for (int64_t support = 1; support < 1 << length; support++) try_quadratic(&best, scores, length, support);
    hst_solve_row(&quadratic, scores, length, p);
    for (int64_t i = 0; i < length; i++) CHECK(fabs(p[i] - best.p[i]) < 1e-9, &quadratic, round, p[i] - best.p[i]);
  }
}

/* ---- Omega ---------------------------------------------------------------------------------------------------- */

static double conjugate(const hst_setting *setting, const double *scores, int64_t length) {
  double p[HST_LONGEST], value = 0;
  hst_solve_row(setting, scores, length, p);
  for (int64_t i = 0; i < length; i++) value += p[i] * scores[i];
  return value - hst_omega(setting, p, length);
}

/* Omega*(z) = max <z, p> - Omega(p), so p is its gradient. */
static void gradient_of_conjugate_is_p(void **state) {
  (void)state;
  enum { LENGTH = 11 };
  const double step = 1e-4;
  uint64_t random = 99;
  for (size_t s = 0; s < HST_SETTING_COUNT; s++) {
    const hst_setting *setting = &HST_SETTINGS[s];
    int smooth = strcmp(setting->id, "entmax") != 0 || setting->parameter < 10;
    smooth &= strcmp(setting->id, "normmax") != 0 || (setting->parameter > 1.1 && setting->parameter < 10);
    if (!smooth || !hst_feasible(setting, LENGTH)) continue;
    double scores[LENGTH], p[LENGTH];
    for (int i = 0; i < LENGTH; i++) scores[i] = .385 * hst_normal(&random);
    hst_solve_row(setting, scores, LENGTH, p);
    for (int i = 0; i < LENGTH; i++) {
      double middle = scores[i];
      scores[i] = middle + step;
      double upper = conjugate(setting, scores, LENGTH);
      scores[i] = middle - step;
      double slope = (upper - conjugate(setting, scores, LENGTH)) / (2 * step);
      scores[i] = middle;
      CHECK(fabs(slope - p[i]) < 3e-4, setting, i, slope - p[i]);
    }
  }
}

static void omega_follows_its_formula(void **state) {
  (void)state;
  const double p[] = {.5, .3, .2};
  const struct {
    hst_setting setting;
    double expected;
  } known[] = {{{"softmax", 0}, .5 * log(.5) + .3 * log(.3) + .2 * log(.2)},
               {{"sparsemax", 0}, (.38 - 1) / 2},
               {{"entmax", 2}, (.38 - 1) / 2},
               {{"entmax", 3}, (.16 - 1) / 6},
               {{"normmax", 2}, sqrt(.38)},
               {{"normmax", 1e6}, .5},
               {{"ksubsets", 1}, .19}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    assert_true(fabs(hst_omega(&known[i].setting, p, 3) - known[i].expected) < 1e-6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_is_optimal),      cmocka_unit_test(bisection_agrees),
      cmocka_unit_test(brute_force_agrees),        cmocka_unit_test(gradient_of_conjugate_is_p),
      cmocka_unit_test(omega_follows_its_formula),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
