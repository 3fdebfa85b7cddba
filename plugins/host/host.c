#include "host.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "passes.h"
#include "scan.h"
#include "select.h"

/* Rows go to the plugin in batches that end once they hold this many scores: enough for the call to cost nothing, few
 * enough that what is written for one pass is still in the cache for the next. Rows are independent, so where a batch
 * ends makes no difference to them. */
enum { BATCH_SCORES = 4096 };

/* What the plugin sees is compact: row r of a batch keeps only its candidates. `candidates` holds, in the same layout,
 * which score of the row each of them is. */
struct hs_host_solver {
  const hs_solver *descriptor;
  void *instance;
  const hs__passes *passes;
  hs__workspace workspace;
  int64_t rows, length; /* bounds */
  int64_t *offsets;     /* rows + 1 */
  double *scores;       /* BATCH_SCORES + length at most, scaled */
  int32_t *candidates;  /* as many */
  double *room;         /* length: for order statistics */
  float *scan_scratch;  /* hs__scan_scratch(length) */
  bool *invalid;        /* rows: NaN, or an infinite score */
  hs_solver_rows result;
  int64_t *starts; /* rows + 1: of the batch that the plugin solved */
};

/* Rows first .. first + rows - 1 of a tile, and where the plugin put what it found: at the end of the result. */
typedef struct batch {
  int64_t first, rows;
  hs_solver_rows solved;
} batch;

static void free_buffers(hs_host_solver *solver) {
  hs_free(&solver->offsets);
  hs_free(&solver->scores);
  hs_free(&solver->candidates);
  hs_free(&solver->room);
  hs_free(&solver->scan_scratch);
  hs_free(&solver->invalid);
  hs_free(&solver->starts);
  hs_free(&solver->result.starts);
  hs_free(&solver->result.indices);
  hs_free(&solver->result.values);
  hs_free(&solver->result.reports);
  hs__workspace_free(&solver->workspace);
  solver->rows = solver->length = -1;
}

int hs__host_solver_open(const hs_solver *descriptor, const hs_parameter_value *values, int64_t count,
                         hs_host_solver **solver, char *message) {
  *solver = NULL;
  if (count != descriptor->parameter_count)
    return hs_fail(message, HS_ERROR_ARGUMENT, "solver %s declares %lld parameters, not %lld", descriptor->id,
                   (long long)descriptor->parameter_count, (long long)count);
  hs_host_solver *opened = hs_allocate(1, sizeof *opened);
  if (!opened) return hs_fail(message, HS_ERROR_MEMORY, "no memory for solver %s", descriptor->id);
  opened->descriptor = descriptor;
  opened->passes = hs__passes_of(hs_cpu_detect());
  opened->rows = opened->length = -1;
  int status = descriptor->create(values, 1, &opened->instance, message);
  if (status < 0) {
    hs_free(&opened);
    return status;
  }
  *solver = opened;
  return HS_OK;
}

void hs__host_solver_close(hs_host_solver **solver) {
  if (!*solver) return;
  (*solver)->descriptor->destroy((*solver)->instance);
  free_buffers(*solver);
  hs_free(solver);
}

const hs_solver *hs__host_solver_descriptor(const hs_host_solver *solver) { return solver->descriptor; }

