/* CSV files of numbers: fields may be quoted, lines may end with CR LF, empty lines are skipped. */
#include <base/status.h>
#include <stdlib.h>
#include <string.h>

#include "data_inside.h"

typedef struct scanner {
  const char *path, *at, *end;
  char separator;
  int line, column; /* of the field being read; columns count fields, from 1 */
  hs_buffer field;  /* its text, without quotes */
  char *message;
} scanner;

static int fault(const scanner *scan, const char *what) {
  return hs_fail(scan->message, HS_ERROR_FORMAT, "%s:%d:%d: %s", scan->path, scan->line, scan->column, what);
}

static bool at_line_end(const scanner *scan) {
  return scan->at == scan->end || *scan->at == '\n' ||
         (*scan->at == '\r' && scan->at + 1 < scan->end && scan->at[1] == '\n');
}

/* Moves behind the end of the line and of empty lines after it; false at the end of the file. */
static bool next_line(scanner *scan) {
  while (scan->at < scan->end && at_line_end(scan)) {
    if (*scan->at == '\n') scan->line++;
    scan->at++;
  }
  scan->column = 1;
  return scan->at < scan->end;
}

/* A quoted field: a doubled quote stands for one. The scanner is on the opening quote. */
static int read_quoted(scanner *scan) {
  for (scan->at++; scan->at < scan->end; scan->at++) {
    if (*scan->at == '"' && (scan->at + 1 == scan->end || scan->at[1] != '"')) {
      scan->at++;
      if (!at_line_end(scan) && *scan->at != scan->separator) return fault(scan, "text after a closing quote");
      return HS_OK;
    }
    if (*scan->at == '"') scan->at++;
    if (*scan->at == '\n') return fault(scan, "a quoted field goes over the end of the line");
    hs_put_bytes(&scan->field, scan->at, 1);
  }
  return fault(scan, "a quoted field has no closing quote");
}

/* Reads one field into scan->field and stops at the separator or the end of the line. */
static int read_field(scanner *scan) {
  hs_buffer_clear(&scan->field);
  if (scan->at < scan->end && *scan->at == '"') HS_TRY(read_quoted(scan));
  while (!at_line_end(scan) && *scan->at != scan->separator) hs_put_bytes(&scan->field, scan->at++, 1);
  hs_buffer_text(&scan->field);
  return scan->field.failed ? hs_fail(scan->message, HS_ERROR_MEMORY, "%s: no memory", scan->path) : HS_OK;
}

/* Steps over a separator: whether another field follows on this line. */
static bool next_field(scanner *scan) {
  if (at_line_end(scan)) return false;
  scan->at++;
  scan->column++;
  return true;
}

static int read_number(const scanner *scan, double *value) {
  const char *text = (const char *)scan->field.data, *start = text + strspn(text, " \t");
  char *end;
  *value = strtod(start, &end);
  end += strspn(end, " \t");
  if (end == start || *end || strlen(text) != scan->field.size)
    return hs_fail(scan->message, HS_ERROR_FORMAT, "%s:%d:%d: '%.40s' is not a number", scan->path, scan->line,
                   scan->column, text);
  return HS_OK;
}

/* What to read: for each column of the file, its place in the array, or -1. */
typedef struct selection {
  int width; /* columns of the file; 0 = not yet known */
  int taken; /* columns of the array */
  bool all;
  int place[HS__MAX_CSV_COLUMNS];
} selection;

static int find_wanted(const hs__csv_options *options, int column, const char *name) {
  for (int i = 0; i < options->wanted; i++)
    if (options->columns[i] == column || (name && options->names[i] && strcmp(options->names[i], name) == 0)) return i;
  return -1;
}

/* Looks at the first line: how many columns there are, and which are wanted. Header names are consumed here. */
static int read_first_line(scanner *scan, const hs__csv_options *options, selection *chosen) {
  scanner line = *scan;
  int found = 0, status = HS_OK;
  do {
    status = read_field(&line);
    if (status == HS_OK && chosen->width == HS__MAX_CSV_COLUMNS) status = fault(&line, "too many columns");
    if (status != HS_OK) break;
    const char *name = options->header ? (const char *)line.field.data : NULL;
    int place = chosen->all ? chosen->width : find_wanted(options, chosen->width + 1, name);
    found += place >= 0;
    chosen->place[chosen->width++] = place;
  } while (next_field(&line));
  scan->field = line.field;
  HS_TRY(status);
  if (!chosen->all && found < options->wanted)
    return hs_fail(scan->message, HS_ERROR_FORMAT, "%s:%d: only %d of the %d wanted columns are there", scan->path,
                   scan->line, found, options->wanted);
  chosen->taken = chosen->all ? chosen->width : options->wanted;
  if (options->header) scan->at = line.at;
  return HS_OK;
}

static int read_row(scanner *scan, const selection *chosen, double *values) {
  int column = 0;
  do {
    HS_TRY(read_field(scan));
    if (column == chosen->width) return fault(scan, "more fields than in the first line");
    int place = chosen->place[column++];
    if (place >= 0) HS_TRY(read_number(scan, &values[place]));
  } while (next_field(scan));
  return column < chosen->width ? fault(scan, "fewer fields than in the first line") : HS_OK;
}

static int read_rows(scanner *scan, const selection *chosen, hs_buffer *numbers, int64_t *rows) {
  double values[HS__MAX_CSV_COLUMNS];
  while (next_line(scan)) {
    HS_TRY(read_row(scan, chosen, values));
    hs_put_bytes(numbers, values, (size_t)chosen->taken * sizeof *values);
    if (numbers->failed) return hs_fail(scan->message, HS_ERROR_MEMORY, "%s: no memory for its numbers", scan->path);
    ++*rows;
  }
  return HS_OK;
}

int hs__read_csv(const char *path, const hs__csv_options *options, hs_buffer *content, hs__table *table,
                 char *message) {
  const char *text = (const char *)content->data;
  scanner scan = {.path = path, .at = text, .end = text + content->size, .line = 1, .column = 1, .message = message};
  scan.separator = options->separator ? options->separator : ',';
  selection chosen = {.all = options->wanted == 0};
  hs_buffer numbers = {0};
  *table = (hs__table){.dtype = HS_FLOAT64, .dimensions = 2};
  int status = next_line(&scan) ? HS_OK : hs_fail(message, HS_ERROR_FORMAT, "%s:1:1: the file is empty", path);
  if (status == HS_OK) status = read_first_line(&scan, options, &chosen);
  if (status == HS_OK) status = read_rows(&scan, &chosen, &numbers, &table->shape[0]);
  table->shape[1] = chosen.taken;
  hs_buffer_free(&scan.field);
  if (status != HS_OK) {
    hs_buffer_free(&numbers);
    return status;
  }
  hs_buffer_free(content);
  *content = numbers;
  return HS_OK;
}
