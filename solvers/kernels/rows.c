#include "rows.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>

#include "candidates.h"
#include "vectors.h"

typedef struct row_solver {
  int64_t length; /* longest row that prepare() allowed */
  int64_t sets;
  hs__map maps[];
} row_solver;

int32_t hs__rows_create(const hs_parameter_value *values, int64_t parameter_count, int64_t sets,
                        hs__configure configure, void **instance, char *message) {
  row_solver *solver = hs_allocate(1, sizeof *solver + (size_t)sets * sizeof *solver->maps);
  if (!solver) return hs_fail(message, HS_ERROR_MEMORY, "no memory for %lld parameter sets", (long long)sets);
  solver->sets = sets;
  for (int64_t set = 0; set < sets; set++) {
    const hs_parameter_value *own = parameter_count ? values + set * parameter_count : NULL;
    int32_t status = configure(own, &solver->maps[set], message);
    if (status < 0) {
      hs_free(&solver);
      return status;
    }
  }
  *instance = solver;
  return HS_OK;
}

void hs__rows_destroy(void *instance) { hs_free(&instance); }

int64_t hs__rows_sets(const void *instance) { return ((const row_solver *)instance)->sets; }

const hs__map *hs__rows_map(const void *instance, int64_t set) { return &((const row_solver *)instance)->maps[set]; }

int32_t hs__rows_prune(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule) {
  (void)length;
  const hs__map *map = hs__rows_map(instance, set);
  *rule = (hs_prune_rule){.order = map->order, .margin = map->margin};
  return HS_OK;
}

/* The workspace: two arrays of doubles, each a multiple of 64 bytes. */
static size_t room(int64_t length, size_t size) { return ((size_t)length * size + 63) / 64 * 64; }

int32_t hs__rows_prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  if (bounds->length > INT32_MAX)
    return hs_fail(message, HS_ERROR_PARAMETER, "a row of %lld scores is too long: indices have 32 bits",
                   (long long)bounds->length);
  row_solver *solver = instance;
  solver->length = bounds->length;
  *workspace_size = 2 * room(bounds->length, sizeof(double));
  return HS_OK;
}

/* Indices and weights stand in the result from the beginning, at `start`: there is room for the whole row, since no
 * row before it took more entries than it has scores. */
static hs__row row_at(const row_solver *solver, void *workspace, const hs_solver_rows *rows, int64_t start) {
  char *bytes = workspace;
  return (hs__row){.gap = (double *)bytes,
                   .weight = rows->values + start,
                   .scratch = (double *)(bytes + room(solver->length, sizeof(double))),
                   .index = rows->indices + start};
}

/* Leaves the positive weights; returns how many. */
static int64_t emit(const hs__row *row) {
  if (hs__count_above(row->weight, row->count, 0) == row->count) return row->count;
  int64_t support = 0;
  for (int64_t i = 0; i < row->count; i++) {
    double weight = row->weight[i];
    row->index[support] = row->index[i];
    row->weight[support] = weight;
    support += weight > 0;
  }
  return support;
}

static hs_solver_report solve_row(const hs__map *map, const hs__scores *scores, hs__row *row) {
  row->map = map;
  int32_t status = hs__candidates_find(scores, map->order, map->margin, row);
  if (status != HS_OK) return (hs_solver_report){.status = status};
  map->solve(map, row);
  return (hs_solver_report){.status = isfinite(row->certificate) ? HS_OK : HS_NOT_CONVERGED,
                            .iterations = row->iterations,
                            .support = emit(row),
                            .certificate = row->certificate};
}

static int check(const row_solver *solver, const hs_solver_problem *problem, const hs_solver_rows *rows,
                 char *message) {
  if (problem->dtype != HS_FLOAT32 && problem->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_ARGUMENT, "scores of type %d: only float32 and float64 are known", problem->dtype);
  if (rows->capacity < problem->offsets[problem->rows])
    return hs_fail(message, HS_ERROR_ARGUMENT, "room for %lld entries, but there are %lld scores",
                   (long long)rows->capacity, (long long)problem->offsets[problem->rows]);
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t length = problem->offsets[r + 1] - problem->offsets[r];
    if (length < 0 || length > solver->length)
      return hs_fail(message, HS_ERROR_ARGUMENT, "row %lld has %lld scores, but prepare() was told at most %lld",
                     (long long)r, (long long)length, (long long)solver->length);
    int64_t set = problem->parameter_set ? problem->parameter_set[r] : 0;
    if (set < 0 || set >= solver->sets)
      return hs_fail(message, HS_ERROR_ARGUMENT, "row %lld asks for parameter set %lld of %lld", (long long)r,
                     (long long)set, (long long)solver->sets);
  }
  return HS_OK;
}

int32_t hs__rows_solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                       char *message) {
  const row_solver *solver = instance;
  HS_TRY(check(solver, problem, rows, message));
  rows->starts[0] = 0;
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t begin = problem->offsets[r];
    hs__scores scores = {.values = problem->scores,
                         .mask = problem->mask ? problem->mask + begin : NULL,
                         .dtype = problem->dtype,
                         .begin = begin,
                         .length = problem->offsets[r + 1] - begin};
    const hs__map *map = &solver->maps[problem->parameter_set ? problem->parameter_set[r] : 0];
    hs__row row = row_at(solver, workspace, rows, rows->starts[r]);
    rows->reports[r] = solve_row(map, &scores, &row);
    rows->starts[r + 1] = rows->starts[r] + rows->reports[r].support;
  }
  return HS_OK;
}
