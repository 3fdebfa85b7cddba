/* hfy_retrieve.c: the loop over updates.
 *
 * All queries that still move stand in one block, in their order, and go through each update in tiles of equal size;
 * those that reached their fixed point leave the block. So the shape of every product depends on the trial's own data
 * alone. Each row is solved by itself: what one query gets never depends on another. */
#include <base/status.h>
#include <math.h>
#include <solvers/kernels/gemm.h>
#include <solvers/kernels/vectors.h>
#include <string.h>

#include "hfy.h"

/* The workspace, laid out. N keys, D and E components of keys and values. */
typedef struct work {
  float *scores;       /* tile x N; rows of a dense p take the place of scores that are no longer needed */
  float *current;      /* queries x D: the states of the queries that still move */
  float *updated;      /* tile x E */
  float *dense;        /* tile x E: read-outs of the dense rows */
  double *sum;         /* E */
  double *exact;       /* sparse limit: inner products in double */
  int64_t *active;     /* queries: which query stands in each row of `current` */
  int64_t *dense_rows; /* tile: which row of the tile each dense p belongs to */
} work;

static void *carve(unsigned char *base, size_t *used, int64_t count, size_t size) {
  void *place = base ? base + *used : NULL;
  *used += ((size_t)count * size + 63) / 64 * 64;
  return place;
}

static int64_t tile_rows(const hs__hfy *memory, int64_t queries) {
  return queries < memory->tile_rows ? queries : memory->tile_rows;
}

/* With base NULL only the size counts. */
static work lay_out(const hs__hfy *memory, int64_t queries, unsigned char *base, size_t *used) {
  int64_t tile = tile_rows(memory, queries), patterns = memory->keys.rows;
  *used = 0;
  work w = {.scores = carve(base, used, tile * patterns, sizeof(float))};
  w.current = carve(base, used, queries * memory->keys.columns, sizeof(float));
  w.updated = carve(base, used, tile * memory->values.columns, sizeof(float));
  w.dense = carve(base, used, tile * memory->values.columns, sizeof(float));
  w.sum = carve(base, used, memory->values.columns, sizeof(double));
  w.exact = carve(base, used, hs__hfy_sparse_limit(patterns), sizeof(double));
  w.active = carve(base, used, queries, sizeof(int64_t));
  w.dense_rows = carve(base, used, tile, sizeof(int64_t));
  return w;
}

size_t hs__hfy_workspace_size(const hs__hfy *memory, int64_t queries) {
  size_t used;
  lay_out(memory, queries, NULL, &used);
  return used;
}

/* One call of retrieve or energy. */
typedef struct run {
  hs__hfy *memory;
  work work;
  hs_retrieve_result *result; /* NULL for energy() */
  double *energies;           /* NULL, or query b's energies at b * energy_stride */
  int64_t energy_stride;
  int64_t steps;
  char *message;
} run;

static const float *key_at(const hs__hfy *memory, int64_t index) {
  return (const float *)memory->keys.data + index * memory->keys.stride;
}

static const float *value_at(const hs__hfy *memory, int64_t index) {
  return (const float *)memory->values.data + index * memory->values.stride;
}

/* ---- one row: scores -> p ------------------------------------------------------------------------------------ */

typedef struct scored_query {
  const hs__hfy *memory;
  const float *query;
} scored_query;

static void exact_scores(void *context, int64_t row, const int32_t *candidates, int64_t count, double *exact) {
  const scored_query *scored = context;
  (void)row; /* tiles handed to the host have one row */
  for (int64_t j = 0; j < count; j++)
    exact[j] = scored->memory->products->dot(scored->query, key_at(scored->memory, candidates[j]),
                                             scored->memory->keys.columns);
}

/* A bound of |float32 product - exact product| for any order of summation, with or without fused operations:
 * gamma_(D+2) ||x|| ||q|| (Higham 2002, 3.1), and what underflow may add. */
static double score_error(const hs__hfy *memory, const float *query) {
  double n = (double)memory->keys.columns + 2, unit = 0x1p-24;
  if (n * unit >= 0.5) return INFINITY;
  double norm = sqrt(memory->products->dot(query, query, memory->keys.columns));
  return 1.000001 * n * unit / (1 - n * unit) * memory->largest_norm * norm + n * 0x1p-148;
}

