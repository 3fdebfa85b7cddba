/* level.h: one body, three instruction sets. A kernel is written once, as an always-inlined body in plain C
 * arithmetic on vectors of eight doubles; the compiler makes a copy per level, and the level is chosen at run time.
 * Nothing is contracted to fused multiply-adds and every lane does the same operations in the same order at every
 * level, so all levels give the same bits. */
#ifndef HS_SOLVERS_LEVEL_H
#define HS_SOLVERS_LEVEL_H

#include <base/cpu.h>
#include <stdint.h>
#include <string.h>

/* The level in use: hs_cpu_detect() at first call, or what was set. Any thread. */
hs_cpu_level hs__kernel_level(void);
/* Not above what the processor offers. Call it while no kernel runs (tests do). */
void hs__kernel_set_level(hs_cpu_level level);

#define HS__INLINE static inline __attribute__((always_inline))

/* Eight doubles and their bits. Passed by pointer, because the way to pass them by value depends on the level. */
enum { HS__LANES = 8 };
typedef double hs__f64x8 __attribute__((vector_size(64)));
typedef int64_t hs__i64x8 __attribute__((vector_size(64)));

/* Loads up to eight elements; missing ones become `fill`. */
HS__INLINE void hs__load(const double *from, int64_t count, double fill, hs__f64x8 *to) {
  if (count >= HS__LANES) {
    memcpy(to, from, sizeof *to);
    return;
  }
  *to = (hs__f64x8){0} + fill;
  for (int64_t lane = 0; lane < count; lane++) (*to)[lane] = from[lane];
}

HS__INLINE void hs__store(const hs__f64x8 *from, int64_t count, double *to) {
  memcpy(to, from, (size_t)(count < HS__LANES ? count : HS__LANES) * sizeof *to);
}

/* HS__AT_EVERY_LEVEL(double, hs__sum, (const double *terms, int64_t count), (terms, count)) defines hs__sum by way of
 * the body hs__sum_body. */
#if defined(__x86_64__)
#define HS__AT_EVERY_LEVEL(result, name, parameters, arguments)                                          \
  __attribute__((target("avx2"))) static result name##_avx2 parameters { return name##_body arguments; } \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static result name##_avx512 parameters { \
    return name##_body arguments;                                                                        \
  }                                                                                                      \
  result name parameters {                                                                               \
    hs_cpu_level level = hs__kernel_level();                                                             \
    if (level == HS_CPU_AVX512) return name##_avx512 arguments;                                          \
    if (level == HS_CPU_AVX2) return name##_avx2 arguments;                                              \
    return name##_body arguments;                                                                        \
  }
#else
#define HS__AT_EVERY_LEVEL(result, name, parameters, arguments) \
  result name parameters { return name##_body arguments; }
#endif

#endif
