/* check/batch.h: batches of score rows to try a solver on. */
#ifndef HS_PLUGINS_CHECK_BATCH_H
#define HS_PLUGINS_CHECK_BATCH_H

#include <base/rng.h>
#include <hopsweep/plugin.h>

enum { HS__BATCH_ROWS = 40, HS__ROW_LENGTH = 300 };

/* Room for HS__BATCH_ROWS + 8 rows of HS__ROW_LENGTH. Every score is a float32 number, so that both types can carry
 * it. Zero-initialise; hs__batch_free ends it. */
typedef struct hs__batch {
  int64_t rows;
  int64_t *offsets;
  double *scores;
  float *narrow; /* the same scores */
  uint8_t *mask; /* all 1 until somebody writes */
  int32_t *sets; /* all 0 until somebody writes */
} hs__batch;

int hs__batch_new(hs__batch *batch, char *message); /* empty; HS_ERROR_MEMORY */
void hs__batch_free(hs__batch *batch);
/* Appends a row (copied); there must be room. */
void hs__batch_add(hs__batch *batch, const double *scores, int64_t length);
const double *hs__batch_row(const hs__batch *batch, int64_t row, int64_t *length);
/* Fills with rows of every kind: small, medium and large spread, ties, constant, one far above, holes of -infinity, a
 * large common offset. Each has at least `least` finite scores. */
int hs__batch_fill(hs__batch *batch, uint64_t seed, int64_t least, char *message);
/* The batch as a problem of the ABI, in double, without mask and sets. */
hs_solver_problem hs__batch_problem(const hs__batch *batch);

hs_rng hs__check_rng(const char *name, uint64_t seed);

#endif
