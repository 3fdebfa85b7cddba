/* scan_levels.h: the two inner loops of scan.c, once per instruction set. They only compare and select, so every
 * level gives the same bits. */
#ifndef HS_PLUGINS_SCAN_LEVELS_H
#define HS_PLUGINS_SCAN_LEVELS_H

#include <base/cpu.h>
#include <stdbool.h>
#include <stdint.h>

/* Scores in one block: long enough that the horizontal step at its end costs little, short enough that looking again
 * at the few blocks that hold candidates does too. */
enum { HS__SCAN_BLOCK = 256 };

typedef struct hs__scan_kernels {
  /* maxima[b] = largest score of block b (the last may be short), for ceil(length / HS__SCAN_BLOCK) blocks. Returns
   * true if any score is NaN; the maxima mean nothing then. */
  bool (*maxima)(const float *scores, int64_t length, float *maxima);
  /* Writes first + i for every i with scores[i] > limit, ascending; returns how many. Touches no entry of `found`
   * beyond those. length <= HS__SCAN_BLOCK. */
  int64_t (*collect)(const float *scores, int64_t length, float limit, int64_t first, int32_t *found);
} hs__scan_kernels;

/* The kernels of a level; those of the portable level where this build has no others. */
const hs__scan_kernels *hs__scan_kernels_of(hs_cpu_level level);

#endif
