/* Calls abort() before it is asked to solve anything. */
#include <stdlib.h>

#include "sparsemax.h"

static int32_t prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  test_prepare(instance, bounds, workspace_size, message);
  abort();
}

HS_TEST_PLUGIN_WITH("test-prepare", "Calls abort() before it is asked to solve anything.", prepare, test_solve);
