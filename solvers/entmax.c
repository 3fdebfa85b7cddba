/* entmax: p = argmax <z, p> + H_alpha(p), with Tsallis' entropy H_alpha(p) = (1 - sum p^alpha) / (alpha (alpha-1)).
 * alpha = 1 is softmax, alpha = 2 sparsemax. A gap of 1/(alpha-1) below the maximum gives the vertex, exactly. */
#include "kernels/maps.h"

static const hs_parameter PARAMETERS[] = {{
    .size = sizeof(hs_parameter),
    .name = "alpha",
    .doc = "how sparse: 1 is softmax, 2 sparsemax; exact closed forms for 1, 1.5 and 2",
    .unit = "",
    .type = HS_TYPE_REAL,
    .phase = HS_PHASE_RETRIEVE,
    .default_number = 1.5,
    .minimum = 1,
    .maximum = 1000,
}};
enum { PARAMETER_COUNT = sizeof PARAMETERS / sizeof *PARAMETERS };

static int32_t configure(const hs_parameter_value *values, hs__map *map, char *message) {
  (void)message;
  *map = hs__map_of_alpha(values[0].number);
  return HS_OK;
}

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  return hs__rows_create(values, PARAMETER_COUNT, sets, configure, instance, message);
}

static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)length;
  return hs__omega_of_alpha(hs__rows_map(instance, set)->parameter, values, count);
}

static const hs_solver ENTMAX = {
    .size = sizeof(hs_solver),
    .id = "entmax",
    .version = "1.0",
    .doc = "sparse softmax with Tsallis entropy; Omega = (sum p^alpha - 1) / (alpha (alpha-1))",
    .reference = "Peters, Niculae & Martins, Sparse Sequence-to-Sequence Models, ACL 2019",
    .numerics = 2,
    .flags = HS_SOLVER_ITERATES,
    .parameters = PARAMETERS,
    .parameter_count = PARAMETER_COUNT,
    .total = 1,
    .tolerance = 1e-10,
    .create = create,
    .destroy = hs__rows_destroy,
    .prepare = hs__rows_prepare,
    .prune = hs__rows_prune,
    .solve = hs__rows_solve,
    .omega = omega,
};

static const hs_solver *const SOLVERS[] = {&ENTMAX};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "entmax",   .author = "the hopsweep authors",
    .licence = "MIT", .solvers = SOLVERS, .solver_count = 1,
};
