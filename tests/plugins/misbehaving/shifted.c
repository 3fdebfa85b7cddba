/* Mixes p with equal shares: every row is well-formed, but none is the optimum. */
#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int32_t status = test_solve(instance, problem, rows, workspace, message);
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t first = rows->starts[r], count = rows->starts[r + 1] - first;
    for (int64_t j = first; j < first + count; j++) rows->values[j] = 0.5 * rows->values[j] + 0.5 / (double)count;
  }
  return status;
}

HS_TEST_PLUGIN("test-shifted", "Mixes p with equal shares: every row is well-formed, but none is the optimum.",
               misbehave);
