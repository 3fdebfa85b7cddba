/* hfy.h: what the files of the hfy plugin share. See hfy.c for the memory itself. */
#ifndef HS_SOLVERS_HFY_H
#define HS_SOLVERS_HFY_H

#include <hopsweep/plugin.h>
#include <solvers/kernels/products.h>
#include <stdbool.h>

/* ---- the post-transformation, grad Psi*, and its Psi (MATH.md 2.3) ---------------------------------------- */

typedef enum hs__post_kind {
  HS__POST_IDENTITY,   /* Psi = 1/2 ||q||^2 */
  HS__POST_L2,         /* Psi = indicator of the ball of radius r */
  HS__POST_LAYER_NORM, /* Psi = indicator of the ball of radius sqrt(D) among the states of mean zero */
  HS__POST_TANH        /* Psi = Fermi-Dirac entropy, 1/2 sum (1+q) ln(1+q) + (1-q) ln(1-q) */
} hs__post_kind;

#define HS__POST_CHOICES "identity|l2|layernorm|tanh"

/* The kind named by one word of HS__POST_CHOICES. */
hs__post_kind hs__post_of(const char *word);
/* state = float32(grad Psi*(sum)); sum is overwritten. A zero sum (l2) or a constant one (layer norm), for which the
 * gradient is not unique, gives the zero state. */
void hs__post_apply(hs__post_kind kind, double radius, double *sum, int64_t length, float *state);
/* Psi(state); +infinity outside its domain, which is widened by 1e-5 of the radius for the rounding to float32. */
double hs__post_psi(hs__post_kind kind, double radius, const float *state, int64_t length);

/* ---- the instance ------------------------------------------------------------------------------------------ */

typedef struct hs__hfy {
  const hs_host *host;
  hs_host_solver *solver;
  const hs_products *products;
  double beta, radius, support_threshold;
  hs__post_kind post;
  int64_t tile_rows; /* queries that share one product, at most */
  /* Both float32. Views of what the caller stored, or of `copies` where that was float64. `values` is a view of the
   * keys where none were given. */
  hs_matrix keys, values;
  float *copies[2];
  bool has_values;
  double largest_norm; /* of a key */
  int64_t query_capacity;
} hs__hfy;

/* Rows with at most this many candidates are scored again in double, and a p with at most hs__hfy_sparse_limit entries
 * is read out entry by entry. Both depend on N alone: beyond them one pass over X by BLAS is cheaper. */
int64_t hs__hfy_rescore_limit(int64_t patterns);
int64_t hs__hfy_sparse_limit(int64_t patterns);

size_t hs__hfy_workspace_size(const hs__hfy *memory, int64_t queries);
int32_t hs__hfy_retrieve(void *instance, const hs_retrieve_request *request, hs_retrieve_result *result,
                         void *workspace, char *message);
int32_t hs__hfy_energy(void *instance, const hs_matrix *states, double *energies, void *workspace, char *message);

#endif
