/* check/same.c: what must not change p: another call, another batch, another type, leaving out what cannot count,
 * another order. */
#include <base/status.h>
#include <math.h>
#include <string.h>

#include "bench.h"

/* Two problems that are to give the same p, and how their rows and entries correspond. */
typedef struct hs__pair {
  hs__batch one, two;
  hs__single solved_one, solved_two;
} hs__pair;

static void free_pair(hs__pair *pair) {
  hs__single_close(&pair->solved_one);
  hs__single_close(&pair->solved_two);
  hs__batch_free(&pair->one);
  hs__batch_free(&pair->two);
}

/* Solves a fresh batch as `one`; `two` is empty. */
static int begin_pair(hs__pair *pair, const hs__solver_subject *subject, uint64_t seed, char *fault) {
  *pair = (hs__pair){0};
  HS_TRY(hs__batch_fill(&pair->one, seed, subject->least, fault));
  HS_TRY(hs__batch_new(&pair->two, fault));
  hs_solver_problem problem = hs__batch_problem(&pair->one);
  return hs__bench_solve(&pair->solved_one, subject, &problem, fault);
}

static int repeat(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  hs_solver_problem problem = hs__batch_problem(&pair->one);
  pair->solved_two.fill = 0xFF; /* a solver that reads what it did not write gives itself away */
  HS_TRY(hs__bench_solve(&pair->solved_two, subject, &problem, fault));
  for (int64_t round = 0; round < 2; round++) {
    for (int64_t r = 0; r < problem.rows; r++)
      HS_TRY(hs__compare_bits(&pair->solved_one.rows, r, &pair->solved_two.rows, r, fault));
    HS_TRY(hs__single_solve(&pair->solved_two, &problem, fault)); /* now with an instance that has worked */
  }
  return HS_OK;
}

/* Every row alone, then the second half as a batch of its own. */
static int split(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  hs_solver_problem whole = hs__batch_problem(&pair->one);
  for (int64_t r = 0; r <= whole.rows; r++) {
    int64_t first = r < whole.rows ? r : whole.rows / 2, end = r < whole.rows ? r + 1 : whole.rows, length;
    hs__batch *part = &pair->two;
    part->rows = 0;
    for (int64_t i = first; i < end; i++) {
      const double *row = hs__batch_row(&pair->one, i, &length);
      hs__batch_add(part, row, length);
    }
    hs_solver_problem problem = hs__batch_problem(part);
    hs__single_close(&pair->solved_two);
    HS_TRY(hs__bench_solve(&pair->solved_two, subject, &problem, fault));
    for (int64_t i = first; i < end; i++)
      HS_TRY(hs__compare_bits(&pair->solved_one.rows, i, &pair->solved_two.rows, i - first, fault));
  }
  return HS_OK;
}

static int compare_dense_rows(const hs__pair *pair, double near, char *fault) {
  double p[HS__ROW_LENGTH], q[HS__ROW_LENGTH];
  for (int64_t r = 0; r < pair->one.rows; r++) {
    hs__densify(&pair->solved_one.rows, r, p);
    hs__densify(&pair->solved_two.rows, r, q);
    HS_TRY(hs__compare_near(p, q, HS__ROW_LENGTH, near, r, fault));
  }
  return HS_OK;
}

static int narrow(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  hs_solver_problem problem = hs__batch_problem(&pair->one);
  problem.scores = pair->one.narrow;
  problem.dtype = HS_FLOAT32;
  HS_TRY(hs__bench_solve(&pair->solved_two, subject, &problem, fault));
  return compare_dense_rows(pair, fmax(subject->near, 1e-6), fault);
}

/* p of the row that holds only the `count` entries at `places`, spread back to the whole row, must be p. */
static int compare_compact(const hs__pair *pair, const int64_t *places, int64_t count, int64_t row, double near,
                           char *fault) {
  double p[HS__ROW_LENGTH], compact[HS__ROW_LENGTH], q[HS__ROW_LENGTH] = {0};
  hs__densify(&pair->solved_one.rows, row, p);
  hs__densify(&pair->solved_two.rows, 0, compact);
  for (int64_t i = 0; i < count; i++) q[places[i]] = compact[i];
  return hs__compare_near(p, q, HS__ROW_LENGTH, near, row, fault);
}

