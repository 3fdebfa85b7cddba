#include "harness.h"

#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const hst_setting HST_SETTINGS[] = {
    {"softmax", 0},  {"entmax", 1},      {"entmax", 1 + 1e-9}, {"entmax", 1.01},   {"entmax", 1.2},
    {"entmax", 1.5}, {"entmax", 1.7},    {"entmax", 2},        {"entmax", 2.385},  {"entmax", 5},
    {"entmax", 50},  {"entmax", 1000},   {"sparsemax", 0},     {"normmax", 1.001}, {"normmax", 1.385},
    {"normmax", 2},  {"normmax", 2.385}, {"normmax", 5},       {"normmax", 1e3},   {"normmax", 1e6},
    {"ksubsets", 1}, {"ksubsets", 2},    {"ksubsets", 4},      {"ksubsets", 8},    {"ksubsets", 37},
};
const size_t HST_SETTING_COUNT = sizeof HST_SETTINGS / sizeof *HST_SETTINGS;

/* Plugins are never unloaded; each is loaded once. */
static const hs_plugin *load(const char *id) {
  enum { MOST = 8 };
  static struct {
    char id[32];
    void *handle;
  } loaded[MOST];
  char path[4096];
  int place = 0;
  while (place < MOST - 1 && loaded[place].handle && strcmp(loaded[place].id, id) != 0) place++;
  if (!loaded[place].handle) {
    snprintf(path, sizeof path, "%s/%s.so", HST_PLUGIN_FOLDER, id);
    snprintf(loaded[place].id, sizeof loaded[place].id, "%s", id);
    loaded[place].handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!loaded[place].handle) fail_msg("%s", dlerror());
  }
  return dlsym(loaded[place].handle, HS_PLUGIN_SYMBOL);
}

const hs_solver *hst_solver(const char *id) {
  const hs_plugin *plugin = load(id);
  assert_non_null(plugin);
  assert_int_equal(plugin->magic, HS_ABI_MAGIC);
  assert_int_equal(plugin->solver_count, 1);
  assert_string_equal(plugin->solvers[0]->id, id);
  return plugin->solvers[0];
}

static void *create(const hst_setting *setting, const double *sets, int64_t count) {
  const hs_solver *solver = hst_solver(setting->id);
  hs_parameter_value *values = calloc((size_t)count, sizeof *values);
  char message[HS_MESSAGE_SIZE] = "";
  void *instance = NULL;
  for (int64_t set = 0; set < count && solver->parameter_count; set++)
    values[set] = (hs_parameter_value){.name = solver->parameters[0].name, .number = sets[set]};
  if (solver->create(values, count, &instance, message) != HS_OK) fail_msg("%s: %s", setting->id, message);
  free(values);
  return instance;
}

static void check_row(const hs_solver_rows *rows, int64_t row, int64_t length, double *dense) {
  const hs_solver_report *report = &rows->reports[row];
  assert_int_equal(rows->starts[row + 1] - rows->starts[row], report->support);
  assert_true(report->certificate >= 0);
  int64_t previous = -1;
  for (int64_t i = rows->starts[row]; i < rows->starts[row + 1]; i++) {
    assert_true(rows->indices[i] > previous && rows->indices[i] < length);
    assert_true(rows->values[i] > 0 && isfinite(rows->values[i]));
    previous = rows->indices[i];
    dense[previous] = rows->values[i];
  }
}

enum { GUARD = 64, GUARD_BYTE = 0xa5 };

static void check_guard(const unsigned char *bytes) {
  for (int i = 0; i < GUARD; i++) assert_int_equal(bytes[i], GUARD_BYTE);
}

/* prepare() and solve() with guard bytes around the workspace. */
static int solve_guarded(const hs_solver *solver, void *instance, const hs_solver_problem *problem,
                         hs_solver_rows *rows) {
  hs_solver_bounds bounds = {.size = sizeof bounds, .rows = problem->rows, .total = problem->offsets[problem->rows]};
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t length = problem->offsets[r + 1] - problem->offsets[r];
    bounds.length = length > bounds.length ? length : bounds.length;
  }
  size_t size = 0;
  char message[HS_MESSAGE_SIZE] = "";
  int status = solver->prepare(instance, &bounds, &size, message);
  if (status < 0) return status;
  unsigned char *block = aligned_alloc(64, (size + 63) / 64 * 64 + 2 * GUARD);
  memset(block, GUARD_BYTE, (size + 63) / 64 * 64 + 2 * GUARD);
  status = solver->solve(instance, problem, rows, block + GUARD, message);
  check_guard(block);
  check_guard(block + GUARD + size);
  free(block);
  return status;
}

