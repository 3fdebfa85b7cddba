/* softmax: p = exp(z) / sum exp(z). Entries more than 104 below the maximum are left out: exp(-104) is less than half
 * of the least float32, relative to the largest probability. */
#include "kernels/maps.h"

static int32_t configure(const hs_parameter_value *values, hs__map *map, char *message) {
  (void)values;
  (void)message;
  *map = hs__map_of_alpha(1);
  return HS_OK;
}

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  return hs__rows_create(values, 0, sets, configure, instance, message);
}

static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)instance;
  (void)set;
  (void)length;
  return hs__omega_of_alpha(1, values, count);
}

static const hs_solver SOFTMAX = {
    .size = sizeof(hs_solver),
    .id = "softmax",
    .version = "1.0",
    .doc = "the exponential of the scores over its sum; Omega = sum p log p",
    .reference = "Boltzmann-Gibbs distribution; exp(z - max z) / sum exp(z - max z)",
    .numerics = 2,
    .flags = HS_SOLVER_DENSE,
    .total = 1,
    .tolerance = 1e-12,
    .create = create,
    .destroy = hs__rows_destroy,
    .prepare = hs__rows_prepare,
    .prune = hs__rows_prune,
    .solve = hs__rows_solve,
    .omega = omega,
};

static const hs_solver *const SOLVERS[] = {&SOFTMAX};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "softmax",  .author = "the hopsweep authors",
    .licence = "MIT", .solvers = SOLVERS, .solver_count = 1,
};
