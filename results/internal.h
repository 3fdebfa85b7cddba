/* internal.h: the store as this room sees it. */
#ifndef HS_RESULTS_INTERNAL_H
#define HS_RESULTS_INTERNAL_H

#include <base/buffer.h>

#include "lock.h"
#include "sql.h"
#include "store.h"

enum { HS__TIME_SIZE = 32 };

/* A name of a parameter or metric that the open sweep already has a column for. */
typedef struct hs__name {
  char *name;
  int64_t id; /* in metric_names; 0 for parameters */
} hs__name;

typedef struct hs__names {
  hs__name *items; /* ascending by name */
  size_t count, capacity;
} hs__names;

typedef enum hs__commit_statement {
  HS__INSERT_TRIAL,
  HS__FIND_TRIAL,
  HS__UPDATE_TRIAL,
  HS__DELETE_METRICS,
  HS__DELETE_ARRAYS,
  HS__INSERT_METRIC,
  HS__INSERT_ARRAY,
  HS__ADD_COUNT,
  HS__COMMIT_STATEMENT_COUNT
} hs__commit_statement;

struct hs_store {
  sqlite3 *database;
  char *path;
  bool writer, created, begun;
  hs__lock lock;
  int64_t epoch;
  /* The sweep and run that hs_store_begin entered. */
  int64_t sweep_id, run_id, revision;
  sqlite3_stmt *commit[HS__COMMIT_STATEMENT_COUNT]; /* prepared at the first commit */
  bool names_known; /* the two lists below agree with the file; false after a failed commit */
  hs__names parameters, metrics;
};

/* "2026-03-04T05:06:07Z" into text; returns text. */
const char *hs__time_text(double seconds, char text[HS__TIME_SIZE]);

/* Makes the tables of a new store, or brings an older one up to date. */
int hs__schema_prepare(hs_store *store, char *message);
/* HS_ERROR_FORMAT or HS_ERROR_VERSION unless the first bytes of the file are those of a store of ours. HS_END: the file
 * is missing or empty. Reads only. */
int hs__schema_probe(const char *path, char *message);

/* The first line of code that differs, as "line 12: `old` is now `new`" into text; false if none is found. */
enum { HS__CHANGE_SIZE = 160 };
bool hs__first_change(const char *before, const char *after, char text[HS__CHANGE_SIZE]);

/* Names in use; *item is the one with this name or NULL. */
const hs__name *hs__names_find(const hs__names *names, const char *name);
int hs__names_add(hs__names *names, const char *name, int64_t id); /* HS_ERROR_MEMORY */
void hs__names_free(hs__names *names);

/* Recounts the counters of the open sweep from its rows. Inside a transaction. */
int hs__recount(hs_store *store, char *message);

/* The id of a sweep by name, or of the latest one; HS_ERROR_NOT_FOUND names those that exist. */
int hs__sweep_find(hs_store *store, const char *name, int64_t *id, char *message);

#endif
