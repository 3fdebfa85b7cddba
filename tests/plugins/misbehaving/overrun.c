/* Writes eight bytes past its workspace. */
#include <string.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  memset((char *)workspace + TEST_WORKSPACE, 0x5A, 8);
  return test_solve(instance, problem, rows, workspace, message);
}

HS_TEST_PLUGIN("test-overrun", "Writes eight bytes past its workspace.", misbehave);
