/* Exactly k: p = clip(gap - tau, 0, 1) with sum k. Gaps count from z_(k), so tau lies in [-1, 0): at tau = -1 the k
 * largest are all at 1, at tau = 0 at most k - 1 entries are above 0. The sum falls piecewise linearly in tau: each
 * step solves for tau on the piece at hand, and is done if the answer lies on the same piece. */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "maps.h"
#include "sum.h"

enum { MOST_STEPS = 400 };

/* What stands at tau: the sum, the linear piece and how far it reaches. */
typedef struct piece {
  double sum;      /* of clip(gap - tau, 0, 1) */
  double solution; /* the tau at which this piece sums to k */
  double from, to; /* tau for which the piece holds, from <= tau <= to */
  int64_t between; /* entries strictly between 0 and 1 */
} piece;

static piece piece_at(hs__row *row, double tau) {
  int64_t between = 0, ones = 0;
  piece found = {.from = -INFINITY, .to = INFINITY};
  for (int64_t i = 0; i < row->count; i++) {
    double gap = row->gap[i], value = gap - tau;
    if (value >= 1) {
      ones++;
      found.to = fmin(found.to, gap - 1);
    } else if (value > 0) {
      row->scratch[between++] = gap;
      found.from = fmax(found.from, gap - 1);
      found.to = fmin(found.to, gap);
    } else {
      found.from = fmax(found.from, gap);
    }
  }
  double gaps = hs__sum(row->scratch, between), missing = (double)ones - row->map->parameter;
  found.between = between;
  found.sum = gaps - (double)between * tau + (double)ones;
  found.solution = between ? (gaps + missing) / (double)between : tau;
  return found;
}

/* The slack is for entries that lie exactly on a break point. */
static bool is_solved(const piece *found, double k) {
  const double slack = 4 * DBL_EPSILON;
  if (found->between == 0) return found->sum == k;
  return found->solution >= found->from - slack && found->solution <= found->to + slack;
}

/* Every third step bisects, so that no row can make the search crawl. */
static double find_tau(hs__row *row) {
  double low = -1, high = 0, tau = -0.5, k = row->map->parameter;
  for (int step = 1; step < MOST_STEPS; step++) {
    piece found = piece_at(row, tau);
    if (is_solved(&found, k)) return found.solution;
    if (found.sum > k)
      low = tau;
    else
      high = tau;
    double middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) return middle;
    bool usable = step % 3 && found.solution > low && found.solution < high;
    tau = usable ? found.solution : middle;
  }
  return tau;
}

void hs__map_subsets(const hs__map *map, hs__row *row) {
  bool vertex = row->count == (int64_t)map->parameter;
  double tau = vertex ? -1 : find_tau(row);
  for (int64_t i = 0; i < row->count; i++) row->weight[i] = vertex ? 1 : fmin(fmax(row->gap[i] - tau, 0), 1);
  row->certificate = fabs(hs__sum(row->weight, row->count) - map->parameter);
}
