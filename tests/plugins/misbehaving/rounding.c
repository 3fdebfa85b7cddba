/* Leaves the processor rounding upwards. */
#include <fenv.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int32_t status = test_solve(instance, problem, rows, workspace, message);
  fesetround(FE_UPWARD);
  return status;
}

HS_TEST_PLUGIN("test-rounding", "Leaves the processor rounding upwards.", misbehave);
