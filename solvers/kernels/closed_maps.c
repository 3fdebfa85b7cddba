/* The maps with a closed form, given their support: softmax, sparsemax, 1.5-entmax, 2-normmax. */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "candidates.h"
#include "exponential.h"
#include "maps.h"
#include "sum.h"
#include "vectors.h"

void hs__map_vertex(hs__row *row) { row->weight[0] = 1; }

void hs__map_normalise(hs__row *row, double sum) {
  for (int64_t i = 0; i < row->count; i++) row->weight[i] /= sum;
}

void hs__map_softmax(const hs__map *map, hs__row *row) {
  (void)map; /* its margin keeps gaps above -104 */
  hs__exp_near(row->gap, row->count, row->weight);
  hs__scale(row->weight, row->count, 1 / hs__sum(row->weight, row->count)); /* whole rows of quotients are slow */
  row->certificate = fabs(hs__sum(row->weight, row->count) - 1);
}

/* The set S of candidates shrinks: t solves sum over S of (t + gap) = 1, those with t + gap <= 0 leave, and so on.
 * Leaving out negative terms makes t smaller each time, so nothing that leaves could ever come back. */
void hs__map_linear(const hs__map *map, hs__row *row) {
  (void)map;
  int64_t before;
  double t;
  do {
    before = row->count;
    t = (1 - hs__sum(row->gap, row->count)) / (double)row->count;
    hs__candidates_drop(row, -t);
  } while (row->count < before);
  for (int64_t i = 0; i < row->count; i++) row->weight[i] = t + row->gap[i];
  row->certificate = fabs(hs__sum(row->weight, row->count) - 1);
}

/* weight = t + slope gap > 0, scratch = its square, for the candidates that have one; the rest leaves. */
typedef struct moments {
  double sum, squares, least;
} moments;

static moments measure(hs__row *row, double slope, double t) {
  hs__candidates_drop(row, -t / slope); /* slope is a power of two: the quotient is exact */
  double least = INFINITY;
  for (int64_t i = 0; i < row->count; i++) {
    double weight = t + slope * row->gap[i];
    row->weight[i] = weight;
    row->scratch[i] = weight * weight;
    least = weight < least ? weight : least;
  }
  return (moments){hs__sum(row->weight, row->count), hs__sum(row->scratch, row->count), least};
}

/* The step d to the larger root of sum (weight + d)^2 = 1, if it leaves all weights positive: then this is the
 * support. The tolerance lets entries pass that lie exactly on the threshold. */
static bool last_step(const moments *found, int64_t count, double *step) {
  double excess = found->squares - 1;
  double discriminant = found->sum * found->sum - (double)count * excess;
  if (discriminant < 0) return false;
  *step = -excess / (found->sum + sqrt(discriminant));
  return found->least + *step > -4 * DBL_EPSILON;
}

/* Finds t with sum [t + slope gap]_+^2 = 1. The norm of [t + slope gap]_+ is convex and increasing in t, so Newton's
 * method on it descends from t = 1 without ever passing the root, and what leaves the support may go for good. */
static moments quadratic_threshold(hs__row *row, double slope) {
  double t = 1, step;
  for (;;) {
    moments found = measure(row, slope, t);
    bool last = last_step(&found, row->count, &step);
    if (!last) {
      double norm = sqrt(found.squares);
      step = -(norm - 1) * norm / found.sum;
    }
    double next = t + step;
    if (last || !(next < t)) return measure(row, slope, next);
    t = next;
  }
}

void hs__map_quadratic(const hs__map *map, hs__row *row) {
  (void)map;
  if (row->count == 1) {
    hs__map_vertex(row);
    return;
  }
  moments found = quadratic_threshold(row, 0.5);
  for (int64_t i = 0; i < row->count; i++) row->weight[i] = row->scratch[i];
  row->certificate = fabs(found.squares - 1);
}

void hs__map_norm_two(const hs__map *map, hs__row *row) {
  (void)map;
  if (row->count == 1) {
    hs__map_vertex(row);
    return;
  }
  moments found = quadratic_threshold(row, 1);
  row->certificate = fabs(found.squares - 1);
  hs__map_normalise(row, found.sum);
}
