#include "rng.h"

#include <Random123/philox.h>

#include "distributions.h"

hs_rng hs_rng_of(hs_hash identity) { return (hs_rng){.key = identity.high, .stream = identity.low}; }

/* One Philox block is 128 bits = two elements; element i takes half i % 2 of block i / 2. */
uint64_t hs_rng_bits(hs_rng rng, uint64_t index) {
  uint64_t block = index / 2;
  philox4x32_ctr_t counter = {
      {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)rng.stream, (uint32_t)(rng.stream >> 32)}};
  philox4x32_key_t key = {{(uint32_t)rng.key, (uint32_t)(rng.key >> 32)}};
  philox4x32_ctr_t bits = philox4x32(counter, key);
  unsigned half = (unsigned)(index % 2) * 2;
  return (uint64_t)bits.v[half] | (uint64_t)bits.v[half + 1] << 32;
}

/* 52 bits, not 53: 2^53 - 1 + 0.5 has no double of its own and would round to 2^53, so the result to 1. */
double hs_rng_uniform(hs_rng rng, uint64_t index) { return ((double)(hs_rng_bits(rng, index) >> 12) + 0.5) * 0x1p-52; }

uint64_t hs_rng_below(hs_rng rng, uint64_t index, uint64_t bound) {
  return (uint64_t)(((unsigned __int128)hs_rng_bits(rng, index) * bound) >> 64);
}

double hs_rng_normal(hs_rng rng, uint64_t index) { return hs_normal_quantile(hs_rng_uniform(rng, index)); }
