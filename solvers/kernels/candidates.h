/* candidates.h: which entries of a row can be in the support. */
#ifndef HS_SOLVERS_CANDIDATES_H
#define HS_SOLVERS_CANDIDATES_H

#include "rows.h"

/* One row of a problem: values[begin .. begin + length) of the dtype; mask (or NULL) begins at the row. */
typedef struct hs__scores {
  const void *values;
  const uint8_t *mask;
  int64_t begin, length;
  int32_t dtype;
} hs__scores;

/* Fills count, gap and index of the row. HS_INFEASIBLE: fewer than `order` usable entries. HS_INVALID: an entry that
 * is not masked is NaN or +infinity (masked entries are never looked at). */
int32_t hs__candidates_find(const hs__scores *scores, int64_t order, double margin, hs__row *row);

/* Removes the candidates with gap <= bound, keeping the order of the rest. */
void hs__candidates_drop(hs__row *row, double bound);

#endif
