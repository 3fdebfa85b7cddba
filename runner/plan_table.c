#include "plan_table.h"

#include <base/memory.h>
#include <base/status.h>

void hs__plan_table_free(hs__plan_table *table) {
  hs_plan_head_free(&table->head);
  hs_free(&table->keys);
  hs_free(&table->groups);
  hs_free(&table->offsets);
  hs_buffer_free(&table->bytes);
  hs__key_table_free(&table->by_key);
  hs__key_table_free(&table->by_group);
  *table = (hs__plan_table){0};
}

int hs__plan_table_add(hs__plan_table *table, const hs_trial *trial) {
  uint32_t index = (uint32_t)table->count, found, group;
  HS_TRY(hs__key_table_add(&table->by_key, trial->key, index, &found));
  if (found != index) return HS_OK;
  HS_TRY(hs__key_table_add(&table->by_group, trial->group, (uint32_t)table->by_group.count, &group));
  HS_TRY(hs_grow(&table->keys, &table->key_capacity, table->count + 1, sizeof *table->keys));
  HS_TRY(hs_grow(&table->groups, &table->group_capacity, table->count + 1, sizeof *table->groups));
  HS_TRY(hs_grow(&table->offsets, &table->offset_capacity, table->count + 1, sizeof *table->offsets));
  table->keys[index] = trial->key;
  table->groups[index] = group;
  table->offsets[index] = table->bytes.size;
  hs_put_trial(&table->bytes, trial);
  if (table->bytes.failed) return HS_ERROR_MEMORY;
  table->count++;
  return HS_OK;
}

static hs_reader reader_at(const hs__plan_table *table, uint32_t index) {
  size_t begin = table->offsets[index];
  size_t end = index + 1 < table->count ? table->offsets[index + 1] : table->bytes.size;
  return hs_reader_of(table->bytes.data + begin, end - begin);
}

int hs__plan_table_get(const hs__plan_table *table, uint32_t index, hs_trial *trial) {
  hs_reader reader = reader_at(table, index);
  *trial = (hs_trial){0};
  return hs_get_trial(&reader, trial);
}

void hs__plan_table_put(const hs__plan_table *table, uint32_t index, hs_buffer *buffer) {
  hs_reader reader = reader_at(table, index);
  hs_put_bytes(buffer, reader.data, reader.size);
}
