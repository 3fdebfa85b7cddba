/* bad.c: plugins that the loader must refuse, one fault each; CMake defines which. All but the fault is right. */
#include <hopsweep/plugin.h>
#include <math.h>
#include <stddef.h>

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  (void)values, (void)sets, (void)instance, (void)message;
  return HS_ERROR_UNSUPPORTED;
}
static void destroy(void *instance) { (void)instance; }
static int32_t prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  (void)instance, (void)bounds, (void)workspace_size, (void)message;
  return HS_ERROR_UNSUPPORTED;
}
static int32_t solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                     char *message) {
  (void)instance, (void)problem, (void)rows, (void)workspace, (void)message;
  return HS_ERROR_UNSUPPORTED;
}
static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)instance, (void)set, (void)length, (void)values;
  return (double)count;
}

#ifndef BAD_ID
#define BAD_ID "bad"
#endif
#ifndef BAD_SOLVER_SIZE
#define BAD_SOLVER_SIZE sizeof(hs_solver)
#endif
#ifndef BAD_DEFAULT
#define BAD_DEFAULT 1.385
#endif
#ifndef BAD_TYPE
#define BAD_TYPE HS_TYPE_REAL
#endif
#ifndef BAD_SECOND
#define BAD_SECOND "beta"
#endif

static const hs_parameter PARAMETERS[] = {
    {.size = sizeof(hs_parameter),
     .name = "alpha",
     .doc = "a number",
     .unit = "",
     .type = BAD_TYPE,
     .default_number = BAD_DEFAULT,
     .minimum = 1,
     .maximum = INFINITY},
    {.size = sizeof(hs_parameter),
     .name = BAD_SECOND,
     .doc = "a word",
     .unit = "",
     .choices = "one|two|three",
     .default_text = "two",
     .type = HS_TYPE_CHOICE},
};

static const hs_solver SOLVER = {.size = BAD_SOLVER_SIZE,
                                 .id = BAD_ID,
                                 .version = "1",
                                 .doc = "a test plugin",
                                 .reference = "",
                                 .numerics = 1,
                                 .parameters = PARAMETERS,
                                 .parameter_count = 2,
                                 .total = 1,
                                 .tolerance = 1e-9,
                                 .create = create,
                                 .destroy = destroy,
                                 .prepare = prepare,
                                 .solve = solve,
                                 .omega = omega};
static const hs_solver *const SOLVERS[] = {&SOLVER};

#ifndef BAD_MAGIC
#define BAD_MAGIC HS_ABI_MAGIC
#endif
#ifndef BAD_MAJOR
#define BAD_MAJOR HS_ABI_MAJOR
#endif
#ifndef BAD_DRAFT
#define BAD_DRAFT HS_ABI_DRAFT
#endif
#ifndef BAD_BUILD
#define BAD_BUILD HS_ABI_BUILD
#endif
/* An older, shorter descriptor: what lies beyond its end is never to be read. */
#ifdef BAD_SIZE
#define BAD_MEMORIES (BAD_SIZE < sizeof(hs_plugin) ? 385 : 0)
#else
#define BAD_SIZE     sizeof(hs_plugin)
#define BAD_MEMORIES 0
#endif

#ifndef BAD_NO_SYMBOL
HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {.size = BAD_SIZE,
                                                 .magic = BAD_MAGIC,
                                                 .major = BAD_MAJOR,
                                                 .minor = HS_ABI_MINOR,
                                                 .draft = BAD_DRAFT,
                                                 .build = BAD_BUILD,
                                                 .name = "bad",
                                                 .author = "hopsweep",
                                                 .licence = "MIT",
                                                 .solvers = SOLVERS,
                                                 .solver_count = 1,
                                                 .memories = (const hs_memory *const *)(const void *)SOLVERS,
                                                 .memory_count = BAD_MEMORIES};
#else
extern const hs_solver *const *bad_anything(void);
HS_PLUGIN_EXPORT const hs_solver *const *bad_anything(void) { return SOLVERS; }
#endif
