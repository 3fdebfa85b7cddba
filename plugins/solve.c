/* solve.c: hs_registry_solve. */
#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "description.h"
#include "matrices.h"
#include "registry.h"
#include "single.h"

/* The problem in the form of the ABI: contiguous rows in double. */
typedef struct flat_scores {
  double *scores;
  int64_t *offsets;
} flat_scores;

static void free_flat(flat_scores *flat) {
  hs_free(&flat->scores);
  hs_free(&flat->offsets);
}

static int flatten(const hs_matrix *from, flat_scores *flat, char *message) {
  size_t rows = (size_t)from->rows, columns = (size_t)from->columns, stride = (size_t)from->stride;
  flat->scores = hs_allocate(rows * columns, sizeof *flat->scores);
  flat->offsets = hs_allocate(rows + 1, sizeof *flat->offsets);
  if (!flat->scores || !flat->offsets) {
    free_flat(flat);
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for %zu x %zu scores", rows, columns);
  }
  for (size_t r = 0; r < rows; r++) {
    flat->offsets[r + 1] = (int64_t)((r + 1) * columns);
    for (size_t c = 0; c < columns; c++)
      flat->scores[r * columns + c] = from->dtype == HS_FLOAT32 ? (double)((const float *)from->data)[r * stride + c]
                                                                : ((const double *)from->data)[r * stride + c];
  }
  return HS_OK;
}

/* Writes one row densely; false if it holds a NaN or an infinity. */
static bool scatter_row(const hs_solver_rows *rows, int64_t r, double *row) {
  bool finite = true;
  for (int64_t j = rows->starts[r]; j < rows->starts[r + 1]; j++) {
    row[rows->indices[j]] = rows->values[j];
    finite = finite && isfinite(rows->values[j]);
  }
  return finite;
}

/* Writes all rows; returns the worst of their notes. */
static int scatter(const hs_solver *solver, const hs_solver_rows *rows, hs_matrix *p) {
  int worst = HS_OK;
  for (int64_t r = 0; r < p->rows; r++) {
    double *row = (double *)p->data + r * p->stride;
    memset(row, 0, (size_t)p->columns * sizeof *row);
    int status = rows->reports[r].status;
    if (!scatter_row(rows, r, row)) {
      memset(row, 0, (size_t)p->columns * sizeof *row);
      status = HS_INVALID;
    }
    if (status == HS_OK && rows->reports[r].certificate > solver->tolerance) status = HS_NOT_CONVERGED;
    if (status > worst) worst = status;
  }
  return worst;
}

static int solve_flat(const hs__description *parts, const flat_scores *flat, hs_matrix *p, char *message) {
  hs_solver_problem problem = {
      .size = sizeof problem, .rows = p->rows, .offsets = flat->offsets, .scores = flat->scores, .dtype = HS_FLOAT64};
  hs__single single;
  HS_TRY(hs__single_open(&single, parts->solver, parts->solver_values, 1, message));
  int status = hs__single_solve(&single, &problem, message);
  if (status >= 0) status = scatter(parts->solver, &single.rows, p);
  hs__single_close(&single);
  return status;
}

int hs_registry_solve(const hs_registry *registry, const hs_params *description, const hs_matrix *scores, hs_matrix *p,
                      char *message) {
  HS_TRY(hs__check_matrix("scores", scores, message));
  HS_TRY(hs__check_matrix("p", p, message));
  HS_TRY(hs__check_columns("p", p, "scores", scores->columns, message));
  if (p->rows != scores->rows || p->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_SHAPE, "p must be float64 and have as many rows as the scores");
  hs__description parts;
  HS_TRY(hs__describe_solver(registry, description, &parts, message));
  flat_scores flat = {0};
  int status = flatten(scores, &flat, message);
  if (status >= 0 && p->rows > 0) status = solve_flat(&parts, &flat, p, message);
  free_flat(&flat);
  hs__description_free(&parts);
  return status;
}
