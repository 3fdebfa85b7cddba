/* normmax: p = argmax <z, p> - ||p||_gamma over the simplex. p is proportional to [z - tau]_+^(1/(gamma-1)), where the
 * powers gamma/(gamma-1) of [z - tau]_+ sum to 1. A gap of 1 below the maximum gives the vertex, for every gamma.
 * gamma -> 1 is argmax; gamma -> infinity is uniform over what lies above the threshold of sparsemax. */
#include <math.h>

#include "kernels/maps.h"

static const hs_parameter PARAMETERS[] = {{
    .size = sizeof(hs_parameter),
    .name = "gamma",
    .doc = "order of the norm; large values make p uniform over its support",
    .unit = "",
    .type = HS_TYPE_REAL,
    .phase = HS_PHASE_RETRIEVE,
    .flags = HS_PARAMETER_OPEN_MINIMUM,
    .default_number = 2,
    .minimum = 1,
    .maximum = 1e6,
}};
enum { PARAMETER_COUNT = sizeof PARAMETERS / sizeof *PARAMETERS };

static int32_t configure(const hs_parameter_value *values, hs__map *map, char *message) {
  (void)message;
  double gamma = values[0].number;
  *map = (hs__map){.order = 1, .margin = 1, .parameter = gamma, .solve = gamma == 2 ? hs__map_norm_two : hs__map_norm};
  return HS_OK;
}

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  return hs__rows_create(values, PARAMETER_COUNT, sets, configure, instance, message);
}

/* ||p||_gamma, relative to the largest entry: p^gamma alone may be below the least double. */
static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)length;
  double gamma = hs__rows_map(instance, set)->parameter, largest = 0, sum = 0;
  for (int64_t i = 0; i < count; i++) largest = fmax(largest, values[i]);
  for (int64_t i = 0; i < count; i++) sum += pow(values[i] / largest, gamma);
  return count ? largest * pow(sum, 1 / gamma) : 0;
}

static const hs_solver NORMMAX = {
    .size = sizeof(hs_solver),
    .id = "normmax",
    .version = "1.0",
    .doc = "regularised by a norm; Omega = (sum p^gamma)^(1/gamma)",
    .reference = "Blondel, Martins & Niculae, Learning with Fenchel-Young Losses, JMLR 2020",
    .numerics = 1,
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

static const hs_solver *const SOLVERS[] = {&NORMMAX};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "normmax",  .author = "the hopsweep authors",
    .licence = "MIT", .solvers = SOLVERS, .solver_count = 1,
};