static int solve_row(const hs__hfy *memory, const float *query, const float *scores, const hs_solver_rows **rows,
                     char *message) {
  scored_query scored = {memory, query};
  hs_score_tile tile = {.size = sizeof tile,
                        .scores = scores,
                        .rows = 1,
                        .length = memory->keys.rows,
                        .stride = memory->keys.rows,
                        .scale = memory->beta,
                        .score_error = score_error(memory, query),
                        .rescore = exact_scores,
                        .rescore_context = &scored,
                        .rescore_limit = hs__hfy_rescore_limit(memory->keys.rows)};
  return memory->host->solver_tile(memory->solver, &tile, rows, message);
}

/* The one row of a result: where it lies and how long it is. */
typedef struct sparse_row {
  const int32_t *indices;
  const double *values;
  int64_t count;
} sparse_row;

static sparse_row row_of(const hs_solver_rows *rows) {
  return (sparse_row){rows->indices, rows->values, rows->starts[1]};
}

/* E(q) = Omega(p) / beta - <p, X q> + Psi(q), since Omega*(z) = <p, z> - Omega(p) at p = p(z). */
static double energy_of(const run *r, const float *query, const float *scores, sparse_row p) {
  hs__hfy *memory = r->memory;
  double inner = 0;
  if (p.count == 0) return NAN;
  if (p.count <= hs__hfy_sparse_limit(memory->keys.rows)) {
    scored_query scored = {memory, query};
    exact_scores(&scored, 0, p.indices, p.count, r->work.exact);
    for (int64_t j = 0; j < p.count; j++) inner += p.values[j] * r->work.exact[j];
  } else {
    for (int64_t j = 0; j < p.count; j++) inner += p.values[j] * (double)scores[p.indices[j]];
  }
  double omega = memory->host->solver_omega(memory->solver, memory->keys.rows, p.values, p.count);
  return omega / memory->beta - inner + hs__post_psi(memory->post, memory->radius, query, memory->keys.columns);
}

/* The index of the largest entry, the first of those: -1 without any. Blocks without it are passed over in vectors. */
static int64_t best_entry(sparse_row p) {
  enum { BLOCK = 512 };
  hs__range range;
  hs__range_of(p.values, p.count, &range);
  double below = nextafter(range.largest, -INFINITY);
  int64_t j = 0;
  while (p.count - j > BLOCK && hs__count_above(p.values + j, BLOCK, below) == 0) j += BLOCK;
  while (j < p.count && !(p.values[j] > below)) j++;
  return j < p.count ? p.indices[j] : -1;
}

/* Support and best entry are those of this update; status, iterations and certificate gather over all of them. */
static void update_report(const hs__hfy *memory, const hs_solver_report *solved, sparse_row p,
                          hs_retrieve_report *report) {
  report->support = hs__count_above(p.values, p.count, memory->support_threshold);
  report->best = best_entry(p);
  if (solved->status > report->status) report->status = solved->status;
  report->iterations += solved->iterations;
  if (!(solved->certificate <= report->certificate)) report->certificate = solved->certificate;
}

/* ---- read-out -------------------------------------------------------------------------------------------------- */

/* grad Psi*(V' p) entry by entry, in ascending order of index. The first entry is a product, not a sum with zero, so
 * that p = e_i gives back x_i with the signs of its zeroes. */
static void read_out_sparse(const run *r, sparse_row p, float *state) {
  const hs__hfy *memory = r->memory;
  double *sum = r->work.sum;
  int64_t length = memory->values.columns;
  memory->products->first(p.values[0], value_at(memory, p.indices[0]), length, sum);
  for (int64_t j = 1; j < p.count; j++) memory->products->add(p.values[j], value_at(memory, p.indices[j]), length, sum);
  hs__post_apply(memory->post, memory->radius, sum, length, state);
}

