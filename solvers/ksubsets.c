/* ksubsets: exactly k, p = argmax <z, p> - 1/2 ||p||^2 over 0 <= p <= 1 with sum p = k: p = clip(z - tau, 0, 1).
 * z_(k) - z_(k+1) >= 1 gives the indicator of the k largest, exactly. Omega is 1/2 ||p||^2 without any constant, so
 * for k = 1 it is that of sparsemax plus 1/2. A row with fewer than k usable entries is infeasible. */
#include <base/status.h>

#include "kernels/maps.h"

static const hs_parameter PARAMETERS[] = {{
    .size = sizeof(hs_parameter),
    .name = "k",
    .doc = "how many entries to choose; p sums to k",
    .unit = "entries",
    .type = HS_TYPE_INTEGER,
    .phase = HS_PHASE_RETRIEVE,
    .default_number = 2,
    .minimum = 1,
    .maximum = INT32_MAX,
}};
enum { PARAMETER_COUNT = sizeof PARAMETERS / sizeof *PARAMETERS };

static int32_t configure(const hs_parameter_value *values, hs__map *map, char *message) {
  (void)message;
  double k = values[0].number;
  *map = (hs__map){.order = (int64_t)k, .margin = 1, .parameter = k, .solve = hs__map_subsets};
  return HS_OK;
}

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  return hs__rows_create(values, PARAMETER_COUNT, sets, configure, instance, message);
}

static int32_t prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  for (int64_t set = 0; set < hs__rows_sets(instance); set++) {
    long long k = hs__rows_map(instance, set)->order;
    if (k > bounds->length)
      return hs_fail(message, HS_ERROR_PARAMETER, "k = %lld, but there are only %lld scores", k,
                     (long long)bounds->length);
  }
  return hs__rows_prepare(instance, bounds, workspace_size, message);
}

static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)instance;
  (void)set;
  (void)length;
  double squares = 0;
  for (int64_t i = 0; i < count; i++) squares += values[i] * values[i];
  return squares / 2;
}

static const hs_solver KSUBSETS = {
    .size = sizeof(hs_solver),
    .id = "ksubsets",
    .version = "1.0",
    .doc = "exactly k entries in total, each at most 1; Omega = sum p^2 / 2",
    .reference = "Santos et al., Sparse and Structured Hopfield Networks, ICML 2024; p = clip(z - tau, 0, 1)",
    .numerics = 1,
    .parameters = PARAMETERS,
    .parameter_count = PARAMETER_COUNT,
    .total = 0,
    .tolerance = 1e-10,
    .create = create,
    .destroy = hs__rows_destroy,
    .prepare = prepare,
    .prune = hs__rows_prune,
    .solve = hs__rows_solve,
    .omega = omega,
};

static const hs_solver *const SOLVERS[] = {&KSUBSETS};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "ksubsets", .author = "the hopsweep authors",
    .licence = "MIT", .solvers = SOLVERS, .solver_count = 1,
};
