/* The hfy memory by its properties: margins, monotone energies, independence of the batch, bad input. Registered under
 * several BLAS cores. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "solvers/retrieval.h"

/* cmocka wants setjmp, stdarg and stddef. */
#include <cmocka.h>

/* Of bits_are_those_of_every_core. */
static const uint64_t EXPECTED_BITS = 0x8df97d9022e38a40u;

static const char *const POSTS[] = {"identity", "l2", "layernorm", "tanh"};

/* Delta_i = x_i.x_i - max over j != i of x_i.x_j */
static double separation(const hs_matrix *x, int64_t i) {
  double nearest = -INFINITY;
  for (int64_t j = 0; j < x->rows; j++)
    if (j != i) nearest = fmax(nearest, retrieval_dot(retrieval_row(x, i), retrieval_row(x, j), x->columns));
  return retrieval_dot(retrieval_row(x, i), retrieval_row(x, i), x->columns) - nearest;
}

/* x_i is a fixed point with p = e_i exactly if Delta_i >= m / beta. `slack`: differences that rounding may decide. */
static void check_margin(hs_matrix *x, const retrieval_solver *solver, double beta, double slack) {
  hs_model *model = retrieval_model(solver, beta, "identity", x);
  retrieval r = retrieval_run(model, *x, 1, false);
  for (int64_t i = 0; i < x->rows; i++) {
    double distance = separation(x, i) - solver->margin / beta;
    if (fabs(distance) < slack) continue;
    bool vertex = r.reports[i].support == 1 && r.reports[i].best == i;
    if (vertex != (distance >= 0))
      print_error("%s %g beta %g: Delta - m/beta = %g\n", solver->id, solver->value, beta, distance);
    assert_int_equal(vertex, distance >= 0);
    if (vertex) assert_true(r.reports[i].fixed && r.reports[i].steps == 1);
  }
  retrieval_free(&r);
  hs_model_free(&model);
}

static void fixed_exactly_where_the_margin_says(void **unused) {
  (void)unused;
  static const int64_t COUNTS[] = {2, 7, 16, 150};
  for (int s = 0; s < RETRIEVAL_SOLVERS; s++) {
    if (isinf(RETRIEVAL_SOLVER[s].margin)) continue;
    for (int c = 0; c < 4; c++) {
      hs_matrix signs = retrieval_signs(31 + (uint64_t)c, COUNTS[c], 64); /* all scores are whole numbers */
      hs_matrix normal = retrieval_normal(97 + (uint64_t)c, COUNTS[c], 16);
      for (double beta = 0x1p-5; beta <= 16; beta *= 2) {
        check_margin(&signs, &RETRIEVAL_SOLVER[s], beta, 0);
        check_margin(&normal, &RETRIEVAL_SOLVER[s], beta, 1e-11);
      }
      free(signs.data);
      free(normal.data);
    }
  }
}

/* Any query whose scores separate x_i by m / beta reaches it in one step. */
static void retrieves_in_one_step(void **unused) {
  (void)unused;
  hs_matrix x = retrieval_signs(5, 40, 96), noise = retrieval_normal(6, 40, 96), q = retrieval_matrix(40, 96);
  for (int64_t i = 0; i < 40 * 96; i++) ((float *)q.data)[i] = ((float *)x.data)[i] + 0.6f * ((float *)noise.data)[i];
  int reached = 0;
  for (int s = 0; s < RETRIEVAL_SOLVERS; s++) {
    const retrieval_solver *solver = &RETRIEVAL_SOLVER[s];
    if (isinf(solver->margin)) continue;
    hs_model *model = retrieval_model(solver, 0.07, "identity", &x);
    retrieval r = retrieval_run(model, q, 1, false);
    for (int64_t i = 0; i < 40; i++) {
      double own = retrieval_dot(retrieval_row(&q, i), retrieval_row(&x, i), 96), nearest = -INFINITY;
      for (int64_t j = 0; j < 40; j++)
        if (j != i) nearest = fmax(nearest, retrieval_dot(retrieval_row(&q, i), retrieval_row(&x, j), 96));
      if (own - nearest < solver->margin / 0.07 + 1e-9) continue;
      assert_memory_equal(r.states + i * 96, retrieval_row(&x, i), 96 * sizeof(float));
      reached++;
    }
    retrieval_free(&r);
    hs_model_free(&model);
  }
  assert_true(reached > 40);
  free(x.data), free(noise.data), free(q.data);
}

