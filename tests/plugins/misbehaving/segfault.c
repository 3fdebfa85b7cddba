/* Writes to address 0 instead of returning. */
#include <stddef.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int status = test_solve(instance, problem, rows, workspace, message);
  int *volatile nowhere = NULL; /* volatile, so that the compiler does not see it coming */
  *nowhere = status;
  return status;
}

HS_TEST_PLUGIN("test-segfault", "Writes to address 0 instead of returning.", misbehave);
