#include "exponential.h"

#include "level.h"

/* log 2 in two parts; the upper has 32 bits, so its product with an exponent is exact. */
#define LOG2_HIGH 0x1.62e42feep-1
#define LOG2_LOW  0x1.a39ef35793c76p-33

/* Adding 1.5 * 2^52 leaves the nearest whole number in the low bits of the significand. */
#define WHOLE_MAGIC      0x1.8p52
#define WHOLE_MAGIC_BITS INT64_C(0x4338000000000000)
#define EXPONENT_BIAS    1023

/* result = 2^whole for whole in (-1023, 1024). */
HS__INLINE void power_of_two(const hs__f64x8 *whole, hs__f64x8 *result) {
  hs__i64x8 bits = (hs__i64x8)(*whole + WHOLE_MAGIC) - WHOLE_MAGIC_BITS;
  *result = (hs__f64x8)((bits + EXPONENT_BIAS) << 52);
}

/* result = mask ? a : b, lane by lane. */
HS__INLINE void choose(const hs__i64x8 *mask, const hs__f64x8 *a, const hs__f64x8 *b, hs__f64x8 *result) {
  *result = (hs__f64x8)((*mask & (hs__i64x8)*a) | (~*mask & (hs__i64x8)*b));
}

/* x = min(max(x, -746), 709): beyond them the result is 0, or that of 709. */
HS__INLINE void clamp_lanes(hs__f64x8 *x) {
  const hs__f64x8 lowest = {-746, -746, -746, -746, -746, -746, -746, -746};
  const hs__f64x8 highest = {709, 709, 709, 709, 709, 709, 709, 709};
  hs__i64x8 inside = *x > lowest;
  choose(&inside, x, &lowest, x);
  inside = *x < highest;
  choose(&inside, x, &highest, x);
}

/* exp(x) = 2^k exp(r) with |r| <= log(2)/2; exp(r) by its Taylor polynomial, whose first term left out is r^14/14!
 * < 2^-57. x becomes exp(r) and k. */
HS__INLINE void reduced_exp_lanes(hs__f64x8 *x, hs__f64x8 *k) {
  static const double INVERSE_FACTORIAL[] = {1.0 / 2,        1.0 / 6,         1.0 / 24,         1.0 / 120,
                                             1.0 / 720,      1.0 / 5040,      1.0 / 40320,      1.0 / 362880,
                                             1.0 / 3628800., 1.0 / 39916800., 1.0 / 479001600., 1.0 / 6227020800.};
  enum { TERMS = sizeof INVERSE_FACTORIAL / sizeof *INVERSE_FACTORIAL };
  *k = (*x * 0x1.71547652b82fep0 + WHOLE_MAGIC) - WHOLE_MAGIC;
  hs__f64x8 r = (*x - *k * LOG2_HIGH) - *k * LOG2_LOW;
  hs__f64x8 sum = r * INVERSE_FACTORIAL[TERMS - 1] + INVERSE_FACTORIAL[TERMS - 2];
  for (int term = TERMS - 3; term >= 0; term--) sum = sum * r + INVERSE_FACTORIAL[term];
  *x = (r + (r * r) * sum) + 1;
}

/* Any x. 2^k is applied in two halves, so that results below the normal range come out right. */
HS__INLINE void exp_lanes(hs__f64x8 *x) {
  clamp_lanes(x);
  hs__f64x8 k, scale;
  reduced_exp_lanes(x, &k);
  hs__f64x8 half = (k * 0.5 + WHOLE_MAGIC) - WHOLE_MAGIC, rest = k - half;
  power_of_two(&half, &scale);
  *x *= scale;
  power_of_two(&rest, &scale);
  *x *= scale;
}

/* The same for |x| <= 700, where nothing under- or overflows: the same bits with a third less work. */
HS__INLINE void exp_near_lanes(hs__f64x8 *x) {
  hs__f64x8 k, scale;
  reduced_exp_lanes(x, &k);
  power_of_two(&k, &scale);
  *x *= scale;
}

