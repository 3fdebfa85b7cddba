/* Never returns. */
#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int32_t status = test_solve(instance, problem, rows, workspace, message);
  for (volatile int forever = 1; forever;) continue;
  return status;
}

HS_TEST_PLUGIN("test-loop", "Never returns.", misbehave);
