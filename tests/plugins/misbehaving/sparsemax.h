/* sparsemax.h: what the misbehaving test plugins share: a correct sparsemax solver, to be spoiled in one point.
 * Each plugin writes its own solve function and ends with HS_TEST_PLUGIN(id, doc, solve). */
#ifndef HS_TESTS_MISBEHAVING_SPARSEMAX_H
#define HS_TESTS_MISBEHAVING_SPARSEMAX_H

#include <hopsweep/plugin.h>

/* Bytes of workspace that prepare() asks for. */
enum { TEST_WORKSPACE = 64 };

int32_t test_create(const hs_parameter_value *values, int64_t sets, void **instance, char *message);
void test_destroy(void *instance);
int32_t test_prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message);
int32_t test_prune(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule);
int32_t test_solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                   char *message);
double test_omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count);

#define HS_TEST_PLUGIN(solver_id, sentence, solve_function) \
  HS_TEST_PLUGIN_WITH(solver_id, sentence, test_prepare, solve_function)

#define HS_TEST_PLUGIN_WITH(solver_id, sentence, prepare_function, solve_function)                             \
  static const hs_solver SOLVER = {.size = sizeof(hs_solver),                                                  \
                                   .id = solver_id,                                                            \
                                   .version = "1",                                                             \
                                   .doc = sentence,                                                            \
                                   .reference = "",                                                            \
                                   .numerics = 1,                                                              \
                                   .total = 1,                                                                 \
                                   .tolerance = 1e-9,                                                          \
                                   .create = test_create,                                                      \
                                   .destroy = test_destroy,                                                    \
                                   .prepare = prepare_function,                                                \
                                   .prune = test_prune,                                                        \
                                   .solve = solve_function,                                                    \
                                   .omega = test_omega};                                                       \
  static const hs_solver *const SOLVERS[] = {&SOLVER};                                                         \
  HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {HS_PLUGIN_HEADER, .name = solver_id,  .author = "hopsweep", \
                                                   .licence = "MIT", .solvers = SOLVERS, .solver_count = 1}

#endif
