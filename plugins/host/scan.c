#include "scan.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "scan_levels.h"
#include "select.h"

static _Atomic(const hs__scan_kernels *) chosen;

void hs__scan_set_level(hs_cpu_level level) { atomic_store(&chosen, hs__scan_kernels_of(level)); }

static const hs__scan_kernels *kernels(void) {
  const hs__scan_kernels *found = atomic_load_explicit(&chosen, memory_order_acquire);
  if (found) return found;
  hs__scan_set_level(hs_cpu_detect()); /* two threads may both do this: they write the same pointer */
  return atomic_load(&chosen);
}

static int64_t block_count(int64_t length) { return (length + HS__SCAN_BLOCK - 1) / HS__SCAN_BLOCK; }

/* The maxima of the blocks, then room to select among scores. */
int64_t hs__scan_scratch(int64_t length) { return block_count(length) + length; }

float hs__scan_max(const float *scores, int64_t length) {
  enum { BATCH = 16 };
  const hs__scan_kernels *scan = kernels();
  float maxima[BATCH], largest = -INFINITY;
  for (int64_t first = 0; first < length; first += BATCH * HS__SCAN_BLOCK) {
    int64_t part = length - first < BATCH * HS__SCAN_BLOCK ? length - first : BATCH * HS__SCAN_BLOCK;
    if (scan->maxima(scores + first, part, maxima)) return NAN;
    for (int64_t block = 0; block < block_count(part); block++)
      if (maxima[block] > largest) largest = maxima[block];
  }
  return largest + 0.0f; /* -0 becomes 0: which zero a vector maximum keeps depends on the level */
}

/* A row with its block maxima: what the steps below share. */
typedef struct row_scan {
  const float *scores;
  int64_t length, blocks;
  const float *maxima;
  float *room; /* `length` floats */
} row_scan;

static int64_t block_length(const row_scan *row, int64_t block) {
  int64_t left = row->length - block * HS__SCAN_BLOCK;
  return left < HS__SCAN_BLOCK ? left : HS__SCAN_BLOCK;
}

/* A lower bound of the order-th largest score: `order` blocks have a maximum at least as large. -infinity where there
 * are fewer blocks than that. */
static float lower_bound(const row_scan *row, int64_t order) {
  if (order > row->blocks) return -INFINITY;
  for (int64_t block = 0; block < row->blocks; block++) row->room[block] = row->maxima[block];
  return hs__select_float(row->room, row->blocks, order);
}

/* The order-th largest score: only blocks that reach the lower bound can hold it. -infinity where fewer than `order`
 * scores are finite. */
static float order_statistic(const row_scan *row, float largest, int64_t order) {
  if (order == 1) return largest;
  float bound = lower_bound(row, order);
  int64_t count = 0;
  for (int64_t block = 0; block < row->blocks; block++) {
    if (!(row->maxima[block] >= bound) || row->maxima[block] == -INFINITY) continue;
    const float *scores = row->scores + block * HS__SCAN_BLOCK;
    for (int64_t i = 0; i < block_length(row, block); i++)
      if (scores[i] >= bound && scores[i] > -INFINITY) row->room[count++] = scores[i];
  }
  return count < order ? -INFINITY : hs__select_float(row->room, count, order);
}

/* The largest float f such that, for every float s, s > f exactly if s > value - margin in exact arithmetic. */
static float candidate_limit(double value, double margin) {
  double difference = value - margin;
  double back = difference - value;
  double lost = (value - (difference - back)) - (margin + back); /* exact: value - margin = difference + lost */
  if (lost < 0) difference = nextafter(difference, -INFINITY);
  float limit = (float)difference;
  return (double)limit > difference ? nextafterf(limit, -INFINITY) : limit;
}

int64_t hs__scan_candidates(const float *scores, int64_t length, int64_t order, double margin, int32_t *candidates,
                            float *block_scratch) {
  const hs__scan_kernels *scan = kernels();
  int64_t blocks = block_count(length), count = 0;
  if (scan->maxima(scores, length, block_scratch)) return -1;
  float largest = -INFINITY;
  for (int64_t block = 0; block < blocks; block++)
    if (block_scratch[block] > largest) largest = block_scratch[block];
  if (largest == INFINITY) return -1;
  row_scan row = {scores, length, blocks, block_scratch, block_scratch + blocks};
  float limit = candidate_limit(order_statistic(&row, largest, order), margin);
  for (int64_t block = 0; block < blocks; block++) {
    if (!(block_scratch[block] > limit)) continue;
    int64_t first = block * HS__SCAN_BLOCK;
    count += scan->collect(scores + first, block_length(&row, block), limit, first, candidates + count);
  }
  return count;
}