static int solve_compact(hs__pair *pair, const hs__solver_subject *subject, const int64_t *places, int64_t count,
                         int64_t row, char *fault) {
  int64_t length;
  const double *scores = hs__batch_row(&pair->one, row, &length);
  double kept[HS__ROW_LENGTH];
  for (int64_t i = 0; i < count; i++) kept[i] = scores[places[i]];
  pair->two.rows = 0;
  hs__batch_add(&pair->two, kept, count);
  hs_solver_problem problem = hs__batch_problem(&pair->two);
  hs__single_close(&pair->solved_two);
  HS_TRY(hs__bench_solve(&pair->solved_two, subject, &problem, fault));
  return compare_compact(pair, places, count, row, subject->near, fault);
}

static int leave_out_holes(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  for (int64_t r = 0; r < pair->one.rows; r++) {
    int64_t length, count = 0, places[HS__ROW_LENGTH];
    const double *scores = hs__batch_row(&pair->one, r, &length);
    for (int64_t i = 0; i < length; i++)
      if (isfinite(scores[i])) places[count++] = i;
    if (count < length) HS_TRY(solve_compact(pair, subject, places, count, r, fault));
  }
  return HS_OK;
}

/* z_(order) by counting: slow, and shares nothing with the host's scan. */
static double order_statistic(const double *scores, int64_t length, int64_t order) {
  for (int64_t i = 0; i < length; i++) {
    int64_t above = 0, equal = 0;
    for (int64_t j = 0; j < length; j++) {
      above += scores[j] > scores[i];
      equal += scores[j] == scores[i];
    }
    if (above < order && above + equal >= order) return scores[i];
  }
  return -INFINITY; /* order > length: nothing can be left out */
}

static int read_rule(const hs__pair *pair, const hs_solver *solver, int64_t length, hs_prune_rule *rule, char *fault) {
  if (solver->prune(pair->solved_one.instance, 0, length, rule) < 0)
    return hs_fail(fault, HS_ERROR_INTERNAL, "prune() fails for %lld scores", (long long)length);
  if (rule->order >= 1 && rule->margin >= 0) return HS_OK;
  return hs_fail(fault, HS_ERROR_INTERNAL, "prune() gives order %lld and margin %g: order >= 1 and margin >= 0 needed",
                 (long long)rule->order, rule->margin);
}

static int prune(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  if (!subject->solver->prune) return HS_ERROR_UNSUPPORTED;
  for (int64_t r = 0; r < pair->one.rows; r++) {
    int64_t length, count = 0, places[HS__ROW_LENGTH];
    const double *scores = hs__batch_row(&pair->one, r, &length);
    hs_prune_rule rule = {0};
    HS_TRY(read_rule(pair, subject->solver, length, &rule, fault));
    double bound = order_statistic(scores, length, rule.order) - rule.margin;
    for (int64_t i = 0; i < length; i++)
      if (scores[i] > bound) places[count++] = i;
    if (count < subject->least)
      return hs_fail(fault, HS_ERROR_INTERNAL, "the rule keeps %lld of %lld scores, fewer than a row needs",
                     (long long)count, (long long)length);
    HS_TRY(solve_compact(pair, subject, places, count, r, fault));
  }
  return HS_OK;
}

/* Where entry i goes: a reversal of the row, then a turn by a third. */
static int64_t moved(int64_t i, int64_t length) { return (length - 1 - i + length / 3) % length; }

static int permute(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  double turned[HS__ROW_LENGTH], p[HS__ROW_LENGTH], q[HS__ROW_LENGTH], back[HS__ROW_LENGTH] = {0};
  int64_t length;
  for (int64_t r = 0; r < pair->one.rows; r++) {
    const double *scores = hs__batch_row(&pair->one, r, &length);
    for (int64_t i = 0; i < length; i++) turned[moved(i, length)] = scores[i];
    hs__batch_add(&pair->two, turned, length);
  }
  hs_solver_problem problem = hs__batch_problem(&pair->two);
  HS_TRY(hs__bench_solve(&pair->solved_two, subject, &problem, fault));
  for (int64_t r = 0; r < pair->one.rows; r++) {
    hs__batch_row(&pair->one, r, &length);
    hs__densify(&pair->solved_one.rows, r, p);
    hs__densify(&pair->solved_two.rows, r, q);
    for (int64_t i = 0; i < length; i++) back[i] = q[moved(i, length)];
    HS_TRY(hs__compare_near(p, back, length, subject->near, r, fault));
  }
  return HS_OK;
}

