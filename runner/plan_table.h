/* plan_table.h: the plan as the coordinator holds it: all trials as wire bytes, found by number or key. About 40 bytes
 * and its own encoding for each trial. */
#ifndef HS_RUNNER_PLAN_TABLE_H
#define HS_RUNNER_PLAN_TABLE_H

#include <base/plan.h>
#include <base/trial.h>

#include "key_table.h"

/* Zero-initialise. */
typedef struct hs__plan_table {
  hs_plan_head head;
  hs_hash *keys;    /* of trial i */
  uint32_t *groups; /* dense numbers from 0 */
  size_t *offsets;  /* into bytes */
  size_t count, key_capacity, group_capacity, offset_capacity;
  hs_buffer bytes;
  hs__key_table by_key, by_group;
} hs__plan_table;

void hs__plan_table_free(hs__plan_table *table);
/* Adds the next trial; one whose key is there already is ignored. HS_ERROR_MEMORY. */
int hs__plan_table_add(hs__plan_table *table, const hs_trial *trial);
int hs__plan_table_get(const hs__plan_table *table, uint32_t index, hs_trial *trial);
/* Appends the wire bytes of a trial. */
void hs__plan_table_put(const hs__plan_table *table, uint32_t index, hs_buffer *buffer);

#endif
