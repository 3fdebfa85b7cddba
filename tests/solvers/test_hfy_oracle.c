/* The hfy memory against a slow oracle in double: every map by bisection over the whole row, no pruning, no BLAS. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bench/images.h"
#include "solvers/retrieval.h"

/* cmocka wants setjmp, stdarg and stddef. */
#include <cmocka.h>

/* The unnormalised probability of a score at threshold tau, and what a sum of `constraint` must reach. */
typedef struct map {
  double slope, power; /* p = clip(slope * z - tau, 0, cap)^power */
  double cap, total;   /* sum of p^constraint = total */
  double constraint;
} map;

static map map_of(const retrieval_solver *s) {
  if (strcmp(s->id, "sparsemax") == 0) return (map){1, 1, INFINITY, 1, 1};
  if (strcmp(s->id, "entmax") == 0) return (map){s->value - 1, 1 / (s->value - 1), INFINITY, 1, 1};
  if (strcmp(s->id, "normmax") == 0) return (map){1, 1 / (s->value - 1), INFINITY, 1, s->value};
  return (map){1, 1, 1, s->value, 1}; /* ksubsets */
}

static double entry(const map *m, double z, double tau) {
  double x = m->slope * z - tau;
  return x <= 0 ? 0 : pow(fmin(x, m->cap), m->power);
}

static void softmax(const double *z, int64_t n, double *p) {
  double top = -INFINITY, sum = 0;
  for (int64_t i = 0; i < n; i++) top = fmax(top, z[i]);
  for (int64_t i = 0; i < n; i++) sum += p[i] = exp(z[i] - top);
  for (int64_t i = 0; i < n; i++) p[i] /= sum;
}

static void oracle_map(const retrieval_solver *s, const double *z, int64_t n, double *p) {
  if (strcmp(s->id, "softmax") == 0) return softmax(z, n, p);
  map m = map_of(s);
  double low = INFINITY, high = -INFINITY, sum;
  for (int64_t i = 0; i < n; i++) {
    low = fmin(low, m.slope * z[i] - m.total - 1);
    high = fmax(high, m.slope * z[i]);
  }
  for (int round = 0; round < 200; round++) {
    double tau = 0.5 * (low + high);
    sum = 0;
    for (int64_t i = 0; i < n; i++) sum += pow(entry(&m, z[i], tau), m.constraint);
    *(sum > m.total ? &low : &high) = tau;
  }
  sum = 0;
  for (int64_t i = 0; i < n; i++) sum += p[i] = entry(&m, z[i], low);
  for (int64_t i = 0; i < n; i++) p[i] *= m.total / sum;
}

static void oracle_post(const char *post, double *q, int64_t n) {
  double mean = 0, squares = 0;
  if (strcmp(post, "layernorm") == 0)
    for (int64_t i = 0; i < n; i++) mean += q[i] / (double)n;
  for (int64_t i = 0; i < n; i++) squares += (q[i] - mean) * (q[i] - mean);
  for (int64_t i = 0; i < n; i++) {
    if (strcmp(post, "tanh") == 0) q[i] = tanh(q[i]);
    if (strcmp(post, "l2") == 0) q[i] /= sqrt(squares);
    if (strcmp(post, "layernorm") == 0) q[i] = (q[i] - mean) / sqrt(squares / (double)n);
  }
}

/* One update of one state; p (N) is left for the caller. */
static void oracle_update(const retrieval_solver *s, double beta, const char *post, const hs_matrix *x,
                          const float *query, double *p, double *state) {
  double *z = malloc((size_t)x->rows * sizeof *z);
  for (int64_t i = 0; i < x->rows; i++) z[i] = beta * retrieval_dot(query, retrieval_row(x, i), x->columns);
  oracle_map(s, z, x->rows, p);
  for (int64_t d = 0; d < x->columns; d++) state[d] = 0;
  for (int64_t i = 0; i < x->rows; i++)
    for (int64_t d = 0; p[i] > 0 && d < x->columns; d++) state[d] += p[i] * (double)retrieval_row(x, i)[d];
  oracle_post(post, state, x->columns);
  free(z);
}

/* Entries that rounding may make zero or not are left open. */
static void assert_support(const retrieval_solver *s, const hs_retrieve_report *report, const double *p, int64_t n) {
  int64_t sure = 0, possible = 0, best = 0;
  for (int64_t i = 0; i < n; i++) {
    sure += p[i] > 1e-7;
    possible += p[i] > 0;
    best = p[i] > p[best] ? i : best;
  }
  if (strcmp(s->id, "softmax") != 0) assert_true(report->support <= possible + 1);
  assert_true(report->support >= sure);
  assert_true(p[report->best] > p[best] - 1e-6);
  assert_int_equal(report->status, HS_OK);
}

static double largest_product(const hs_matrix *x, const float *query) {
  double largest = 0;
  for (int64_t i = 0; i < x->rows; i++) {
    double sum = 0;
    for (int64_t d = 0; d < x->columns; d++) sum += fabs((double)query[d] * (double)retrieval_row(x, i)[d]);
    largest = fmax(largest, sum);
  }
  return largest;
}

static double spread_of(const hs_matrix *x) {
  double smallest = INFINITY, largest = -INFINITY;
  for (int64_t i = 0; i < x->rows; i++)
    for (int64_t d = 0; d < x->columns; d++) {
      smallest = fmin(smallest, (double)retrieval_row(x, i)[d]);
      largest = fmax(largest, (double)retrieval_row(x, i)[d]);
    }
  return largest - smallest;
}