static int allocate_buffers(hs_host_solver *solver, int64_t rows, int64_t length, size_t workspace_size) {
  size_t row_count = (size_t)rows, row_length = (size_t)length, total;
  if (__builtin_mul_overflow(row_count, row_length, &total)) return HS_ERROR_MEMORY;
  size_t compact = row_length + BATCH_SCORES < total ? row_length + BATCH_SCORES : total;
  hs_solver_rows *result = &solver->result;
  *result = (hs_solver_rows){.size = sizeof *result, .capacity = (int64_t)total};
  solver->offsets = hs_allocate(row_count + 1, sizeof *solver->offsets);
  solver->scores = hs_allocate_aligned(compact, sizeof *solver->scores);
  solver->candidates = hs_allocate_aligned(compact, sizeof *solver->candidates);
  solver->room = hs_allocate_aligned(row_length, sizeof *solver->room);
  solver->scan_scratch = hs_allocate_aligned((size_t)hs__scan_scratch(length), sizeof *solver->scan_scratch);
  solver->invalid = hs_allocate(row_count, sizeof *solver->invalid);
  solver->starts = hs_allocate(row_count + 1, sizeof *solver->starts);
  result->starts = hs_allocate(row_count + 1, sizeof *result->starts);
  result->indices = hs_allocate_aligned(total, sizeof *result->indices);
  result->values = hs_allocate_aligned(total, sizeof *result->values);
  result->reports = hs_allocate(row_count, sizeof *result->reports);
  bool all = solver->offsets && solver->scores && solver->candidates && solver->room && solver->scan_scratch &&
             solver->invalid && solver->starts && result->starts && result->indices && result->values &&
             result->reports;
  return all ? hs__workspace_resize(&solver->workspace, workspace_size) : HS_ERROR_MEMORY;
}

int hs__host_solver_prepare(hs_host_solver *solver, int64_t rows, int64_t length, char *message) {
  if (rows < 0 || length < 0 || length > INT32_MAX)
    return hs_fail(message, HS_ERROR_ARGUMENT, "solver %s: a tile of %lld rows of %lld scores is impossible",
                   solver->descriptor->id, (long long)rows, (long long)length);
  free_buffers(solver);
  hs_solver_bounds bounds = {.size = sizeof bounds, .rows = rows, .length = length, .total = rows * length};
  size_t workspace_size = 0;
  HS_TRY(solver->descriptor->prepare(solver->instance, &bounds, &workspace_size, message));
  if (allocate_buffers(solver, rows, length, workspace_size) != HS_OK) {
    free_buffers(solver);
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for a tile of %lld rows of %lld scores of solver %s",
                   (long long)rows, (long long)length, solver->descriptor->id);
  }
  solver->rows = rows;
  solver->length = length;
  return HS_OK;
}

/* ---- from a row of float32 scores to a compact row of scaled doubles ------------------------------------------ */

/* margin / scale, never rounded down, plus twice the error of a score: the order statistic and the candidate may both
 * be off by it. */
static double unscaled_margin(const hs_prune_rule *rule, const hs_score_tile *tile) {
  double margin = nextafter(rule->margin / tile->scale, INFINITY);
  return nextafter(margin + 2 * tile->score_error, INFINITY);
}

/* The scores that a solver without a prune rule needs: all that are not -infinity. -1 as hs__scan_candidates. */
static int64_t all_candidates(const float *scores, int64_t length, int32_t *candidates) {
  int64_t count = 0;
  for (int64_t i = 0; i < length; i++) {
    if (!(scores[i] < INFINITY)) return -1;
    candidates[count] = (int32_t)i;
    count += scores[i] > -INFINITY;
  }
  return count;
}

/* Fills scaled[0 .. count) and finds its range. */
static void score_candidates(const hs_host_solver *solver, const hs_score_tile *tile, int64_t row,
                             const int32_t *candidates, int64_t count, double *scaled, hs__range *range) {
  const float *scores = tile->scores + row * tile->stride;
  if (tile->rescore && count <= tile->rescore_limit) {
    tile->rescore(tile->rescore_context, row, candidates, count, scaled);
    for (int64_t j = 0; j < count; j++) scaled[j] *= tile->scale;
  } else if (count == tile->length) {
    solver->passes->widen(scores, count, tile->scale, scaled, range);
    return;
  } else {
    for (int64_t j = 0; j < count; j++) scaled[j] = tile->scale * (double)scores[candidates[j]];
  }
  solver->passes->range(scaled, count, range);
}

/* The order-th of the scaled scores; `largest` is the first. */
static double order_statistic(hs_host_solver *solver, const double *scaled, int64_t count, int64_t order,
                              double largest) {
  if (order > count) return -INFINITY;
  if (order == 1) return largest;
  memcpy(solver->room, scaled, (size_t)count * sizeof *scaled);
  return hs__select_double(solver->room, count, order);
}

/* Applies the rule again, to the scores that the solver will see: the compact row is then a function of them alone,
 * whatever the scan let through because it had to allow for errors. Returns how many are left. */