static void check_energies(hs_model *model, const retrieval *r, const char *what) {
  hs_matrix last = {
      .data = r->states, .rows = r->queries, .columns = r->dimension, .stride = r->dimension, .dtype = HS_FLOAT32};
  double *final = malloc((size_t)r->queries * sizeof *final);
  assert_int_equal(hs_model_energy(model, &last, final, NULL), HS_OK);
  for (int64_t i = 0; i < r->queries; i++) {
    const double *e = r->energies + i * (r->steps + 1);
    for (int64_t step = 1; step <= r->steps; step++) {
      double scale = 1e-6 * (1 + fabs(e[step]));
      if (step > 1 && !(e[step] <= e[step - 1] + scale))
        print_error("%s: %.17g -> %.17g\n", what, e[step - 1], e[step]);
      assert_true(isfinite(e[step]));
      assert_true(step == 1 || e[step] <= e[step - 1] + scale);
    }
    assert_true(fabs(final[i] - e[r->steps]) <= 1e-6 * (1 + fabs(final[i])));
  }
  free(final);
}

static void energies_fall(void **unused) {
  (void)unused;
  for (int64_t patterns = 30; patterns <= 330; patterns += 300) { /* re-scored, and taken as they are */
    hs_matrix x = retrieval_normal(11, patterns, 24), q = retrieval_normal(12, 33, 24);
    for (int s = 0; s < RETRIEVAL_SOLVERS; s++)
      for (int p = 0; p < 4; p++)
        for (double beta = 0.03; beta < 3; beta *= 4.7) {
          hs_model *model = retrieval_model(&RETRIEVAL_SOLVER[s], beta, POSTS[p], &x);
          retrieval r = retrieval_run(model, q, 6, true);
          check_energies(model, &r, RETRIEVAL_SOLVER[s].id);
          retrieval_free(&r);
          hs_model_free(&model);
        }
    free(x.data), free(q.data);
  }
}

/* What a query gets is the same alone, in any batch and under any BLAS core, where p is sparse. */
static void batches_do_not_matter(void **unused) {
  (void)unused;
  enum { QUERIES = 61, STEPS = 4 };
  hs_matrix x = retrieval_normal(21, 2000, 50), q = retrieval_normal(22, QUERIES, 50);
  for (int s = 1; s < RETRIEVAL_SOLVERS; s++) {
    hs_model *model = retrieval_model(&RETRIEVAL_SOLVER[s], 0.9, POSTS[s % 4], &x);
    retrieval whole = retrieval_run(model, q, STEPS, true);
    for (int64_t first = 0, size = 1; first < QUERIES; first += size, size = size * 2 + 1) {
      int64_t count = QUERIES - first < size ? QUERIES - first : size;
      retrieval part = retrieval_run(model, retrieval_rows(&q, first, count), STEPS, true);
      assert_memory_equal(part.states, whole.states + first * 50, (size_t)count * 50 * sizeof(float));
      assert_memory_equal(part.reports, whole.reports + first, (size_t)count * sizeof *part.reports);
      assert_memory_equal(part.energies, whole.energies + first * (STEPS + 1),
                          (size_t)count * (STEPS + 1) * sizeof(double));
      retrieval_free(&part);
    }
    retrieval_free(&whole);
    hs_model_free(&model);
  }
  free(x.data), free(q.data);
}

