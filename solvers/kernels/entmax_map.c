#include <math.h>

#include "maps.h"

/* exp(-104) < 2^-150, half of the least positive float32: relative to the maximum, what is left out of a softmax is
 * nothing that a float32 could show. */
#define SOFTMAX_MARGIN 104

hs__map hs__map_of_alpha(double alpha) {
  hs__map map = {.order = 1, .parameter = alpha, .margin = SOFTMAX_MARGIN, .solve = hs__map_softmax};
  if (alpha == 1) return map;
  map.margin = 1 / (alpha - 1);
  map.solve = alpha == 1.5 ? hs__map_quadratic
              : alpha == 2 ? hs__map_linear
              : alpha < 2  ? hs__map_entmax_flat
                           : hs__map_entmax_steep;
  return map;
}

double hs__omega_of_alpha(double alpha, const double *values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) {
    double logarithm = log(values[i]);
    sum += values[i] * (alpha == 1 ? logarithm : expm1((alpha - 1) * logarithm) / (alpha * (alpha - 1)));
  }
  return sum;
}
