/* rows.h: the rows of a selection, one after another, in plan order, from one snapshot of the store. */
#ifndef HS_RESULTS_ROWS_H
#define HS_RESULTS_ROWS_H

#include "catalog.h"
#include "writer.h"

/* Zero-initialise; hs__rows_close ends it, also after a failed open. */
typedef struct hs__rows {
  hs_store *store;
  int64_t sweep_id;
  hs__catalog catalog;
  bool in_snapshot;
  sqlite3_stmt *trials, *metrics;
  size_t *metric_columns; /* index in the catalog by metric id */
  int64_t metric_limit;
  /* The current row: one cell per column of the catalog; texts live until the next row. */
  hs__cell *cells;
  hs_params params;
  char key[HS_HASH_TEXT_SIZE];
  int verdict;
} hs__rows;

int hs__rows_open(hs_store *store, const hs_selection *selection, hs__rows *rows, char *message);
int hs__rows_next(hs__rows *rows, char *message); /* HS_OK, HS_END or an error */
void hs__rows_close(hs__rows *rows);

/* One snapshot for several queries. */
int hs__snapshot_begin(hs_store *store, char *message);
void hs__snapshot_end(hs_store *store);

#endif