/* log(x) = k log 2 + log(m), m = 1 + f in [sqrt(1/2), sqrt(2)), for normal x > 0. With s = f / (2 + f),
 * log(m) = 2 artanh(s) = f - s (f - R), R = 2 (s^2/3 + s^4/5 + ...); s^2 < .0295, so the series may end at s^22. */
HS__INLINE void log_lanes(hs__f64x8 *x) {
  const int64_t sqrt_half_bits = INT64_C(0x3fe6a09e667f3bcd);
  enum { OFFSET = 2048, LAST = 23 }; /* the offset keeps the shifted number positive: AVX2 cannot shift signed ones */
  hs__i64x8 bits = (hs__i64x8)*x;
  typedef uint64_t u64x8 __attribute__((vector_size(64)));
  hs__i64x8 k = (hs__i64x8)((u64x8)(bits - sqrt_half_bits + (INT64_C(1) << 62)) >> 52) - (OFFSET / 2);
  hs__f64x8 whole = (hs__f64x8)(k + WHOLE_MAGIC_BITS) - WHOLE_MAGIC;
  hs__f64x8 f = (hs__f64x8)(bits - (k << 52)) - 1;
  hs__f64x8 s = f / (f + 2), square = s * s;
  hs__f64x8 series = square * (1.0 / LAST) + 1.0 / (LAST - 2);
  for (int odd = LAST - 4; odd >= 3; odd -= 2) series = series * square + 1.0 / odd;
  series *= square * 2;
  *x = whole * LOG2_HIGH + (f - (s * (f - series) - whole * LOG2_LOW));
}

HS__INLINE void hs__exp_many_body(const double *in, int64_t count, double *out) {
  hs__f64x8 x;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(in + i, count - i, 0, &x);
    exp_lanes(&x);
    hs__store(&x, count - i, out + i);
  }
}
HS__AT_EVERY_LEVEL(void, hs__exp_many, (const double *in, int64_t count, double *out), (in, count, out))

/* Pairs of vectors: the chain of one is long, and two of them keep the units busy. */
HS__INLINE void hs__exp_near_body(const double *in, int64_t count, double *out) {
  hs__f64x8 x, y;
  int64_t i = 0;
  for (; i + 2 * HS__LANES <= count; i += 2 * HS__LANES) {
    memcpy(&x, in + i, sizeof x);
    memcpy(&y, in + i + HS__LANES, sizeof y);
    exp_near_lanes(&x);
    exp_near_lanes(&y);
    memcpy(out + i, &x, sizeof x);
    memcpy(out + i + HS__LANES, &y, sizeof y);
  }
  for (; i < count; i += HS__LANES) {
    hs__load(in + i, count - i, 0, &x);
    exp_near_lanes(&x);
    hs__store(&x, count - i, out + i);
  }
}
HS__AT_EVERY_LEVEL(void, hs__exp_near, (const double *in, int64_t count, double *out), (in, count, out))

/* 1 + x rounds; (x - ((1 + x) - 1)) / (1 + x) is what the logarithm loses by that, to first order. */
HS__INLINE void power_lanes(hs__f64x8 *x, double scale, double exponent) {
  const hs__f64x8 zero = {0}, one = {1, 1, 1, 1, 1, 1, 1, 1};
  hs__f64x8 sloped = *x * scale, base = sloped + 1, logarithm;
  hs__i64x8 positive = base > zero;
  choose(&positive, &base, &one, &base);
  logarithm = base;
  log_lanes(&logarithm);
  hs__f64x8 power = (logarithm + (sloped - (base - 1)) / base) * exponent;
  exp_lanes(&power);
  choose(&positive, &power, &zero, x);
}

HS__INLINE void hs__power_many_body(const double *in, int64_t count, double scale, double exponent, double *out) {
  hs__f64x8 x;
  for (int64_t i = 0; i < count; i += HS__LANES) {
    hs__load(in + i, count - i, 0, &x);
    power_lanes(&x, scale, exponent);
    hs__store(&x, count - i, out + i);
  }
}
HS__AT_EVERY_LEVEL(void, hs__power_many, (const double *in, int64_t count, double scale, double exponent, double *out),
                   (in, count, scale, exponent, out))
