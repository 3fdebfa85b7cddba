#include "bench.h"

#include <base/status.h>
#include <math.h>
#include <string.h>

int hs__bench_solve(hs__single *single, const hs__solver_subject *subject, const hs_solver_problem *problem,
                    char *fault) {
  unsigned char fill = single->fill;
  HS_TRY(hs__single_open(single, subject->solver, subject->values, 1, fault));
  single->fill = fill;
  return hs__single_solve(single, problem, fault);
}

static bool same_report(const hs_solver_report *a, const hs_solver_report *b) {
  return a->status == b->status && a->iterations == b->iterations && a->support == b->support &&
         memcmp(&a->certificate, &b->certificate, sizeof a->certificate) == 0;
}

int hs__compare_bits(const hs_solver_rows *a, int64_t row_a, const hs_solver_rows *b, int64_t row_b, char *fault) {
  int64_t first_a = a->starts[row_a], first_b = b->starts[row_b];
  size_t count = (size_t)(a->starts[row_a + 1] - first_a);
  if (b->starts[row_b + 1] - first_b != (int64_t)count)
    return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld has %zu entries in one call and %lld in the other",
                   (long long)row_a, count, (long long)(b->starts[row_b + 1] - first_b));
  if (memcmp(a->indices + first_a, b->indices + first_b, count * sizeof *a->indices) != 0 ||
      memcmp(a->values + first_a, b->values + first_b, count * sizeof *a->values) != 0)
    return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld has other bits in the other call", (long long)row_a);
  if (!same_report(&a->reports[row_a], &b->reports[row_b]))
    return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld has another report in the other call", (long long)row_a);
  return HS_OK;
}

void hs__densify(const hs_solver_rows *rows, int64_t row, double *p) {
  memset(p, 0, HS__ROW_LENGTH * sizeof *p);
  for (int64_t j = rows->starts[row]; j < rows->starts[row + 1]; j++) p[rows->indices[j]] = rows->values[j];
}

int hs__compare_near(const double *p, const double *q, int64_t length, double near, int64_t row, char *fault) {
  int64_t worst = -1;
  for (int64_t i = 0; i < length; i++)
    if (!(fabs(p[i] - q[i]) <= near) && (worst < 0 || fabs(p[i] - q[i]) > fabs(p[worst] - q[worst]))) worst = i;
  if (worst < 0) return HS_OK;
  return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld: p[%lld] is %.17g in one and %.17g in the other", (long long)row,
                 (long long)worst, p[worst], q[worst]);
}
