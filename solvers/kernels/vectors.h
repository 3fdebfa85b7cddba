/* vectors.h: simple passes over rows of doubles, with the same bits at every level. `count` may be 0. Any thread. */
#ifndef HS_SOLVERS_VECTORS_H
#define HS_SOLVERS_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

/* The smallest and the largest value, where a zero of either sign is 0; infinity and -infinity for none. `finite`:
 * none is NaN or infinite; otherwise the other two mean nothing. */
typedef struct hs__range {
  double smallest, largest;
  bool finite;
} hs__range;
void hs__range_of(const double *values, int64_t count, hs__range *range);

/* differences[i] = values[i] - origin; the arrays may be the same. */
void hs__subtract(const double *values, int64_t count, double origin, double *differences);

/* values[i] *= factor */
void hs__scale(double *values, int64_t count, double factor);

/* How many values are greater than `bound`. */
int64_t hs__count_above(const double *values, int64_t count, double bound);

/* narrow[i] = (float)values[i] */
void hs__narrow(const double *values, int64_t count, float *narrow);

#endif
