/* single.h: one solver called directly through its descriptor, in double and without pruning: behind
 * hs_registry_solve, and the bench on which the conformance suite puts a solver. Everything that the plugin writes
 * lies between canaries. */
#ifndef HS_PLUGINS_SINGLE_H
#define HS_PLUGINS_SINGLE_H

#include <hopsweep/plugin.h>

#include "host/host.h"

/* Zero-initialise; hs__single_close ends it. One thread at a time. */
typedef struct hs__single {
  const hs_solver *solver;
  void *instance;
  hs__workspace workspace, starts, indices, values, reports;
  unsigned char fill;  /* every byte of workspace and outputs before a solve: what a plugin reads unwritten shows */
  hs_solver_rows rows; /* of the last solve; valid until the next */
} hs__single;

/* `values`: `sets` times the solver's parameters. Errors: those of the plugin, HS_ERROR_MEMORY. */
int hs__single_open(hs__single *single, const hs_solver *solver, const hs_parameter_value *values, int64_t sets,
                    char *message);
void hs__single_close(hs__single *single);

/* Prepares for this problem and solves it. Errors: those of the plugin; HS_ERROR_INTERNAL for a broken canary or a
 * malformed row (starts or indices not ascending or out of range, a value <= 0, a report that contradicts the row).
 * Whether values are finite is left to the caller. */
int hs__single_solve(hs__single *single, const hs_solver_problem *problem, char *message);

#endif
