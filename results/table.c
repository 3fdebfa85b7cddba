/* table.c: one row per cell, with statistics over its replicates. */
#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <stdio.h>

#include "aggregate.h"
#include "statistics.h"

typedef struct field {
  const char *suffix;
  size_t offset;
} field;

/* Programs rely on the first four, in this order. */
static const field FIELDS[] = {
    {"mean", offsetof(hs__statistics, mean)},     {"sd", offsetof(hs__statistics, sd)},
    {"lo", offsetof(hs__statistics, lo)},         {"hi", offsetof(hs__statistics, hi)},
    {"median", offsetof(hs__statistics, median)}, {"q1", offsetof(hs__statistics, q1)},
    {"q3", offsetof(hs__statistics, q3)},
};
enum { PLAIN_FIELDS = 4, QUARTILE_FIELD = 4, ALL_FIELDS = 7 };

typedef struct table_maker {
  hs__writer writer;
  const hs__catalog *catalog;
  hs__aggregate aggregate;
  bool wide;
  bool *shown; /* per by column */
  hs__cell *cells;
} table_maker;

/* In text the mean carries its interval, so only the quartiles are columns of their own. */
static size_t first_field(const table_maker *table) {
  return table->writer.format == HS_FORMAT_TEXT ? QUARTILE_FIELD : 0;
}
static size_t end_field(const table_maker *table) {
  if (table->wide) return ALL_FIELDS;
  return table->writer.format == HS_FORMAT_TEXT ? QUARTILE_FIELD : PLAIN_FIELDS;
}

static void add_metric_columns(table_maker *table, const char *label) {
  if (table->writer.format == HS_FORMAT_TEXT) hs__writer_column_add(&table->writer, label, true);
  for (size_t i = first_field(table); i < end_field(table); i++) {
    hs_buffer name = {0};
    hs_put_format(&name, "%s_%s", label, FIELDS[i].suffix);
    hs__writer_column_add(&table->writer, hs_buffer_text(&name), true);
    hs_buffer_free(&name);
  }
}

static int lay_out(table_maker *table, bool all, char *message) {
  const hs__aggregate *aggregate = &table->aggregate;
  table->shown = hs_allocate(aggregate->by_count, sizeof *table->shown);
  size_t most = aggregate->by_count + 1 + aggregate->measured_count * (ALL_FIELDS + 1);
  table->cells = hs_allocate(most, sizeof *table->cells);
  if (!table->shown || !table->cells) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  for (size_t i = 0; i < aggregate->by_count; i++) {
    table->shown[i] = all || hs__aggregate_varies(aggregate, i);
    if (table->shown[i]) hs__writer_column_add(&table->writer, table->catalog->items[aggregate->by[i]].label, false);
  }
  hs__writer_column_add(&table->writer, "n", false);
  table->writer.lead = table->writer.column_count;
  for (size_t i = 0; i < aggregate->measured_count; i++)
    add_metric_columns(table, table->catalog->items[aggregate->measured[i]].label);
  return HS_OK;
}

/* A statistic that the sample is too small for is empty, not NaN. */
static hs__cell statistic_cell(const hs__statistics *statistics, size_t offset) {
  double value = *(const double *)((const char *)statistics + offset);
  return isnan(value) ? hs__cell_empty() : hs__cell_number(value);
}

static void put_group(table_maker *table, hs__group *group) {
  size_t count = 0;
  for (size_t i = 0; i < table->aggregate.by_count; i++)
    if (table->shown[i]) table->cells[count++] = group->by[i];
  table->cells[count++] = hs__cell_number((double)group->n);
  for (size_t i = 0; i < table->aggregate.measured_count; i++) {
    hs__statistics statistics = hs__describe(group->values[i].items, group->values[i].count);
    if (table->writer.format == HS_FORMAT_TEXT)
      table->cells[count++] = (hs__cell){.kind = statistics.n ? HS__CELL_MEAN : HS__CELL_EMPTY,
                                         .number = statistics.mean,
                                         .half = statistics.hi - statistics.mean};
    for (size_t f = first_field(table); f < end_field(table); f++)
      table->cells[count++] = statistic_cell(&statistics, FIELDS[f].offset);
  }
  hs__writer_row(&table->writer, table->cells);
}

/* What stands under a text table: what the numbers mean and what they leave out. */
static void put_notes(const table_maker *table) {
  hs_buffer *out = table->writer.out;
  bool repeated = false;
  for (size_t i = 0; i < table->aggregate.group_count; i++) repeated = repeated || table->aggregate.groups[i].n > 1;
  if (repeated && table->aggregate.measured_count)
    hs_put_format(out, "mean ± half-width of the 95 %% Student interval over the n trials of a row\n");
  const char *before = "pooled over: ";
  for (size_t i = 0; i < table->aggregate.other_count; i++) {
    if (!table->aggregate.pooled[i]) continue;
    hs_put_format(out, "%s%s", before, table->catalog->items[table->aggregate.others[i]].label);
    before = ", ";
  }
  if (before[0] == ',') hs_put_bytes(out, "\n", 1);
  uint64_t total = 0;
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++) total += table->aggregate.left_out[verdict];
  if (!total) return;
  hs_put_format(out, "left out: %llu trial%s (", (unsigned long long)total, total == 1 ? "" : "s");
  const char *comma = "";
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++) {
    if (!table->aggregate.left_out[verdict]) continue;
    hs_put_format(out, "%s%llu %s", comma, (unsigned long long)table->aggregate.left_out[verdict],
                  hs_verdict_word(verdict));
    comma = ", ";
  }
  hs_put_format(out, "); see them with: list --where 'verdict!=ok'\n");
}

static int fill(table_maker *table, hs__rows *rows, const hs_table_request *request, uint64_t most, char *message) {
  const char *const *by = request->by_count ? request->by : NULL;
  const char *const *metrics = request->metric_count ? request->metrics : NULL;
  table->catalog = &rows->catalog;
  HS_TRY(hs__aggregate_choose_by(&table->aggregate, &rows->catalog, by, request->by_count, message));
  HS_TRY(hs__aggregate_choose_measured(&table->aggregate, &rows->catalog, metrics, request->metric_count, message));
  HS_TRY(hs__aggregate_fill(&table->aggregate, rows, message));
  HS_TRY(lay_out(table, by != NULL, message));
  for (size_t i = 0; i < table->aggregate.group_count && i < most; i++) put_group(table, &table->aggregate.groups[i]);
  return HS_OK;
}

int hs_query_table(hs_store *store, const hs_selection *selection, const hs_table_request *request, hs_format format,
                   hs_buffer *out, char *message) {
  static const hs_table_request EVERYTHING = {0};
  table_maker table = {.writer = {.format = format, .out = out}};
  hs__rows rows;
  size_t before = out->size;
  if (!request) request = &EVERYTHING;
  table.wide = request->wide;
  /* A limit counts rows of the table, not the trials behind them. */
  hs_selection all = selection ? *selection : (hs_selection){0};
  uint64_t most = all.limit ? all.limit : UINT64_MAX;
  all.limit = 0;
  int status = hs__rows_open(store, &all, &rows, message);
  if (status == HS_OK) status = fill(&table, &rows, request, most, message);
  int ended = hs__writer_end(&table.writer, status < 0 ? NULL : message);
  if (status == HS_OK) status = ended;
  if (status == HS_OK && format == HS_FORMAT_TEXT) put_notes(&table);
  if (status < 0) out->size = before;
  hs__aggregate_free(&table.aggregate);
  hs__rows_close(&rows);
  hs_free(&table.shown);
  hs_free(&table.cells);
  return status;
}
