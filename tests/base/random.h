/* random.h: random bits for tests that must not lean on the generator under test (splitmix64; Steele, Lea, Flood,
 * OOPSLA 2014). The state is the caller's; any start value will do. */
#ifndef HS_TESTS_BASE_RANDOM_H
#define HS_TESTS_BASE_RANDOM_H

#include <stdint.h>
#include <string.h>

static inline uint64_t random_bits(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Any double at all: subnormal, huge, infinite, NaN. */
static inline double random_double_bits(uint64_t *state) {
  uint64_t bits = random_bits(state);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#endif
