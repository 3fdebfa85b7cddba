#include "scan_levels.h"

#include <math.h>

/* ---- portable ---------------------------------------------------------------------------------------------- */

/* Sixteen independent lanes: a shape that any compiler turns into whatever vectors the baseline has. */
enum { LANES = 16 };

static float block_maximum(const float *scores, int64_t length, bool *nan) {
  float lanes[LANES], maximum = -INFINITY;
  int unordered = 0;
  for (int lane = 0; lane < LANES; lane++) lanes[lane] = -INFINITY;
  int64_t i = 0;
  for (; i + LANES <= length; i += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      float score = scores[i + lane];
      lanes[lane] = score > lanes[lane] ? score : lanes[lane];
      unordered |= score != score;
    }
  }
  for (; i < length; i++) {
    maximum = scores[i] > maximum ? scores[i] : maximum;
    unordered |= scores[i] != scores[i];
  }
  for (int lane = 0; lane < LANES; lane++) maximum = lanes[lane] > maximum ? lanes[lane] : maximum;
  *nan |= unordered != 0;
  return maximum;
}

static bool maxima_portable(const float *scores, int64_t length, float *maxima) {
  bool nan = false;
  for (int64_t first = 0; first < length; first += HS__SCAN_BLOCK) {
    int64_t left = length - first;
    *maxima++ = block_maximum(scores + first, left < HS__SCAN_BLOCK ? left : HS__SCAN_BLOCK, &nan);
  }
  return nan;
}

static int64_t collect_portable(const float *scores, int64_t length, float limit, int64_t first, int32_t *found) {
  int64_t count = 0;
  for (int64_t i = 0; i < length; i++)
    if (scores[i] > limit) found[count++] = (int32_t)(first + i);
  return count;
}

static const hs__scan_kernels PORTABLE = {maxima_portable, collect_portable};

#if defined(__x86_64__)
#include <immintrin.h>

/* ---- AVX2 --------------------------------------------------------------------------------------------------- */

#define AVX2 __attribute__((target("avx2,bmi")))

AVX2 static float largest_of_8(__m256 lanes) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

/* One whole block: 32 vectors in four chains. One comparison looks at two vectors: it is unordered if either holds a
 * NaN, which max alone would lose. */
AVX2 static float block_maximum_avx2(const float *scores, __m256 *unordered) {
  __m256 a = _mm256_loadu_ps(scores), b = _mm256_loadu_ps(scores + 8);
  __m256 c = _mm256_loadu_ps(scores + 16), d = _mm256_loadu_ps(scores + 24);
  __m256 odd = _mm256_or_ps(_mm256_cmp_ps(a, b, _CMP_UNORD_Q), _mm256_cmp_ps(c, d, _CMP_UNORD_Q));
  for (int i = 32; i < HS__SCAN_BLOCK; i += 32) {
    __m256 e = _mm256_loadu_ps(scores + i), f = _mm256_loadu_ps(scores + i + 8);
    __m256 g = _mm256_loadu_ps(scores + i + 16), h = _mm256_loadu_ps(scores + i + 24);
    odd = _mm256_or_ps(odd, _mm256_or_ps(_mm256_cmp_ps(e, f, _CMP_UNORD_Q), _mm256_cmp_ps(g, h, _CMP_UNORD_Q)));
    a = _mm256_max_ps(a, e);
    b = _mm256_max_ps(b, f);
    c = _mm256_max_ps(c, g);
    d = _mm256_max_ps(d, h);
  }
  *unordered = _mm256_or_ps(*unordered, odd);
  return largest_of_8(_mm256_max_ps(_mm256_max_ps(a, b), _mm256_max_ps(c, d)));
}

AVX2 static bool maxima_avx2(const float *scores, int64_t length, float *maxima) {
  __m256 unordered = _mm256_setzero_ps();
  int64_t first = 0;
  for (; first + HS__SCAN_BLOCK <= length; first += HS__SCAN_BLOCK)
    *maxima++ = block_maximum_avx2(scores + first, &unordered);
  bool nan = _mm256_movemask_ps(unordered) != 0;
  if (first < length) *maxima = block_maximum(scores + first, length - first, &nan);
  return nan;
}

