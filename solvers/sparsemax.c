/* sparsemax: the Euclidean projection onto the simplex, p = [z - tau]_+; entmax with alpha = 2, same kernel. */
#include "kernels/maps.h"

static int32_t configure(const hs_parameter_value *values, hs__map *map, char *message) {
  (void)values;
  (void)message;
  *map = hs__map_of_alpha(2);
  return HS_OK;
}

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  return hs__rows_create(values, 0, sets, configure, instance, message);
}

static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)instance;
  (void)set;
  (void)length;
  return hs__omega_of_alpha(2, values, count);
}

static const hs_solver SPARSEMAX = {
    .size = sizeof(hs_solver),
    .id = "sparsemax",
    .version = "1.0",
    .doc = "Euclidean projection of the scores onto the simplex; Omega = (sum p^2 - 1) / 2",
    .reference = "Martins & Astudillo, From Softmax to Sparsemax, ICML 2016",
    .numerics = 1,
    .total = 1,
    .tolerance = 1e-12,
    .create = create,
    .destroy = hs__rows_destroy,
    .prepare = hs__rows_prepare,
    .prune = hs__rows_prune,
    .solve = hs__rows_solve,
    .omega = omega,
};

static const hs_solver *const SOLVERS[] = {&SPARSEMAX};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "sparsemax", .author = "the hopsweep authors",
    .licence = "MIT", .solvers = SOLVERS,  .solver_count = 1,
};
