/* The scan against an oracle that sorts, at every level that this machine runs. */
#include <math.h>
#include <plugins/host/scan.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* cmocka wants setjmp, stdarg and stddef. */
#include <cmocka.h>

static uint64_t state = 2385;

static uint64_t next(void) { return random_bits(&state); }
static double uniform(void) { return (double)(next() >> 11) * 0x1p-53; }

static int descending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x < y) - (x > y);
}

/* The definition, in 113-bit arithmetic, written so that rounding cannot change the sign: the difference of two floats
 * is exact unless they are more than 2^89 apart. */
static int64_t oracle(const float *scores, int64_t length, int64_t order, double margin, int32_t *found) {
  float *sorted = malloc((size_t)(length + 1) * sizeof *sorted);
  int64_t finite = 0, count = 0;
  for (int64_t i = 0; i < length; i++)
    if (scores[i] > -INFINITY) sorted[finite++] = scores[i];
  qsort(sorted, (size_t)finite, sizeof *sorted, descending);
  for (int64_t i = 0; i < length; i++) {
    if (!(scores[i] > -INFINITY)) continue;
    bool keep = order > finite || isinf(margin);
    keep = keep || ((_Float128)scores[i] - (_Float128)sorted[order - 1]) + (_Float128)margin > 0;
    if (keep) found[count++] = (int32_t)i;
  }
  free(sorted);
  return count;
}

/* Buffers are exactly as large as promised, so that the sanitizers see every step beyond them. */
static void compare(const float *scores, int64_t length, int64_t order, double margin) {
  float *copy = malloc((size_t)length * sizeof *copy + 1);
  int32_t *expected = malloc((size_t)length * sizeof *expected + 1),
          *found = malloc((size_t)length * sizeof *found + 1);
  float *scratch = malloc((size_t)hs__scan_scratch(length) * sizeof *scratch + 1);
  memcpy(copy, scores, (size_t)length * sizeof *copy);
  int64_t wanted = oracle(copy, length, order, margin, expected);
  for (int level = HS_CPU_PORTABLE; level <= (int)hs_cpu_detect(); level++) {
    hs__scan_set_level((hs_cpu_level)level);
    int64_t count = hs__scan_candidates(copy, length, order, margin, found, scratch);
    if (count != wanted) print_error("length %ld order %ld margin %g level %d\n", length, order, margin, level);
    assert_int_equal(count, wanted);
    assert_memory_equal(found, expected, (size_t)count * sizeof *found);
  }
  free(copy);
  free(expected);
  free(found);
  free(scratch);
}

static const int64_t LENGTHS[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 255, 256, 257, 511, 512, 513, 1000, 4099};
static const int64_t ORDERS[] = {1, 2, 3, 8, 16, 17, 300, 5000};
enum { LENGTH_COUNT = sizeof LENGTHS / sizeof *LENGTHS, ORDER_COUNT = sizeof ORDERS / sizeof *ORDERS, LONGEST = 4099 };

typedef float (*generator)(int64_t index);

static float spread(int64_t i) { return (void)i, (float)(uniform() * 23.85 - 11.2); }
static float tied(int64_t i) { return (void)i, (float)(next() % 5) * 0.375f; }
static float constant(int64_t i) { return (void)i, -2.385f; }
static float masked(int64_t i) { return next() % 3 ? -INFINITY : spread(i); }
static float huge(int64_t i) { return (void)i, (float)((uniform() - 0.5) * 6e38); }
static float tiny(int64_t i) { return (void)i, (float)((uniform() - 0.5) * 1e-40); }
static float rising(int64_t i) { return (float)i * 0.01f; }
static float falling(int64_t i) { return (float)-i * 0.01f; }
static float zeroes(int64_t i) { return i % 2 ? -0.0f : 0.0f; }
static float nothing(int64_t i) { return (void)i, -INFINITY; }

static const generator GENERATORS[] = {spread, tied, constant, masked, huge, tiny, rising, falling, zeroes, nothing};
enum { GENERATOR_COUNT = sizeof GENERATORS / sizeof *GENERATORS };

static void agrees_with_the_definition(void **unused) {
  (void)unused;
  static const double MARGINS[] = {0, 1e-42, 0.1, 0.375, 1, 2.385, 7, 1e30, 1e300, INFINITY};
  float scores[LONGEST];
  for (int g = 0; g < GENERATOR_COUNT; g++)
    for (int l = 0; l < LENGTH_COUNT; l++) {
      for (int64_t i = 0; i < LENGTHS[l]; i++) scores[i] = GENERATORS[g](i);
      for (int o = 0; o < ORDER_COUNT; o++)
        for (size_t m = 0; m < sizeof MARGINS / sizeof *MARGINS; m++)
          compare(scores, LENGTHS[l], ORDERS[o], MARGINS[m]);
    }
}

/* Margins that put the limit within one rounding error of a score: where a careless float32 limit loses one. */
static void loses_no_candidate_to_rounding(void **unused) {
  (void)unused;
  float scores[513];
  for (int round = 0; round < 200; round++) {
    for (int i = 0; i < 513; i++) scores[i] = spread(i);
    double gap = (double)scores[next() % 513] - (double)scores[next() % 513];
    double margin = fabs(gap) + (double)((int)(next() % 5) - 2) * 1e-17;
    compare(scores, 513, 1, margin < 0 ? 0 : margin);
    compare(scores, 513, 1, nextafter(fabs(gap), 0));
    compare(scores, 513, 1, nextafter(fabs(gap), INFINITY));
  }
}

static void refuses_nan_and_infinity_wherever_they_stand(void **unused) {
  (void)unused;
  static const float BAD[] = {NAN, INFINITY};
  float scores[777], *scratch = malloc((size_t)hs__scan_scratch(777) * sizeof *scratch);
  int32_t found[777];
  for (int i = 0; i < 777; i++) scores[i] = spread(i);
  for (int level = HS_CPU_PORTABLE; level <= (int)hs_cpu_detect(); level++)
    for (int at = 0; at < 777; at++)
      for (int bad = 0; bad < 2; bad++) {
        float kept = scores[at];
        scores[at] = BAD[bad];
        hs__scan_set_level((hs_cpu_level)level);
        assert_int_equal(hs__scan_candidates(scores, 777, 3, 1.7, found, scratch), -1);
        float largest = hs__scan_max(scores, 777);
        assert_true(bad ? largest == INFINITY : isnan(largest));
        scores[at] = kept;
      }
  free(scratch);
}

static void maximum_is_the_largest(void **unused) {
  (void)unused;
  float scores[LONGEST * 3];
  for (int g = 0; g < GENERATOR_COUNT; g++)
    for (int64_t length = 0; length < LONGEST * 3; length = length * 2 + 1) {
      float largest = -INFINITY;
      for (int64_t i = 0; i < length; i++) scores[i] = GENERATORS[g](i);
      for (int64_t i = 0; i < length; i++) largest = scores[i] > largest ? scores[i] : largest;
      for (int level = HS_CPU_PORTABLE; level <= (int)hs_cpu_detect(); level++) {
        hs__scan_set_level((hs_cpu_level)level);
        float found = hs__scan_max(scores, length);
        assert_true(found == largest);
        assert_false(found == 0 && signbit(found));
      }
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_the_definition),
      cmocka_unit_test(loses_no_candidate_to_rounding),
      cmocka_unit_test(refuses_nan_and_infinity_wherever_they_stand),
      cmocka_unit_test(maximum_is_the_largest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
