/* aggregate.h: rows gathered into cells: what tables and plots are made from. */
#ifndef HS_RESULTS_AGGREGATE_H
#define HS_RESULTS_AGGREGATE_H

#include "rows.h"

typedef struct hs__values {
  double *items;
  size_t count, capacity;
} hs__values;

/* All trials with the same `by` values. */
typedef struct hs__group {
  hs__cell *by;       /* texts are owned */
  uint64_t n;         /* trials */
  hs__cell *others;   /* of its first trial; texts are owned */
  hs__values *values; /* per measured column; NaN and missing ones left out */
} hs__group;

/* Zero-initialise; hs__aggregate_free ends it. */
typedef struct hs__aggregate {
  size_t *by, *measured; /* columns of the catalog */
  size_t by_count, measured_count;
  hs__group *groups; /* in plan order of their first trial */
  size_t group_count, group_capacity;
  size_t *slots; /* open addressing: group + 1 by the hash of its by values */
  size_t slot_count;
  uint64_t left_out[HS_VERDICT_COUNT]; /* rows with verdicts that do not count */
  size_t *others;                      /* parameters of the catalog that are not in `by` ... */
  bool *pooled;                        /* ... and whether a group has several values of one */
  size_t other_count;
} hs__aggregate;

/* Chooses columns by label; names NULL: all parameters (by), all metrics (measured). HS_ERROR_NOT_FOUND. */
int hs__aggregate_choose_by(hs__aggregate *aggregate, const hs__catalog *catalog, const char *const *names,
                            size_t count, char *message);
int hs__aggregate_choose_measured(hs__aggregate *aggregate, const hs__catalog *catalog, const char *const *names,
                                  size_t count, char *message);
/* Gathers all rows with a verdict ok or not_converged. */
int hs__aggregate_fill(hs__aggregate *aggregate, hs__rows *rows, char *message);
void hs__aggregate_free(hs__aggregate *aggregate);

/* Whether the i-th by column has more than one value. */
bool hs__aggregate_varies(const hs__aggregate *aggregate, size_t i);
bool hs__cell_equal(const hs__cell *a, const hs__cell *b);

#endif
