/* scan.h: order statistics and candidate compression over a row of float32 scores, in about one pass over memory.
 * Runs at the level set by hs__scan_set_level; all levels give the same bits. NaN anywhere in a row is reported. */
#ifndef HS_PLUGINS_SCAN_H
#define HS_PLUGINS_SCAN_H

#include <base/cpu.h>
#include <stdint.h>

/* Call before any scan, not while scans run; default: hs_cpu_detect() at the first scan. */
void hs__scan_set_level(hs_cpu_level level);

/* The largest score; -infinity for length 0; NaN if any score is NaN. */
float hs__scan_max(const float *scores, int64_t length);

/* Indices of all i with scores[i] > z_(order) - margin, ascending, into candidates (room for `length`); returns
 * how many. Entries of -infinity are never candidates. order >= 1; order > length: every finite score is a
 * candidate. margin >= 0 in units of the scores, rounded so that no exact candidate is lost.
 * Returns -1 if a score is NaN or +infinity. `block_scratch` has room for hs__scan_scratch(length) floats. */
int64_t hs__scan_candidates(const float *scores, int64_t length, int64_t order, double margin, int32_t *candidates,
                            float *block_scratch);
int64_t hs__scan_scratch(int64_t length);

#endif
