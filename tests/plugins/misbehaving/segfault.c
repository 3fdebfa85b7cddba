/* Writes to memory that nobody may touch instead of returning. */
#include <sys/mman.h>

#include "sparsemax.h"

static int32_t misbehave(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                         char *message) {
  int status = test_solve(instance, problem, rows, workspace, message);
  volatile int *forbidden = mmap(NULL, sizeof(int), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *forbidden = status;
  return status;
}

HS_TEST_PLUGIN("test-segfault", "Writes to memory that nobody may touch instead of returning.", misbehave);
