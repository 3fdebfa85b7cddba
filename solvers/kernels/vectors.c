#include "vectors.h"

#include <math.h>

#include "level.h"

typedef float f32x8 __attribute__((vector_size(32)));

/* result = mask ? a : b, lane by lane. */
HS__INLINE void choose(const hs__i64x8 *mask, const hs__f64x8 *a, hs__f64x8 *b) {
  *b = (hs__f64x8)((*mask & (hs__i64x8)*a) | (~*mask & (hs__i64x8)*b));
}

/* x * 0 is a zero unless x is NaN or infinite: their sum tells whether all values are finite. */
HS__INLINE void hs__range_of_body(const double *values, int64_t count, hs__range *range) {
  hs__f64x8 low = (hs__f64x8){0} + INFINITY, high = -low, zeroes = {0}, x;
  double fill = count ? values[0] : 0;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(values + i, count - i, fill, &x);
    hs__i64x8 below = x<low, above = x> high;
    choose(&below, &x, &low);
    choose(&above, &x, &high);
    zeroes += x * 0;
  }
  double smallest = INFINITY, largest = -INFINITY, zero = 0;
  for (int lane = 0; lane < HS__LANES; lane++) {
    smallest = low[lane] < smallest ? low[lane] : smallest;
    largest = high[lane] > largest ? high[lane] : largest;
    zero += zeroes[lane];
  }
  *range = (hs__range){smallest + 0.0, largest + 0.0, zero == 0}; /* -0 + 0 = 0 */
}
HS__AT_EVERY_LEVEL(void, hs__range_of, (const double *values, int64_t count, hs__range *range), (values, count, range))

HS__INLINE void hs__subtract_body(const double *values, int64_t count, double origin, double *differences) {
  hs__f64x8 x;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(values + i, count - i, 0, &x);
    x -= origin;
    hs__store(&x, count - i, differences + i);
  }
}
HS__AT_EVERY_LEVEL(void, hs__subtract, (const double *values, int64_t count, double origin, double *differences),
                   (values, count, origin, differences))

HS__INLINE void hs__scale_body(double *values, int64_t count, double factor) {
  hs__f64x8 x;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(values + i, count - i, 0, &x);
    x *= factor;
    hs__store(&x, count - i, values + i);
  }
}
HS__AT_EVERY_LEVEL(void, hs__scale, (double *values, int64_t count, double factor), (values, count, factor))

HS__INLINE int64_t hs__count_above_body(const double *values, int64_t count, double bound) {
  hs__i64x8 counts = {0};
  hs__f64x8 x;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(values + i, count - i, -INFINITY, &x);
    counts -= x > bound;
  }
  int64_t above = 0;
  for (int lane = 0; lane < HS__LANES; lane++) above += counts[lane];
  return above;
}
HS__AT_EVERY_LEVEL(int64_t, hs__count_above, (const double *values, int64_t count, double bound),
                   (values, count, bound))

HS__INLINE void hs__narrow_body(const double *values, int64_t count, float *narrow) {
  int64_t i = 0;
  for (; i + HS__LANES <= count; i += HS__LANES) {
    hs__f64x8 wide;
    memcpy(&wide, values + i, sizeof wide);
    f32x8 rounded = __builtin_convertvector(wide, f32x8);
    memcpy(narrow + i, &rounded, sizeof rounded);
  }
  for (; i < count; i++) narrow[i] = (float)values[i];
}
HS__AT_EVERY_LEVEL(void, hs__narrow, (const double *values, int64_t count, float *narrow), (values, count, narrow))
