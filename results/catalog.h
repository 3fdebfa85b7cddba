/* catalog.h: which columns the results of a sweep have, in an order that does not depend on who arrived first:
 * key, verdict, replicate, the parameters as the space names them, the metrics in natural order (size_2 < size_10).
 *
 * Names that meet: what comes later in that order gets a suffix, "_parameter" or "_metric" (then "_2", "_3" ...). In
 * labels (CSV, JSON, text) case counts; in SQL columns it does not, as SQL does not tell N from n. */
#ifndef HS_RESULTS_CATALOG_H
#define HS_RESULTS_CATALOG_H

#include "internal.h"

typedef enum hs__column_kind {
  HS__COLUMN_KEY,
  HS__COLUMN_VERDICT,
  HS__COLUMN_REPLICATE,
  HS__COLUMN_PARAMETER,
  HS__COLUMN_METRIC,
  HS__COLUMN_EXTRA /* timings and the like: for filters and plots, not in lists */
} hs__column_kind;

typedef struct hs__column {
  hs__column_kind kind;
  char *name;   /* its own */
  char *label;  /* in lists and tables */
  char *column; /* in SQL views */
  int64_t metric_id;
} hs__column;

/* Zero-initialise; hs__catalog_free ends it. */
typedef struct hs__catalog {
  hs__column *items;
  size_t count, capacity;
} hs__catalog;

int hs__catalog_load(hs_store *store, int64_t sweep_id, hs__catalog *catalog, char *message);
void hs__catalog_free(hs__catalog *catalog);

/* By label, then by own name (parameters before metrics). NULL if there is none. */
const hs__column *hs__catalog_find(const hs__catalog *catalog, const char *name);
/* The same, but HS_ERROR_NOT_FOUND with the nearest known name. */
int hs__catalog_need(const hs__catalog *catalog, const char *name, const hs__column **column, char *message);

/* Its SQL expression over "trials t", fresh (sqlite3_free), or NULL without memory. */
char *hs__column_expression(const hs__column *column);

/* For the writer, inside a transaction. begin: the parameters of this plan replace those of the last. add: a name seen
 * for the first time. recount_metrics: only those that rows of the current revision have. make_views: the views of
 * the open sweep. reload: the writer's lists of known names. */
int hs__catalog_begin(hs_store *store, const char *parameter_order, char *message);
int hs__catalog_add_parameter(hs_store *store, const char *name, char *message);
int hs__catalog_add_metric(hs_store *store, const char *name, char *message);
int hs__catalog_recount_metrics(hs_store *store, char *message);
int hs__catalog_make_views(hs_store *store, char *message);
int hs__catalog_reload(hs_store *store, char *message);

#endif
