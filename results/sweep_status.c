/* sweep_status.c: how a sweep stands, from counters alone. */
#include <base/memory.h>
#include <base/status.h>

#include "internal.h"

static int fail_unknown_sweep(hs_store *store, const char *name, char *message) {
  char *known = NULL;
  HS_TRY(hs__sql_text(store, &known, message, "SELECT group_concat(name, ', ') FROM sweeps", ""));
  int status = name ? hs_fail(message, HS_ERROR_NOT_FOUND, "%s: no sweep \"%.60s\"; it has: %.100s", store->path, name,
                              known ? known : "none")
                    : hs_fail(message, HS_ERROR_NOT_FOUND, "%s: no sweep was run yet", store->path);
  hs_free(&known);
  return status;
}

int hs__sweep_find(hs_store *store, const char *name, int64_t *id, char *message) {
  *id = 0;
  HS_TRY(hs__sql_int(store, id, message,
                     "SELECT id FROM sweeps WHERE ?1 IS NULL OR name = ?1 ORDER BY latest_run DESC LIMIT 1", "t",
                     name));
  return *id ? HS_OK : fail_unknown_sweep(store, name, message);
}

static int read_head(hs_store *store, int64_t id, hs_store_sweep *status, char *message) {
  sqlite3_stmt *statement;
  int found = hs__sql_query(store, &statement, message,
                            "SELECT s.name, s.description, s.revision, s.planned, r.started, r.ended, r.how"
                            " FROM sweeps s LEFT JOIN runs r ON r.id = s.latest_run WHERE s.id = ?",
                            "i", id);
  if (found == HS_OK) found = hs__sql_step(store, statement, message);
  if (found == HS_OK) {
    status->name = hs__column_copy(statement, 0);
    status->description = hs__column_copy(statement, 1);
    status->revision = sqlite3_column_int64(statement, 2);
    status->planned = (uint64_t)sqlite3_column_int64(statement, 3);
    status->started = hs__column_copy(statement, 4);
    status->ended = hs__column_copy(statement, 5);
    status->how = hs__column_copy(statement, 6);
  }
  sqlite3_finalize(statement);
  return found < 0 ? found : HS_OK;
}

static int read_counts(hs_store *store, int64_t id, hs_store_sweep *status, char *message) {
  sqlite3_stmt *statement;
  int found = hs__sql_query(store, &statement, message,
                            "SELECT verdict, trials, wall, cpu FROM counts WHERE sweep_id = ?", "i", id);
  while (found == HS_OK) {
    found = hs__sql_step(store, statement, message);
    if (found != HS_OK) break;
    int verdict = hs_verdict_parse(hs__column_text(statement, 0));
    uint64_t trials = (uint64_t)sqlite3_column_int64(statement, 1);
    if (verdict >= 0) status->counts[verdict] = trials;
    status->recorded += trials;
    status->wall_seconds += sqlite3_column_double(statement, 2);
    status->cpu_seconds += sqlite3_column_double(statement, 3);
  }
  sqlite3_finalize(statement);
  return found < 0 ? found : HS_OK;
}

int hs_store_status(hs_store *store, const char *sweep, hs_store_sweep *status, char *message) {
  *status = (hs_store_sweep){0};
  int64_t id;
  HS_TRY(hs__sweep_find(store, sweep, &id, message));
  int found = read_head(store, id, status, message);
  if (found == HS_OK) found = read_counts(store, id, status, message);
  if (found < 0) {
    hs_store_sweep_free(status);
    return found;
  }
  status->running = hs__lock_is_held(store->path, &status->writer);
  return HS_OK;
}

void hs_store_sweep_free(hs_store_sweep *status) {
  hs_free(&status->name);
  hs_free(&status->description);
  hs_free(&status->started);
  hs_free(&status->ended);
  hs_free(&status->how);
  hs_free(&status->writer);
  *status = (hs_store_sweep){0};
}
