/* queries.h: what people and programs read from a store: list, table, status, export, plot. Read-only; safe while a run
 * is on. */
#ifndef HS_RESULTS_QUERIES_H
#define HS_RESULTS_QUERIES_H

#include "store.h"

typedef enum hs_format { HS_FORMAT_TEXT, HS_FORMAT_CSV, HS_FORMAT_JSON } hs_format;

/* A filter and a choice of sweep, common to all. NULL or zero = everything of the latest sweep. Errors of all queries:
 * HS_ERROR_NOT_FOUND (no such sweep, parameter or metric: the nearest name is told), HS_ERROR_USAGE (a condition that
 * is none), HS_ERROR_STORE, HS_ERROR_MEMORY; after an error `out` is as it was. */
typedef struct hs_selection {
  const char *sweep; /* name; NULL = the latest */
  /* "alpha>=1.5", "solver=entmax", "verdict!=ok", "key=3fa2": joined by and. Operators: = == != < <= > >=; names: key,
   * verdict, replicate, parameters, metrics, wall, cpu, attempt, rank, message. */
  const char *const *where;
  size_t where_count;
  uint64_t limit; /* 0 = all */
} hs_selection;

/* One row per trial, in plan order: key, verdict, replicate, every parameter, every metric. Appends to out. */
int hs_query_list(hs_store *store, const hs_selection *selection, hs_format format, hs_buffer *out, char *message);

/* One row per combination of the `by` parameters, in plan order. CSV and JSON columns: the by columns, n (trials), then
 * METRIC_mean, METRIC_sd, METRIC_lo, METRIC_hi per metric (95 % Student interval between replicates), and if `wide`
 * METRIC_median, METRIC_q1, METRIC_q3 after these; what a sample is too small for (n = 1: sd, lo, hi) is empty. Text
 * shows mean ± half-width. by NULL (count 0): all parameters that vary; metrics count 0: all. Only rows with a verdict
 * ok or not_converged count; text says how many were left out. A metric that a trial lacks, or NaN, is left out of
 * that metric's numbers. request may be NULL. */
typedef struct hs_table_request {
  const char *const *by;
  size_t by_count;
  const char *const *metrics;
  size_t metric_count;
  bool wide;
} hs_table_request;
int hs_query_table(hs_store *store, const hs_selection *selection, const hs_table_request *request, hs_format format,
                   hs_buffer *out, char *message);

int hs_query_status(hs_store *store, const char *sweep, hs_format format, hs_buffer *out, char *message);

/* csv: as list; json: sweep, provenance and all rows. Arrays: hs_query_array. */
int hs_query_export(hs_store *store, const hs_selection *selection, hs_format format, hs_buffer *out, char *message);

/* A kept array of one trial as an NPY file (format 1.0). key may be a unique prefix. */
int hs_query_array(hs_store *store, const char *key, const char *name, hs_buffer *npy, char *message);

/* A line plot with a band (mean and 95 % interval, or median and quartiles), through gnuplot; file ending decides:
 * .svg, .png, .pdf. */
typedef struct hs_plot_request {
  const char *x, *y;        /* a parameter or metric, a metric */
  const char *const *group; /* parameters that make separate lines; count 0: those that vary besides x */
  size_t group_count;
  const char *file, *title; /* title NULL: made from the sweep */
  bool log_x, log_y, log2_x, median;
} hs_plot_request;
int hs_query_plot(hs_store *store, const hs_selection *selection, const hs_plot_request *request, char *message);

#endif
