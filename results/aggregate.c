#include "aggregate.h"

#include <base/hash.h>
#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

bool hs__cell_equal(const hs__cell *a, const hs__cell *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == HS__CELL_EMPTY) return true;
  if (a->kind == HS__CELL_TEXT) return strcmp(a->text, b->text) == 0;
  return a->number == b->number || (isnan(a->number) && isnan(b->number));
}

static int choose(const hs__catalog *catalog, hs__column_kind all, const char *const *names, size_t count,
                  size_t **chosen, size_t *chosen_count, char *message) {
  *chosen = hs_allocate(names ? count : catalog->count, sizeof **chosen);
  if (!*chosen) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  for (size_t i = 0; !names && i < catalog->count; i++)
    if (catalog->items[i].kind == all) (*chosen)[(*chosen_count)++] = i;
  for (size_t i = 0; names && i < count; i++) {
    const hs__column *column;
    HS_TRY(hs__catalog_need(catalog, names[i], &column, message));
    (*chosen)[(*chosen_count)++] = (size_t)(column - catalog->items);
  }
  return HS_OK;
}

static int choose_others(hs__aggregate *aggregate, const hs__catalog *catalog, char *message) {
  aggregate->others = hs_allocate(catalog->count, sizeof *aggregate->others);
  aggregate->pooled = hs_allocate(catalog->count, sizeof *aggregate->pooled);
  if (!aggregate->others || !aggregate->pooled) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  for (size_t column = 0; column < catalog->count; column++) {
    bool other = catalog->items[column].kind == HS__COLUMN_PARAMETER;
    for (size_t i = 0; i < aggregate->by_count; i++) other = other && aggregate->by[i] != column;
    if (other) aggregate->others[aggregate->other_count++] = column;
  }
  return HS_OK;
}

int hs__aggregate_choose_by(hs__aggregate *aggregate, const hs__catalog *catalog, const char *const *names,
                            size_t count, char *message) {
  HS_TRY(choose(catalog, HS__COLUMN_PARAMETER, names, count, &aggregate->by, &aggregate->by_count, message));
  return choose_others(aggregate, catalog, message);
}

int hs__aggregate_choose_measured(hs__aggregate *aggregate, const hs__catalog *catalog, const char *const *names,
                                  size_t count, char *message) {
  return choose(catalog, HS__COLUMN_METRIC, names, count, &aggregate->measured, &aggregate->measured_count, message);
}

static uint64_t hash_row(const hs__aggregate *aggregate, const hs__cell *cells, hs_buffer *bytes) {
  hs_buffer_clear(bytes);
  for (size_t i = 0; i < aggregate->by_count; i++) {
    const hs__cell *cell = &cells[aggregate->by[i]];
    hs_put_u8(bytes, (uint8_t)cell->kind);
    if (cell->kind == HS__CELL_TEXT)
      hs_put_text(bytes, cell->text);
    else if (cell->kind != HS__CELL_EMPTY)
      hs_put_double(bytes, isnan(cell->number) ? NAN : cell->number + 0.0); /* -0 is 0 */
  }
  return hs_hash_of(bytes->data, bytes->size).low;
}

static bool has_values(const hs__aggregate *aggregate, const hs__group *group, const hs__cell *cells) {
  for (size_t i = 0; i < aggregate->by_count; i++)
    if (!hs__cell_equal(&group->by[i], &cells[aggregate->by[i]])) return false;
  return true;
}

/* The slot of this row's group, or the empty one where it belongs. */
static size_t find_slot(const hs__aggregate *aggregate, uint64_t hash, const hs__cell *cells) {
  size_t at = hash & (aggregate->slot_count - 1);
  while (aggregate->slots[at] && !has_values(aggregate, &aggregate->groups[aggregate->slots[at] - 1], cells))
    at = (at + 1) & (aggregate->slot_count - 1);
  return at;
}

/* Twice the slots; groups are put in again by their own cells, spread out as a row would have them. */
static int grow_slots(hs__aggregate *aggregate, size_t columns, hs_buffer *bytes) {
  size_t count = aggregate->slot_count ? 2 * aggregate->slot_count : 64;
  hs__cell *cells = hs_allocate(columns, sizeof *cells);
  size_t *slots = hs_allocate(count, sizeof *slots);
  if (!cells || !slots) {
    hs_free(&cells);
    hs_free(&slots);
    return HS_ERROR_MEMORY;
  }
  hs_free(&aggregate->slots);
  aggregate->slots = slots;
  aggregate->slot_count = count;
  for (size_t group = 0; group < aggregate->group_count; group++) {
    for (size_t i = 0; i < aggregate->by_count; i++) cells[aggregate->by[i]] = aggregate->groups[group].by[i];
    slots[find_slot(aggregate, hash_row(aggregate, cells, bytes), cells)] = group + 1;
  }
  hs_free(&cells);
  return HS_OK;
}