static void spread(sparse_row p, int64_t length, float *dense) {
  if (p.count == length) { /* ascending indices: they are 0, 1, 2, ... */
    hs__narrow(p.values, length, dense);
    return;
  }
  memset(dense, 0, (size_t)length * sizeof *dense);
  for (int64_t j = 0; j < p.count; j++) dense[p.indices[j]] = (float)p.values[j];
}

static hs_matrix single(float *data, int64_t rows, int64_t columns) {
  return (hs_matrix){.data = data, .rows = rows, .columns = columns, .stride = columns, .dtype = HS_FLOAT32};
}

/* The dense rows of the tile, in one product. */
static int read_out_dense(const run *r, int64_t count) {
  const hs__hfy *memory = r->memory;
  int64_t length = memory->values.columns;
  hs_matrix p = single(r->work.scores, count, memory->keys.rows), out = single(r->work.dense, count, length);
  HS_TRY(hs_gemm(&p, &memory->values, false, false, &out, r->message));
  for (int64_t j = 0; j < count; j++) {
    for (int64_t i = 0; i < length; i++) r->work.sum[i] = (double)r->work.dense[j * length + i];
    hs__post_apply(memory->post, memory->radius, r->work.sum, length, r->work.updated + r->work.dense_rows[j] * length);
  }
  return HS_OK;
}

/* ---- one tile ------------------------------------------------------------------------------------------------- */

static double *energy_at(const run *r, int64_t query, int64_t step) {
  return r->energies + query * r->energy_stride + step;
}

static int score_tile(const run *r, int64_t first, int64_t count) {
  const hs__hfy *memory = r->memory;
  int64_t length = memory->keys.columns;
  hs_matrix queries = single(r->work.current + first * length, count, length);
  hs_matrix scores = single(r->work.scores, count, memory->keys.rows);
  return hs_gemm(&queries, &memory->keys, false, true, &scores, r->message);
}

/* Update number `step` (from 1) of `count` states from row `first` on: fills `updated` and the reports. */
static int update_tile(const run *r, int64_t step, int64_t first, int64_t count) {
  const hs__hfy *memory = r->memory;
  int64_t patterns = memory->keys.rows, dense = 0;
  HS_TRY(score_tile(r, first, count));
  for (int64_t i = 0; i < count; i++) {
    const float *query = r->work.current + (first + i) * memory->keys.columns;
    const float *scores = r->work.scores + i * patterns;
    const hs_solver_rows *rows;
    HS_TRY(solve_row(memory, query, scores, &rows, r->message));
    sparse_row p = row_of(rows);
    int64_t index = r->work.active[first + i];
    update_report(memory, rows->reports, p, &r->result->reports[index]);
    if (r->energies) *energy_at(r, index, step - 1) = energy_of(r, query, scores, p);
    if (p.count == 0) continue;
    if (p.count <= hs__hfy_sparse_limit(patterns)) {
      read_out_sparse(r, p, r->work.updated + i * memory->values.columns);
    } else {
      spread(p, patterns, r->work.scores + dense * patterns); /* dense <= i: those scores are spent */
      r->work.dense_rows[dense++] = i;
    }
  }
  return dense ? read_out_dense(r, dense) : HS_OK;
}

/* Energies alone, of the states from row `first` on, into column `step`. */
static int evaluate_tile(const run *r, int64_t step, int64_t first, int64_t count) {
  const hs__hfy *memory = r->memory;
  HS_TRY(score_tile(r, first, count));
  for (int64_t i = 0; i < count; i++) {
    const float *query = r->work.current + (first + i) * memory->keys.columns;
    const float *scores = r->work.scores + i * memory->keys.rows;
    const hs_solver_rows *rows;
    HS_TRY(solve_row(memory, query, scores, &rows, r->message));
    *energy_at(r, r->work.active[first + i], step) = energy_of(r, query, scores, row_of(rows));
  }
  return HS_OK;
}

/* Tiles of equal size (the last may be smaller), as few as the bound allows. */
static int64_t even_tile(const hs__hfy *memory, int64_t rows) {
  int64_t most = tile_rows(memory, memory->query_capacity);
  int64_t tiles = (rows + most - 1) / most;
  return (rows + tiles - 1) / tiles;
}