/* How far a component of the new state may be off. 2e-5 is for read-outs and states in float32, and all that sparse
 * maps need: their few candidates are scored again in double. Softmax has too many candidates for that and takes the
 * scores of the float32 product, each off by up to some e. Weights off by factors in exp(+-beta e) move a mean by at
 * most spread tanh(beta e) / 2: the worst case has half of the weight at either end of the range. For e, D roundings
 * of partial sums no larger than sum |q x|, taken as independent: sqrt(D) 2^-24 sum |q x| (Higham & Mary, A New
 * Approach to Probabilistic Rounding Error Analysis, 2019). Images: scores of some 200, e = 3e-4. */
static double tolerance(const retrieval_solver *s, double beta, const hs_matrix *x, const float *query) {
  if (strcmp(s->id, "softmax") != 0) return 2e-5;
  double e = sqrt((double)x->columns) * 0x1p-24 * largest_product(x, query);
  return 2e-5 + spread_of(x) * tanh(beta * e) / 2;
}

/* Step by step from the same float32 states, so that errors do not add up. */
static void compare(const retrieval_solver *s, double beta, const char *post, hs_matrix *x, hs_matrix q, int steps) {
  hs_model *model = retrieval_model(s, beta, post, x);
  double *p = malloc((size_t)x->rows * sizeof *p), *state = malloc((size_t)x->columns * sizeof *state);
  hs_matrix current = q;
  retrieval r = {0};
  for (int step = 0; step < steps; step++) {
    retrieval next = retrieval_run(model, current, 1, false);
    for (int64_t i = 0; i < q.rows; i++) {
      oracle_update(s, beta, post, x, retrieval_row(&current, i), p, state);
      assert_support(s, &next.reports[i], p, x->rows);
      double most = tolerance(s, beta, x, retrieval_row(&current, i));
      for (int64_t d = 0; d < x->columns; d++) {
        double difference = fabs(state[d] - (double)next.states[i * x->columns + d]);
        if (difference > most) print_error("%s %g beta %g %s: off by %g\n", s->id, s->value, beta, post, difference);
        assert_true(difference <= most);
      }
    }
    retrieval_free(&r);
    r = next;
    current.data = r.states;
    current.stride = x->columns;
  }
  retrieval_free(&r);
  hs_model_free(&model);
  free(p), free(state);
}

static void agrees_on_random_patterns(void **unused) {
  (void)unused;
  static const char *const POSTS[] = {"identity", "l2", "layernorm", "tanh"};
  for (int64_t patterns = 4; patterns <= 500; patterns = patterns * 5 + 3) {
    hs_matrix x = retrieval_normal(71, patterns, 23), q = retrieval_normal(72, 9, 23);
    for (int s = 0; s < RETRIEVAL_SOLVERS; s++)
      for (int p = 0; p < 4; p++)
        for (double beta = 0.01; beta < 2; beta *= 5.1) compare(&RETRIEVAL_SOLVER[s], beta, POSTS[p], &x, q, 2);
    free(x.data), free(q.data);
  }
}

static void agrees_on_images(void **unused) {
  (void)unused;
  enum { PATTERNS = 3000, QUERIES = 8 };
  hs_matrix x = retrieval_matrix(PATTERNS, IMAGE_SIZE), q = retrieval_matrix(QUERIES, IMAGE_SIZE);
  bool there =
      images_read(images_folder(), "train", PATTERNS, x.data) && images_read(images_folder(), "t10k", QUERIES, q.data);
  if (!there) {
    print_message("no MNIST under %s: set HOPSWEEP_DATA to a folder that holds mnist/; generated images instead\n",
                  images_folder());
    images_pretend(1, PATTERNS, x.data);
    images_pretend(2, QUERIES, q.data);
  }
  for (int s = 0; s < RETRIEVAL_SOLVERS; s++)
    for (double beta = 0.1; beta <= 1; beta *= 10) compare(&RETRIEVAL_SOLVER[s], beta, "identity", &x, q, 2);
  free(x.data), free(q.data);
}

/* A memory stopped at its fixed point is what running on would give, and says when it got there. */
static void stops_where_nothing_moves(void **unused) {
  (void)unused;
  hs_matrix x = retrieval_normal(81, 60, 20), q = retrieval_normal(82, 25, 20);
  for (int s = 1; s < RETRIEVAL_SOLVERS; s++) {
    hs_model *model = retrieval_model(&RETRIEVAL_SOLVER[s], 0.4, "identity", &x);
    retrieval all = retrieval_run(model, q, 40, true);
    for (int64_t i = 0; i < 25; i++) {
      hs_matrix one = retrieval_rows(&q, i, 1);
      int steps = all.reports[i].steps;
      if (!all.reports[i].fixed) continue;
      retrieval same = retrieval_run(model, one, steps, false), before = {0};
      assert_true(same.reports[0].fixed);
      assert_memory_equal(same.states, all.states + i * 20, 20 * sizeof(float));
      for (int64_t step = steps; step < 40; step++)
        assert_true(all.energies[i * 41 + step] == all.energies[i * 41 + steps - 1]);
      if (steps > 1) {
        before = retrieval_run(model, one, steps - 1, false);
        assert_false(before.reports[0].fixed);
        assert_memory_equal(before.states, all.states + i * 20, 20 * sizeof(float));
      }
      retrieval_free(&same);
      retrieval_free(&before);
    }
    retrieval_free(&all);
    hs_model_free(&model);
  }
  free(x.data), free(q.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_on_random_patterns), cmocka_unit_test(agrees_on_images),
                                     cmocka_unit_test(stops_where_nothing_moves)};
  return cmocka_run_group_tests(tests, retrieval_open, retrieval_close);
}
