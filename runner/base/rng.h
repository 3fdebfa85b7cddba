/* rng.h: named, counter-based random streams (Philox 4x32-10; Salmon et al., SC 2011).
 *
 * A stream is a key: a hash of (sweep seed, replicate, name, whatever the author adds). Element i of a stream is a
 * pure function of (key, i), so it never depends on rank, order, batch or on how many elements are drawn: the
 * memory of 100 patterns is a prefix of that of 200. Any thread.
 */
#ifndef HS_BASE_RNG_H
#define HS_BASE_RNG_H

#include <stdint.h>

#include "hash.h"

typedef struct hs_rng {
  uint64_t key;    /* Philox key */
  uint64_t stream; /* upper half of the counter */
} hs_rng;

hs_rng hs_rng_of(hs_hash identity);

/* 64 random bits: element `index`. */
uint64_t hs_rng_bits(hs_rng rng, uint64_t index);
/* Uniform in (0, 1): never 0, never 1; multiples of 2^-52 plus 2^-53, all exact. */
double hs_rng_uniform(hs_rng rng, uint64_t index);
/* Uniform whole number in [0, bound), bound >= 1; bias below bound / 2^64 (multiply-shift). */
uint64_t hs_rng_below(hs_rng rng, uint64_t index, uint64_t bound);
/* Standard normal by the inverse distribution function (GSL): one uniform per normal, so element i stays i. */
double hs_rng_normal(hs_rng rng, uint64_t index);

#endif
