#include "gemm.h"

#include <base/status.h>
#include <cblas.h> /* openblas_get_... */
#include <f77blas.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static bool fits_blas(const hs_matrix *m) {
  return m->rows >= 0 && m->columns >= 0 && m->stride >= m->columns && m->rows <= INT_MAX && m->stride <= INT_MAX;
}

static int check(const hs_matrix *a, const hs_matrix *b, bool transpose_a, bool transpose_b, const hs_matrix *c,
                 char *message) {
  int64_t rows = transpose_a ? a->columns : a->rows, inner = transpose_a ? a->rows : a->columns;
  int64_t inner_b = transpose_b ? b->columns : b->rows, columns = transpose_b ? b->rows : b->columns;
  if (inner != inner_b || c->rows != rows || c->columns != columns)
    return hs_fail(message, HS_ERROR_SHAPE, "a product of %lld x %lld and %lld x %lld does not give %lld x %lld",
                   (long long)rows, (long long)inner, (long long)inner_b, (long long)columns, (long long)c->rows,
                   (long long)c->columns);
  if (!fits_blas(a) || !fits_blas(b) || !fits_blas(c))
    return hs_fail(message, HS_ERROR_SHAPE, "a matrix of %lld x %lld is too large for this BLAS", (long long)c->rows,
                   (long long)c->columns);
  if (a->dtype != c->dtype || b->dtype != c->dtype || (c->dtype != HS_FLOAT32 && c->dtype != HS_FLOAT64))
    return hs_fail(message, HS_ERROR_SHAPE, "a product needs three matrices of float32 or three of float64");
  return HS_OK;
}

/* BLAS wants leading dimensions of at least 1, also for empty matrices. */
static blasint leading(const hs_matrix *m) { return m->stride > 0 ? (blasint)m->stride : 1; }

/* The Fortran names, not the cblas_ ones: the program links GSL, whose reference CBLAS exports cblas_sgemm too, stands
 * before OpenBLAS in the order of search and is 40 times slower. Fortran's matrices are transposes of ours, so the
 * product is C' = B' A'. */
int hs_gemm(const hs_matrix *a, const hs_matrix *b, bool transpose_a, bool transpose_b, hs_matrix *c, char *message) {
  HS_TRY(check(a, b, transpose_a, transpose_b, c, message));
  char of_a = transpose_a ? 'T' : 'N', of_b = transpose_b ? 'T' : 'N';
  blasint rows = (blasint)c->rows, columns = (blasint)c->columns;
  blasint inner = (blasint)(transpose_a ? a->rows : a->columns);
  blasint step_a = leading(a), step_b = leading(b), step_c = leading(c);
  if (c->dtype == HS_FLOAT32) {
    float one = 1, zero = 0;
    sgemm_(&of_b, &of_a, &columns, &rows, &inner, &one, b->data, &step_b, a->data, &step_a, &zero, c->data, &step_c);
  } else {
    double one = 1, zero = 0;
    dgemm_(&of_b, &of_a, &columns, &rows, &inner, &one, b->data, &step_b, a->data, &step_a, &zero, c->data, &step_c);
  }
  return HS_OK;
}

static char description[128];

/* openblas_get_config() begins with "OpenBLAS 0.3.21 ". */
static void describe(void) {
  char library[32] = "", version[32] = "";
  if (sscanf(openblas_get_config(), "%31s %31s", library, version) != 2) strcpy(library, "OpenBLAS");
  int threads = openblas_get_num_threads();
  snprintf(description, sizeof description, "%s %s %s %d thread%s", library, version, openblas_get_corename(), threads,
           threads == 1 ? "" : "s");
}

const char *hs_blas_description(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, describe);
  return description;
}
