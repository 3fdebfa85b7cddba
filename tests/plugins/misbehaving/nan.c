/* Returns NaN values and calls the rows solved. */
#include <math.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int32_t status = test_solve(instance, problem, rows, workspace, message);
  for (int64_t j = 0; j < rows->starts[problem->rows]; j++) rows->values[j] = NAN;
  return status;
}

HS_TEST_PLUGIN("test-nan", "Returns NaN values and calls the rows solved.", misbehave);
