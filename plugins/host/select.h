/* select.h: order statistics without sorting. */
#ifndef HS_PLUGINS_SELECT_H
#define HS_PLUGINS_SELECT_H

#include <stdint.h>

/* The order-th largest of `count` values (order from 1, at most count; no NaN). Permutes the values. Expected time
 * O(count). Only compares and moves, so the result does not depend on the order in which the values stand. */
float hs__select_float(float *values, int64_t count, int64_t order);
double hs__select_double(double *values, int64_t count, int64_t order);

#endif
