#include "passes.h"

#include <math.h>
#include <string.h>

/* Written once with GCC's vector types; the compiler splits them into what each target has. Memory is not aligned to
 * vectors, hence memcpy; vectors are never passed by value, because the way to do that depends on the target. */
enum { LANES = 8, INDEX_LANES = 16 };
typedef double doubles __attribute__((vector_size(64)));
typedef float floats __attribute__((vector_size(32)));
typedef int64_t bits __attribute__((vector_size(64)));
typedef int32_t integers __attribute__((vector_size(64)));

#define BODY static inline __attribute__((always_inline))

/* The range of what has been seen: eight at a time, then one by one. x * 0 is a zero unless x is NaN or infinite, so
 * the sum of them tells whether all values are finite. */
typedef struct extremes {
  doubles low, high, zeroes;
  double smallest, largest, zero;
} extremes;

BODY void see_nothing(extremes *seen) {
  doubles infinite = (doubles){0} + INFINITY;
  *seen = (extremes){.low = infinite, .high = -infinite, .smallest = INFINITY, .largest = -INFINITY};
}

BODY void see_vector(extremes *seen, const doubles *x) {
  bits below = *x<seen->low, above = *x> seen->high;
  seen->low = (doubles)((below & (bits)*x) | (~below & (bits)seen->low));
  seen->high = (doubles)((above & (bits)*x) | (~above & (bits)seen->high));
  seen->zeroes += *x * 0;
}

BODY void see_value(extremes *seen, double x) {
  seen->smallest = x < seen->smallest ? x : seen->smallest;
  seen->largest = x > seen->largest ? x : seen->largest;
  seen->zero += x * 0;
}

BODY void finish_range(extremes *seen, hs__range *range) {
  for (int lane = 0; lane < LANES; lane++) {
    seen->smallest = seen->low[lane] < seen->smallest ? seen->low[lane] : seen->smallest;
    seen->largest = seen->high[lane] > seen->largest ? seen->high[lane] : seen->largest;
    seen->zero += seen->zeroes[lane];
  }
  /* -0 becomes 0: which zero is found first depends on the lanes. */
  *range = (hs__range){seen->smallest + 0.0, seen->largest + 0.0, seen->zero == 0};
}

BODY void widen_body(const float *scores, int64_t count, double scale, double *wide, hs__range *range) {
  extremes seen;
  see_nothing(&seen);
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    floats narrow;
    memcpy(&narrow, scores + i, sizeof narrow);
    doubles product = __builtin_convertvector(narrow, doubles) * scale;
    memcpy(wide + i, &product, sizeof product);
    see_vector(&seen, &product);
  }
  for (; i < count; i++) {
    wide[i] = scale * (double)scores[i];
    see_value(&seen, wide[i]);
  }
  finish_range(&seen, range);
}

BODY void range_body(const double *values, int64_t count, hs__range *range) {
  extremes seen;
  see_nothing(&seen);
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    doubles x;
    memcpy(&x, values + i, sizeof x);
    see_vector(&seen, &x);
  }
  for (; i < count; i++) see_value(&seen, values[i]);
  finish_range(&seen, range);
}

BODY bool ascends_body(const int32_t *indices, int64_t count) {
  integers wrong = {0};
  int64_t i = 1;
  for (; i + INDEX_LANES <= count; i += INDEX_LANES) {
    integers here, before;
    memcpy(&here, indices + i, sizeof here);
    memcpy(&before, indices + i - 1, sizeof before);
    wrong |= here <= before;
  }
  int32_t any = 0;
  for (int lane = 0; lane < INDEX_LANES; lane++) any |= wrong[lane];
  for (; i < count; i++) any |= indices[i] <= indices[i - 1];
  return !any;
}

#define DEFINE_LEVEL(level, attribute)                                                                   \
  attribute static void widen_##level(const float *s, int64_t n, double f, double *w, hs__range *r) {    \
    widen_body(s, n, f, w, r);                                                                           \
  }                                                                                                      \
  attribute static void range_##level(const double *v, int64_t n, hs__range *r) { range_body(v, n, r); } \
  attribute static bool ascends_##level(const int32_t *i, int64_t n) { return ascends_body(i, n); }      \
  static const hs__passes PASSES_##level = {widen_##level, range_##level, ascends_##level};

DEFINE_LEVEL(portable, )
#if defined(__x86_64__)
DEFINE_LEVEL(avx2, __attribute__((target("avx2"))))
DEFINE_LEVEL(avx512, __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512"))))
#endif

const hs__passes *hs__passes_of(hs_cpu_level level) {
#if defined(__x86_64__)
  if (level == HS_CPU_AVX512) return &PASSES_avx512;
  if (level == HS_CPU_AVX2) return &PASSES_avx2;
#endif
  (void)level;
  return &PASSES_portable;
}
