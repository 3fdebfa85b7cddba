#include "cpu.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct level_entry {
  const char *name, *blas_core;
} LEVELS[] = {
    [HS_CPU_PORTABLE] = {"portable", "Prescott"},
    [HS_CPU_AVX2] = {"avx2", "Haswell"},
    [HS_CPU_AVX512] = {"avx512", "SkylakeX"},
};

static hs_cpu_level offered(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return HS_CPU_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return HS_CPU_AVX2;
#endif
  return HS_CPU_PORTABLE;
}

hs_cpu_level hs_cpu_detect(void) {
  hs_cpu_level level = offered();
  const char *wanted = getenv("HOPSWEEP_CPU");
  int lowered = wanted ? hs_cpu_level_parse(wanted) : -1;
  return lowered >= 0 && lowered < (int)level ? (hs_cpu_level)lowered : level;
}

const char *hs_cpu_level_name(hs_cpu_level level) { return LEVELS[level].name; }

const char *hs_cpu_blas_core(hs_cpu_level level) {
#if defined(__x86_64__)
  return LEVELS[level].blas_core;
#else
  (void)level;
  return "";
#endif
}

int hs_cpu_level_parse(const char *name) {
  for (int level = HS_CPU_PORTABLE; level <= HS_CPU_AVX512; level++)
    if (strcmp(LEVELS[level].name, name) == 0) return level;
  return -1;
}

int hs_cpu_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) { /* more processors than a cpu_set_t holds */
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
  }
  return CPU_COUNT(&set);
}
