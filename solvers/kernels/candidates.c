#include "candidates.h"

#include <math.h>
#include <stdbool.h>

#include "vectors.h"

/* Copies the usable entries to gap (as double) and index. Returns false on NaN or +infinity. */
static bool gather(const hs__scores *scores, hs__row *row) {
  const float *narrow = (const float *)scores->values + scores->begin;
  const double *wide = (const double *)scores->values + scores->begin;
  bool is_narrow = scores->dtype == HS_FLOAT32, bad = false;
  int64_t count = 0;
  for (int64_t i = 0; i < scores->length; i++) {
    if (scores->mask && !scores->mask[i]) continue;
    double score = is_narrow ? (double)narrow[i] : wide[i];
    row->gap[count] = score;
    row->index[count] = (int32_t)i;
    count += score > -INFINITY;
    bad |= !(score < INFINITY);
  }
  row->count = count;
  return !bad;
}

/* The row as doubles: where it stands, or widened into `room`. */
static const double *widened(const hs__scores *scores, double *room) {
  if (scores->dtype == HS_FLOAT64) return (const double *)scores->values + scores->begin;
  const float *narrow = (const float *)scores->values + scores->begin;
  for (int64_t i = 0; i < scores->length; i++) room[i] = (double)narrow[i];
  return room;
}

/* A short cut that ends where the general way does: true, with the row filled, if every entry is a candidate. So it is
 * with rows that the host has pruned, and with dense ones. Differences round monotonically: if that of the smallest
 * score is above the bound, all are. */
static bool keep_all(const hs__scores *scores, int64_t order, double margin, hs__row *row) {
  if (scores->mask || order != 1 || scores->length == 0) return false;
  const double *values = widened(scores, row->gap);
  hs__range range;
  hs__range_of(values, scores->length, &range);
  if (!range.finite || !(range.smallest - range.largest > -margin)) return false;
  hs__subtract(values, scores->length, range.largest, row->gap);
  for (int64_t i = 0; i < scores->length; i++) row->index[i] = (int32_t)i;
  row->count = scores->length;
  return true;
}

static double median_of_three(double a, double b, double c) {
  double low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/* The order-th largest of the values, which are rearranged: Hoare's selection with equal values set aside. */
static double select_largest(double *values, int64_t count, int64_t order) {
  for (;;) {
    double pivot = median_of_three(values[0], values[count / 2], values[count - 1]);
    int64_t above = 0, equal = 0;
    for (int64_t i = 0; i < count; i++) {
      above += values[i] > pivot;
      equal += values[i] == pivot;
    }
    if (above < order && order <= above + equal) return pivot;
    bool upper = order <= above;
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
      double value = values[i];
      values[kept] = value;
      kept += upper ? value > pivot : value < pivot;
    }
    if (!upper) order -= above + equal;
    count = kept;
  }
}

static double order_statistic(const hs__row *row, int64_t order) {
  if (order == 1) {
    double largest = row->gap[0];
    for (int64_t i = 1; i < row->count; i++) largest = row->gap[i] > largest ? row->gap[i] : largest;
    return largest;
  }
  for (int64_t i = 0; i < row->count; i++) row->scratch[i] = row->gap[i];
  return select_largest(row->scratch, row->count, order);
}

/* Moves the origin of the gaps to `origin` and removes those that are not above `bound` then. */
static void keep_above(hs__row *row, double origin, double bound) {
  int64_t kept = 0;
  for (int64_t i = 0; i < row->count; i++) {
    double gap = row->gap[i] - origin;
    row->gap[kept] = gap;
    row->index[kept] = row->index[i];
    kept += gap > bound;
  }
  row->count = kept;
}

int32_t hs__candidates_find(const hs__scores *scores, int64_t order, double margin, hs__row *row) {
  if (keep_all(scores, order, margin, row)) return HS_OK;
  if (!gather(scores, row)) return HS_INVALID;
  if (row->count < order) return HS_INFEASIBLE;
  double reference = order_statistic(row, order);
  keep_above(row, reference, -margin);
  return HS_OK;
}

void hs__candidates_drop(hs__row *row, double bound) { keep_above(row, 0, bound); }
