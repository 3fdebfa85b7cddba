#include "catalog.h"

#include <base/memory.h>
#include <base/status.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef int (*name_compare)(const char *, const char *);

/* Digits compare by the number they write, everything else byte by byte. */
static int natural_compare(const char *a, const char *b) {
  while (*a && *b) {
    if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
      char *end_a, *end_b;
      unsigned long long left = strtoull(a, &end_a, 10), right = strtoull(b, &end_b, 10);
      if (left != right) return left < right ? -1 : 1;
      a = end_a;
      b = end_b;
    } else if (*a != *b) {
      return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
    } else {
      a++;
      b++;
    }
  }
  return (*a != 0) - (*b != 0);
}

static int compare_metrics(const void *left, const void *right) {
  const hs__column *a = left, *b = right;
  int order = natural_compare(a->name, b->name);
  return order ? order : strcmp(a->name, b->name);
}

static int append(hs__catalog *catalog, hs__column_kind kind, const char *name, int64_t metric_id, char *message) {
  int status = hs_grow(&catalog->items, &catalog->capacity, catalog->count + 1, sizeof *catalog->items);
  char *copy = status == HS_OK ? hs_copy_text(name) : NULL;
  if (!copy) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the columns");
  catalog->items[catalog->count++] = (hs__column){.kind = kind, .name = copy, .metric_id = metric_id};
  return HS_OK;
}

static int append_query(hs_store *store, hs__catalog *catalog, hs__column_kind kind, int64_t sweep_id, const char *sql,
                        char *message) {
  sqlite3_stmt *statement;
  int status = hs__sql_query(store, &statement, message, sql, "i", sweep_id);
  while (status == HS_OK) {
    status = hs__sql_step(store, statement, message);
    if (status == HS_OK)
      status = append(catalog, kind, hs__column_text(statement, 0), sqlite3_column_int64(statement, 1), message);
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

static bool is_taken(const hs__catalog *catalog, size_t before, bool label, const char *name) {
  for (size_t i = 0; i < before; i++) {
    const hs__column *column = &catalog->items[i];
    if (label ? strcmp(column->label, name) == 0 : strcasecmp(column->column, name) == 0) return true;
  }
  return false;
}

/* A name that nothing before has: its own, with a suffix for its kind, or that with a number. */
static char *unique_name(const hs__catalog *catalog, size_t at, bool label) {
  const hs__column *column = &catalog->items[at];
  if (!is_taken(catalog, at, label, column->name)) return hs_copy_text(column->name);
  const char *suffix = column->kind == HS__COLUMN_METRIC      ? "_metric"
                       : column->kind == HS__COLUMN_PARAMETER ? "_parameter"
                                                              : "_of_trial";
  hs_buffer name = {0};
  hs_put_format(&name, "%s%s", column->name, suffix);
  for (int number = 2; !name.failed && is_taken(catalog, at, label, hs_buffer_text(&name)); number++) {
    hs_buffer_clear(&name);
    hs_put_format(&name, "%s%s_%d", column->name, suffix, number);
  }
  char *copy = hs_copy_text(hs_buffer_text(&name));
  hs_buffer_free(&name);
  return copy;
}

static int name_all(hs__catalog *catalog, char *message) {
  for (size_t i = 0; i < catalog->count; i++) {
    hs__column *column = &catalog->items[i];
    column->label = unique_name(catalog, i, true);
    column->column = unique_name(catalog, i, false);
    if (!column->label || !column->column) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the columns");
  }
  return HS_OK;
}

int hs__catalog_load(hs_store *store, int64_t sweep_id, hs__catalog *catalog, char *message) {
  static const char *const EXTRAS[] = {"wall", "cpu", "started", "attempt", "rank", "position", "message"};
  HS_TRY(append(catalog, HS__COLUMN_KEY, "key", 0, message));
  HS_TRY(append(catalog, HS__COLUMN_VERDICT, "verdict", 0, message));
  HS_TRY(append(catalog, HS__COLUMN_REPLICATE, "replicate", 0, message));
  HS_TRY(append_query(store, catalog, HS__COLUMN_PARAMETER, sweep_id,
                      "SELECT name, 0 FROM columns WHERE sweep_id = ? AND kind = 'parameter' ORDER BY ordinal, name",
                      message));
  size_t first = catalog->count;
  HS_TRY(append_query(store, catalog, HS__COLUMN_METRIC, sweep_id,
                      "SELECT name, ordinal FROM columns WHERE sweep_id = ? AND kind = 'metric'", message));
  qsort(catalog->items + first, catalog->count - first, sizeof *catalog->items, compare_metrics);
  for (size_t i = 0; i < sizeof EXTRAS / sizeof *EXTRAS; i++)
    HS_TRY(append(catalog, HS__COLUMN_EXTRA, EXTRAS[i], 0, message));
  return name_all(catalog, message);
}

void hs__catalog_free(hs__catalog *catalog) {
  for (size_t i = 0; i < catalog->count; i++) {
    hs_free(&catalog->items[i].name);
    hs_free(&catalog->items[i].label);
    hs_free(&catalog->items[i].column);
  }
  hs_free(&catalog->items);
  *catalog = (hs__catalog){0};
}

const hs__column *hs__catalog_find(const hs__catalog *catalog, const char *name) {
  for (size_t i = 0; i < catalog->count; i++)
    if (strcmp(catalog->items[i].label, name) == 0) return &catalog->items[i];
  for (size_t i = 0; i < catalog->count; i++)
    if (strcmp(catalog->items[i].name, name) == 0) return &catalog->items[i];
  return NULL;
}

/* Levenshtein's distance; names longer than the table count as far away. */
static size_t edit_distance(const char *a, const char *b) {
  enum { LONGEST = 63 };
  size_t row[LONGEST + 1], columns = strlen(b);
  if (columns > LONGEST) return SIZE_MAX;
  for (size_t j = 0; j <= columns; j++) row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < columns; j++) {
      size_t replaced = diagonal + (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]));
      diagonal = row[j + 1];
      size_t shifted = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
      row[j + 1] = replaced < shifted ? replaced : shifted;
    }
  }
  return row[columns];
}

