/* positions.c: what a run subtracts from its plan, and where rows stand in the plan of today. */
#include <base/memory.h>
#include <base/status.h>
#include <stdlib.h>

#include "internal.h"

int hs_store_each_done(hs_store *store, hs_store_visit visit, void *context, char *message) {
  sqlite3_stmt *statement;
  int status = hs__sql_query(store, &statement, message,
                             "SELECT key, verdict, attempt, position FROM trials WHERE sweep_id = ? AND revision = ?",
                             "ii", store->sweep_id, store->revision);
  while (status == HS_OK) {
    status = hs__sql_step(store, statement, message);
    if (status != HS_OK) break;
    int verdict = hs_verdict_parse(hs__column_text(statement, 1));
    bool planned = sqlite3_column_type(statement, 3) != SQLITE_NULL;
    visit(context, hs__column_hash(statement, 0), verdict < 0 ? HS_VERDICT_FAILED : (hs_verdict)verdict,
          (uint32_t)sqlite3_column_int64(statement, 2),
          planned ? (uint64_t)sqlite3_column_int64(statement, 3) : UINT64_MAX);
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

typedef struct place {
  hs_hash key;
  int64_t position, id; /* position -1 = none */
} place;

typedef struct places {
  place *items;
  size_t count, capacity;
} places;

static int compare_places(const void *left, const void *right) {
  const place *a = left, *b = right;
  if (a->key.high != b->key.high) return a->key.high < b->key.high ? -1 : 1;
  return (a->key.low > b->key.low) - (a->key.low < b->key.low);
}

static int read_places(hs_store *store, places *stored, char *message) {
  sqlite3_stmt *statement;
  int status = hs__sql_query(store, &statement, message,
                             "SELECT key, coalesce(position, -1), id FROM trials WHERE sweep_id = ? ORDER BY key", "i",
                             store->sweep_id);
  while (status == HS_OK) {
    status = hs__sql_step(store, statement, message);
    if (status != HS_OK) break;
    status = hs_grow(&stored->items, &stored->capacity, stored->count + 1, sizeof *stored->items);
    if (status == HS_OK)
      stored->items[stored->count++] = (place){.key = hs__column_hash(statement, 0),
                                               .position = sqlite3_column_int64(statement, 1),
                                               .id = sqlite3_column_int64(statement, 2)};
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

/* Both lists ascend by key; a row that moved is written, the others cost nothing. */
static int move_rows(hs_store *store, const places *stored, const place *planned, size_t count, bool *moved,
                     char *message) {
  sqlite3_stmt *update;
  HS_TRY(hs__sql_prepare(store, "UPDATE trials SET position = nullif(?, -1) WHERE id = ?", &update, message));
  int status = HS_OK;
  for (size_t i = 0, at = 0; i < stored->count && status == HS_OK; i++) {
    while (at < count && compare_places(&planned[at], &stored->items[i]) < 0) at++;
    bool found = at < count && compare_places(&planned[at], &stored->items[i]) == 0;
    int64_t position = found ? planned[at].position : -1;
    if (position == stored->items[i].position) continue;
    *moved = true;
    hs__sql_bind(update, "ii", position, stored->items[i].id);
    status = hs__sql_finish(store, update, message);
  }
  sqlite3_finalize(update);
  return status;
}

int hs__recount(hs_store *store, char *message) {
  HS_TRY(hs__sql_run(store, message, "DELETE FROM counts WHERE sweep_id = ?", "i", store->sweep_id));
  return hs__sql_run(store, message,
                     "INSERT INTO counts SELECT sweep_id, verdict, count(*), total(wall), total(cpu) FROM trials"
                     " WHERE sweep_id = ? AND position IS NOT NULL GROUP BY verdict",
                     "i", store->sweep_id);
}

static int replace_all(hs_store *store, const place *planned, size_t count, char *message) {
  places stored = {0};
  bool moved = false;
  int status = read_places(store, &stored, message);
  if (status == HS_OK) status = move_rows(store, &stored, planned, count, &moved, message);
  if (status == HS_OK && moved) status = hs__recount(store, message);
  hs_free(&stored.items);
  return status;
}

int hs_store_replace_positions(hs_store *store, const hs_hash *keys, size_t count, char *message) {
  place *planned = hs_allocate(count, sizeof *planned);
  if (!planned) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the positions of %zu trials", count);
  for (size_t i = 0; i < count; i++) planned[i] = (place){.key = keys[i], .position = (int64_t)i};
  qsort(planned, count, sizeof *planned, compare_places);
  int status = hs__sql_begin(store, message);
  if (status >= 0) status = hs__sql_end(store, replace_all(store, planned, count, message), message);
  hs_free(&planned);
  return status;
}
