/* catalogue.c: a plugin for the registry's tests: a solver with a parameter of every type, one with a required
 * parameter, and a memory that uses a solver and has no other ambition than to be right. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "misbehaving/sparsemax.h"

static const hs_parameter FULL[] = {
    {.size = sizeof(hs_parameter),
     .name = "alpha",
     .doc = "a number of at least 1",
     .unit = "",
     .type = HS_TYPE_REAL,
     .default_number = 1.5,
     .minimum = 1,
     .maximum = 64},
    {.size = sizeof(hs_parameter),
     .name = "gamma",
     .doc = "a number above 1 and below 9",
     .unit = "",
     .type = HS_TYPE_REAL,
     .flags = HS_PARAMETER_OPEN_MINIMUM | HS_PARAMETER_OPEN_MAXIMUM,
     .default_number = 2,
     .minimum = 1,
     .maximum = 9},
    {.size = sizeof(hs_parameter),
     .name = "rounds",
     .doc = "a whole number",
     .unit = "",
     .type = HS_TYPE_INTEGER,
     .default_number = 3,
     .minimum = 0,
     .maximum = INFINITY},
    {.size = sizeof(hs_parameter),
     .name = "order",
     .doc = "a word",
     .unit = "",
     .type = HS_TYPE_CHOICE,
     .choices = "ascending|descending|random",
     .default_text = "ascending"},
    {.size = sizeof(hs_parameter), .name = "exact", .doc = "a flag", .unit = "", .type = HS_TYPE_FLAG},
};

static const hs_parameter REQUIRED[] = {
    {.size = sizeof(hs_parameter),
     .name = "width",
     .doc = "how wide",
     .unit = "",
     .type = HS_TYPE_REAL,
     .flags = HS_PARAMETER_REQUIRED,
     .minimum = 0,
     .maximum = INFINITY},
};

/* The memory below declares this name, too. */
static const hs_parameter AMBIGUOUS[] = {
    {.size = sizeof(hs_parameter),
     .name = "beta",
     .doc = "also a number",
     .unit = "",
     .type = HS_TYPE_REAL,
     .default_number = 1,
     .minimum = 0,
     .maximum = INFINITY},
};

/* A refusal that the declared range cannot express. */
static int32_t create_full(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  if (values[0].number == 63) {
    if (message) strcpy(message, "solver full: 63 is not to its taste");
    return HS_ERROR_PARAMETER;
  }
  return test_create(values, sets, instance, message);
}

#define TEST_SOLVER(solver_id, table, entries, create_function)                                              \
  {                                                                                                          \
    .size = sizeof(hs_solver), .id = solver_id, .version = "2.385", .doc = "a test solver", .reference = "", \
    .numerics = 7, .parameters = table, .parameter_count = entries, .total = 1, .tolerance = 1e-9,           \
    .create = create_function, .destroy = test_destroy, .prepare = test_prepare, .prune = test_prune,        \
    .solve = test_solve, .omega = test_omega                                                                 \
  }

static const hs_solver FULL_SOLVER = TEST_SOLVER("full", FULL, 5, create_full);
static const hs_solver TWIN_SOLVER = TEST_SOLVER("twin", AMBIGUOUS, 1, test_create);
static const hs_solver WIDE_SOLVER = TEST_SOLVER("wide", REQUIRED, 1, test_create);

/* ---- a memory: q <- X' p(beta X q), identity after it ------------------------------------ */

enum { BETA, SOLVER_NAME, MEMORY_PARAMETERS };

static const hs_parameter WEIGHING[MEMORY_PARAMETERS] = {
    [BETA] = {.size = sizeof(hs_parameter),
              .name = "beta",
              .doc = "inverse temperature",
              .unit = "",
              .type = HS_TYPE_REAL,
              .phase = HS_PHASE_RETRIEVE,
              .flags = HS_PARAMETER_OPEN_MINIMUM,
              .default_number = 0.385,
              .minimum = 0,
              .maximum = INFINITY},
    [SOLVER_NAME] = {.size = sizeof(hs_parameter),
                     .name = "solver",
                     .doc = "the map",
                     .unit = "",
                     .type = HS_TYPE_SOLVER,
                     .default_text = "full"},
};

typedef struct weighing {
  const hs_host *host;
  hs_host_solver *solver;
  double beta;
  hs_matrix patterns;
} weighing;

static int32_t weighing_create(const hs_host *host, const hs_parameter_value *values,
                               const hs_parameter_value *solver_values, int64_t solver_value_count, void **instance,
                               char *message) {
  weighing *self = calloc(1, sizeof *self);
  if (!self) return HS_ERROR_MEMORY;
  self->host = host;
  self->beta = values[BETA].number;
  int32_t status = host->solver_open(host->context, values[SOLVER_NAME].text, solver_values, solver_value_count,
                                     &self->solver, message);
  if (status < 0) {
    free(self);
    return status;
  }
  *instance = self;
  return HS_OK;
}

static void weighing_destroy(void *instance) {
  weighing *self = instance;
  self->host->solver_close(&self->solver);
  free(self);
}

static int32_t weighing_store(void *instance, const hs_matrix *keys, const hs_matrix *values, char *message) {
  (void)values, (void)message;
  ((weighing *)instance)->patterns = *keys;
  return HS_OK;
}

/* Workspace: scores of one query, then its next state. */
static int32_t weighing_prepare(void *instance, const hs_memory_bounds *bounds, size_t *workspace_size, char *message) {
  weighing *self = instance;
  (void)bounds;
  *workspace_size = (size_t)(self->patterns.rows + self->patterns.columns) * sizeof(float);
  return self->host->solver_prepare(self->solver, 1, self->patterns.rows, message);
}

