/* list.c: one row per trial. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "rows.h"

/* In text the key is cut to what people need to tell trials apart and to ask for an array. */
enum { KEY_DIGITS = 12 };

static bool is_shown(const hs__column *column, hs_format format) {
  if (column->kind != HS__COLUMN_EXTRA) return true;
  return format == HS_FORMAT_TEXT && strcmp(column->name, "message") == 0;
}

static void add_columns(hs__writer *writer, const hs__catalog *catalog) {
  for (size_t i = 0; i < catalog->count; i++)
    if (is_shown(&catalog->items[i], writer->format))
      hs__writer_column_add(writer, catalog->items[i].label, catalog->items[i].kind == HS__COLUMN_METRIC);
}

static void put_row(hs__writer *writer, hs__rows *rows, hs__cell *shown) {
  size_t count = 0;
  for (size_t i = 0; i < rows->catalog.count; i++)
    if (is_shown(&rows->catalog.items[i], writer->format)) shown[count++] = rows->cells[i];
  if (writer->format == HS_FORMAT_TEXT) rows->key[KEY_DIGITS] = 0;
  hs__writer_row(writer, shown);
}

static int put_rows(hs__writer *writer, hs__rows *rows, char *message) {
  hs__cell *shown = hs_allocate(rows->catalog.count, sizeof *shown);
  if (!shown) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status;
  while ((status = hs__rows_next(rows, message)) == HS_OK) put_row(writer, rows, shown);
  hs_free(&shown);
  return status < 0 ? status : HS_OK;
}

int hs_query_list(hs_store *store, const hs_selection *selection, hs_format format, hs_buffer *out, char *message) {
  hs__rows rows;
  hs__writer writer = {.format = format, .out = out, .lead = 1};
  size_t before = out->size;
  int status = hs__rows_open(store, selection, &rows, message);
  if (status == HS_OK) {
    add_columns(&writer, &rows.catalog);
    status = put_rows(&writer, &rows, message);
  }
  size_t count = writer.rows;
  int ended = hs__writer_end(&writer, status < 0 ? NULL : message);
  hs__rows_close(&rows);
  if (status == HS_OK) status = ended;
  if (status < 0)
    out->size = before;
  else if (format == HS_FORMAT_TEXT)
    hs_put_format(out, "%zu trial%s\n", count, count == 1 ? "" : "s");
  return status;
}
