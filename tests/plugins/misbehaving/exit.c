/* Calls _exit(0): the process ends as if all were well. */
#include <unistd.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  test_solve(instance, problem, rows, workspace, message);
  _exit(0);
}

HS_TEST_PLUGIN("test-exit", "Calls _exit(0): the process ends as if all were well.", misbehave);
