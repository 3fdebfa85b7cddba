#include "products.h"

#include <string.h>

/* Written once with GCC's vector types; the compiler splits them into what each target has. */
typedef float floats __attribute__((vector_size(32)));   /* 8 */
typedef double doubles __attribute__((vector_size(64))); /* 8 */
enum { WIDTH = 8 };

#define BODY static inline __attribute__((always_inline))

/* Memory is not aligned to vectors. Macros, because a function that takes or returns a vector would change its calling
 * convention with the target. */
#define LOAD_DOUBLES(name, source)                    \
  doubles name;                                       \
  do {                                                \
    floats single_;                                   \
    memcpy(&single_, (source), sizeof single_);       \
    name = __builtin_convertvector(single_, doubles); \
  } while (0)

BODY double dot_body(const float *a, const float *b, int64_t length) {
  doubles even = {0}, odd = {0};
  int64_t i = 0;
  for (; i + 2 * WIDTH <= length; i += 2 * WIDTH) {
    LOAD_DOUBLES(a0, a + i);
    LOAD_DOUBLES(b0, b + i);
    LOAD_DOUBLES(a1, a + i + WIDTH);
    LOAD_DOUBLES(b1, b + i + WIDTH);
    even += a0 * b0;
    odd += a1 * b1;
  }
  double sums[2 * WIDTH];
  memcpy(sums, &even, sizeof even);
  memcpy(sums + WIDTH, &odd, sizeof odd);
  for (int lane = 0; i < length; i++, lane++) sums[lane] += (double)a[i] * (double)b[i];
  for (int half = WIDTH; half; half /= 2)
    for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  return sums[0];
}

BODY void first_body(double weight, const float *row, int64_t length, double *sum) {
  int64_t i = 0;
  for (; i + WIDTH <= length; i += WIDTH) {
    LOAD_DOUBLES(term, row + i);
    term *= weight;
    memcpy(sum + i, &term, sizeof term);
  }
  for (; i < length; i++) sum[i] = weight * (double)row[i];
}

BODY void add_body(double weight, const float *row, int64_t length, double *sum) {
  int64_t i = 0;
  for (; i + WIDTH <= length; i += WIDTH) {
    LOAD_DOUBLES(term, row + i);
    doubles total;
    memcpy(&total, sum + i, sizeof total);
    total += term * weight;
    memcpy(sum + i, &total, sizeof total);
  }
  for (; i < length; i++) sum[i] += weight * (double)row[i];
}

#define DEFINE_LEVEL(level, attribute)                                                                            \
  attribute static double dot_##level(const float *a, const float *b, int64_t n) { return dot_body(a, b, n); }    \
  attribute static void first_##level(double w, const float *r, int64_t n, double *s) { first_body(w, r, n, s); } \
  attribute static void add_##level(double w, const float *r, int64_t n, double *s) { add_body(w, r, n, s); }     \
  static const hs_products PRODUCTS_##level = {dot_##level, first_##level, add_##level};

DEFINE_LEVEL(portable, )
#if defined(__x86_64__)
DEFINE_LEVEL(avx2, __attribute__((target("avx2"))))
DEFINE_LEVEL(avx512, __attribute__((target("avx512f,avx512vl,avx512dq,prefer-vector-width=512"))))
#endif

const hs_products *hs_products_of(hs_cpu_level level) {
#if defined(__x86_64__)
  if (level == HS_CPU_AVX512) return &PRODUCTS_avx512;
  if (level == HS_CPU_AVX2) return &PRODUCTS_avx2;
#endif
  (void)level;
  return &PRODUCTS_portable;
}
