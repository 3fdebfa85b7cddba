/* solver.h: the solver kind.  A solver is a regularised argmax over the simplex or a similar polytope,
 *
 *     p(z) = argmax_p  <z, p> - Omega(p),                       scores z in R^n  ->  p, usually sparse,
 *
 * as in Peters, Niculae & Martins (2019, entmax), Blondel, Martins & Niculae (2020, Fenchel-Young losses).
 *
 * Thread class: one instance is used by one thread at a time; different instances may run at once.
 * Rows are independent: row i of a batch must give the same bits alone as in any batch.
 * Inside the work functions: no allocation, no printing, no exit/abort/longjmp/signals.
 */
#ifndef HOPSWEEP_SOLVER_H
#define HOPSWEEP_SOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "parameter.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_dtype { HS_FLOAT32 = 1, HS_FLOAT64 = 2, HS_INT32 = 3, HS_INT64 = 4, HS_UINT8 = 5 } hs_dtype;

/* An extra input that a solver declares by name, such as upper[n]. */
typedef struct hs_named_array {
  const char *name;
  const void *data;
  int64_t length;
  int32_t dtype;
  int32_t reserved;
} hs_named_array;

/* A batch of score rows. Row r is scores[offsets[r] .. offsets[r+1]); rows may have different lengths
 * (ragged bags). Everything is read-only, host-owned and valid during the call. */
typedef struct hs_solver_problem {
  uint64_t size;
  int64_t rows;
  const int64_t *offsets;       /* rows + 1, ascending, offsets[0] == 0 */
  const void *scores;           /* offsets[rows] scores of `dtype`, contiguous */
  const uint8_t *mask;          /* same layout as scores, 0 = this entry must be 0; NULL = no mask */
  const int32_t *parameter_set; /* rows entries, index of the parameter set of each row; NULL = all set 0 */
  const hs_named_array *arrays;
  int64_t array_count;
  int32_t dtype; /* HS_FLOAT32 or HS_FLOAT64 */
  int32_t reserved;
} hs_solver_problem;

/* What the solver says about one row. */
typedef struct hs_solver_report {
  int32_t status;     /* HS_OK, HS_NOT_CONVERGED, HS_INFEASIBLE (row left empty) or HS_INVALID (row left empty) */
  int32_t iterations; /* of the root finder; 0 for a closed form */
  int64_t support;    /* entries > 0 */
  double certificate; /* how far p is from satisfying its own optimality conditions, in units of probability:
                         |sum p - total| before any renormalisation, or the KKT residual; >= 0 */
} hs_solver_report;

/* Sparse output, host-owned, filled by the solver. Row r is starts[r] .. starts[r+1]; indices ascend inside
 * a row and count from the beginning of that row; values are > 0. Aliasing with the problem: none. */
typedef struct hs_solver_rows {
  uint64_t size;
  int64_t capacity;          /* entries that indices and values can take: >= offsets[rows] of the problem */
  int64_t *starts;           /* rows + 1 */
  int32_t *indices;          /* capacity */
  double *values;            /* capacity */
  hs_solver_report *reports; /* rows */
} hs_solver_rows;

/* Only scores > z_(order) - margin can be in the support, where z_(order) is the order-th largest score
 * (1 = the maximum). margin = infinity declares that nothing can be left out. Where the instance has several
 * parameter sets, each has its own rule. The host finds the candidates; solving the compact row must give the
 * same result as solving the full one (the conformance test checks it). */
typedef struct hs_prune_rule {
  int64_t order;
  double margin;
} hs_prune_rule;

/* Upper bounds for the work that follows prepare(). */
typedef struct hs_solver_bounds {
  uint64_t size;
  int64_t rows;   /* rows in one call */
  int64_t length; /* scores in one row */
  int64_t total;  /* scores in one call */
} hs_solver_bounds;

/* Bits of hs_solver.flags. */
#define HS_SOLVER_DENSE    1u /* p has full support (softmax): a sparse read-out gains nothing */
#define HS_SOLVER_ITERATES 2u /* uses a root finder: a certificate of exactly 0 is not to be expected */

/* A solver's descriptor: constant data of the plugin. NULL where a function is marked optional. */
typedef struct hs_solver {
  uint64_t size;
  const char *id;        /* [a-z][a-z0-9_-]*, what a sweep writes */
  const char *version;   /* of the code, for people */
  const char *doc;       /* one line */
  const char *reference; /* the paper or formula behind the method */
  uint32_t numerics;     /* raised whenever the same input may give other bits: part of the trial key */
  uint32_t flags;
  const hs_parameter *parameters;
  int64_t parameter_count;
  double total;     /* what p sums to, or 0 if a parameter named "k" says so */
  double tolerance; /* certificate above this: the host turns HS_OK into HS_NOT_CONVERGED */

  /* Makes an instance with `sets` parameter sets; values[s * parameter_count + j] is parameter j of set s.
   * Errors: HS_ERROR_MEMORY, HS_ERROR_PARAMETER (a combination that single ranges cannot express). */
  int32_t (*create)(const hs_parameter_value *values, int64_t sets, void **instance, char *message);
  void (*destroy)(void *instance);

  /* Checks the bounds (HS_ERROR_PARAMETER: "k = 8, but there are only 5 scores") and says how many bytes of
   * workspace solve() needs, aligned to 64, for any problem within them. */
  int32_t (*prepare)(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message);

  /* Optional: the prune rule of one parameter set for rows of `length` scores. */
  int32_t (*prune)(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule);

  /* Solves all rows. A bad row is reported in its own report and does not end the call. */
  int32_t (*solve)(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                   char *message);

  /* The regulariser Omega at a sparse p of a row with `length` entries, in double: `count` positive values.
   * Energies use the same Omega as the map. */
  double (*omega)(const void *instance, int64_t set, int64_t length, const double *values, int64_t count);
} hs_solver;

#ifdef __cplusplus
}
#endif
#endif
