/* Calls abort() instead of returning. */
#include <stdlib.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  test_solve(instance, problem, rows, workspace, message);
  abort();
}

HS_TEST_PLUGIN("test-abort", "Calls abort() instead of returning.", misbehave);
