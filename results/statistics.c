#include "statistics.h"

#include <base/distributions.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

double hs__quantile(const double *sorted, size_t n, double probability) {
  double place = probability * (double)(n - 1);
  size_t below = (size_t)place;
  double part = place - (double)below;
  if (part == 0 || below + 1 >= n || sorted[below] == sorted[below + 1]) return sorted[below];
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

/* Two passes: the mean, then the squares around it, corrected by the sum of the deviations (Chan, Golub and LeVeque,
 * 1983), which is what rounding left in the mean. */
static void moments(const double *values, hs__statistics *result) {
  double sum = 0, squares = 0, deviations = 0, n = (double)result->n;
  for (size_t i = 0; i < result->n; i++) sum += values[i];
  result->mean = values[0] == values[result->n - 1] ? values[0] : sum / n;
  if (result->n < 2) return;
  for (size_t i = 0; i < result->n; i++) {
    double deviation = values[i] - result->mean;
    squares += deviation * deviation;
    deviations += deviation;
  }
  double variance = (squares - deviations * deviations / n) / (n - 1);
  result->sd = sqrt(variance > 0 ? variance : 0);
  double half = hs_student_t_quantile(0.975, n - 1) * result->sd / sqrt(n);
  result->lo = result->mean - half;
  result->hi = result->mean + half;
}

hs__statistics hs__describe(double *values, size_t n) {
  hs__statistics result = {n, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (n == 0) return result;
  qsort(values, n, sizeof *values, compare_doubles);
  moments(values, &result);
  result.q1 = hs__quantile(values, n, 0.25);
  result.median = hs__quantile(values, n, 0.5);
  result.q3 = hs__quantile(values, n, 0.75);
  return result;
}
