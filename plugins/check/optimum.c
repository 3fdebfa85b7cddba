/* check/optimum.c: no point of the polytope has a larger <p, z> - Omega(p), and the Omega is the solver's own. */
#include <base/status.h>
#include <math.h>
#include <string.h>

#include "bench.h"

/* One row under examination; scores are taken relative to the largest, which changes no difference of objectives,
 * because every p has the same sum. */
typedef struct candidate_row {
  const hs__solver_subject *subject;
  const hs__single *single;
  int64_t row, length;
  double scores[HS__ROW_LENGTH], p[HS__ROW_LENGTH];
  double spread; /* largest minus smallest finite score */
} candidate_row;

static double objective(const candidate_row *row, const double *p) {
  double values[HS__ROW_LENGTH], gain = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < row->length; i++) {
    if (!(p[i] > 0)) continue;
    gain += p[i] * row->scores[i];
    values[count++] = p[i];
  }
  return gain - row->subject->solver->omega(row->single->instance, 0, row->length, values, count);
}

static void take_row(candidate_row *row, const hs__batch *batch) {
  const double *scores = hs__batch_row(batch, row->row, &row->length);
  double largest = -INFINITY, smallest = INFINITY;
  for (int64_t i = 0; i < row->length; i++) {
    if (!isfinite(scores[i])) continue;
    largest = fmax(largest, scores[i]);
    smallest = fmin(smallest, scores[i]);
  }
  for (int64_t i = 0; i < row->length; i++) row->scores[i] = scores[i] - largest;
  row->spread = largest - smallest;
  hs__densify(&row->single->rows, row->row, row->p);
}

/* A vertex of the polytope: `total` distinct finite entries are 1 each (for a simplex: a single one). Drawn by passing
 * over the row and taking each entry with the right chance. */
static void random_vertex(const candidate_row *row, hs_rng rng, uint64_t draw, double *vertex) {
  int64_t left = 0, wanted = (int64_t)row->subject->total;
  memset(vertex, 0, HS__ROW_LENGTH * sizeof *vertex);
  for (int64_t i = 0; i < row->length; i++) left += isfinite(row->scores[i]) != 0;
  for (int64_t i = 0; i < row->length; i++) {
    if (!isfinite(row->scores[i])) continue;
    double chance = hs_rng_uniform(rng, draw * HS__ROW_LENGTH + (uint64_t)i);
    if (chance * (double)left < (double)wanted) {
      vertex[i] = 1;
      wanted--;
    }
    left--;
  }
}

/* The middle of the polytope: equal shares for all finite entries. */
static void middle(const candidate_row *row, double *point) {
  int64_t finite = 0;
  for (int64_t i = 0; i < row->length; i++) finite += isfinite(row->scores[i]) != 0;
  for (int64_t i = 0; i < row->length; i++)
    point[i] = isfinite(row->scores[i]) ? row->subject->total / (double)finite : 0;
}

static int compare_towards(const candidate_row *row, const double *target, double best, char *fault) {
  static const double STEPS[] = {1e-4, 1e-2, 0.385, 1};
  double mixed[HS__ROW_LENGTH], slack = row->subject->near * (1 + row->spread);
  for (size_t s = 0; s < sizeof STEPS / sizeof *STEPS; s++) {
    for (int64_t i = 0; i < row->length; i++) mixed[i] = (1 - STEPS[s]) * row->p[i] + STEPS[s] * target[i];
    double reached = objective(row, mixed);
    if (!(reached <= best + slack * row->subject->total))
      return hs_fail(fault, HS_ERROR_INTERNAL,
                     "row %lld (%lld scores): its objective %.12g is beaten by %.3g, %g of the way to another point",
                     (long long)row->row, (long long)row->length, best, reached - best, STEPS[s]);
  }
  return HS_OK;
}

static int check_row(candidate_row *row, const hs__batch *batch, char *fault) {
  enum { VERTICES = 12 };
  hs_rng rng = hs__check_rng("vertices", (uint64_t)row->row);
  double target[HS__ROW_LENGTH];
  take_row(row, batch);
  double best = objective(row, row->p);
  if (!isfinite(best))
    return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld: omega() of its own p is not finite", (long long)row->row);
  for (uint64_t v = 0; v < VERTICES; v++) {
    random_vertex(row, rng, v, target);
    HS_TRY(compare_towards(row, target, best, fault));
  }
  middle(row, target);
  return compare_towards(row, target, best, fault);
}

static int check_optimum(const hs__solver_subject *subject, char *fault) {
  if (!subject->capped && subject->total != 1) return HS_ERROR_UNSUPPORTED; /* its polytope is not declared */
  hs__batch batch = {0};
  hs__single single = {0};
  HS_TRY(hs__batch_fill(&batch, 21, subject->least, fault));
  hs_solver_problem problem = hs__batch_problem(&batch);
  int status = hs__bench_solve(&single, subject, &problem, fault);
  for (int64_t r = 0; r < batch.rows && status >= 0; r++) {
    candidate_row row = {.subject = subject, .single = &single, .row = r};
    status = check_row(&row, &batch, fault);
  }
  hs__single_close(&single);
  hs__batch_free(&batch);
  return status;
}

const hs__solver_check hs__solver_optimum_checks[] = {
    {"no other point has a larger <p, z> - omega(p)", check_optimum},
    {0},
};
