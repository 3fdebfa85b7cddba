#include "sum.h"

#include <math.h>

#include "level.h"

/* Adding and subtracting 1.5 * 2^52 quanta rounds to a multiple of the quantum. */
#define ROUNDING_CONSTANT 0x1.8p52

/* The exponent e with 2 * count <= 2^e: no sum of the terms exceeds it. */
static int sum_exponent(int64_t count) {
  int exponent = 3; /* at least 8, so that a single term is well inside the rounding constant */
  while (exponent < 62 && (INT64_C(1) << exponent) < 2 * count) exponent++;
  return exponent;
}

HS__INLINE void split_add(const hs__f64x8 *x, double coarse, double fine, hs__f64x8 *high, hs__f64x8 *low) {
  hs__f64x8 upper = (*x + coarse) - coarse;
  hs__f64x8 rest = *x - upper;
  *high += upper;
  *low += (rest + fine) - fine;
}

HS__INLINE double hs__sum_lanes_body(const double *terms, int64_t count, double coarse, double fine) {
  hs__f64x8 high = {0}, low = {0}, x = {0};
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(terms + i, count - i, 0, &x);
    split_add(&x, coarse, fine, &high, &low);
  }
  double high_sum = 0, low_sum = 0;
  for (int lane = 0; lane < HS__LANES; lane++) {
    high_sum += high[lane];
    low_sum += low[lane];
  }
  return high_sum + low_sum;
}

#define SUM_PARAMETERS (const double *terms, int64_t count, double coarse, double fine)
double hs__sum_lanes SUM_PARAMETERS;
HS__AT_EVERY_LEVEL(double, hs__sum_lanes, SUM_PARAMETERS, (terms, count, coarse, fine))

double hs__sum(const double *terms, int64_t count) {
  int exponent = sum_exponent(count);
  double coarse_quantum = ldexp(1, exponent - 52);
  double fine_quantum = ldexp(coarse_quantum, exponent - 53);
  return hs__sum_lanes(terms, count, ROUNDING_CONSTANT * coarse_quantum, ROUNDING_CONSTANT * fine_quantum);
}
