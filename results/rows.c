#include "rows.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

#include "filter.h"

int hs__snapshot_begin(hs_store *store, char *message) { return hs__sql_script(store, "BEGIN", message); }

void hs__snapshot_end(hs_store *store) { sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL); }

static const char SELECT_TRIALS[] =
    "SELECT t.id, t.key, t.verdict, t.replicate, t.params, t.wall, t.cpu, t.started, t.attempt, t.rank, t.position,"
    " t.message FROM trials t WHERE t.sweep_id = ?1 AND t.position IS NOT NULL";
enum { FIRST_EXTRA = 5, FIRST_SLOT = 3 };

/* Conditions are parsed first, so that their mistakes are told before anything runs. */
static int parse_conditions(const hs__rows *rows, const hs_selection *selection, hs__condition *conditions,
                            hs_buffer *sql, char *message) {
  hs_put_format(sql, "%s", SELECT_TRIALS);
  for (size_t i = 0; i < selection->where_count; i++) {
    HS_TRY(hs__condition_parse(&rows->catalog, selection->where[i], FIRST_SLOT + 2 * (int)i, &conditions[i], message));
    HS_TRY(hs__condition_check(rows->store, rows->sweep_id, &conditions[i], message));
    hs_put_format(sql, " AND %s", conditions[i].sql);
  }
  hs_put_format(sql, " ORDER BY t.position LIMIT ?2");
  hs_buffer_text(sql);
  return sql->failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory") : HS_OK;
}

static int prepare_trials(hs__rows *rows, const hs_selection *selection, char *message) {
  hs_buffer sql = {0};
  hs__condition *conditions = hs_allocate(selection->where_count, sizeof *conditions);
  if (!conditions) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status = parse_conditions(rows, selection, conditions, &sql, message);
  if (status == HS_OK)
    status = hs__sql_query(rows->store, &rows->trials, message, hs_buffer_text(&sql), "ii", rows->sweep_id,
                           selection->limit ? (int64_t)selection->limit : (int64_t)-1);
  for (size_t i = 0; i < selection->where_count; i++) {
    if (status == HS_OK) hs__condition_bind(&conditions[i], rows->trials);
    hs__condition_free(&conditions[i]);
  }
  hs_free(&conditions);
  hs_buffer_free(&sql);
  return status;
}

static int map_metrics(hs__rows *rows, char *message) {
  for (size_t i = 0; i < rows->catalog.count; i++)
    if (rows->catalog.items[i].metric_id >= rows->metric_limit)
      rows->metric_limit = rows->catalog.items[i].metric_id + 1;
  rows->metric_columns = hs_allocate((size_t)rows->metric_limit, sizeof *rows->metric_columns);
  rows->cells = hs_allocate(rows->catalog.count, sizeof *rows->cells);
  if (!rows->metric_columns || !rows->cells) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  for (size_t i = 0; i < rows->catalog.count; i++)
    if (rows->catalog.items[i].kind == HS__COLUMN_METRIC) rows->metric_columns[rows->catalog.items[i].metric_id] = i;
  return HS_OK;
}

int hs__rows_open(hs_store *store, const hs_selection *selection, hs__rows *rows, char *message) {
  static const hs_selection EVERYTHING = {0};
  if (!selection) selection = &EVERYTHING;
  *rows = (hs__rows){.store = store};
  HS_TRY(hs__snapshot_begin(store, message));
  rows->in_snapshot = true;
  HS_TRY(hs__sweep_find(store, selection->sweep, &rows->sweep_id, message));
  HS_TRY(hs__catalog_load(store, rows->sweep_id, &rows->catalog, message));
  HS_TRY(map_metrics(rows, message));
  HS_TRY(prepare_trials(rows, selection, message));
  return hs__sql_prepare(store, "SELECT metric_id, value FROM metrics WHERE trial_id = ?", &rows->metrics, message);
}

static hs__cell cell_of_value(const hs_value *value) {
  if (!value) return hs__cell_empty();
  if (value->type == HS_VALUE_TEXT) return hs__cell_text(value->text);
  return (hs__cell){.kind = value->type == HS_VALUE_FLAG ? HS__CELL_FLAG : HS__CELL_NUMBER, .number = value->number};
}

static hs__cell cell_of_column(sqlite3_stmt *statement, int at) {
  int type = sqlite3_column_type(statement, at);
  if (type == SQLITE_NULL) return hs__cell_empty();
  if (type == SQLITE_TEXT) return hs__cell_text(hs__column_text(statement, at));
  return hs__cell_number(sqlite3_column_double(statement, at));
}

static int fill_metrics(hs__rows *rows, char *message) {
  sqlite3_reset(rows->metrics);
  hs__sql_bind(rows->metrics, "i", sqlite3_column_int64(rows->trials, 0));
  int status;
  while ((status = hs__sql_step(rows->store, rows->metrics, message)) == HS_OK) {
    int64_t id = sqlite3_column_int64(rows->metrics, 0);
    size_t column = id >= 0 && id < rows->metric_limit ? rows->metric_columns[id] : 0;
    bool nan = sqlite3_column_type(rows->metrics, 1) == SQLITE_NULL;
    if (column) rows->cells[column] = hs__cell_number(nan ? NAN : sqlite3_column_double(rows->metrics, 1));
  }
  sqlite3_reset(rows->metrics);
  return status < 0 ? status : HS_OK;
}

static void fill_trial(hs__rows *rows) {
  int extra = FIRST_EXTRA;
  for (size_t i = 0; i < rows->catalog.count; i++) {
    const hs__column *column = &rows->catalog.items[i];
    hs__cell *cell = &rows->cells[i];
    switch (column->kind) {
      case HS__COLUMN_KEY: *cell = hs__cell_text(rows->key); break;
      case HS__COLUMN_VERDICT: *cell = cell_of_column(rows->trials, 2); break;
      case HS__COLUMN_REPLICATE: *cell = cell_of_column(rows->trials, 3); break;
      case HS__COLUMN_PARAMETER: *cell = cell_of_value(hs_params_get(&rows->params, column->name)); break;
      case HS__COLUMN_METRIC: *cell = hs__cell_empty(); break;
      case HS__COLUMN_EXTRA: *cell = cell_of_column(rows->trials, extra++); break;
    }
  }
}

int hs__rows_next(hs__rows *rows, char *message) {
  int status = hs__sql_step(rows->store, rows->trials, message);
  if (status != HS_OK) return status;
  hs_hash_text(hs__column_hash(rows->trials, 1), rows->key);
  if (hs_params_parse_json(hs__column_text(rows->trials, 4), &rows->params, message) < 0)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: trial %s has parameters that cannot be read; the store was edited",
                   rows->store->path, rows->key);
  fill_trial(rows);
  rows->verdict = hs_verdict_parse(hs__column_text(rows->trials, 2));
  return fill_metrics(rows, message);
}

void hs__rows_close(hs__rows *rows) {
  sqlite3_finalize(rows->trials);
  sqlite3_finalize(rows->metrics);
  if (rows->in_snapshot) hs__snapshot_end(rows->store);
  hs__catalog_free(&rows->catalog);
  hs_params_free(&rows->params);
  hs_free(&rows->metric_columns);
  hs_free(&rows->cells);
  *rows = (hs__rows){0};
}
