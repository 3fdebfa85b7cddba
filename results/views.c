/* views.c: the columns of a sweep as the writer keeps them, and the wide views made from them. */
#include <base/memory.h>
#include <base/status.h>
#include <ctype.h>
#include <string.h>

#include "catalog.h"

/* SQLite's own limit is 2000. */
enum { MOST_VIEW_COLUMNS = 1900 };

const hs__name *hs__names_find(const hs__names *names, const char *name) {
  size_t low = 0, high = names->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp(names->items[middle].name, name);
    if (order == 0) return &names->items[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

int hs__names_add(hs__names *names, const char *name, int64_t id) {
  if (hs__names_find(names, name)) return HS_OK;
  HS_TRY(hs_grow(&names->items, &names->capacity, names->count + 1, sizeof *names->items));
  char *copy = hs_copy_text(name);
  if (!copy) return HS_ERROR_MEMORY;
  size_t at = names->count++;
  for (; at > 0 && strcmp(names->items[at - 1].name, name) > 0; at--) names->items[at] = names->items[at - 1];
  names->items[at] = (hs__name){.name = copy, .id = id};
  return HS_OK;
}

void hs__names_free(hs__names *names) {
  for (size_t i = 0; i < names->count; i++) hs_free(&names->items[i].name);
  hs_free(&names->items);
  *names = (hs__names){0};
}

int hs__catalog_reload(hs_store *store, char *message) {
  hs__names_free(&store->parameters);
  hs__names_free(&store->metrics);
  hs__catalog catalog = {0};
  int status = hs__catalog_load(store, store->sweep_id, &catalog, message);
  for (size_t i = 0; i < catalog.count && status == HS_OK; i++) {
    const hs__column *column = &catalog.items[i];
    if (column->kind == HS__COLUMN_PARAMETER) status = hs__names_add(&store->parameters, column->name, 0);
    if (column->kind == HS__COLUMN_METRIC) status = hs__names_add(&store->metrics, column->name, column->metric_id);
  }
  hs__catalog_free(&catalog);
  store->names_known = status == HS_OK;
  return status;
}

int hs__catalog_add_parameter(hs_store *store, const char *name, char *message) {
  HS_TRY(hs__sql_run(store, message,
                     "INSERT OR IGNORE INTO columns VALUES(?1, 'parameter', ?2,"
                     " (SELECT count(*) FROM columns WHERE sweep_id = ?1 AND kind = 'parameter'))",
                     "it", store->sweep_id, name));
  return hs__names_add(&store->parameters, name, 0);
}

int hs__catalog_add_metric(hs_store *store, const char *name, char *message) {
  int64_t id = 0;
  HS_TRY(hs__sql_run(store, message, "INSERT OR IGNORE INTO metric_names(name) VALUES(?)", "t", name));
  HS_TRY(hs__sql_int(store, &id, message, "SELECT id FROM metric_names WHERE name = ?", "t", name));
  HS_TRY(hs__sql_run(store, message, "INSERT OR IGNORE INTO columns VALUES(?, 'metric', ?, ?)", "iti", store->sweep_id,
                     name, id));
  return hs__names_add(&store->metrics, name, id);
}

int hs__catalog_recount_metrics(hs_store *store, char *message) {
  HS_TRY(
      hs__sql_run(store, message, "DELETE FROM columns WHERE sweep_id = ? AND kind = 'metric'", "i", store->sweep_id));
  return hs__sql_run(store, message,
                     "INSERT INTO columns SELECT DISTINCT ?1, 'metric', n.name, n.id FROM trials t"
                     " JOIN metrics m ON m.trial_id = t.id JOIN metric_names n ON n.id = m.metric_id"
                     " WHERE t.sweep_id = ?1 AND t.revision = ?2",
                     "ii", store->sweep_id, store->revision);
}

int hs__catalog_begin(hs_store *store, const char *parameter_order, char *message) {
  HS_TRY(hs__sql_run(store, message, "DELETE FROM columns WHERE sweep_id = ? AND kind = 'parameter'", "i",
                     store->sweep_id));
  char *names = hs_copy_text(parameter_order ? parameter_order : ""), *rest = names;
  if (!names) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status = HS_OK;
  for (char *name = strsep(&rest, ","); name && status == HS_OK; name = strsep(&rest, ","))
    if (*name) status = hs__catalog_add_parameter(store, name, message);
  hs_free(&names);
  if (status == HS_OK) status = hs__catalog_reload(store, message);
  return status == HS_OK ? hs__catalog_make_views(store, message) : status;
}

/* "results_" and the name of the sweep with everything but letters, digits and "_" as "_", so that nobody has to
 * quote it; two sweeps that would share a view are told apart by the number of the later one. */
static int choose_view(hs_store *store, char **view, char *message) {
  HS_TRY(hs__sql_text(store, view, message, "SELECT view FROM sweeps WHERE id = ?", "i", store->sweep_id));
  if (*view) return HS_OK;
  char *name = NULL;
  HS_TRY(hs__sql_text(store, &name, message, "SELECT name FROM sweeps WHERE id = ?", "i", store->sweep_id));
  hs_buffer text = {0};
  hs_put_format(&text, "results_");
  for (const char *at = name ? name : ""; *at; at++) hs_put_u8(&text, isalnum((unsigned char)*at) ? (uint8_t)*at : '_');
  int64_t taken = 0;
  int status = hs__sql_int(store, &taken, message, "SELECT count(*) FROM sweeps WHERE view = ? COLLATE NOCASE", "t",
                           hs_buffer_text(&text));
  if (taken) hs_put_format(&text, "_%lld", (long long)store->sweep_id);
  if (status == HS_OK) *view = hs_copy_text(hs_buffer_text(&text));
  if (status == HS_OK && !*view) status = hs_fail(message, HS_ERROR_MEMORY, "no memory");
  hs_buffer_free(&text);
  hs_free(&name);
  HS_TRY(status);
  return hs__sql_run(store, message, "UPDATE sweeps SET view = ? WHERE id = ?", "ti", *view, store->sweep_id);
}

static char *view_definition(const hs__catalog *catalog, const char *view, int64_t sweep_id) {
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendf(sql, "DROP VIEW IF EXISTS \"%w\"; CREATE VIEW \"%w\" AS SELECT ", view, view);
  for (size_t i = 0; i < catalog->count && i < MOST_VIEW_COLUMNS; i++) {
    if (catalog->items[i].kind == HS__COLUMN_EXTRA) continue;
    char *expression = hs__column_expression(&catalog->items[i]);
    sqlite3_str_appendf(sql, "%s%s AS \"%w\"", i ? ", " : "", expression ? expression : "NULL",
                        catalog->items[i].column);
    sqlite3_free(expression);
  }
  sqlite3_str_appendf(sql,
                      " FROM trials t WHERE t.sweep_id = %lld AND t.position IS NOT NULL ORDER BY t.position;"
                      "DROP VIEW IF EXISTS results; CREATE VIEW results AS SELECT * FROM \"%w\"",
                      (long long)sweep_id, view);
  return sqlite3_str_finish(sql);
}

int hs__catalog_make_views(hs_store *store, char *message) {
  hs__catalog catalog = {0};
  char *view = NULL, *sql = NULL;
  int status = hs__catalog_load(store, store->sweep_id, &catalog, message);
  if (status == HS_OK) status = choose_view(store, &view, message);
  if (status == HS_OK) {
    sql = view_definition(&catalog, view, store->sweep_id);
    status = sql ? hs__sql_script(store, sql, message) : hs_fail(message, HS_ERROR_MEMORY, "no memory for the views");
  }
  sqlite3_free(sql);
  hs_free(&view);
  hs__catalog_free(&catalog);
  return status;
}
