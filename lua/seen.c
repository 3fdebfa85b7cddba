/* A set of hashes with open addressing. The hashes are already random, so the low bits choose the slot. */
#include <base/memory.h>
#include <base/status.h>

#include "sweep_inside.h"

static bool is_free(hs_hash slot) { return slot.high == 0 && slot.low == 0; }

static size_t slot_of(const hs__seen *seen, hs_hash hash) {
  size_t mask = seen->capacity - 1, at = (size_t)hash.low & mask;
  while (!is_free(seen->slots[at]) && !hs_hash_equal(seen->slots[at], hash)) at = (at + 1) & mask;
  return at;
}

static int enlarge(hs__seen *seen) {
  hs__seen larger = {.count = seen->count, .capacity = seen->capacity ? seen->capacity * 2 : 1024};
  larger.slots = hs_allocate(larger.capacity, sizeof *larger.slots);
  if (!larger.slots) return HS_ERROR_MEMORY;
  for (size_t i = 0; i < seen->capacity; i++)
    if (!is_free(seen->slots[i])) larger.slots[slot_of(&larger, seen->slots[i])] = seen->slots[i];
  hs__seen_free(seen);
  *seen = larger;
  return HS_OK;
}

int hs__seen_add(hs__seen *seen, hs_hash hash) {
  if (is_free(hash)) hash.low = 1; /* zero marks a free slot */
  if (seen->count * 2 >= seen->capacity) HS_TRY(enlarge(seen));
  size_t at = slot_of(seen, hash);
  if (!is_free(seen->slots[at])) return HS_END;
  seen->slots[at] = hash;
  seen->count++;
  return HS_OK;
}

void hs__seen_free(hs__seen *seen) {
  hs_free(&seen->slots);
  *seen = (hs__seen){0};
}
