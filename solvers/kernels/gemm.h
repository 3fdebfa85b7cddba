/* gemm.h: the door to BLAS. */
#ifndef HS_SOLVERS_GEMM_H
#define HS_SOLVERS_GEMM_H

#include <hopsweep/memory.h>
#include <stdbool.h>

/* C = A * B (B transposed if asked), all float32 or all float64; shapes must fit (HS_ERROR_SHAPE). C overwritten, no
 * aliasing. */
int hs_gemm(const hs_matrix *a, const hs_matrix *b, bool transpose_a, bool transpose_b, hs_matrix *c, char *message);
/* "OpenBLAS 0.3.21 SkylakeX 1 thread": library, core and threads in use; constant for the process. */
const char *hs_blas_description(void);

#endif
