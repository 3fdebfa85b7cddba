/* products.h: inner products and read-outs in double with a fixed order of summation: the same bits at every dispatch
 * level, in any batch and under any BLAS. Any thread. */
#ifndef HS_SOLVERS_PRODUCTS_H
#define HS_SOLVERS_PRODUCTS_H

#include <base/cpu.h>
#include <stdint.h>

/* The kernels of one level; all levels give the same bits. */
typedef struct hs_products {
  /* <a, b>: products of float32 are exact in double; element i is added to partial sum i % 16, and the sums are added
   * pairwise (i with i + 8, then i + 4, ...). */
  double (*dot)(const float *a, const float *b, int64_t length);
  /* sum[i] = weight * row[i] */
  void (*first)(double weight, const float *row, int64_t length, double *sum);
  /* sum[i] += weight * row[i], product and sum rounded separately. */
  void (*add)(double weight, const float *row, int64_t length, double *sum);
} hs_products;

const hs_products *hs_products_of(hs_cpu_level level);

#endif