/* Fresh cells of these columns; *chosen is freed with the group, also after an error. */
static int copy_cells(const hs__cell *cells, const size_t *columns, size_t count, hs__cell **chosen) {
  *chosen = hs_allocate(count, sizeof **chosen);
  if (!*chosen) return HS_ERROR_MEMORY;
  for (size_t i = 0; i < count; i++) {
    (*chosen)[i] = cells[columns[i]];
    if ((*chosen)[i].kind != HS__CELL_TEXT) continue;
    (*chosen)[i].text = hs_copy_text((*chosen)[i].text);
    if (!(*chosen)[i].text) return HS_ERROR_MEMORY;
  }
  return HS_OK;
}

static int add_group(hs__aggregate *aggregate, const hs__cell *cells) {
  HS_TRY(hs_grow(&aggregate->groups, &aggregate->group_capacity, aggregate->group_count + 1, sizeof(hs__group)));
  hs__group *group = &aggregate->groups[aggregate->group_count++];
  *group = (hs__group){.values = hs_allocate(aggregate->measured_count, sizeof *group->values)};
  if (!group->values) return HS_ERROR_MEMORY;
  HS_TRY(copy_cells(cells, aggregate->by, aggregate->by_count, &group->by));
  HS_TRY(copy_cells(cells, aggregate->others, aggregate->other_count, &group->others));
  return HS_OK;
}

static int add_row(hs__aggregate *aggregate, const hs__rows *rows, hs_buffer *bytes) {
  if (2 * (aggregate->group_count + 1) > aggregate->slot_count)
    HS_TRY(grow_slots(aggregate, rows->catalog.count, bytes));
  size_t slot = find_slot(aggregate, hash_row(aggregate, rows->cells, bytes), rows->cells);
  if (!aggregate->slots[slot]) {
    HS_TRY(add_group(aggregate, rows->cells));
    aggregate->slots[slot] = aggregate->group_count;
  }
  hs__group *group = &aggregate->groups[aggregate->slots[slot] - 1];
  group->n++;
  for (size_t i = 0; i < aggregate->other_count; i++)
    if (!hs__cell_equal(&group->others[i], &rows->cells[aggregate->others[i]])) aggregate->pooled[i] = true;
  for (size_t i = 0; i < aggregate->measured_count; i++) {
    const hs__cell *cell = &rows->cells[aggregate->measured[i]];
    if ((cell->kind != HS__CELL_NUMBER && cell->kind != HS__CELL_FLAG) || isnan(cell->number)) continue;
    hs__values *values = &group->values[i];
    HS_TRY(hs_grow(&values->items, &values->capacity, values->count + 1, sizeof *values->items));
    values->items[values->count++] = cell->number;
  }
  return HS_OK;
}

int hs__aggregate_fill(hs__aggregate *aggregate, hs__rows *rows, char *message) {
  hs_buffer bytes = {0};
  int status;
  while ((status = hs__rows_next(rows, message)) == HS_OK) {
    if (rows->verdict == HS_VERDICT_OK || rows->verdict == HS_VERDICT_NOT_CONVERGED) {
      if (add_row(aggregate, rows, &bytes) < 0 || bytes.failed) {
        status = hs_fail(message, HS_ERROR_MEMORY, "no memory for a table of %zu rows", aggregate->group_count);
        break;
      }
    } else if (rows->verdict >= 0) {
      aggregate->left_out[rows->verdict]++;
    }
  }
  hs_buffer_free(&bytes);
  return status < 0 ? status : HS_OK;
}

bool hs__aggregate_varies(const hs__aggregate *aggregate, size_t i) {
  for (size_t group = 1; group < aggregate->group_count; group++)
    if (!hs__cell_equal(&aggregate->groups[0].by[i], &aggregate->groups[group].by[i])) return true;
  return false;
}

static void free_cells(hs__cell **cells, size_t count) {
  for (size_t i = 0; *cells && i < count; i++)
    if ((*cells)[i].kind == HS__CELL_TEXT) hs_free(&(*cells)[i].text);
  hs_free(cells);
}

static void free_group(const hs__aggregate *aggregate, hs__group *group) {
  free_cells(&group->by, aggregate->by_count);
  free_cells(&group->others, aggregate->other_count);
  for (size_t i = 0; group->values && i < aggregate->measured_count; i++) hs_free(&group->values[i].items);
  hs_free(&group->values);
}

void hs__aggregate_free(hs__aggregate *aggregate) {
  for (size_t i = 0; i < aggregate->group_count; i++) free_group(aggregate, &aggregate->groups[i]);
  hs_free(&aggregate->groups);
  hs_free(&aggregate->slots);
  hs_free(&aggregate->by);
  hs_free(&aggregate->others);
  hs_free(&aggregate->pooled);
  hs_free(&aggregate->measured);
  *aggregate = (hs__aggregate){0};
}