/* FNV-1a over the states of all sparse maps: one number for all BLAS cores, and it must not change unless a numerics
 * revision does. */
static void bits_are_those_of_every_core(void **unused) {
  (void)unused;
  uint64_t hash = 14695981039346656037u;
  hs_matrix x = retrieval_signs(41, 900, 40), q = retrieval_signs(42, 30, 40);
  for (int64_t i = 0; i < 900 * 40; i++) ((float *)x.data)[i] *= 1.0f + (float)(i % 77) * 0.0131f;
  for (int s = 0; s < RETRIEVAL_SOLVERS; s++) {
    if (strcmp(RETRIEVAL_SOLVER[s].id, "sparsemax") != 0 && strcmp(RETRIEVAL_SOLVER[s].id, "ksubsets") != 0) continue;
    hs_model *model = retrieval_model(&RETRIEVAL_SOLVER[s], 0.11, "identity", &x);
    retrieval r = retrieval_run(model, q, 3, false);
    for (size_t i = 0; i < 30 * 40 * sizeof(float); i++)
      hash = (hash ^ ((unsigned char *)r.states)[i]) * 1099511628211u;
    retrieval_free(&r);
    hs_model_free(&model);
  }
  if (hash != EXPECTED_BITS) print_error("the states hash to 0x%llx\n", (unsigned long long)hash);
  assert_true(hash == EXPECTED_BITS);
  free(x.data), free(q.data);
}

static void bad_queries_stay_alone(void **unused) {
  (void)unused;
  for (int s = 0; s < RETRIEVAL_SOLVERS; s++) {
    hs_matrix x = retrieval_normal(51, 12, 9), q = retrieval_normal(52, 5, 9);
    hs_model *model = retrieval_model(&RETRIEVAL_SOLVER[s], 2.385, "identity", &x);
    retrieval_row(&q, 1)[3] = NAN;
    retrieval_row(&q, 4)[8] = -INFINITY;
    retrieval r = retrieval_run(model, q, 3, true);
    for (int i = 0; i < 5; i++) {
      bool bad = i == 1 || i == 4;
      assert_int_equal(r.reports[i].status, bad ? HS_INVALID : HS_OK);
      assert_int_equal(isnan(r.states[i * 9]), bad);
      assert_int_equal(isnan(r.energies[i * 4 + 3]), bad);
      assert_int_equal(r.reports[i].best < 0, bad);
    }
    retrieval_free(&r);
    hs_model_free(&model);
    free(x.data), free(q.data);
  }
}

static void impossible_requests_are_refused(void **unused) {
  (void)unused;
  static const retrieval_solver EIGHT = {"ksubsets", "k", 8, INFINITY};
  char message[HS_MESSAGE_SIZE] = "";
  hs_matrix x = retrieval_normal(61, 5, 4);
  hs_model *model = NULL;
  assert_int_equal(retrieval_try(&EIGHT, 1, "identity", &x, &model, message), HS_ERROR_PARAMETER);
  assert_non_null(strstr(message, "8"));
  assert_non_null(strstr(message, "5 stored patterns"));
  hs_model_free(&model);
  retrieval_row(&x, 3)[1] = NAN;
  assert_int_equal(retrieval_try(&RETRIEVAL_SOLVER[0], 1, "identity", &x, &model, message), HS_ERROR_ARGUMENT);
  assert_non_null(strstr(message, "row 3"));
  hs_model_free(&model);
  free(x.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fixed_exactly_where_the_margin_says),
      cmocka_unit_test(retrieves_in_one_step),
      cmocka_unit_test(energies_fall),
      cmocka_unit_test(batches_do_not_matter),
      cmocka_unit_test(bits_are_those_of_every_core),
      cmocka_unit_test(bad_queries_stay_alone),
      cmocka_unit_test(impossible_requests_are_refused),
  };
  return cmocka_run_group_tests(tests, retrieval_open, retrieval_close);
}