/* ---- queries in, states out ------------------------------------------------------------------------------------ */

/* Copies a row of any real dtype into float32; false if it holds NaN or an infinity. */
static bool load_row(const hs_matrix *matrix, int64_t row, float *to) {
  bool finite = true;
  for (int64_t i = 0; i < matrix->columns; i++) {
    int64_t at = row * matrix->stride + i;
    to[i] = matrix->dtype == HS_FLOAT32 ? ((const float *)matrix->data)[at] : (float)((const double *)matrix->data)[at];
    finite &= isfinite(to[i]) != 0;
  }
  return finite;
}

/* state NULL: NaN. */
static void write_row(hs_matrix *matrix, int64_t row, const float *state) {
  for (int64_t i = 0; i < matrix->columns; i++) {
    float value = state ? state[i] : NAN;
    int64_t at = row * matrix->stride + i;
    if (matrix->dtype == HS_FLOAT32) {
      ((float *)matrix->data)[at] = value;
    } else {
      ((double *)matrix->data)[at] = (double)value;
    }
  }
}

static void fill_energies(const run *r, int64_t query, int64_t from, double value) {
  for (int64_t step = from; r->energies && step <= r->steps; step++) *energy_at(r, query, step) = value;
}

static void refuse_query(const run *r, int64_t query, int32_t status, int64_t step) {
  r->result->reports[query].status = status;
  fill_energies(r, query, step, NAN);
}

/* Fills `current` with the finite queries, and `active`; the others are done with. Returns how many are left. All
 * queries are read before any state is written: they may be the same matrix. */
static int64_t load_queries(const run *r, const hs_matrix *queries) {
  int64_t count = 0, length = r->memory->keys.columns;
  for (int64_t query = 0; query < queries->rows; query++) {
    bool finite = load_row(queries, query, r->work.current + count * length);
    if (r->result) r->result->reports[query] = (hs_retrieve_report){.best = -1};
    if (finite) {
      r->work.active[count++] = query;
    } else if (r->result) {
      refuse_query(r, query, HS_INVALID, 0);
    } else {
      *energy_at(r, query, 0) = NAN;
    }
  }
  return count;
}

static void write_refused(const run *r) {
  for (int64_t query = 0; query < r->result->states->rows; query++)
    if (r->result->reports[query].status == HS_INVALID) write_row(r->result->states, query, NULL);
}

/* Ends update `step` of one query: its state goes out if it is final. True if the query moves on, or if its last
 * energy is still to be found. */
static bool finish_update(const run *r, int64_t step, int64_t query, const float *before, const float *after) {
  hs_retrieve_report *report = &r->result->reports[query];
  if (report->best < 0) { /* no p: the solver left the row empty */
    write_row(r->result->states, query, NULL);
    refuse_query(r, query, report->status, step);
    return false;
  }
  int64_t length = r->memory->values.columns;
  report->steps = (int32_t)step;
  report->fixed = length == r->memory->keys.columns && memcmp(before, after, (size_t)length * sizeof *after) == 0;
  if (report->fixed && r->energies) fill_energies(r, query, step, *energy_at(r, query, step - 1));
  if (report->fixed || step == r->steps) write_row(r->result->states, query, after);
  return !report->fixed && (step < r->steps || r->energies);
}

/* One update of all `moving` states; returns how many still move, or an error. */
static int64_t update_all(const run *r, int64_t step, int64_t moving) {
  int64_t kept = 0, length = r->memory->keys.columns, tile = even_tile(r->memory, moving);
  for (int64_t first = 0; first < moving; first += tile) {
    int64_t count = moving - first < tile ? moving - first : tile;
    HS_TRY(update_tile(r, step, first, count));
    for (int64_t i = 0; i < count; i++) {
      int64_t query = r->work.active[first + i];
      const float *after = r->work.updated + i * r->memory->values.columns;
      if (!finish_update(r, step, query, r->work.current + (first + i) * length, after)) continue;
      memcpy(r->work.current + kept * length, after, (size_t)length * sizeof *after);
      r->work.active[kept++] = query;
    }
  }
  return kept;
}

