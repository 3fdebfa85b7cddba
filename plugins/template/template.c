/* template.c: a solver plugin for hopsweep, complete and small.
 *
 * It computes the sparsemax map (Martins & Astudillo, ICML 2016): the Euclidean projection onto the simplex,
 *
 *     p(z) = argmax_p  <z, p> - 1/2 |p|^2  =  max(z - tau, 0),     tau such that p sums to 1.
 *
 * The way from here to your own solver:
 *   1. change the map in solve_scores(), the regulariser in omega_of() and the prune rule in prune_row();
 *   2. declare your parameters in PARAMETERS, and read them in create();
 *   3. build, and let `hopsweep plugins check template.so` tell you what the contract misses.
 *
 * The contract in short (hopsweep/solver.h has all of it): rows are independent, so that a row has the same bits
 * alone and in any batch; solve() allocates nothing, prints nothing and never ends the process; a bad row is
 * reported in its own report; errors are negative and come with one sentence.
 */
#include <hopsweep/plugin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- parameters: the host checks ranges and fills in defaults before create() sees a value ------------------- */

enum { PARAMETER_SHARPNESS, PARAMETER_COUNT };

static const hs_parameter PARAMETERS[PARAMETER_COUNT] = {
    [PARAMETER_SHARPNESS] = {.size = sizeof(hs_parameter),
                             .name = "sharpness",
                             .doc = "multiplies the scores: a larger value gives a sparser p",
                             .unit = "",
                             .type = HS_TYPE_REAL,
                             .phase = HS_PHASE_RETRIEVE,
                             .flags = HS_PARAMETER_OPEN_MINIMUM,
                             .default_number = 1,
                             .minimum = 0,
                             .maximum = 1e6},
};

/* ---- an instance: what create() makes of one or several sets of parameters ----------------------------------- */

typedef struct instance {
  int64_t sets;
  double sharpness[]; /* one for each set; a row says which set it wants */
} instance;

static int32_t create(const hs_parameter_value *values, int64_t sets, void **result, char *message) {
  instance *self = malloc(sizeof *self + (size_t)sets * sizeof(double));
  if (!self) {
    if (message) snprintf(message, HS_MESSAGE_SIZE, "no memory for %lld parameter sets", (long long)sets);
    return HS_ERROR_MEMORY;
  }
  self->sets = sets;
  for (int64_t s = 0; s < sets; s++) self->sharpness[s] = values[s * PARAMETER_COUNT + PARAMETER_SHARPNESS].number;
  *result = self;
  return HS_OK;
}

static void destroy(void *result) { free(result); }

/* ---- the map: one row of scores, in double ------------------------------------------------------------------- */

static int descending(const void *a, const void *b) {
  double one = *(const double *)a, two = *(const double *)b;
  return (one < two) - (one > two);
}

/* tau of `count` >= 1 scores. `sorted` has room for them. With z_(1) >= z_(2) >= ..., the support are the first rho
 * scores, rho being the largest with 1 + rho z_(rho) > z_(1) + ... + z_(rho). Scores are taken relative to the
 * largest, so that a large common offset costs no digits. */
static double threshold(const double *scores, int64_t count, double *sorted) {
  for (int64_t i = 0; i < count; i++) sorted[i] = scores[i];
  qsort(sorted, (size_t)count, sizeof *sorted, descending);
  double largest = sorted[0], sum = 0, tau = 0;
  for (int64_t rho = 1; rho <= count; rho++) {
    double score = sorted[rho - 1] - largest;
    if (1 + (double)rho * score <= sum + score) break;
    sum += score;
    tau = (sum - 1) / (double)rho;
  }
  return largest + tau;
}

/* Solves the `count` scores whose places in the row are `places`, and appends what is above 0 at `at`. */
static int64_t solve_scores(const double *scores, const int32_t *places, int64_t count, double *sorted,
                            hs_solver_rows *rows, int64_t at, hs_solver_report *report) {
  double tau = threshold(scores, count, sorted), sum = 0;
  int64_t first = at;
  for (int64_t i = 0; i < count; i++) {
    double p = scores[i] - tau;
    if (!(p > 0)) continue;
    rows->indices[at] = places[i];
    rows->values[at++] = p;
    sum += p;
  }
  /* The certificate says how far p is from its own optimality conditions; here only the sum can be off. */
  *report = (hs_solver_report){.status = HS_OK, .support = at - first, .certificate = fabs(sum - 1)};
  return at;
}

