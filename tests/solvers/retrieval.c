#include "retrieval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/random.h"

/* cmocka wants setjmp, stdarg and stddef. */
#include <cmocka.h>

const retrieval_solver RETRIEVAL_SOLVER[RETRIEVAL_SOLVERS] = {
    {"softmax", NULL, 0, INFINITY}, {"entmax", "alpha", 1.5, 2},  {"entmax", "alpha", 2, 1},
    {"sparsemax", NULL, 0, 1},      {"entmax", "alpha", 1.25, 4}, {"entmax", "alpha", 3, 0.5},
    {"normmax", "gamma", 2, 1},     {"normmax", "gamma", 5, 1},   {"ksubsets", "k", 2, INFINITY},
    {"ksubsets", "k", 4, INFINITY}};

static hs_registry *registry;

int retrieval_open(void **state) {
  static const char *const FOLDER = HS_PLUGIN_FOLDER;
  char message[HS_MESSAGE_SIZE];
  (void)state;
  return hs_registry_open(&FOLDER, 1, &registry, message);
}

int retrieval_close(void **state) {
  (void)state;
  hs_registry_free(&registry);
  return 0;
}

static void describe(const retrieval_solver *solver, double beta, const char *post, hs_params *model) {
  assert_int_equal(hs_params_set_text(model, "solver", solver->id), HS_OK);
  assert_int_equal(hs_params_set_text(model, "post", post), HS_OK);
  assert_int_equal(hs_params_set_number(model, "beta", beta), HS_OK);
  if (solver->name) assert_int_equal(hs_params_set_number(model, solver->name, solver->value), HS_OK);
}

int retrieval_try(const retrieval_solver *solver, double beta, const char *post, hs_matrix *patterns, hs_model **model,
                  char *message) {
  hs_params description = {0};
  describe(solver, beta, post, &description);
  int status = hs_model_open(registry, &description, model, message);
  hs_params_free(&description);
  if (status >= 0) status = hs_model_store(*model, patterns, NULL, message);
  if (status >= 0) status = hs_model_prepare(*model, 10, 2, message);
  return status;
}

hs_model *retrieval_model(const retrieval_solver *solver, double beta, const char *post, hs_matrix *patterns) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_model *model = NULL;
  int status = retrieval_try(solver, beta, post, patterns, &model, message);
  if (status < 0) print_error("%s\n", message);
  assert_true(status >= 0);
  return model;
}

retrieval retrieval_run(hs_model *model, hs_matrix queries, int64_t steps, bool energies) {
  char message[HS_MESSAGE_SIZE] = "";
  retrieval r = {.queries = queries.rows, .dimension = queries.columns, .steps = steps};
  r.states = malloc((size_t)(queries.rows * queries.columns) * sizeof *r.states);
  r.reports = calloc((size_t)queries.rows, sizeof *r.reports);
  if (energies) r.energies = malloc((size_t)(queries.rows * (steps + 1)) * sizeof *r.energies);
  hs_matrix states = queries;
  states.data = r.states;
  states.stride = states.columns;
  hs_retrieve_request request = {.size = sizeof request, .queries = &queries, .steps = steps};
  request.flags = energies ? HS_RETRIEVE_ENERGY : 0;
  hs_retrieve_result result = {.size = sizeof result, .states = &states, .reports = r.reports, .energies = r.energies};
  int status = hs_model_prepare(model, queries.rows, steps, message);
  if (status >= 0) status = hs_model_retrieve(model, &request, &result, message);
  if (status < 0) print_error("%s\n", message);
  assert_true(status >= 0);
  return r;
}

void retrieval_free(retrieval *r) {
  free(r->states);
  free(r->reports);
  free(r->energies);
  *r = (retrieval){0};
}

hs_matrix retrieval_matrix(int64_t rows, int64_t columns) {
  hs_matrix m = {.rows = rows, .columns = columns, .stride = columns, .dtype = HS_FLOAT32};
  m.data = calloc((size_t)(rows * columns), sizeof(float));
  return m;
}

static double uniform(uint64_t *state) { return ((double)(random_bits(state) >> 11) + 0.5) * 0x1p-53; }

hs_matrix retrieval_normal(uint64_t seed, int64_t rows, int64_t columns) {
  hs_matrix m = retrieval_matrix(rows, columns);
  for (int64_t i = 0; i < rows * columns; i++)
    ((float *)m.data)[i] = (float)(sqrt(-2 * log(uniform(&seed))) * cos(6.283185307179586 * uniform(&seed)));
  return m;
}

hs_matrix retrieval_signs(uint64_t seed, int64_t rows, int64_t columns) {
  hs_matrix m = retrieval_matrix(rows, columns);
  for (int64_t i = 0; i < rows * columns; i++) ((float *)m.data)[i] = random_bits(&seed) & 1 ? 1.0f : -1.0f;
  return m;
}

float *retrieval_row(const hs_matrix *m, int64_t row) { return (float *)m->data + row * m->stride; }

hs_matrix retrieval_rows(const hs_matrix *m, int64_t first, int64_t count) {
  hs_matrix view = *m;
  view.data = retrieval_row(m, first);
  view.rows = count;
  return view;
}

double retrieval_dot(const float *a, const float *b, int64_t length) {
  double sum = 0;
  for (int64_t i = 0; i < length; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}
