#include <math.h>
#include <string.h>

#include "hfy.h"

/* How far a state may stand outside its ball, relative to the radius, because it was rounded to float32. */
static const double ROUNDING = 1e-5;

static const char *const WORDS[] = {[HS__POST_IDENTITY] = "identity",
                                    [HS__POST_L2] = "l2",
                                    [HS__POST_LAYER_NORM] = "layernorm",
                                    [HS__POST_TANH] = "tanh"};

hs__post_kind hs__post_of(const char *word) {
  for (int kind = HS__POST_L2; kind <= HS__POST_TANH; kind++)
    if (strcmp(word, WORDS[kind]) == 0) return (hs__post_kind)kind;
  return HS__POST_IDENTITY;
}

static double sum_of_squares(const double *values, int64_t length) {
  double total = 0;
  for (int64_t i = 0; i < length; i++) total += values[i] * values[i];
  return total;
}

static void scale_to(double norm, double *values, int64_t length) {
  double squares = sum_of_squares(values, length);
  double factor = squares > 0 ? norm / sqrt(squares) : 0;
  for (int64_t i = 0; i < length; i++) values[i] *= factor;
}

/* Layer norm with the biased standard deviation and no epsilon: the norm of the result is sqrt(length). */
static void standardise(double *values, int64_t length) {
  double mean = 0;
  for (int64_t i = 0; i < length; i++) mean += values[i];
  mean /= (double)length;
  for (int64_t i = 0; i < length; i++) values[i] -= mean;
  scale_to(sqrt((double)length), values, length);
}

void hs__post_apply(hs__post_kind kind, double radius, double *sum, int64_t length, float *state) {
  switch (kind) {
    case HS__POST_IDENTITY: break;
    case HS__POST_L2: scale_to(radius, sum, length); break;
    case HS__POST_LAYER_NORM: standardise(sum, length); break;
    case HS__POST_TANH:
      for (int64_t i = 0; i < length; i++) sum[i] = tanh(sum[i]);
      break;
  }
  for (int64_t i = 0; i < length; i++) state[i] = (float)sum[i];
}

static double ball_indicator(double squares, double radius) {
  return sqrt(squares) <= radius * (1 + ROUNDING) ? 0 : INFINITY;
}

static double fermi_dirac(const float *state, int64_t length) {
  double total = 0;
  for (int64_t i = 0; i < length; i++) {
    double q = fabs((double)state[i]);
    if (q > 1) return INFINITY;
    total += (1 + q) * log1p(q) + (q < 1 ? (1 - q) * log1p(-q) : 0);
  }
  return 0.5 * total;
}

double hs__post_psi(hs__post_kind kind, double radius, const float *state, int64_t length) {
  if (kind == HS__POST_TANH) return fermi_dirac(state, length);
  double squares = 0, sum = 0, norm = sqrt((double)length);
  for (int64_t i = 0; i < length; i++) {
    squares += (double)state[i] * (double)state[i];
    sum += (double)state[i];
  }
  if (kind == HS__POST_IDENTITY) return 0.5 * squares;
  if (kind == HS__POST_L2) return ball_indicator(squares, radius);
  /* |sum| = sqrt(length) |component along the constant vector|. */
  return fabs(sum) <= ROUNDING * norm * norm ? ball_indicator(squares, norm) : INFINITY;
}
