/* memory.h: the memory kind.  A memory stores N patterns of D components and retrieves states from queries.
 *
 * Thread class, row independence and the bans inside work functions are those of solver.h, with one addition:
 * the state of query i never depends on query j.
 */
#ifndef HOPSWEEP_MEMORY_H
#define HOPSWEEP_MEMORY_H

#include "solver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* rows x columns, row-major; row r begins at data + r * stride elements (stride >= columns). */
typedef struct hs_matrix {
  void *data;
  int64_t rows, columns, stride;
  int32_t dtype; /* HS_FLOAT32 or HS_FLOAT64 */
  int32_t reserved;
} hs_matrix;

/* ---- what the host offers to memories: solvers by id, with pruning done in one place --------------------- */

typedef struct hs_host_solver hs_host_solver;

/* Fills exact[j] with the score of (row, candidates[j]) in double, before scaling, by a product of fixed
 * order, so that the same candidate gives the same bits in any batch and under any BLAS. */
typedef void (*hs_rescore)(void *context, int64_t row, const int32_t *candidates, int64_t count, double *exact);

/* rows x length float32 scores, row r at scores + r * stride; the solver sees scale * score. */
typedef struct hs_score_tile {
  uint64_t size;
  const float *scores;
  int64_t rows, length, stride;
  double scale;       /* beta; > 0 */
  double score_error; /* bound on |float32 score - exact score|, before scaling; 0 = the scores are exact */
  hs_rescore rescore; /* NULL: take the float32 scores as they are */
  void *rescore_context;
  int64_t rescore_limit; /* rows with more candidates than this are not re-scored */
} hs_score_tile;

/* The functions of a host. `context` is the host's own; pass it back unchanged. */
typedef struct hs_host {
  uint64_t size;
  void *context;
  /* Opens a solver by id; values are those the host handed to the memory's create() for it (see
   * hs_memory.create). Owned by the caller; die in solver_close, which sets *solver to NULL. */
  int32_t (*solver_open)(void *context, const char *id, const hs_parameter_value *values, int64_t count,
                         hs_host_solver **solver, char *message);
  void (*solver_close)(hs_host_solver **solver);
  const hs_solver *(*solver_descriptor)(const hs_host_solver *solver);
  /* The last allocation: after it, solver_tile may be called with rows <= rows and length <= length. */
  int32_t (*solver_prepare)(hs_host_solver *solver, int64_t rows, int64_t length, char *message);
  /* Prunes, re-scores and solves one tile. The result belongs to the solver and is valid until its next call:
   * indices ascending, values > 0, one report per row. */
  int32_t (*solver_tile)(hs_host_solver *solver, const hs_score_tile *tile, const hs_solver_rows **result,
                         char *message);
  double (*solver_omega)(const hs_host_solver *solver, int64_t length, const double *values, int64_t count);
} hs_host;

/* ---- the memory itself ------------------------------------------------------------------------------------ */

/* Bits of hs_retrieve_request.flags. */
#define HS_RETRIEVE_ENERGY                                                             \
  1u /* fill `energies`: (steps + 1) per query, of the state before each update and at \
        the end; after a fixed point the last value is repeated */

typedef struct hs_retrieve_request {
  uint64_t size;
  const hs_matrix *queries; /* B x D; read-only */
  int64_t steps;            /* updates at most, >= 1 */
  uint32_t flags;
  uint32_t reserved;
} hs_retrieve_request;

/* What retrieval says about one query. */
typedef struct hs_retrieve_report {
  int32_t status;     /* HS_OK, or the worst status of its solves (NOT_CONVERGED, INFEASIBLE, INVALID) */
  int32_t steps;      /* updates done: the update that reproduced its own input is counted */
  int32_t fixed;      /* 1 = the last update left the state unchanged, bit for bit */
  int32_t iterations; /* solver iterations, summed over the steps */
  int64_t support;    /* entries of the p of the last update above `support_threshold` (a parameter) */
  int64_t best;       /* index of the largest entry of that p, first of equals; -1 where there is none */
  double certificate; /* the worst of its solves */
} hs_retrieve_report;

/* Caller-allocated, filled by retrieve; queries and states may be the same matrix. */
typedef struct hs_retrieve_result {
  uint64_t size;
  hs_matrix *states;           /* B x D */
  hs_retrieve_report *reports; /* B */
  double *energies;            /* B x (steps + 1) if asked for, else NULL */
} hs_retrieve_result;

typedef struct hs_memory_bounds {
  uint64_t size;
  int64_t queries; /* in one call of retrieve or energy */
  int64_t steps;
} hs_memory_bounds;

/* Bits of hs_memory.flags. */
#define HS_MEMORY_USES_SOLVER                                                    \
  1u /* declares a parameter of type SOLVER; further parameters that it does not \
        declare itself are those of the chosen solver */

typedef struct hs_memory {
  uint64_t size;
  const char *id;
  const char *version;
  const char *doc;
  const char *reference;
  uint32_t numerics;
  uint32_t flags;
  const hs_parameter *parameters;
  int64_t parameter_count;

  /* `values`: one per declared parameter, in order. `solver_values`: those of the chosen solver, ready for
   * host->solver_open. The host outlives the instance. */
  int32_t (*create)(const hs_host *host, const hs_parameter_value *values, const hs_parameter_value *solver_values,
                    int64_t solver_value_count, void **instance, char *message);
  void (*destroy)(void *instance);

  /* Stores the rows of `keys` (N x D), retrieving the rows of `values` (N x E; NULL: the keys themselves).
   * Both stay owned by the caller and must outlive the instance or the next store(). Replaces what was stored. */
  int32_t (*store)(void *instance, const hs_matrix *keys, const hs_matrix *values, char *message);

  /* The last allocation before retrieve and energy. Also the place to refuse parameters that the stored
   * patterns make impossible (k > N). */
  int32_t (*prepare)(void *instance, const hs_memory_bounds *bounds, size_t *workspace_size, char *message);

  int32_t (*retrieve)(void *instance, const hs_retrieve_request *request, hs_retrieve_result *result, void *workspace,
                      char *message);

  /* energies[b] of the rows of `states` (B x D), with the Omega of the memory's own solver. */
  int32_t (*energy)(void *instance, const hs_matrix *states, double *energies, void *workspace, char *message);
} hs_memory;

#ifdef __cplusplus
}
#endif
#endif
