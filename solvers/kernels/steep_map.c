/* alpha-entmax for alpha > 2: the power 1/(alpha-1) is below 1, so the sum of powers is no norm and its slope in t is
 * infinite wherever an entry enters the support. Newton's method in t is of no use there, and for alpha = 50 no double
 * t is fine enough. Both troubles go away with another unknown:
 *
 * 1. The support. With x = (alpha-1) gap, entry j is in it iff the sum over x_i > x_j of (x_i - x_j)^(1/(alpha-1)) is
 *    below 1. This is monotone in x_j, so a search as in quickselect finds the smallest such x_j.
 * 2. The unknown is y, the probability of that smallest entry. All others follow: p_i = (g_i +
 * y^(alpha-1))^(1/(alpha-1)) with g_i = x_i - x_j. Their sum is convex in y with slopes between the number of smallest
 * entries and the size of the support, so Newton's method from the right descends without ever passing the root.
 */
#include <math.h>
#include <stdbool.h>

#include "candidates.h"
#include "maps.h"
#include "sum.h"

enum { MOST_STEPS = 200 };

/* Sum over gap_i > gap of ((alpha-1) (gap_i - gap))^(1/(alpha-1)): what the entries above take from a support that
 * ends at `gap`. No single term counts for more than 1: that is too much already. */
static double taken_above(hs__row *row, double gap) {
  double slope = row->map->parameter - 1;
  int64_t above = 0;
  for (int64_t i = 0; i < row->count; i++)
    if (row->gap[i] > gap) row->scratch[above++] = fmin(1, pow(slope * (row->gap[i] - gap), 1 / slope));
  return hs__sum(row->scratch, above);
}

/* The middle one of three samples strictly between `outside` and `inside`; false if there is none. */
static bool pick_between(const hs__row *row, double outside, double inside, double *pivot) {
  double sample[3] = {0};
  int64_t between = 0;
  for (int64_t i = 0; i < row->count; i++) {
    if (!(row->gap[i] > outside && row->gap[i] < inside)) continue;
    int64_t place = between++;
    /* The first, the one at the last power of two, and the last: in sorted rows, too, one of them is well inside. */
    if (place == 0) sample[0] = row->gap[i];
    if ((place & (place - 1)) == 0) sample[1] = row->gap[i];
    sample[2] = row->gap[i];
  }
  if (between == 0) return false;
  double low = fmin(sample[0], sample[1]), high = fmax(sample[0], sample[1]);
  *pivot = fmin(fmax(sample[2], low), high);
  return true;
}

/* The smallest gap in the support. */
static double support_end(hs__row *row) {
  double outside = -INFINITY, inside = 0, pivot;
  while (pick_between(row, outside, inside, &pivot)) {
    if (taken_above(row, pivot) < 1)
      inside = pivot;
    else
      outside = pivot;
  }
  return inside;
}

/* Fills weight with the p_i of a given y. `end` is the smallest gap. In logarithms, because y^(alpha-1) may be far
 * below the least double. */
static double distribute(hs__row *row, double end, double y) {
  double slope = row->map->parameter - 1, log_least = slope * log(y);
  for (int64_t i = 0; i < row->count; i++) {
    double difference = row->gap[i] - end, log_difference = log(slope * difference);
    double larger = fmax(log_difference, log_least), smaller = fmin(log_difference, log_least);
    row->weight[i] = difference > 0 ? exp((larger + log1p(exp(smaller - larger))) / slope) : y;
  }
  return hs__sum(row->weight, row->count);
}

/* d sum p / d y = sum (y / p)^(alpha-2). */
static double distribution_slope(hs__row *row, double y) {
  for (int64_t i = 0; i < row->count; i++) row->scratch[i] = pow(y / row->weight[i], row->map->parameter - 2);
  return hs__sum(row->scratch, row->count);
}

static int64_t count_smallest(const hs__row *row, double end) {
  int64_t smallest = 0;
  for (int64_t i = 0; i < row->count; i++) smallest += row->gap[i] == end;
  return smallest;
}

void hs__map_entmax_steep(const hs__map *map, hs__row *row) {
  (void)map; /* row->map, for the helpers */
  if (row->count == 1) {
    hs__map_vertex(row);
    return;
  }
  double end = support_end(row);
  hs__candidates_drop(row, nextafter(end, -INFINITY));
  double y = (1 - taken_above(row, end)) / (double)count_smallest(row, end);
  for (row->iterations = 1;; row->iterations++) {
    double sum = distribute(row, end, y);
    row->certificate = fabs(sum - 1);
    double next = y - (sum - 1) / distribution_slope(row, y);
    if (sum - 1 <= 1e-15 || !(next < y && next > 0) || row->iterations == MOST_STEPS) {
      hs__map_normalise(row, sum);
      return;
    }
    y = next;
  }
}
