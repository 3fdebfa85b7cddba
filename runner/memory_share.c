#include "memory_share.h"

#include <stdio.h>

/* The first number in a file, 0 if there is none ("max"). */
static uint64_t number_in_file(const char *path) {
  unsigned long long number = 0;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%llu", &number) != 1) number = 0;
  fclose(file);
  return number;
}

static uint64_t machine_memory(void) {
  char line[128];
  unsigned long long kilobytes = 0;
  FILE *file = fopen("/proc/meminfo", "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "MemTotal: %llu kB", &kilobytes) == 1) break;
  fclose(file);
  return (uint64_t)kilobytes * 1024;
}

uint64_t hs__memory_share(int ranks) {
  static const char *const LIMITS[] = {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
  uint64_t memory = machine_memory();
  for (int i = 0; i < 2; i++) {
    uint64_t limit = number_in_file(LIMITS[i]);
    if (limit > 0 && (memory == 0 || limit < memory)) memory = limit;
  }
  return memory / 10 * 9 / (uint64_t)(ranks > 0 ? ranks : 1);
}