AVX2 static int64_t collect_avx2(const float *scores, int64_t length, float limit, int64_t first, int32_t *found) {
  __m256 bar = _mm256_set1_ps(limit);
  int64_t count = 0, i = 0;
  for (; i + 8 <= length; i += 8) {
    unsigned above = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + i), bar, _CMP_GT_OQ));
    for (; above; above &= above - 1) found[count++] = (int32_t)(first + i + __builtin_ctz(above));
  }
  return count + collect_portable(scores + i, length - i, limit, first + i, found + count);
}

static const hs__scan_kernels WITH_AVX2 = {maxima_avx2, collect_avx2};

/* ---- AVX-512 ------------------------------------------------------------------------------------------------ */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,popcnt")))

AVX512 static float block_maximum_avx512(const float *scores, __mmask16 *unordered) {
  __m512 a = _mm512_loadu_ps(scores), b = _mm512_loadu_ps(scores + 16);
  __m512 c = _mm512_loadu_ps(scores + 32), d = _mm512_loadu_ps(scores + 48);
  __mmask16 odd = _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q) | _mm512_cmp_ps_mask(c, d, _CMP_UNORD_Q);
  for (int i = 64; i < HS__SCAN_BLOCK; i += 64) {
    __m512 e = _mm512_loadu_ps(scores + i), f = _mm512_loadu_ps(scores + i + 16);
    __m512 g = _mm512_loadu_ps(scores + i + 32), h = _mm512_loadu_ps(scores + i + 48);
    odd |= _mm512_cmp_ps_mask(e, f, _CMP_UNORD_Q) | _mm512_cmp_ps_mask(g, h, _CMP_UNORD_Q);
    a = _mm512_max_ps(a, e);
    b = _mm512_max_ps(b, f);
    c = _mm512_max_ps(c, g);
    d = _mm512_max_ps(d, h);
  }
  *unordered |= odd;
  return _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(a, b), _mm512_max_ps(c, d)));
}

AVX512 static bool maxima_avx512(const float *scores, int64_t length, float *maxima) {
  __mmask16 unordered = 0;
  int64_t first = 0;
  for (; first + HS__SCAN_BLOCK <= length; first += HS__SCAN_BLOCK)
    *maxima++ = block_maximum_avx512(scores + first, &unordered);
  bool nan = unordered != 0;
  if (first < length) *maxima = block_maximum(scores + first, length - first, &nan);
  return nan;
}

AVX512 static int64_t collect_avx512(const float *scores, int64_t length, float limit, int64_t first, int32_t *found) {
  __m512 bar = _mm512_set1_ps(limit);
  __m512i index = _mm512_add_epi32(_mm512_set1_epi32((int32_t)first),
                                   _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  int64_t count = 0, i = 0;
  for (; i + 16 <= length; i += 16) {
    __mmask16 above = _mm512_cmp_ps_mask(_mm512_loadu_ps(scores + i), bar, _CMP_GT_OQ);
    int here = __builtin_popcount(above);
    /* Compressed in a register, then stored under a mask: a compressing store is microcode on some processors. */
    if (here)
      _mm512_mask_storeu_epi32(found + count, (__mmask16)((1u << here) - 1), _mm512_maskz_compress_epi32(above, index));
    count += here;
    index = _mm512_add_epi32(index, _mm512_set1_epi32(16));
  }
  return count + collect_portable(scores + i, length - i, limit, first + i, found + count);
}

static const hs__scan_kernels WITH_AVX512 = {maxima_avx512, collect_avx512};

const hs__scan_kernels *hs__scan_kernels_of(hs_cpu_level level) {
  if (level == HS_CPU_AVX512) return &WITH_AVX512;
  return level == HS_CPU_AVX2 ? &WITH_AVX2 : &PORTABLE;
}

#else

const hs__scan_kernels *hs__scan_kernels_of(hs_cpu_level level) {
  (void)level;
  return &PORTABLE;
}

#endif