static int64_t prune_again(hs_host_solver *solver, const hs_prune_rule *rule, const hs__range *range,
                           int32_t *candidates, double *scaled, int64_t count) {
  double value = order_statistic(solver, scaled, count, rule->order, range->largest);
  double limit = value - rule->margin;
  double back = limit - value;
  bool rounded_up = (value - (limit - back)) - (rule->margin + back) < 0; /* the exact difference is below limit */
  if (range->smallest > limit) return count;
  int64_t kept = 0;
  for (int64_t j = 0; j < count; j++) {
    bool keep = rounded_up ? scaled[j] >= limit : scaled[j] > limit;
    candidates[kept] = candidates[j];
    scaled[kept] = scaled[j];
    kept += keep;
  }
  return kept;
}

/* Writes row `row` of the compact problem at `at`; returns its length. */
static int64_t compress_row(hs_host_solver *solver, const hs_score_tile *tile, const hs_prune_rule *rule, int64_t row,
                            int64_t at) {
  const float *scores = tile->scores + row * tile->stride;
  int32_t *candidates = solver->candidates + at;
  double *scaled = solver->scores + at;
  bool prunes = rule->margin < INFINITY;
  int64_t count = prunes ? hs__scan_candidates(scores, tile->length, rule->order, unscaled_margin(rule, tile),
                                               candidates, solver->scan_scratch)
                         : all_candidates(scores, tile->length, candidates);
  hs__range range = {.finite = count >= 0};
  if (count >= 0) score_candidates(solver, tile, row, candidates, count, scaled, &range);
  solver->invalid[row] = !range.finite;
  if (!range.finite) return 0;
  return prunes ? prune_again(solver, rule, &range, candidates, scaled, count) : count;
}

/* Compresses rows from `first` on until the batch is full; returns how many. */
static int64_t compress_batch(hs_host_solver *solver, const hs_score_tile *tile, const hs_prune_rule *rule,
                              int64_t first) {
  int64_t *offsets = solver->offsets, rows = 0;
  for (offsets[0] = 0; first + rows < tile->rows && offsets[rows] < BATCH_SCORES; rows++)
    offsets[rows + 1] = offsets[rows] + compress_row(solver, tile, rule, first + rows, offsets[rows]);
  return rows;
}

/* ---- from the plugin's rows to clean ones --------------------------------------------------------------------- */

/* Moves a row of the batch to `to` and maps its indices back. Returns how many entries it has, -1 if a value is not a
 * finite positive number, -2 if the indices do not ascend inside the row. */
static int64_t finish_row(hs_host_solver *solver, const batch *done, int64_t row, int64_t to) {
  int64_t from = done->solved.starts[row], count = done->solved.starts[row + 1] - from;
  int64_t length = solver->offsets[row + 1] - solver->offsets[row];
  const int32_t *indices = done->solved.indices + from, *candidates = solver->candidates + solver->offsets[row];
  int32_t *mapped = solver->result.indices + to;
  if (count == 0) return 0;
  bool inside = solver->passes->ascends(indices, count) && indices[0] >= 0 && indices[count - 1] < length;
  if (!inside) return -2;
  hs__range range;
  solver->passes->range(done->solved.values + from, count, &range);
  memmove(solver->result.values + to, done->solved.values + from, (size_t)count * sizeof(double));
  if (count == length) { /* ascending inside the row: they are 0, 1, 2, ... */
    memcpy(mapped, candidates, (size_t)count * sizeof *mapped);
  } else {
    for (int64_t j = 0; j < count; j++) mapped[j] = candidates[indices[j]];
  }
  return range.finite && range.smallest > 0 ? count : -1;
}

/* Which status a row ends with, given what its values turned out to be. */
static int32_t judge(const hs_host_solver *solver, const batch *done, int64_t row, int64_t entries) {
  const hs_solver_report *report = &done->solved.reports[row];
  if (solver->invalid[done->first + row] || entries < 0 || report->status < 0) return HS_INVALID;
  if (solver->offsets[row] == solver->offsets[row + 1]) return HS_INFEASIBLE; /* no score is left to choose */
  bool certified = report->certificate <= solver->descriptor->tolerance;      /* false for NaN */
  return report->status == HS_OK && !certified ? HS_NOT_CONVERGED : report->status;
}

