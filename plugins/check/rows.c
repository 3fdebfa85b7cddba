/* check/rows.c: is every row well-formed, on the polytope, certified; and are bad rows reported? */
#include <base/status.h>
#include <math.h>

#include "bench.h"

/* NaN fails every comparison, so conditions are written as what must hold. */
static int check_values(const hs__solver_subject *subject, const hs_solver_rows *rows, const double *scores,
                        int64_t row, char *fault) {
  double sum = 0;
  for (int64_t j = rows->starts[row]; j < rows->starts[row + 1]; j++) {
    double value = rows->values[j];
    if (!isfinite(value))
      return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld: p[%d] is %g although the row is reported as solved",
                     (long long)row, rows->indices[j], value);
    if (scores[rows->indices[j]] == -INFINITY)
      return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld: p[%d] is %g although its score is -infinity", (long long)row,
                     rows->indices[j], value);
    if (subject->capped && !(value <= 1 + subject->near))
      return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld: p[%d] = %.17g exceeds 1", (long long)row, rows->indices[j],
                     value);
    sum += value;
  }
  if (fabs(sum - subject->total) <= subject->near * fmax(1, subject->total)) return HS_OK;
  return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld sums to %.17g instead of %g", (long long)row, sum, subject->total);
}

static int check_all_rows(const hs__solver_subject *subject, const hs__batch *batch, const hs_solver_rows *rows,
                          char *fault) {
  int64_t length;
  for (int64_t r = 0; r < batch->rows; r++) {
    if (rows->reports[r].status != HS_OK)
      return hs_fail(fault, HS_ERROR_INTERNAL, "row %lld, an ordinary one, is reported as: %s", (long long)r,
                     hs_status_text(rows->reports[r].status));
    HS_TRY(check_values(subject, rows, hs__batch_row(batch, r, &length), r, fault));
  }
  return HS_OK;
}

static int check_form(const hs__solver_subject *subject, char *fault) {
  hs__batch batch = {0};
  hs__single single = {0};
  int status = HS_OK;
  for (uint64_t seed = 1; seed <= 3 && status >= 0; seed++) {
    status = hs__batch_fill(&batch, seed, subject->least, fault);
    if (status < 0) break;
    hs_solver_problem problem = hs__batch_problem(&batch);
    status = hs__bench_solve(&single, subject, &problem, fault);
    if (status >= 0) status = check_all_rows(subject, &batch, &single.rows, fault);
    hs__single_close(&single);
    hs__batch_free(&batch);
  }
  return status;
}

static int check_certificates(const hs__solver_subject *subject, char *fault) {
  hs__batch batch = {0};
  hs__single single = {0};
  HS_TRY(hs__batch_fill(&batch, 4, subject->least, fault));
  hs_solver_problem problem = hs__batch_problem(&batch);
  int status = hs__bench_solve(&single, subject, &problem, fault);
  for (int64_t r = 0; r < batch.rows && status >= 0; r++) {
    double certificate = single.rows.reports[r].certificate;
    if (!(certificate <= subject->solver->tolerance))
      status = hs_fail(fault, HS_ERROR_INTERNAL, "row %lld has the certificate %g, the declared tolerance is %g",
                       (long long)r, certificate, subject->solver->tolerance);
  }
  hs__single_close(&single);
  hs__batch_free(&batch);
  return status;
}

/* Five bad rows, each between good ones; the good ones must not change. */
enum { BAD_ROWS = 5, BAD_LENGTH = 12 };

static int64_t make_bad_row(int64_t which, int64_t least, double *scores) {
  int64_t length = BAD_LENGTH + least < HS__ROW_LENGTH ? BAD_LENGTH + least : HS__ROW_LENGTH;
  for (int64_t i = 0; i < length; i++) scores[i] = which == 3 ? -INFINITY : 0.385 * (double)(i % 5);
  if (which == 0) scores[1] = NAN;
  if (which == 1) scores[length - 1] = INFINITY;
  if (which == 2) scores[0] = NAN, scores[2] = -INFINITY;
  return which == 4 ? 0 : length;
}

static int check_bad_reports(const hs_solver_rows *mixed, const hs_solver_rows *good, char *fault) {
  static const char *const NAMES[BAD_ROWS] = {"a NaN", "+infinity", "a NaN first", "only -infinity", "no scores"};
  for (int64_t r = 0; r < 2 * BAD_ROWS; r++) {
    if (r % 2 == 0) {
      HS_TRY(hs__compare_bits(mixed, r, good, r / 2, fault));
      continue;
    }
    int status = mixed->reports[r].status, wanted = r / 2 < 3 ? HS_INVALID : HS_INFEASIBLE;
    if (status != wanted)
      return hs_fail(fault, HS_ERROR_INTERNAL, "a row with %s is reported as \"%s\" instead of \"%s\"", NAMES[r / 2],
                     hs_status_text(status), hs_status_text(wanted));
  }
  return HS_OK;
}

static int solve_mixed(const hs__solver_subject *subject, const hs__batch *mixed, const hs__batch *good, char *fault) {
  hs__single both = {0}, alone = {0};
  hs_solver_problem all = hs__batch_problem(mixed), ordinary = hs__batch_problem(good);
  int status = hs__bench_solve(&both, subject, &all, fault);
  if (status >= 0) status = hs__bench_solve(&alone, subject, &ordinary, fault);
  if (status >= 0) status = check_bad_reports(&both.rows, &alone.rows, fault);
  hs__single_close(&both);
  hs__single_close(&alone);
  return status;
}

static int check_bad_rows(const hs__solver_subject *subject, char *fault) {
  hs__batch source = {0}, mixed = {0}, good = {0};
  HS_TRY(hs__batch_fill(&source, 5, subject->least, fault));
  int status = hs__batch_new(&mixed, fault);
  if (status >= 0) status = hs__batch_new(&good, fault);
  for (int64_t b = 0; b < BAD_ROWS && status >= 0; b++) {
    double bad[HS__ROW_LENGTH];
    int64_t length, bad_length = make_bad_row(b, subject->least, bad);
    const double *row = hs__batch_row(&source, b, &length);
    hs__batch_add(&mixed, row, length);
    hs__batch_add(&good, row, length);
    hs__batch_add(&mixed, bad, bad_length);
  }
  if (status >= 0) status = solve_mixed(subject, &mixed, &good, fault);
  hs__batch_free(&source);
  hs__batch_free(&mixed);
  hs__batch_free(&good);
  return status;
}

const hs__solver_check hs__solver_row_checks[] = {
    {"rows are sparse, positive, ascending and sum to what is declared", check_form},
    {"certificates keep the declared tolerance", check_certificates},
    {"bad rows are reported and disturb no other row", check_bad_rows},
    {0},
};
