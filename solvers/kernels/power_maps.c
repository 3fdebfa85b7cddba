/* The maps with a power of at least 1 under the sum: alpha-entmax for alpha <= 2, gamma-normmax for every gamma > 1.
 *
 * Both ask for t with sum [t + s gap]_+^q = 1, q >= 1. We write [t + s gap]^q = t^q w, w = (1 + s gap / t)^q, and keep
 * lambda = -q log t >= 0 instead of t: w and lambda stay well scaled when q grows beyond all bounds (alpha -> 1, where
 * w -> exp(gap) and lambda -> log sum exp). The norm h = (sum [t + s gap]^q)^(1/q) is convex and increasing in t, so
 * Newton's method on h - 1 descends from t = 1 to the root without ever passing it, and candidates that leave the
 * support leave for good. In these terms, with W = sum w, V = sum w / (1 + s gap / t) and G = log W - lambda = q log h:
 *
 *     t_next / t = 1 - (1 - 1/h) W / V,    so    lambda_next = lambda - q log1p(expm1(-G / q) W / V).
 */
#include <math.h>

#include "candidates.h"
#include "exponential.h"
#include "maps.h"
#include "sum.h"

enum { MOST_STEPS = 200 };

/* Solves for lambda; leaves the w in row->weight and returns their sum W. */
static double power_threshold(hs__row *row, double slope, double q, double *scale) {
  double lambda = 0;
  for (row->iterations = 1;; row->iterations++) {
    *scale = slope * exp(lambda / q);
    hs__candidates_drop(row, -1 / *scale);
    hs__power_many(row->gap, row->count, *scale, q, row->weight);
    double sum = hs__sum(row->weight, row->count);
    double excess = log(sum) - lambda;
    row->certificate = fabs(expm1(excess));
    if (excess <= 2e-15 * (1 + lambda) || row->iterations == MOST_STEPS) return sum;
    for (int64_t i = 0; i < row->count; i++) {
      double base = 1 + *scale * row->gap[i];
      row->scratch[i] = base > 0 ? row->weight[i] / base : 0;
    }
    lambda -= q * log1p(expm1(-excess / q) * sum / hs__sum(row->scratch, row->count));
  }
}

void hs__map_entmax_flat(const hs__map *map, hs__row *row) {
  if (row->count == 1) {
    hs__map_vertex(row);
    return;
  }
  double slope = map->parameter - 1, scale;
  hs__map_normalise(row, power_threshold(row, slope, 1 / slope, &scale));
}

void hs__map_norm(const hs__map *map, hs__row *row) {
  if (row->count == 1) {
    hs__map_vertex(row);
    return;
  }
  double gamma = map->parameter, scale;
  power_threshold(row, 1, gamma / (gamma - 1), &scale);
  hs__power_many(row->gap, row->count, scale, 1 / (gamma - 1), row->weight);
  hs__map_normalise(row, hs__sum(row->weight, row->count));
}