static int broken_rows(const hs_host_solver *solver, int64_t row, char *message) {
  return hs_fail(message, HS_ERROR_INTERNAL, "plugin %s returned row %lld with indices that do not ascend inside it",
                 solver->descriptor->id, (long long)row);
}

static int finish_rows(hs_host_solver *solver, const batch *done, char *message) {
  const int64_t *starts = done->solved.starts;
  int64_t to = solver->result.starts[done->first];
  if (starts[0] != 0) return broken_rows(solver, done->first, message);
  for (int64_t row = 0; row < done->rows; row++) {
    bool inside = starts[row + 1] >= starts[row] && starts[row + 1] <= solver->offsets[done->rows];
    int64_t entries = inside ? finish_row(solver, done, row, to) : -2;
    if (entries == -2) return broken_rows(solver, done->first + row, message);
    hs_solver_report *report = &done->solved.reports[row];
    report->status = judge(solver, done, row, entries);
    if (report->status == HS_INVALID || report->status == HS_INFEASIBLE) entries = 0;
    report->support = entries;
    to += entries;
    solver->result.starts[done->first + row + 1] = to;
  }
  return HS_OK;
}

/* ---- a tile --------------------------------------------------------------------------------------------------- */

/* The batch that begins at row `first`, compressed, with the room for its result. */
static batch next_batch(hs_host_solver *solver, const hs_score_tile *tile, const hs_prune_rule *rule, int64_t first) {
  const hs_solver_rows *result = &solver->result;
  int64_t used = result->starts[first];
  return (batch){.first = first,
                 .rows = compress_batch(solver, tile, rule, first),
                 .solved = {.size = sizeof(hs_solver_rows),
                            .capacity = result->capacity - used,
                            .starts = solver->starts,
                            .indices = result->indices + used,
                            .values = result->values + used,
                            .reports = result->reports + first}};
}

static int solve_batch(hs_host_solver *solver, batch *next, char *message) {
  hs_solver_problem problem = {.size = sizeof problem,
                               .rows = next->rows,
                               .offsets = solver->offsets,
                               .scores = solver->scores,
                               .dtype = HS_FLOAT64};
  int status = solver->descriptor->solve(solver->instance, &problem, &next->solved,
                                         hs__workspace_bytes(&solver->workspace), message);
  HS_TRY(hs__workspace_check(&solver->workspace, solver->descriptor->id, message));
  HS_TRY(status);
  return finish_rows(solver, next, message);
}

int hs__host_solver_tile(hs_host_solver *solver, const hs_score_tile *tile, const hs_solver_rows **result,
                         char *message) {
  if (tile->rows > solver->rows || tile->length > solver->length)
    return hs_fail(message, HS_ERROR_ARGUMENT, "solver %s was prepared for %lld rows of %lld scores, not %lld of %lld",
                   solver->descriptor->id, (long long)solver->rows, (long long)solver->length, (long long)tile->rows,
                   (long long)tile->length);
  if (!(tile->scale > 0 && tile->scale < INFINITY))
    return hs_fail(message, HS_ERROR_ARGUMENT, "the scale of a tile must be positive and finite, not %g", tile->scale);
  hs_prune_rule rule = {.order = 1, .margin = INFINITY};
  if (solver->descriptor->prune) HS_TRY(solver->descriptor->prune(solver->instance, 0, tile->length, &rule));
  memset(solver->result.reports, 0, (size_t)tile->rows * sizeof *solver->result.reports);
  solver->result.starts[0] = 0;
  for (int64_t row = 0; row < tile->rows;) {
    batch next = next_batch(solver, tile, &rule, row);
    HS_TRY(solve_batch(solver, &next, message));
    row += next.rows;
  }
  *result = &solver->result;
  return HS_OK;
}

double hs__host_solver_omega(const hs_host_solver *solver, int64_t length, const double *values, int64_t count) {
  return solver->descriptor->omega(solver->instance, 0, length, values, count);
}