static int evaluate_all(const run *r, int64_t step, int64_t count) {
  int64_t tile = count ? even_tile(r->memory, count) : 1;
  for (int64_t first = 0; first < count; first += tile)
    HS_TRY(evaluate_tile(r, step, first, count - first < tile ? count - first : tile));
  return HS_OK;
}

/* ---- the two calls ----------------------------------------------------------------------------------------------- */

static int check_input(const hs__hfy *memory, const hs_matrix *queries, const void *workspace, char *message) {
  if (!workspace) return hs_fail(message, HS_ERROR_ARGUMENT, "hfy needs the workspace whose size it told");
  if (queries->columns != memory->keys.columns)
    return hs_fail(message, HS_ERROR_SHAPE, "the queries have %lld components, the stored patterns %lld",
                   (long long)queries->columns, (long long)memory->keys.columns);
  if (queries->dtype != HS_FLOAT32 && queries->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_SHAPE, "hfy takes queries of float32 or float64 only");
  if (queries->rows > memory->query_capacity)
    return hs_fail(message, HS_ERROR_ARGUMENT, "hfy was prepared for %lld queries, not %lld",
                   (long long)memory->query_capacity, (long long)queries->rows);
  return HS_OK;
}

static int check_request(const hs__hfy *memory, const hs_retrieve_request *request, const hs_retrieve_result *result,
                         const void *workspace, char *message) {
  const hs_matrix *states = result->states;
  HS_TRY(check_input(memory, request->queries, workspace, message));
  if (request->steps < 1) return hs_fail(message, HS_ERROR_PARAMETER, "steps must be at least 1");
  if (states->rows != request->queries->rows || states->columns != memory->values.columns)
    return hs_fail(message, HS_ERROR_SHAPE, "the states must be %lld x %lld, not %lld x %lld",
                   (long long)request->queries->rows, (long long)memory->values.columns, (long long)states->rows,
                   (long long)states->columns);
  if (states->dtype != HS_FLOAT32 && states->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_SHAPE, "hfy writes states of float32 or float64 only");
  if (request->steps > 1 && memory->values.columns != memory->keys.columns)
    return hs_fail(message, HS_ERROR_SHAPE, "values of %lld components cannot be updated again with keys of %lld",
                   (long long)memory->values.columns, (long long)memory->keys.columns);
  if ((request->flags & HS_RETRIEVE_ENERGY) && memory->has_values)
    return hs_fail(message, HS_ERROR_UNSUPPORTED, "the energy is defined for a memory without separate values only");
  return HS_OK;
}

int32_t hs__hfy_retrieve(void *instance, const hs_retrieve_request *request, hs_retrieve_result *result,
                         void *workspace, char *message) {
  hs__hfy *memory = instance;
  size_t used;
  HS_TRY(check_request(memory, request, result, workspace, message));
  run r = {.memory = memory, .result = result, .steps = request->steps, .message = message};
  r.work = lay_out(memory, memory->query_capacity, workspace, &used);
  r.energies = request->flags & HS_RETRIEVE_ENERGY ? result->energies : NULL;
  r.energy_stride = request->steps + 1;
  int64_t moving = load_queries(&r, request->queries);
  write_refused(&r);
  for (int64_t step = 1; step <= request->steps && moving > 0; step++) {
    moving = update_all(&r, step, moving);
    if (moving < 0) return (int32_t)moving;
  }
  return r.energies ? evaluate_all(&r, request->steps, moving) : HS_OK;
}

int32_t hs__hfy_energy(void *instance, const hs_matrix *states, double *energies, void *workspace, char *message) {
  hs__hfy *memory = instance;
  size_t used;
  HS_TRY(check_input(memory, states, workspace, message));
  if (memory->has_values)
    return hs_fail(message, HS_ERROR_UNSUPPORTED, "the energy is defined for a memory without separate values only");
  run r = {.memory = memory, .energies = energies, .energy_stride = 1, .message = message};
  r.work = lay_out(memory, memory->query_capacity, workspace, &used);
  return evaluate_all(&r, 0, load_queries(&r, states));
}
