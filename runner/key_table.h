/* key_table.h: from a 128-bit hash to a small number; open addressing. */
#ifndef HS_RUNNER_KEY_TABLE_H
#define HS_RUNNER_KEY_TABLE_H

#include <base/hash.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise to start empty. 20 bytes for each slot, at most half of the slots in use. */
typedef struct hs__key_table {
  hs_hash *keys;
  uint32_t *values; /* value + 1; 0 = free slot */
  size_t count, slots;
} hs__key_table;

void hs__key_table_free(hs__key_table *table);
/* Adds key -> value unless the key is there; *found is the value that stands afterwards. HS_OK or HS_ERROR_MEMORY. */
int hs__key_table_add(hs__key_table *table, hs_hash key, uint32_t value, uint32_t *found);
/* UINT32_MAX if the key is not there. */
uint32_t hs__key_table_find(const hs__key_table *table, hs_hash key);

#endif
