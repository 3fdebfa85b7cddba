#include "writer.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

void hs__writer_column_add(hs__writer *writer, const char *label, bool measured) {
  char *copy = hs_copy_text(label);
  if (!copy || hs_grow(&writer->columns, &writer->column_capacity, writer->column_count + 1, sizeof *writer->columns)) {
    hs_free(&copy);
    writer->failed = true;
    return;
  }
  writer->columns[writer->column_count++] = (hs__writer_column){copy, measured};
}

void hs__put_csv_text(hs_buffer *out, const char *text) {
  if (text[0] && !strpbrk(text, ",\"\r\n")) {
    hs_put_bytes(out, text, strlen(text));
    return;
  }
  hs_put_bytes(out, "\"", 1);
  for (; *text; text++) hs_put_bytes(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
  hs_put_bytes(out, "\"", 1);
}

static void put_csv_number(hs_buffer *out, double number) {
  char text[HS_NUMBER_TEXT_SIZE];
  if (isnan(number))
    hs_put_format(out, "NaN");
  else if (isinf(number))
    hs_put_format(out, "%s", number > 0 ? "inf" : "-inf");
  else
    hs_put_format(out, "%s", hs_number_text(number, text));
}

void hs__put_csv_cell(hs_buffer *out, const hs__cell *cell) {
  switch (cell->kind) {
    case HS__CELL_EMPTY: break;
    case HS__CELL_TEXT: hs__put_csv_text(out, cell->text); break;
    case HS__CELL_FLAG: hs_put_format(out, "%s", cell->number != 0 ? "true" : "false"); break;
    default: put_csv_number(out, cell->number);
  }
}

void hs__put_json_cell(hs_buffer *out, const hs__cell *cell) {
  char text[HS_NUMBER_TEXT_SIZE];
  if (cell->kind == HS__CELL_TEXT)
    hs_put_json_text(out, cell->text);
  else if (cell->kind == HS__CELL_FLAG)
    hs_put_format(out, "%s", cell->number != 0 ? "true" : "false");
  else if (cell->kind == HS__CELL_EMPTY || isnan(cell->number))
    hs_put_format(out, "null");
  else if (isinf(cell->number))
    hs_put_format(out, "%s", cell->number > 0 ? "1e999" : "-1e999");
  else
    hs_put_format(out, "%s", hs_number_text(cell->number, text));
}

static void put_csv_head(hs__writer *writer) {
  for (size_t i = 0; i < writer->column_count; i++) {
    if (i) hs_put_bytes(writer->out, ",", 1);
    hs__put_csv_text(writer->out, writer->columns[i].label);
  }
  hs_put_bytes(writer->out, "\n", 1);
}

static void put_csv_row(hs__writer *writer, const hs__cell *cells) {
  for (size_t i = 0; i < writer->column_count; i++) {
    if (i) hs_put_bytes(writer->out, ",", 1);
    hs__put_csv_cell(writer->out, &cells[i]);
  }
  hs_put_bytes(writer->out, "\n", 1);
}

static void put_json_row(hs__writer *writer, const hs__cell *cells) {
  bool first = true;
  hs_put_format(writer->out, writer->rows ? ",\n{" : "[\n{");
  for (size_t i = 0; i < writer->column_count; i++) {
    if (cells[i].kind == HS__CELL_EMPTY) continue;
    if (!first) hs_put_bytes(writer->out, ",", 1);
    first = false;
    hs_put_json_text(writer->out, writer->columns[i].label);
    hs_put_bytes(writer->out, ":", 1);
    hs__put_json_cell(writer->out, &cells[i]);
  }
  hs_put_bytes(writer->out, "}", 1);
}

static void keep_row(hs__writer *writer, const hs__cell *cells) {
  size_t wanted = writer->cell_count + writer->column_count;
  if (hs_grow(&writer->cells, &writer->cell_capacity, wanted, sizeof *writer->cells) < 0) {
    writer->failed = true;
    return;
  }
  for (size_t i = 0; i < writer->column_count; i++) {
    hs__cell cell = cells[i];
    if (cell.kind == HS__CELL_TEXT) {
      cell.text = hs_copy_text(cell.text);
      if (!cell.text) {
        cell.kind = HS__CELL_EMPTY;
        writer->failed = true;
      }
    }
    writer->cells[writer->cell_count++] = cell;
  }
}

void hs__writer_row(hs__writer *writer, const hs__cell *cells) {
  if (writer->failed) return;
  if (writer->format == HS_FORMAT_TEXT) keep_row(writer, cells);
  if (writer->format == HS_FORMAT_CSV) {
    if (writer->rows == 0) put_csv_head(writer);
    put_csv_row(writer, cells);
  }
  if (writer->format == HS_FORMAT_JSON) put_json_row(writer, cells);
  writer->rows++;
}

int hs__writer_end(hs__writer *writer, char *message) {
  if (writer->format == HS_FORMAT_TEXT && !writer->failed) hs__put_text_table(writer);
  if (writer->format == HS_FORMAT_CSV && writer->rows == 0) put_csv_head(writer);
  if (writer->format == HS_FORMAT_JSON) hs_put_format(writer->out, writer->rows ? "\n]\n" : "[]\n");
  for (size_t i = 0; i < writer->column_count; i++) hs_free(&writer->columns[i].label);
  for (size_t i = 0; i < writer->cell_count; i++)
    if (writer->cells[i].kind == HS__CELL_TEXT) hs_free(&writer->cells[i].text);
  hs_free(&writer->columns);
  hs_free(&writer->cells);
  bool failed = writer->failed || writer->out->failed;
  return failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory for a table of %zu rows", writer->rows) : HS_OK;
}
