#include "sparsemax.h"

#include <math.h>

static int instance_of_all; /* there is no state: any address will do */

int32_t test_create(const hs_parameter_value *values, int64_t sets, void **instance, char *message) {
  (void)values, (void)sets, (void)message;
  *instance = &instance_of_all;
  return HS_OK;
}

void test_destroy(void *instance) { (void)instance; }

int32_t test_prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  (void)instance, (void)bounds, (void)message;
  *workspace_size = TEST_WORKSPACE;
  return HS_OK;
}

int32_t test_prune(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule) {
  (void)instance, (void)set, (void)length;
  *rule = (hs_prune_rule){.order = 1, .margin = 1};
  return HS_OK;
}

static double score_at(const hs_solver_problem *problem, int64_t index) {
  if (problem->mask && !problem->mask[index]) return -INFINITY;
  return problem->dtype == HS_FLOAT32 ? (double)((const float *)problem->scores)[index]
                                      : ((const double *)problem->scores)[index];
}

/* Michelot (1986): drop what is below the threshold of the rest until nothing more is dropped. Relative to the largest
 * score; tau starts low enough to keep everything that can count. */
static double threshold(const hs_solver_problem *problem, int64_t first, int64_t end, double largest) {
  double tau = -1;
  for (int64_t kept = -1, before = -2; kept != before;) {
    double sum = 0;
    before = kept;
    kept = 0;
    for (int64_t i = first; i < end; i++) {
      double score = score_at(problem, i) - largest;
      if (!(score > tau)) continue;
      sum += score;
      kept++;
    }
    tau = (sum - 1) / (double)kept;
  }
  return tau;
}

/* The largest score, or NaN if one is NaN or +infinity. */
static double largest_of(const hs_solver_problem *problem, int64_t first, int64_t end) {
  double largest = -INFINITY;
  for (int64_t i = first; i < end; i++) {
    double score = score_at(problem, i);
    if (isnan(score) || score == INFINITY) return NAN;
    largest = fmax(largest, score);
  }
  return largest;
}

static int64_t solve_row(const hs_solver_problem *problem, int64_t row, hs_solver_rows *rows, int64_t at) {
  int64_t first = problem->offsets[row], end = problem->offsets[row + 1], begin = at;
  double largest = largest_of(problem, first, end), sum = 0;
  hs_solver_report *report = &rows->reports[row];
  *report = (hs_solver_report){.status = isnan(largest) ? HS_INVALID : HS_INFEASIBLE};
  if (!isfinite(largest)) return at;
  double tau = threshold(problem, first, end, largest);
  for (int64_t i = first; i < end; i++) {
    double value = score_at(problem, i) - largest - tau;
    if (!(value > 0)) continue;
    rows->indices[at] = (int32_t)(i - first);
    rows->values[at++] = value;
    sum += value;
  }
  *report = (hs_solver_report){.support = at - begin, .certificate = fabs(sum - 1)};
  return at;
}

int32_t test_solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                   char *message) {
  (void)instance, (void)workspace, (void)message;
  rows->starts[0] = 0;
  for (int64_t r = 0; r < problem->rows; r++) rows->starts[r + 1] = solve_row(problem, r, rows, rows->starts[r]);
  return HS_OK;
}

double test_omega(const void *instance, int64_t set, int64_t length, const double *values, int64_t count) {
  double squares = 0;
  (void)instance, (void)set, (void)length;
  for (int64_t i = 0; i < count; i++) squares += values[i] * values[i];
  return squares / 2;
}
