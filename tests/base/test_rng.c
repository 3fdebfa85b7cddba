/* The random streams against an independent Philox4x32-10, written from the paper (Salmon et al., SC 2011) and itself
 * checked with the vectors that its authors publish, run forwards and backwards. */
#include <base/rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "random.h"

/* cmocka wants the four above. */
#include <cmocka.h>

typedef struct block {
  uint32_t word[4];
} block;

static const uint32_t MULTIPLIER[2] = {0xD2511F53u, 0xCD9E8D57u}, WEYL[2] = {0x9E3779B9u, 0xBB67AE85u};
enum { ROUNDS = 10 };

static block round_forwards(block in, uint32_t key0, uint32_t key1) {
  uint64_t even = (uint64_t)MULTIPLIER[0] * in.word[0], odd = (uint64_t)MULTIPLIER[1] * in.word[2];
  return (block){{(uint32_t)(odd >> 32) ^ in.word[1] ^ key0, (uint32_t)odd, (uint32_t)(even >> 32) ^ in.word[3] ^ key1,
                  (uint32_t)even}};
}

/* The inverse of an odd number modulo 2^32 by Newton's iteration. */
static uint32_t inverse_of(uint32_t odd) {
  uint32_t inverse = odd;
  for (int i = 0; i < 5; i++) inverse *= 2 - odd * inverse;
  return inverse;
}

static block round_backwards(block out, uint32_t key0, uint32_t key1) {
  block in;
  in.word[0] = out.word[3] * inverse_of(MULTIPLIER[0]);
  in.word[2] = out.word[1] * inverse_of(MULTIPLIER[1]);
  in.word[1] = out.word[0] ^ key0 ^ (uint32_t)((uint64_t)MULTIPLIER[1] * in.word[2] >> 32);
  in.word[3] = out.word[2] ^ key1 ^ (uint32_t)((uint64_t)MULTIPLIER[0] * in.word[0] >> 32);
  return in;
}

static block philox(block counter, uint64_t key) {
  for (uint32_t r = 0; r < ROUNDS; r++)
    counter = round_forwards(counter, (uint32_t)key + r * WEYL[0], (uint32_t)(key >> 32) + r * WEYL[1]);
  return counter;
}

static block philox_backwards(block bits, uint64_t key) {
  for (uint32_t r = ROUNDS; r-- > 0;)
    bits = round_backwards(bits, (uint32_t)key + r * WEYL[0], (uint32_t)(key >> 32) + r * WEYL[1]);
  return bits;
}

static uint64_t pair(uint32_t low, uint32_t high) { return (uint64_t)low | (uint64_t)high << 32; }

