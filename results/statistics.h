/* statistics.h: what a table says about the replicates of a cell. */
#ifndef HS_RESULTS_STATISTICS_H
#define HS_RESULTS_STATISTICS_H

#include <stddef.h>

/* Fields that the sample is too small for are NaN: everything for n = 0; sd, lo and hi for n = 1. */
typedef struct hs__statistics {
  size_t n;
  double mean, sd;       /* sd with n - 1 */
  double lo, hi;         /* mean -/+ t(0.975, n - 1) * sd / sqrt(n): 95 % Student interval */
  double median, q1, q3; /* quantiles by linear interpolation of order statistics (R's type 7, numpy's default) */
} hs__statistics;

/* Sorts `values` (n doubles, NaN not allowed) and describes them. The result does not depend on their order: sums run
 * over the sorted values. */
hs__statistics hs__describe(double *values, size_t n);

/* The quantile of ascending values, 0 <= probability <= 1, n >= 1 (type 7 of Hyndman and Fan, 1996). */
double hs__quantile(const double *sorted, size_t n, double probability);

#endif