/* Masks every third entry of every row that stays long enough. */
static int mask(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  hs__batch *batch = &pair->one;
  for (int64_t r = 0; r < batch->rows; r++) {
    int64_t length, left;
    const double *scores = hs__batch_row(batch, r, &length);
    left = length;
    for (int64_t i = 0; i < length; i++) left -= scores[i] == -INFINITY;
    for (int64_t i = 0; i < length; i += 3) {
      if (left <= subject->least || scores[i] == -INFINITY) continue;
      batch->mask[batch->offsets[r] + i] = 0;
      left--;
    }
  }
  hs_solver_problem problem = hs__batch_problem(batch);
  problem.mask = batch->mask;
  hs__single_close(&pair->solved_one);
  HS_TRY(hs__bench_solve(&pair->solved_one, subject, &problem, fault));
  for (int64_t r = 0; r < batch->rows; r++) {
    int64_t length, count = 0, places[HS__ROW_LENGTH];
    hs__batch_row(batch, r, &length);
    for (int64_t i = 0; i < length; i++)
      if (batch->mask[batch->offsets[r] + i]) places[count++] = i;
    HS_TRY(solve_compact(pair, subject, places, count, r, fault));
  }
  return HS_OK;
}

/* Rows of the two-set instance against those of the plain ones: even rows use the subject's parameters, odd rows the
 * others. */
static int compare_sets(hs__pair *pair, const hs__single *others, char *fault) {
  for (int64_t r = 0; r < pair->one.rows; r++) {
    const hs__single *plain = pair->one.sets[r] ? others : &pair->solved_one;
    HS_TRY(hs__compare_bits(&plain->rows, r, &pair->solved_two.rows, r, fault));
  }
  return HS_OK;
}

/* Two sets in one instance give the bits of two instances. */
static int use_sets(hs__pair *pair, const hs__solver_subject *subject, char *fault) {
  enum { MOST_PARAMETERS = 64 };
  size_t count = (size_t)subject->solver->parameter_count;
  hs_parameter_value values[2 * MOST_PARAMETERS] = {0};
  if (count > MOST_PARAMETERS) return HS_ERROR_UNSUPPORTED;
  if (count) memcpy(values, subject->values, count * sizeof *values);
  if (count) memcpy(values + count, subject->base, count * sizeof *values);
  for (int64_t r = 0; r < pair->one.rows; r++) pair->one.sets[r] = (int32_t)(r % 2);
  hs_solver_problem problem = hs__batch_problem(&pair->one);
  hs__solver_subject other = *subject;
  other.values = subject->base;
  hs__single others = {0};
  int status = hs__bench_solve(&others, &other, &problem, fault);
  problem.parameter_set = pair->one.sets;
  if (status >= 0) status = hs__single_open(&pair->solved_two, subject->solver, values, 2, fault);
  if (status >= 0) status = hs__single_solve(&pair->solved_two, &problem, fault);
  if (status >= 0) status = compare_sets(pair, &others, fault);
  hs__single_close(&others);
  return status;
}

static int with_pair(int (*compare)(hs__pair *, const hs__solver_subject *, char *), uint64_t seed,
                     const hs__solver_subject *subject, char *fault) {
  hs__pair pair;
  int status = begin_pair(&pair, subject, seed, fault);
  if (status >= 0) status = compare(&pair, subject, fault);
  free_pair(&pair);
  return status;
}

static int check_repeat(const hs__solver_subject *subject, char *fault) {
  return with_pair(repeat, 11, subject, fault);
}
static int check_split(const hs__solver_subject *subject, char *fault) { return with_pair(split, 12, subject, fault); }
static int check_narrow(const hs__solver_subject *subject, char *fault) {
  return with_pair(narrow, 13, subject, fault);
}
static int check_holes(const hs__solver_subject *subject, char *fault) {
  return with_pair(leave_out_holes, 14, subject, fault);
}
static int check_mask(const hs__solver_subject *subject, char *fault) { return with_pair(mask, 15, subject, fault); }
static int check_prune(const hs__solver_subject *subject, char *fault) { return with_pair(prune, 16, subject, fault); }
static int check_order(const hs__solver_subject *subject, char *fault) {
  return with_pair(permute, 17, subject, fault);
}
static int check_sets(const hs__solver_subject *subject, char *fault) {
  return with_pair(use_sets, 18, subject, fault);
}

const hs__solver_check hs__solver_same_checks[] = {
    {"the same call gives the same bits", check_repeat},
    {"a row has the same bits alone and in any batch", check_split},
    {"float32 scores give the p of the same scores in float64", check_narrow},
    {"leaving out scores of -infinity changes nothing", check_holes},
    {"masked entries are as if left out", check_mask},
    {"the prune rule leaves out nothing that counts", check_prune},
    {"permuted scores give the permuted p", check_order},
    {"rows may use any parameter set", check_sets},
    {0},
};