static void the_oracle_gives_the_published_vectors(void **state) {
  (void)state;
  static const struct {
    block counter;
    uint64_t key;
    block bits;
  } VECTORS[] = {
      {{{0, 0, 0, 0}}, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
      {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
       0xffffffffffffffff,
       {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
      {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
       0x299f31d0a4093822,
       {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
  };
  for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
    block bits = philox(VECTORS[i].counter, VECTORS[i].key), back = philox_backwards(bits, VECTORS[i].key);
    assert_memory_equal(&bits, &VECTORS[i].bits, sizeof bits);
    assert_memory_equal(&back, &VECTORS[i].counter, sizeof back);
  }
}

static void elements_are_halves_of_philox_blocks(void **state) {
  (void)state;
  assert_true(hs_rng_bits((hs_rng){0, 0}, 0) == 0xe169c58d6627e8d5u);
  assert_true(hs_rng_bits((hs_rng){0, 0}, 1) == 0x9b00dbd8bc57ac4cu);
  uint64_t seed = 2385;
  for (int i = 0; i < 1000; i++) {
    hs_rng rng = hs_rng_of((hs_hash){.high = random_bits(&seed), .low = random_bits(&seed)});
    uint64_t index = random_bits(&seed) >> (i % 64), half = index / 2;
    block counter = {{(uint32_t)half, (uint32_t)(half >> 32), (uint32_t)rng.stream, (uint32_t)(rng.stream >> 32)}};
    block bits = philox(counter, rng.key);
    uint64_t expected = index % 2 ? pair(bits.word[2], bits.word[3]) : pair(bits.word[0], bits.word[1]);
    assert_true(hs_rng_bits(rng, index) == expected);
  }
}

/* Finds by inversion a place where the generator gives exactly these bits. */
static hs_rng place_of(uint64_t bits, uint64_t *index) {
  const uint64_t key = 0x1234567890abcdef;
  for (uint32_t free_word = 0;; free_word++) {
    block counter = philox_backwards((block){{(uint32_t)bits, (uint32_t)(bits >> 32), free_word, 7}}, key);
    if (counter.word[1] >> 31) continue; /* an index has only 63 bits for the block */
    *index = pair(counter.word[0], counter.word[1]) * 2;
    return (hs_rng){.key = key, .stream = pair(counter.word[2], counter.word[3])};
  }
}

static void uniforms_stay_inside_at_the_extremes(void **state) {
  (void)state;
  static const uint64_t EXTREMES[] = {0,         1, 0xfff, 0x1000, UINT64_MAX, UINT64_MAX - 0x7ff, UINT64_MAX - 0xfff,
                                      1ull << 63};
  for (size_t i = 0; i < sizeof EXTREMES / sizeof *EXTREMES; i++) {
    uint64_t index;
    hs_rng rng = place_of(EXTREMES[i], &index);
    assert_true(hs_rng_bits(rng, index) == EXTREMES[i]);
    double uniform = hs_rng_uniform(rng, index);
    assert_true(uniform > 0 && uniform < 1);
    assert_true(fabs(uniform - ldexp((double)EXTREMES[i], -64)) <= 0x1p-52);
    assert_true(isfinite(hs_rng_normal(rng, index)));
    assert_true(hs_rng_below(rng, index, 10) == (EXTREMES[i] > UINT64_MAX / 2 + 1 ? 9 : EXTREMES[i] >> 63 ? 5 : 0));
    assert_true(hs_rng_below(rng, index, 1) == 0);
    assert_true(hs_rng_below(rng, index, UINT64_MAX) < UINT64_MAX);
  }
}

enum { SAMPLES = 200000 };

static void uniforms_have_the_moments_of_a_uniform(void **state) {
  (void)state;
  hs_rng rng = {.key = 2385, .stream = 17};
  double sum = 0, squares = 0, lagged = 0, across = 0;
  for (uint64_t i = 0; i < SAMPLES; i++) {
    double u = hs_rng_uniform(rng, i) - 0.5;
    sum += u;
    squares += u * u;
    lagged += u * (hs_rng_uniform(rng, i + 1) - 0.5);
    across += u * (hs_rng_uniform((hs_rng){.key = 2385, .stream = 18}, i) - 0.5);
  }
  /* Five standard errors: var(u) = 1/12, var(u^2) = 1/180, var(uv) = 1/144. */
  assert_true(fabs(sum / SAMPLES) < 5 * sqrt(1.0 / 12 / SAMPLES));
  assert_true(fabs(squares / SAMPLES - 1.0 / 12) < 5 * sqrt(1.0 / 180 / SAMPLES));
  assert_true(fabs(lagged / SAMPLES) < 5 * sqrt(1.0 / 144 / SAMPLES));
  assert_true(fabs(across / SAMPLES) < 5 * sqrt(1.0 / 144 / SAMPLES));
}

static void normals_have_the_moments_of_a_normal(void **state) {
  (void)state;
  hs_rng rng = hs_rng_of(hs_hash_of("normal", 6));
  double moment[5] = {0};
  for (uint64_t i = 0; i < SAMPLES; i++) {
    double x = hs_rng_normal(rng, i), power = 1;
    for (int m = 1; m <= 4; m++) moment[m] += (power *= x) / SAMPLES;
  }
  /* Five standard errors; the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96. */
  assert_true(fabs(moment[1]) < 5 * sqrt(1.0 / SAMPLES));
  assert_true(fabs(moment[2] - 1) < 5 * sqrt(2.0 / SAMPLES));
  assert_true(fabs(moment[3]) < 5 * sqrt(15.0 / SAMPLES));
  assert_true(fabs(moment[4] - 3) < 5 * sqrt(96.0 / SAMPLES));
}

static void below_is_even_by_chi_square(void **state) {
  (void)state;
  static const uint64_t BOUNDS[] = {2, 3, 10, 37, 100};
  for (size_t b = 0; b < sizeof BOUNDS / sizeof *BOUNDS; b++) {
    uint64_t bound = BOUNDS[b];
    double counts[100] = {0}, chi_square = 0, expected = (double)SAMPLES / (double)bound;
    for (uint64_t i = 0; i < SAMPLES; i++) {
      uint64_t value = hs_rng_below((hs_rng){.key = 5, .stream = bound}, i, bound);
      assert_true(value < bound);
      counts[value]++;
    }
    for (uint64_t v = 0; v < bound; v++) chi_square += (counts[v] - expected) * (counts[v] - expected) / expected;
    double freedom = (double)bound - 1;
    assert_true(fabs(chi_square - freedom) < 5 * sqrt(2 * freedom) + 5);
  }
}

static void an_element_does_not_depend_on_what_was_drawn_before(void **state) {
  (void)state;
  hs_rng rng = hs_rng_of(hs_hash_of("patterns", 8));
  double forwards[101];
  for (uint64_t i = 0; i < 101; i++) forwards[i] = hs_rng_normal(rng, i);
  for (uint64_t i = 101; i-- > 0;) assert_true(hs_rng_normal(rng, i) == forwards[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_oracle_gives_the_published_vectors),
      cmocka_unit_test(elements_are_halves_of_philox_blocks),
      cmocka_unit_test(uniforms_stay_inside_at_the_extremes),
      cmocka_unit_test(uniforms_have_the_moments_of_a_uniform),
      cmocka_unit_test(normals_have_the_moments_of_a_normal),
      cmocka_unit_test(below_is_even_by_chi_square),
      cmocka_unit_test(an_element_does_not_depend_on_what_was_drawn_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
