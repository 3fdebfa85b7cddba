#include "level.h"

#include <stdatomic.h>

enum { UNKNOWN = -1 };
static atomic_int current = UNKNOWN; /* two threads that both detect find the same */

hs_cpu_level hs__kernel_level(void) {
  int level = atomic_load_explicit(&current, memory_order_relaxed);
  if (level == UNKNOWN) {
    level = (int)hs_cpu_detect();
    atomic_store_explicit(&current, level, memory_order_relaxed);
  }
  return (hs_cpu_level)level;
}

void hs__kernel_set_level(hs_cpu_level level) { atomic_store_explicit(&current, (int)level, memory_order_relaxed); }