static const float *row_of(const hs_matrix *matrix, int64_t row) {
  return (const float *)matrix->data + row * matrix->stride;
}

static int32_t weigh(weighing *self, const float *state, float *workspace, const hs_solver_rows **rows, char *message) {
  const hs_matrix *patterns = &self->patterns;
  for (int64_t i = 0; i < patterns->rows; i++) {
    double score = 0;
    for (int64_t c = 0; c < patterns->columns; c++) score += (double)row_of(patterns, i)[c] * (double)state[c];
    workspace[i] = (float)score;
  }
  hs_score_tile tile = {.size = sizeof tile,
                        .scores = workspace,
                        .rows = 1,
                        .length = patterns->rows,
                        .stride = patterns->rows,
                        .scale = self->beta};
  return self->host->solver_tile(self->solver, &tile, rows, message);
}

/* E(q) = |q|^2 / 2 - Omega*(beta X q) / beta, with Omega* = <p, z> - Omega(p) at the p of the map. */
static double energy_of(weighing *self, const float *state, const float *scores, const hs_solver_rows *rows) {
  double squares = 0, gain = 0;
  int64_t count = rows->starts[1];
  for (int64_t c = 0; c < self->patterns.columns; c++) squares += (double)state[c] * (double)state[c];
  for (int64_t j = 0; j < count; j++) gain += rows->values[j] * self->beta * (double)scores[rows->indices[j]];
  double omega = self->host->solver_omega(self->solver, self->patterns.rows, rows->values, count);
  return squares / 2 - (gain - omega) / self->beta;
}

/* One update of `state`; true if it changed nothing. */
static int update(const weighing *self, const hs_solver_rows *rows, float *next, float *state) {
  size_t bytes = (size_t)self->patterns.columns * sizeof(float);
  for (int64_t c = 0; c < self->patterns.columns; c++) {
    double sum = 0;
    for (int64_t j = 0; j < rows->starts[1]; j++)
      sum += rows->values[j] * (double)row_of(&self->patterns, rows->indices[j])[c];
    next[c] = (float)sum;
  }
  int fixed = memcmp(next, state, bytes) == 0;
  memcpy(state, next, bytes);
  return fixed;
}

static int32_t retrieve_one(weighing *self, const hs_retrieve_request *request, float *state,
                            hs_retrieve_report *report, double *energies, float *workspace, char *message) {
  const hs_solver_rows *rows;
  *report = (hs_retrieve_report){.best = -1};
  while (report->steps < request->steps && !report->fixed && report->status == HS_OK) {
    int32_t status = weigh(self, state, workspace, &rows, message);
    if (status < 0) return status;
    report->status = rows->reports[0].status;
    if (report->status != HS_OK) break;
    if (energies) energies[report->steps] = energy_of(self, state, workspace, rows);
    report->support = rows->starts[1];
    report->best = rows->indices[0];
    for (int64_t j = 1, top = 0; j < rows->starts[1]; j++)
      if (rows->values[j] > rows->values[top]) report->best = rows->indices[top = j];
    report->fixed = update(self, rows, workspace + self->patterns.rows, state);
    report->steps++;
  }
  if (!energies) return HS_OK;
  int32_t status = weigh(self, state, workspace, &rows, message);
  double last = status < 0 ? NAN : energy_of(self, state, workspace, rows);
  for (int64_t s = report->steps; s <= request->steps; s++) energies[s] = last;
  return status;
}

static int32_t weighing_retrieve(void *instance, const hs_retrieve_request *request, hs_retrieve_result *result,
                                 void *workspace, char *message) {
  weighing *self = instance;
  for (int64_t q = 0; q < request->queries->rows; q++) {
    float *state = (float *)result->states->data + q * result->states->stride;
    memmove(state, row_of(request->queries, q), (size_t)self->patterns.columns * sizeof(float));
    double *energies = result->energies ? result->energies + q * (request->steps + 1) : NULL;
    int32_t status = retrieve_one(self, request, state, &result->reports[q], energies, workspace, message);
    if (status < 0) return status;
  }
  return HS_OK;
}

static int32_t weighing_energy(void *instance, const hs_matrix *states, double *energies, void *workspace,
                               char *message) {
  for (int64_t q = 0; q < states->rows; q++) {
    const hs_solver_rows *rows;
    int32_t status = weigh(instance, row_of(states, q), workspace, &rows, message);
    if (status < 0) return status;
    energies[q] = energy_of(instance, row_of(states, q), workspace, rows);
  }
  return HS_OK;
}

static const hs_memory WEIGHING_MEMORY = {.size = sizeof(hs_memory),
                                          .id = "weighing",
                                          .version = "1",
                                          .doc = "a test memory",
                                          .reference = "",
                                          .numerics = 3,
                                          .flags = HS_MEMORY_USES_SOLVER,
                                          .parameters = WEIGHING,
                                          .parameter_count = MEMORY_PARAMETERS,
                                          .create = weighing_create,
                                          .destroy = weighing_destroy,
                                          .store = weighing_store,
                                          .prepare = weighing_prepare,
                                          .retrieve = weighing_retrieve,
                                          .energy = weighing_energy};

static const hs_solver *const SOLVERS[] = {&WIDE_SOLVER, &FULL_SOLVER, &TWIN_SOLVER};
static const hs_memory *const MEMORIES[] = {&WEIGHING_MEMORY};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {HS_PLUGIN_HEADER,     .name = "catalogue", .author = "hopsweep",
                                                 .licence = "MIT",     .solvers = SOLVERS,  .solver_count = 3,
                                                 .memories = MEMORIES, .memory_count = 1};
