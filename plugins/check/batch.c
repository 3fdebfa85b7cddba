#include "batch.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

enum { ROOM_ROWS = HS__BATCH_ROWS + 8, ROOM_SCORES = ROOM_ROWS * HS__ROW_LENGTH };

hs_rng hs__check_rng(const char *name, uint64_t seed) {
  hs_rng rng = hs_rng_of(hs_hash_of(name, strlen(name)));
  rng.stream = seed;
  return rng;
}

int hs__batch_new(hs__batch *batch, char *message) {
  *batch = (hs__batch){.offsets = hs_allocate(ROOM_ROWS + 1, sizeof(int64_t)),
                       .scores = hs_allocate(ROOM_SCORES, sizeof(double)),
                       .narrow = hs_allocate(ROOM_SCORES, sizeof(float)),
                       .mask = hs_allocate(ROOM_SCORES, 1),
                       .sets = hs_allocate(ROOM_ROWS, sizeof(int32_t))};
  if (batch->offsets && batch->scores && batch->narrow && batch->mask && batch->sets) {
    memset(batch->mask, 1, ROOM_SCORES);
    return HS_OK;
  }
  hs__batch_free(batch);
  return hs_fail(message, HS_ERROR_MEMORY, "no memory for a batch of scores");
}

void hs__batch_free(hs__batch *batch) {
  hs_free(&batch->offsets);
  hs_free(&batch->scores);
  hs_free(&batch->narrow);
  hs_free(&batch->mask);
  hs_free(&batch->sets);
}

void hs__batch_add(hs__batch *batch, const double *scores, int64_t length) {
  int64_t first = batch->offsets[batch->rows];
  for (int64_t i = 0; i < length; i++) {
    batch->narrow[first + i] = (float)scores[i];
    batch->scores[first + i] = (double)batch->narrow[first + i];
  }
  batch->offsets[++batch->rows] = first + length;
}

const double *hs__batch_row(const hs__batch *batch, int64_t row, int64_t *length) {
  *length = batch->offsets[row + 1] - batch->offsets[row];
  return batch->scores + batch->offsets[row];
}

typedef enum row_kind { SMALL, MEDIUM, LARGE, TIES, CONSTANT, ONE_ABOVE, HOLES, OFFSET, KINDS } row_kind;

/* Ties are multiples of an awkward number, so that no gap is exactly the margin of a map. */
static double score_of(row_kind kind, hs_rng rng, uint64_t index) {
  double normal = hs_rng_normal(rng, index);
  switch (kind) {
    case SMALL: return 0.1385 * normal;
    case LARGE: return 23.85 * normal;
    case TIES: return 0.385 * round(normal * 2);
    case CONSTANT: return 2.385;
    case ONE_ABOVE: return index == 1 ? 47.85 : 0.0131 * normal;
    case OFFSET: return 1023.85 + normal;
    default: return 1.385 * normal;
  }
}

static int64_t length_of(int64_t row, int64_t least) {
  static const int64_t LENGTHS[] = {17, 2, 64, 5, 300, 1, 3, 131, 8, 33, 240};
  int64_t length = LENGTHS[row % (int64_t)(sizeof LENGTHS / sizeof *LENGTHS)];
  return length > least ? length : least;
}

int hs__batch_fill(hs__batch *batch, uint64_t seed, int64_t least, char *message) {
  if (least > HS__ROW_LENGTH)
    return hs_fail(message, HS_ERROR_UNSUPPORTED, "rows of more than %d scores are not tried", HS__ROW_LENGTH);
  HS_TRY(hs__batch_new(batch, message));
  double scores[HS__ROW_LENGTH];
  for (int64_t r = 0; r < HS__BATCH_ROWS; r++) {
    row_kind kind = (row_kind)(r % KINDS);
    hs_rng rng = hs__check_rng("scores", seed * 1000 + (uint64_t)r);
    int64_t length = length_of(r, least);
    for (int64_t i = 0; i < length; i++) {
      scores[i] = score_of(kind, rng, (uint64_t)i);
      if (kind == HOLES && length - i > least && i % 3 == 1) scores[i] = -INFINITY;
    }
    hs__batch_add(batch, scores, length);
  }
  return HS_OK;
}

hs_solver_problem hs__batch_problem(const hs__batch *batch) {
  return (hs_solver_problem){.size = sizeof(hs_solver_problem),
                             .rows = batch->rows,
                             .offsets = batch->offsets,
                             .scores = batch->scores,
                             .dtype = HS_FLOAT64};
}