int hst_solve(const hst_setting *setting, const double *sets, int64_t set_count, const hs_solver_problem *problem,
              double *dense, hs_solver_report *reports) {
  const hs_solver *solver = hst_solver(setting->id);
  void *instance = create(setting, sets ? sets : &setting->parameter, sets ? set_count : 1);
  size_t total = (size_t)problem->offsets[problem->rows] + 1;
  hs_solver_rows rows = {.size = sizeof rows,
                         .capacity = (int64_t)total,
                         .starts = calloc((size_t)problem->rows + 1, sizeof *rows.starts),
                         .indices = calloc(total, sizeof *rows.indices),
                         .values = calloc(total, sizeof *rows.values),
                         .reports = reports};
  int status = solve_guarded(solver, instance, problem, &rows);
  memset(dense, 0, (total - 1) * sizeof *dense);
  for (int64_t r = 0; status >= 0 && r < problem->rows; r++)
    check_row(&rows, r, problem->offsets[r + 1] - problem->offsets[r], dense + problem->offsets[r]);
  free(rows.starts);
  free(rows.indices);
  free(rows.values);
  solver->destroy(instance);
  return status;
}

hs_solver_report hst_solve_row(const hst_setting *setting, const double *scores, int64_t length, double *dense) {
  int64_t offsets[] = {0, length};
  hs_solver_problem problem = {
      .size = sizeof problem, .rows = 1, .offsets = offsets, .scores = scores, .dtype = HS_FLOAT64};
  hs_solver_report report = {0};
  assert_int_equal(hst_solve(setting, NULL, 1, &problem, dense, &report), HS_OK);
  return report;
}

hs_prune_rule hst_prune_rule(const hst_setting *setting, int64_t length) {
  const hs_solver *solver = hst_solver(setting->id);
  void *instance = create(setting, &setting->parameter, 1);
  hs_prune_rule rule;
  assert_int_equal(solver->prune(instance, 0, length, &rule), HS_OK);
  solver->destroy(instance);
  return rule;
}

double hst_omega(const hst_setting *setting, const double *dense, int64_t length) {
  const hs_solver *solver = hst_solver(setting->id);
  void *instance = create(setting, &setting->parameter, 1);
  double *values = calloc((size_t)length + 1, sizeof *values);
  int64_t count = 0;
  for (int64_t i = 0; i < length; i++)
    if (dense[i] > 0) values[count++] = dense[i];
  double omega = solver->omega(instance, 0, length, values, count);
  free(values);
  solver->destroy(instance);
  return omega;
}

double hst_uniform(uint64_t *state) {
  uint64_t bits = *state += UINT64_C(0x9e3779b97f4a7c15);
  bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
  return ((double)((bits ^ bits >> 31) >> 11) + 0.5) * 0x1p-53;
}

double hst_normal(uint64_t *state) {
  double radius = sqrt(-2 * log(hst_uniform(state)));
  return radius * cos(6.283185307179586 * hst_uniform(state));
}

int64_t hst_row(int number, double *scores) {
  static const int64_t LENGTHS[] = {1, 2, 3, 5, 8, 13, 40, 77, 200, HST_LONGEST};
  static const double SCALES[] = {1e-30, 1e-6, .01, .2385, 1, 2.385, 30, 1e30};
  uint64_t state = (uint64_t)number * 7919 + 17;
  int64_t length = LENGTHS[number % 10];
  double scale = SCALES[(number * 5 + number / 10) % 8];
  for (int64_t i = 0; i < length; i++) {
    double value = hst_normal(&state);
    if (number / 10 == 1) value = floor(value * 3) / 3;            /* many ties */
    if (number / 10 == 2) value = i % 3 == 0 ? 1.385 : 1.385 - .5; /* two levels */
    if (number / 10 == 3 && number % 2) value = 2.385;             /* constant */
    scores[i] = (number / 10 == 2 ? 1 : scale) * value;
  }
  return length;
}

double hst_total(const hst_setting *setting) { return strcmp(setting->id, "ksubsets") ? 1 : setting->parameter; }

int hst_feasible(const hst_setting *setting, int64_t length) { return (double)length >= hst_total(setting); }