int hs__catalog_need(const hs__catalog *catalog, const char *name, const hs__column **column, char *message) {
  *column = hs__catalog_find(catalog, name);
  if (*column) return HS_OK;
  const char *nearest = NULL;
  size_t best = 2 + strlen(name) / 3; /* what is farther off was not meant */
  for (size_t i = 0; i < catalog->count; i++) {
    size_t distance = edit_distance(name, catalog->items[i].label);
    if (distance < best) {
      best = distance;
      nearest = catalog->items[i].label;
    }
  }
  return hs_fail(message, HS_ERROR_NOT_FOUND, "no parameter or metric is called \"%.60s\"%s%.60s%s", name,
                 nearest ? "; did you mean \"" : "; 'hopsweep list STORE' shows them all", nearest ? nearest : "",
                 nearest ? "\"?" : "");
}

/* A name with quotes in it cannot stand in a JSON path; that road is slower, and open to every name. */
static char *parameter_expression(const char *name) {
  if (strpbrk(name, "\"\\")) return sqlite3_mprintf("(SELECT value FROM json_each(t.params) WHERE key = %Q)", name);
  char *path = sqlite3_mprintf("$.\"%s\"", name);
  char *expression = path ? sqlite3_mprintf("json_extract(t.params, %Q)", path) : NULL;
  sqlite3_free(path);
  return expression;
}

char *hs__column_expression(const hs__column *column) {
  switch (column->kind) {
    case HS__COLUMN_KEY: return sqlite3_mprintf("lower(hex(t.key))");
    case HS__COLUMN_PARAMETER: return parameter_expression(column->name);
    case HS__COLUMN_METRIC:
      return sqlite3_mprintf("(SELECT value FROM metrics WHERE trial_id = t.id AND metric_id = %lld)",
                             (long long)column->metric_id);
    default: return sqlite3_mprintf("t.%s", column->name);
  }
}
