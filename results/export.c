/* export.c: everything about a sweep in one document. */
#include <base/memory.h>
#include <base/status.h>

#include "rows.h"

static void put_member(hs_buffer *out, const char *name, sqlite3_stmt *statement, int at) {
  hs_put_bytes(out, ",\n  ", 4);
  hs_put_json_text(out, name);
  hs_put_bytes(out, ": ", 2);
  if (sqlite3_column_type(statement, at) == SQLITE_NULL)
    hs_put_format(out, "null");
  else if (sqlite3_column_type(statement, at) == SQLITE_INTEGER)
    hs_put_format(out, "%lld", (long long)sqlite3_column_int64(statement, at));
  else
    hs_put_json_text(out, hs__column_text(statement, at));
}

/* Columns become members under their own names. */
static int put_object(hs_store *store, const char *sql, int64_t id, hs_buffer *out, char *message) {
  sqlite3_stmt *statement;
  HS_TRY(hs__sql_query(store, &statement, message, sql, "i", id));
  int status;
  for (int count = 0; (status = hs__sql_step(store, statement, message)) == HS_OK; count++) {
    hs_put_format(out, "%s{", count ? ", " : "");
    size_t start = out->size;
    for (int i = 0; i < sqlite3_column_count(statement); i++)
      put_member(out, sqlite3_column_name(statement, i), statement, i);
    if (!out->failed && out->size > start) out->data[start] = ' '; /* the first comma */
    hs_put_format(out, "}");
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

static int put_json(hs_store *store, const hs_selection *selection, hs_buffer *out, char *message) {
  int64_t id;
  HS_TRY(hs__sweep_find(store, selection ? selection->sweep : NULL, &id, message));
  hs_put_format(out, "{\"format\": \"hopsweep export 1\",\n\"sweep\": ");
  HS_TRY(put_object(store,
                    "SELECT name, description, revision, seed, planned, cells, repeats, options, parameter_order"
                    " FROM sweeps WHERE id = ?",
                    id, out, message));
  hs_put_format(out, ",\n\"runs\": [");
  HS_TRY(put_object(store,
                    "SELECT id, revision, started, ended, how, script_path, script, code, options, overrides, seed,"
                    " plugins, fingerprint, program_version, host, cpu, command_line, ranks, digests"
                    " FROM runs WHERE sweep_id = ? ORDER BY id",
                    id, out, message));
  hs_put_format(out, "],\n\"trials\": ");
  HS_TRY(hs_query_list(store, selection, HS_FORMAT_JSON, out, message));
  hs_put_format(out, "}\n");
  return out->failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory for the export") : HS_OK;
}

int hs_query_export(hs_store *store, const hs_selection *selection, hs_format format, hs_buffer *out, char *message) {
  if (format != HS_FORMAT_JSON) return hs_query_list(store, selection, HS_FORMAT_CSV, out, message);
  size_t before = out->size;
  int status = put_json(store, selection, out, message);
  if (status < 0) out->size = before;
  return status;
}
