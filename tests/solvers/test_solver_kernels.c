/* The numerics under the solvers: exponentials and powers against long double, sums in any order, and the same bits at
 * every level of the processor. */
#include <base/cpu.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "solvers/kernels/exponential.h"
#include "solvers/kernels/level.h"
#include "solvers/kernels/sum.h"
#include "solvers/kernels/vectors.h"

enum { MANY = 20011 }; /* not a multiple of any vector */

static double ulps(double value, long double exact) {
  long double unit = nextafter((double)exact, INFINITY) - (long double)(double)exact;
  return (double)fabsl((value - exact) / unit);
}

static void exp_is_within_two_units(void **state) {
  (void)state;
  static double x[MANY], y[MANY];
  uint64_t random = 1;
  for (int i = 0; i < MANY; i++) x[i] = i % 2 ? -708 * hst_uniform(&random) : hst_normal(&random);
  hs__exp_many(x, MANY, y);
  for (int i = 0; i < MANY; i++) assert_true(ulps(y[i], expl(x[i])) <= 2);
  const double edges[] = {0, -746, -1e300, -INFINITY, -745, 709};
  hs__exp_many(edges, 6, y);
  assert_true(y[0] == 1 && y[1] == 0 && y[2] == 0 && y[3] == 0);
  assert_true(y[4] == 0x1p-1074 && ulps(y[5], expl(709)) <= 2);
}

static void near_exponentials_are_the_same(void **state) {
  (void)state;
  static double x[MANY], y[MANY], z[MANY];
  uint64_t random = 9;
  for (int i = 0; i < MANY; i++) x[i] = (2 * hst_uniform(&random) - 1) * (i % 2 ? 700 : 1);
  x[0] = -700, x[1] = 700, x[2] = 0;
  for (int count = MANY - 9; count <= MANY; count++) {
    hs__exp_many(x, count, y);
    hs__exp_near(x, count, z);
    assert_memory_equal(y, z, (size_t)count * sizeof *y);
  }
}

static void powers_are_as_good_as_promised(void **state) {
  (void)state;
  static double x[MANY], y[MANY];
  uint64_t random = 2;
  const double exponents[] = {1e-3, .385, 1, 2, 10, 1e3, 1e9};
  for (int e = 0; e < 7; e++) {
    double exponent = exponents[e], scale = exponent > 5 ? 1 / exponent : .2385;
    for (int i = 0; i < MANY; i++) x[i] = -hst_uniform(&random) * (i % 3 ? 5 : 100);
    hs__power_many(x, MANY, scale, exponent, y);
    for (int i = 0; i < MANY; i++) {
      double sloped = x[i] * scale; /* the rounding of this product is the caller's */
      long double exact = sloped <= -1 ? 0 : expl(exponent * log1pl(sloped));
      assert_true(fabsl(y[i] - exact) <= 1e-15L * exact * (1 + fabsl(logl(exact + 1e-300L))));
    }
  }
}

static void sum_has_no_order(void **state) {
  (void)state;
  static double x[MANY], turned[MANY];
  uint64_t random = 4;
  const int64_t counts[] = {1, 2, 7, 8, 9, 100, MANY};
  assert_true(hs__sum(x, 0) == 0);
  for (int c = 0; c < 7; c++) {
    long double exact = 0;
    for (int64_t i = 0; i < counts[c]; i++) {
      x[i] = (2 * hst_uniform(&random) - 1) * exp(-30 * hst_uniform(&random) * (double)(i % 2));
      exact += x[i];
    }
    for (int64_t i = 0; i < counts[c]; i++) turned[i] = x[(i * 37 + 3) % counts[c]];
    double sum = hs__sum(x, counts[c]), other = hs__sum(turned, counts[c]);
    assert_memory_equal(&sum, &other, sizeof sum);
    assert_true(fabsl(sum - exact) <= 0x1p-52L * fabsl(exact) + 1e-18L * (long double)counts[c]);
  }
}

static void all_levels_give_the_same_bits(void **state) {
  (void)state;
  static double x[MANY], expected[MANY], y[MANY];
  uint64_t random = 6;
  hs_cpu_level best = hs_cpu_detect();
  for (int i = 0; i < MANY; i++) x[i] = -100 * hst_uniform(&random) * hst_uniform(&random);
  for (int kernel = 0; kernel < 3; kernel++)
    for (int level = HS_CPU_PORTABLE; level <= (int)best; level++) {
      hs__kernel_set_level((hs_cpu_level)level);
      double *out = level == HS_CPU_PORTABLE ? expected : y;
      if (kernel == 0) hs__exp_many(x, MANY, out);
      if (kernel == 1) hs__exp_near(x, MANY, out);
      if (kernel == 2) hs__power_many(x, MANY, .01, 99.385, out);
      if (level > HS_CPU_PORTABLE) assert_memory_equal(expected, y, sizeof y);
    }
  double sums[3];
  for (int level = HS_CPU_PORTABLE; level <= (int)best; level++) {
    hs__kernel_set_level((hs_cpu_level)level);
    sums[level] = hs__sum(expected, MANY);
    assert_memory_equal(&sums[level], &sums[0], sizeof *sums);
  }
  hs__kernel_set_level(best);
}

/* Against plain loops, at every level, for all lengths around a vector. */
static void passes_do_what_they_say(void **state) {
  (void)state;
  enum { LONGEST = 40 };
  double x[LONGEST], y[LONGEST];
  float narrow[LONGEST];
  uint64_t random = 12;
  hs_cpu_level best = hs_cpu_detect();
  for (int level = HS_CPU_PORTABLE; level <= (int)best; level++)
    for (int count = 0; count <= LONGEST; count++) {
      hs__kernel_set_level((hs_cpu_level)level);
      double smallest = INFINITY, largest = -INFINITY;
      int64_t above = 0;
      for (int i = 0; i < count; i++) {
        x[i] = hst_normal(&random);
        smallest = fmin(smallest, x[i]);
        largest = fmax(largest, x[i]);
        above += x[i] > .2385;
      }
      hs__range range;
      hs__range_of(x, count, &range);
      assert_true(range.finite && range.smallest == smallest && range.largest == largest);
      assert_int_equal(hs__count_above(x, count, .2385), above);
      hs__subtract(x, count, .385, y);
      hs__narrow(x, count, narrow);
      for (int i = 0; i < count; i++) assert_true(y[i] == x[i] - .385 && narrow[i] == (float)x[i]);
      hs__scale(y, count, .385);
      for (int i = 0; i < count; i++) assert_true(y[i] == (x[i] - .385) * .385);
      for (int bad = 0; bad < count; bad++) {
        double saved = x[bad];
        x[bad] = bad % 3 == 0 ? NAN : bad % 3 == 1 ? INFINITY : -INFINITY;
        hs__range_of(x, count, &range);
        assert_false(range.finite);
        x[bad] = saved;
      }
    }
  hs__kernel_set_level(best);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_is_within_two_units),        cmocka_unit_test(near_exponentials_are_the_same),
      cmocka_unit_test(powers_are_as_good_as_promised), cmocka_unit_test(sum_has_no_order),
      cmocka_unit_test(all_levels_give_the_same_bits),  cmocka_unit_test(passes_do_what_they_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
