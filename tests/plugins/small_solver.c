#include "small_solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

small_fault small_solver_fault;
int64_t small_solver_rows, small_solver_lengths[64];

static int64_t prepared_length;

static int32_t create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  static int dummy;
  (void)values, (void)sets, (void)message;
  *instance = &dummy;
  return HS_OK;
}

static void destroy(void *instance) { (void)instance; }

/* Exactly one sorted row, so that the guards begin where the last score ends. */
static int32_t prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  (void)instance, (void)message;
  prepared_length = bounds->length;
  *workspace_size = (size_t)bounds->length * sizeof(double);
  return HS_OK;
}

static int32_t prune(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule) {
  (void)instance, (void)set, (void)length;
  *rule = (hs_prune_rule){.order = 1, .margin = 1};
  return HS_OK;
}

static int descending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

static double threshold(const double *scores, int64_t length, double *sorted) {
  memcpy(sorted, scores, (size_t)length * sizeof *sorted);
  qsort(sorted, (size_t)length, sizeof *sorted, descending);
  double sum = 0, tau = -INFINITY;
  for (int64_t i = 0; i < length && sorted[i] > -INFINITY; i++) {
    sum += sorted[i];
    if (sorted[i] > (sum - 1) / (double)(i + 1)) tau = (sum - 1) / (double)(i + 1);
  }
  return tau;
}

static void misbehave(hs_solver_rows *rows, int64_t length, void *workspace) {
  unsigned char *bytes = workspace;
  switch (small_solver_fault) {
    case SMALL_OVERRUN: bytes[(size_t)length * sizeof(double)] = 1; break;
    case SMALL_UNDERRUN: bytes[-1] = 1; break;
    case SMALL_NAN: rows->values[rows->starts[1]] = NAN; break;
    case SMALL_NEGATIVE: rows->values[rows->starts[1]] = -0.5; break;
    case SMALL_BACKWARDS: rows->indices[rows->starts[1]] = rows->indices[rows->starts[2] - 1]; break;
    case SMALL_OUTSIDE: rows->indices[rows->starts[2] - 1] = 1 << 20; break;
    case SMALL_UNSURE: rows->reports[1].certificate = 0.1; break;
    case SMALL_SOUND:
    case SMALL_FAILS: break;
  }
}

static int32_t solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                     char *message) {
  (void)instance;
  if (small_solver_fault == SMALL_FAILS) {
    if (message) strcpy(message, "the small solver fails on request");
    return HS_ERROR_INTERNAL;
  }
  small_solver_rows = problem->rows;
  rows->starts[0] = 0;
  for (int64_t r = 0; r < problem->rows; r++) {
    const double *scores = (const double *)problem->scores + problem->offsets[r];
    int64_t length = problem->offsets[r + 1] - problem->offsets[r], at = rows->starts[r];
    if (r < 64) small_solver_lengths[r] = length;
    double tau = threshold(scores, length, workspace);
    for (int64_t i = 0; i < length; i++) {
      if (!(scores[i] > tau)) continue;
      rows->indices[at] = (int32_t)i;
      rows->values[at++] = scores[i] - tau;
    }
    rows->starts[r + 1] = at;
    rows->reports[r] = (hs_solver_report){.support = at - rows->starts[r]};
  }
  if (problem->rows > 1) misbehave(rows, prepared_length, workspace); /* row 1 is the victim of most faults */
  return HS_OK;
}

static double omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  (void)instance, (void)set, (void)length;
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += values[i] * values[i];
  return 0.5 * (sum - 1);
}

#define SMALL(name, rule)                                                                                       \
  {                                                                                                             \
    .size = sizeof(hs_solver), .id = name, .version = "1", .doc = "sparsemax by sorting", .reference = "tests", \
    .numerics = 1, .total = 1, .tolerance = 1e-9, .create = create, .destroy = destroy, .prepare = prepare,     \
    .prune = rule, .solve = solve, .omega = omega                                                               \
  }

const hs_solver small_pruned = SMALL("small-pruned", prune), small_full = SMALL("small-full", NULL);
