/* cpu.h: which instruction sets this machine runs, as an ordered list of levels. Every own kernel and OpenBLAS are
 * steered by one level, so that a fleet of different machines can agree on the lowest and produce the same bits. */
#ifndef HS_BASE_CPU_H
#define HS_BASE_CPU_H

typedef enum hs_cpu_level {
  HS_CPU_PORTABLE = 0, /* x86-64 baseline, or any other architecture */
  HS_CPU_AVX2 = 1,     /* AVX2 and FMA */
  HS_CPU_AVX512 = 2    /* AVX-512 F, BW, DQ, VL */
} hs_cpu_level;

/* What the processor offers; environment HOPSWEEP_CPU=portable|avx2|avx512 lowers it (never raises it). */
hs_cpu_level hs_cpu_detect(void);
const char *hs_cpu_level_name(hs_cpu_level level); /* "portable", "avx2", "avx512" */
/* The OPENBLAS_CORETYPE that goes with a level, or "" where OpenBLAS should choose (not x86-64). */
const char *hs_cpu_blas_core(hs_cpu_level level);
int hs_cpu_level_parse(const char *name); /* -1 if it is none */
int hs_cpu_cores(void);                   /* cores this process may use */

#endif
