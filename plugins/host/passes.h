/* passes.h: the passes over whole rows of the host that are not part of the scan, once per instruction set. They only
 * convert, multiply, compare and select: every level gives the same bits. Any thread. */
#ifndef HS_PLUGINS_PASSES_H
#define HS_PLUGINS_PASSES_H

#include <base/cpu.h>
#include <stdbool.h>
#include <stdint.h>

/* Of values 0 .. count - 1. Empty: smallest = INFINITY, largest = -INFINITY, finite. */
typedef struct hs__range {
  double smallest, largest; /* mean nothing where a value is NaN */
  bool finite;              /* no NaN, no infinity */
} hs__range;

typedef struct hs__passes {
  /* wide[i] = scale * scores[i], and the range of wide. */
  void (*widen)(const float *scores, int64_t count, double scale, double *wide, hs__range *range);
  void (*range)(const double *values, int64_t count, hs__range *range);
  /* True if indices[0] < indices[1] < ... */
  bool (*ascends)(const int32_t *indices, int64_t count);
} hs__passes;

/* The passes of a level; those of the portable level where this build has no others. */
const hs__passes *hs__passes_of(hs_cpu_level level);

#endif