/* ---- what the host calls ------------------------------------------------------------------------------------- */

/* Workspace of one row, reused by all: scores, a sorted copy, and their places. It comes aligned to 64 bytes. */
static int32_t prepare(void *result, const hs_solver_bounds *bounds, size_t *workspace_size, char *message) {
  (void)result;
  (void)message;
  *workspace_size = (size_t)bounds->length * (2 * sizeof(double) + sizeof(int32_t));
  return HS_OK;
}

/* No score at or below max - 1 / sharpness can be in the support. So the host hands over short rows only. */
static int32_t prune_row(const void *result, int64_t set, int64_t length, hs_prune_rule *rule) {
  const instance *self = result;
  (void)length;
  *rule = (hs_prune_rule){.order = 1, .margin = 1 / self->sharpness[set]};
  return HS_OK;
}

static double score_at(const hs_solver_problem *problem, int64_t index) {
  return problem->dtype == HS_FLOAT32 ? (double)((const float *)problem->scores)[index]
                                      : ((const double *)problem->scores)[index];
}

/* Gathers the scores of a row that may be in the support, times sharpness. Returns how many, or -1 for a NaN or
 * +infinity. A masked entry and a score of -infinity stay 0. */
static int64_t gather(const hs_solver_problem *problem, int64_t row, double sharpness, double *scores,
                      int32_t *places) {
  int64_t count = 0, first = problem->offsets[row];
  for (int64_t i = first; i < problem->offsets[row + 1]; i++) {
    double score = score_at(problem, i);
    if (problem->mask && !problem->mask[i]) continue;
    if (isnan(score) || score == INFINITY) return -1;
    if (score == -INFINITY) continue;
    places[count] = (int32_t)(i - first);
    scores[count++] = score * sharpness;
  }
  return count;
}

static int32_t solve(void *result, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                     char *message) {
  const instance *self = result;
  int64_t at = 0, longest = 0;
  (void)message;
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t length = problem->offsets[r + 1] - problem->offsets[r];
    if (length > longest) longest = length;
  }
  double *scores = workspace, *sorted = scores + longest;
  int32_t *places = (int32_t *)(sorted + longest);
  for (int64_t r = 0; r < problem->rows; r++) {
    int64_t set = problem->parameter_set ? problem->parameter_set[r] : 0;
    int64_t count = gather(problem, r, self->sharpness[set], scores, places);
    rows->starts[r] = at;
    if (count > 0)
      at = solve_scores(scores, places, count, sorted, rows, at, &rows->reports[r]);
    else /* NaN or +infinity makes a row invalid; with nothing to choose from, no p sums to 1 */
      rows->reports[r] = (hs_solver_report){.status = count < 0 ? HS_INVALID : HS_INFEASIBLE};
  }
  rows->starts[problem->rows] = at;
  return HS_OK;
}

/* Omega of argmax <z, p> - Omega(p), for scores before sharpness: dividing the objective by it changes no p. */
static double omega_of(const void *result, int64_t set, int64_t length, const double *values, int64_t count) {
  const instance *self = result;
  double squares = 0;
  (void)length;
  for (int64_t i = 0; i < count; i++) squares += values[i] * values[i];
  return squares / (2 * self->sharpness[set]);
}

/* ---- the descriptor, and the one symbol that the file exports ------------------------------------------------ */

static const hs_solver SOLVER = {
    .size = sizeof(hs_solver),
    .id = "template",
    .version = "1.0",
    .doc = "sparsemax: Euclidean projection onto the simplex, by sorting",
    .reference = "Martins & Astudillo, From Softmax to Sparsemax, ICML 2016",
    .numerics = 1, /* raise it whenever the same scores may give other bits: recorded trials then run again */
    .parameters = PARAMETERS,
    .parameter_count = PARAMETER_COUNT,
    .total = 1,
    .tolerance = 1e-9,
    .create = create,
    .destroy = destroy,
    .prepare = prepare,
    .prune = prune_row,
    .solve = solve,
    .omega = omega_of,
};

static const hs_solver *const SOLVERS[] = {&SOLVER};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "template", .author = "you", .licence = "MIT", .solvers = SOLVERS, .solver_count = 1,
};
