#include "key_table.h"

#include <base/memory.h>
#include <base/status.h>

void hs__key_table_free(hs__key_table *table) {
  hs_free(&table->keys);
  hs_free(&table->values);
  *table = (hs__key_table){0};
}

/* The slot of the key, or the free one where it belongs. The keys are hashes already. */
static size_t slot_of(const hs__key_table *table, hs_hash key) {
  size_t slot = key.low & (table->slots - 1);
  while (table->values[slot] && !hs_hash_equal(table->keys[slot], key)) slot = (slot + 1) & (table->slots - 1);
  return slot;
}

static int enlarge(hs__key_table *table) {
  hs__key_table larger = {.slots = table->slots ? table->slots * 2 : 64};
  larger.keys = hs_allocate(larger.slots, sizeof *larger.keys);
  larger.values = hs_allocate(larger.slots, sizeof *larger.values);
  if (!larger.keys || !larger.values) {
    hs__key_table_free(&larger);
    return HS_ERROR_MEMORY;
  }
  for (size_t i = 0; i < table->slots; i++) {
    if (!table->values[i]) continue;
    size_t slot = slot_of(&larger, table->keys[i]);
    larger.keys[slot] = table->keys[i];
    larger.values[slot] = table->values[i];
  }
  larger.count = table->count;
  hs__key_table_free(table);
  *table = larger;
  return HS_OK;
}

int hs__key_table_add(hs__key_table *table, hs_hash key, uint32_t value, uint32_t *found) {
  if (table->count * 2 >= table->slots) HS_TRY(enlarge(table));
  size_t slot = slot_of(table, key);
  if (!table->values[slot]) {
    table->keys[slot] = key;
    table->values[slot] = value + 1;
    table->count++;
  }
  *found = table->values[slot] - 1;
  return HS_OK;
}

uint32_t hs__key_table_find(const hs__key_table *table, hs_hash key) {
  if (!table->slots) return UINT32_MAX;
  return table->values[slot_of(table, key)] - 1; /* a free slot gives UINT32_MAX */
}
