/* Its certificates miss the declared tolerance. */
#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int32_t status = test_solve(instance, problem, rows, workspace, message);
  for (int64_t r = 0; r < problem->rows; r++) rows->reports[r].certificate = 0.0385;
  return status;
}

HS_TEST_PLUGIN("test-unconverged", "Its certificates miss the declared tolerance.", misbehave);
