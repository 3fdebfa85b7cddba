#include "single.h"

#include <base/status.h>
#include <stdbool.h>
#include <string.h>

static int no_memory(const hs_solver *solver, char *message) {
  return hs_fail(message, HS_ERROR_MEMORY, "solver %s: no memory for this problem", solver->id);
}

static int from_plugin(const hs_solver *solver, const char *function, int status, char *message) {
  if (status < 0 && message && !*message)
    hs_fail(message, 0, "solver %s: %s() failed: %s", solver->id, function, hs_status_text(status));
  return status;
}

int hs__single_open(hs__single *single, const hs_solver *solver, const hs_parameter_value *values, int64_t sets,
                    char *message) {
  char sentence[HS_MESSAGE_SIZE] = "";
  *single = (hs__single){.solver = solver};
  int status = from_plugin(solver, "create", solver->create(values, sets, &single->instance, sentence), sentence);
  if (status >= 0) return HS_OK;
  single->instance = NULL; /* create() cleans up behind itself when it fails */
  return hs_fail(message, status, "%s", sentence);
}

void hs__single_close(hs__single *single) {
  if (single->instance) single->solver->destroy(single->instance);
  hs__workspace_free(&single->workspace);
  hs__workspace_free(&single->starts);
  hs__workspace_free(&single->indices);
  hs__workspace_free(&single->values);
  hs__workspace_free(&single->reports);
  *single = (hs__single){0};
}

/* A fresh block of exactly this size: writing one byte too many meets a canary. */
static int renew(const hs__single *single, hs__workspace *block, size_t size) {
  HS_TRY(hs__workspace_resize(block, size));
  if (size) memset(hs__workspace_bytes(block), single->fill, size);
  return HS_OK;
}

static int64_t longest_row(const hs_solver_problem *problem) {
  int64_t longest = 0;
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t length = problem->offsets[r + 1] - problem->offsets[r];
    if (length > longest) longest = length;
  }
  return longest;
}

static int prepare_instance(hs__single *single, const hs_solver_problem *problem, char *message) {
  hs_solver_bounds bounds = {.size = sizeof bounds,
                             .rows = problem->rows,
                             .length = longest_row(problem),
                             .total = problem->offsets[problem->rows]};
  char sentence[HS_MESSAGE_SIZE] = "";
  size_t size = 0;
  int status = single->solver->prepare(single->instance, &bounds, &size, sentence);
  if (from_plugin(single->solver, "prepare", status, sentence) < 0) return hs_fail(message, status, "%s", sentence);
  return renew(single, &single->workspace, size) < 0 ? no_memory(single->solver, message) : HS_OK;
}

static int prepare_rows(hs__single *single, const hs_solver_problem *problem, char *message) {
  size_t rows = (size_t)problem->rows, total = (size_t)problem->offsets[rows];
  if (renew(single, &single->starts, (rows + 1) * sizeof(int64_t)) < 0 ||
      renew(single, &single->indices, total * sizeof(int32_t)) < 0 ||
      renew(single, &single->values, total * sizeof(double)) < 0 ||
      renew(single, &single->reports, rows * sizeof(hs_solver_report)) < 0)
    return no_memory(single->solver, message);
  single->rows = (hs_solver_rows){.size = sizeof single->rows,
                                  .capacity = (int64_t)total,
                                  .starts = hs__workspace_bytes(&single->starts),
                                  .indices = hs__workspace_bytes(&single->indices),
                                  .values = hs__workspace_bytes(&single->values),
                                  .reports = hs__workspace_bytes(&single->reports)};
  return HS_OK;
}

static int check_canaries(const hs__single *single, char *message) {
  const char *id = single->solver->id;
  HS_TRY(hs__workspace_check(&single->workspace, id, message));
  if (hs__workspace_check(&single->starts, id, NULL) < 0 || hs__workspace_check(&single->indices, id, NULL) < 0 ||
      hs__workspace_check(&single->values, id, NULL) < 0 || hs__workspace_check(&single->reports, id, NULL) < 0)
    return hs_fail(message, HS_ERROR_INTERNAL, "solver %s wrote past an output array", id);
  return HS_OK;
}

static int malformed(const hs__single *single, int64_t row, const char *fault, char *message) {
  return hs_fail(message, HS_ERROR_INTERNAL, "solver %s: row %lld: %s", single->solver->id, (long long)row, fault);
}

static int check_row(const hs__single *single, const hs_solver_problem *problem, int64_t row, char *message) {
  const hs_solver_rows *rows = &single->rows;
  const hs_solver_report *report = &rows->reports[row];
  int64_t first = rows->starts[row], end = rows->starts[row + 1];
  int64_t length = problem->offsets[row + 1] - problem->offsets[row];
  if (first < 0 || end < first || end > rows->capacity) return malformed(single, row, "starts do not ascend", message);
  bool solved = report->status == HS_OK || report->status == HS_NOT_CONVERGED;
  if (!solved && report->status != HS_INFEASIBLE && report->status != HS_INVALID)
    return malformed(single, row, "its report has a status that is none of those allowed", message);
  if (!solved && end > first) return malformed(single, row, "infeasible or invalid, but not empty", message);
  if (solved && report->support != end - first)
    return malformed(single, row, "the support of its report is not its number of entries", message);
  if (solved && !(report->certificate >= 0))
    return malformed(single, row, "its certificate is not a number >= 0", message);
  for (int64_t j = first; j < end; j++) {
    if (rows->indices[j] < 0 || rows->indices[j] >= length)
      return malformed(single, row, "an index is outside the row", message);
    if (j > first && rows->indices[j] <= rows->indices[j - 1])
      return malformed(single, row, "indices do not ascend", message);
    if (rows->values[j] <= 0) return malformed(single, row, "a value is not above 0", message);
  }
  return HS_OK;
}

int hs__single_solve(hs__single *single, const hs_solver_problem *problem, char *message) {
  HS_TRY(prepare_instance(single, problem, message));
  HS_TRY(prepare_rows(single, problem, message));
  char sentence[HS_MESSAGE_SIZE] = "";
  int status = single->solver->solve(single->instance, problem, &single->rows, hs__workspace_bytes(&single->workspace),
                                     sentence);
  HS_TRY(check_canaries(single, message));
  if (from_plugin(single->solver, "solve", status, sentence) < 0) return hs_fail(message, status, "%s", sentence);
  if (single->rows.starts[0] != 0) return malformed(single, 0, "starts[0] is not 0", message);
  for (int64_t r = 0; r < problem->rows; r++) HS_TRY(check_row(single, problem, r, message));
  return HS_OK;
}
