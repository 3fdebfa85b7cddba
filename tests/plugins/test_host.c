/* The host side of solvers: pruning must change nothing, re-scoring must make the result independent of errors in the
 * float32 scores, and a plugin that misbehaves must be caught. */
#include <base/status.h>
#include <math.h>
#include <plugins/host/host.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "plugins/small_solver.h"

/* cmocka wants setjmp, stdarg and stddef. */
#include <cmocka.h>

enum { ROWS = 5, LENGTH = 1037 };

static uint64_t state = 77;
static char message[HS_MESSAGE_SIZE];
static double exact[ROWS][LENGTH]; /* what the float32 scores stand for */
static float scores[ROWS][LENGTH];

static double uniform(void) { return (double)(random_bits(&state) >> 11) * 0x1p-53; }

static void fill(double spread, double error) {
  for (int r = 0; r < ROWS; r++)
    for (int i = 0; i < LENGTH; i++) {
      exact[r][i] = spread * (uniform() + uniform() + uniform() - 1.5);
      scores[r][i] = (float)(exact[r][i] + error * (2 * uniform() - 1));
    }
}

static void rescore(void *context, int64_t row, const int32_t *candidates, int64_t count, double *result) {
  int64_t *asked = context;
  *asked += count;
  for (int64_t j = 0; j < count; j++) result[j] = exact[row][candidates[j]];
}

static hs_host_solver *opened(const hs_solver *descriptor) {
  hs_host_solver *solver;
  small_solver_fault = SMALL_SOUND;
  assert_int_equal(hs__host_solver_open(descriptor, NULL, 0, &solver, message), HS_OK);
  assert_int_equal(hs__host_solver_prepare(solver, ROWS, LENGTH, message), HS_OK);
  return solver;
}

static hs_score_tile whole_tile(double scale) {
  return (hs_score_tile){.size = sizeof(hs_score_tile),
                         .scores = scores[0],
                         .rows = ROWS,
                         .length = LENGTH,
                         .stride = LENGTH,
                         .scale = scale};
}

static void assert_same(const hs_solver_rows *a, const hs_solver_rows *b) {
  assert_memory_equal(a->starts, b->starts, (ROWS + 1) * sizeof *a->starts);
  assert_memory_equal(a->indices, b->indices, (size_t)a->starts[ROWS] * sizeof *a->indices);
  assert_memory_equal(a->values, b->values, (size_t)a->starts[ROWS] * sizeof *a->values);
}

static void pruning_changes_nothing(void **unused) {
  (void)unused;
  static const double SCALES[] = {1e-3, 0.1, 1, 2.385, 1000};
  hs_host_solver *pruned = opened(&small_pruned), *full = opened(&small_full);
  for (int s = 0; s < 5; s++) {
    fill(11.3, 0);
    hs_score_tile tile = whole_tile(SCALES[s]);
    const hs_solver_rows *a, *b;
    assert_int_equal(hs__host_solver_tile(pruned, &tile, &a, message), HS_OK);
    if (SCALES[s] > 0.5) assert_true(small_solver_lengths[0] < LENGTH / 2);
    assert_int_equal(hs__host_solver_tile(full, &tile, &b, message), HS_OK);
    assert_int_equal(small_solver_lengths[0], LENGTH);
    assert_same(a, b);
  }
  hs__host_solver_close(&pruned);
  hs__host_solver_close(&full);
  assert_null(pruned);
}

/* Two sets of float32 scores, wrong in different ways within the declared error: the same bits come out. */
static void rescoring_hides_the_errors_of_float32(void **unused) {
  (void)unused;
  const double error = 0.05, scale = 1.7;
  hs_host_solver *first = opened(&small_pruned), *second = opened(&small_pruned);
  for (int round = 0; round < 50; round++) {
    int64_t asked = 0;
    hs_score_tile tile = whole_tile(scale);
    tile.score_error = error * 1.001;
    tile.rescore = rescore;
    tile.rescore_context = &asked;
    tile.rescore_limit = LENGTH;
    const hs_solver_rows *a, *b;
    fill(4.1, error);
    assert_int_equal(hs__host_solver_tile(first, &tile, &a, message), HS_OK);
    assert_true(asked > 0 && asked < (int64_t)ROWS * LENGTH);
    int64_t lengths[ROWS];
    memcpy(lengths, small_solver_lengths, sizeof lengths);
    for (int r = 0; r < ROWS; r++)
      for (int i = 0; i < LENGTH; i++) scores[r][i] = (float)(exact[r][i] + error * (2 * uniform() - 1));
    assert_int_equal(hs__host_solver_tile(second, &tile, &b, message), HS_OK);
    assert_memory_equal(lengths, small_solver_lengths, sizeof lengths); /* also what the plugin saw */
    assert_same(a, b);
  }
  hs__host_solver_close(&first);
  hs__host_solver_close(&second);
}

/* Candidates of the exact rule are what the plugin sees, no more. */
static void compact_rows_are_what_the_rule_says(void **unused) {
  (void)unused;
  hs_host_solver *solver = opened(&small_pruned);
  int64_t asked = 0;
  hs_score_tile tile = whole_tile(1.25);
  tile.score_error = 0.02;
  tile.rescore = rescore;
  tile.rescore_context = &asked;
  tile.rescore_limit = LENGTH;
  const hs_solver_rows *rows;
  fill(3.3, 0.01);
  assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_OK);
  for (int r = 0; r < ROWS; r++) {
    double largest = -INFINITY;
    int64_t count = 0;
    for (int i = 0; i < LENGTH; i++) largest = fmax(largest, 1.25 * exact[r][i]);
    for (int i = 0; i < LENGTH; i++) count += 1.25 * exact[r][i] > largest - 1;
    assert_int_equal(small_solver_lengths[r], count);
  }
  tile.rescore_limit = 0; /* too many for re-scoring: the float32 scores are taken */
  asked = 0;
  assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_OK);
  assert_int_equal(asked, 0);
  hs__host_solver_close(&solver);
}

static void bad_rows_stay_alone(void **unused) {
  (void)unused;
  const hs_solver *const both[] = {&small_pruned, &small_full};
  for (int d = 0; d < 2; d++) {
    hs_host_solver *solver = opened(both[d]);
    const hs_solver_rows *rows;
    hs_score_tile tile = whole_tile(1);
    fill(5, 0);
    scores[1][1000] = NAN;
    scores[2][3] = INFINITY;
    for (int i = 0; i < LENGTH; i++) scores[3][i] = -INFINITY;
    scores[4][0] = -INFINITY;
    assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_OK);
    static const int32_t EXPECTED[ROWS] = {HS_OK, HS_INVALID, HS_INVALID, HS_INFEASIBLE, HS_OK};
    for (int r = 0; r < ROWS; r++) {
      assert_int_equal(rows->reports[r].status, EXPECTED[r]);
      assert_int_equal(rows->reports[r].support, rows->starts[r + 1] - rows->starts[r]);
      assert_true((rows->reports[r].support > 0) == (EXPECTED[r] == HS_OK));
    }
    tile.scale = 1e308; /* finite scores whose product with the scale is not */
    assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_OK);
    assert_int_equal(rows->reports[0].status, HS_INVALID);
    hs__host_solver_close(&solver);
  }
}

/* The host cuts tiles into batches: these five rows, none of which is pruned, need two of them. */
static void a_row_is_the_same_in_every_tile(void **unused) {
  (void)unused;
  hs_host_solver *together = opened(&small_full), *alone = opened(&small_full);
  const hs_solver_rows *rows, *single;
  hs_score_tile tile = whole_tile(0.385), one = tile;
  fill(20, 0);
  assert_int_equal(hs__host_solver_tile(together, &tile, &rows, message), HS_OK);
  assert_true(small_solver_rows < ROWS);
  one.rows = 1;
  for (int r = 0; r < ROWS; r++) {
    one.scores = scores[r];
    assert_int_equal(hs__host_solver_tile(alone, &one, &single, message), HS_OK);
    int64_t start = rows->starts[r], count = rows->starts[r + 1] - start;
    assert_int_equal(count, single->starts[1]);
    assert_int_equal(rows->reports[r].status, single->reports[0].status);
    assert_memory_equal(rows->indices + start, single->indices, (size_t)count * sizeof *rows->indices);
    assert_memory_equal(rows->values + start, single->values, (size_t)count * sizeof *rows->values);
  }
  hs__host_solver_close(&together);
  hs__host_solver_close(&alone);
}

static void misbehaviour_is_caught(void **unused) {
  (void)unused;
  static const struct {
    small_fault fault;
    int status, row_status;
    const char *says;
  } CASES[] = {{SMALL_OVERRUN, HS_ERROR_INTERNAL, 0, "past its workspace"},
               {SMALL_UNDERRUN, HS_ERROR_INTERNAL, 0, "past its workspace"},
               {SMALL_BACKWARDS, HS_ERROR_INTERNAL, 0, "ascend"},
               {SMALL_OUTSIDE, HS_ERROR_INTERNAL, 0, "ascend"},
               {SMALL_FAILS, HS_ERROR_INTERNAL, 0, "on request"},
               {SMALL_NAN, HS_OK, HS_INVALID, ""},
               {SMALL_NEGATIVE, HS_OK, HS_INVALID, ""},
               {SMALL_UNSURE, HS_OK, HS_NOT_CONVERGED, ""}};
  for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
    hs_host_solver *solver = opened(&small_pruned);
    hs_score_tile tile = whole_tile(0.2);
    const hs_solver_rows *rows;
    fill(2, 0);
    message[0] = 0;
    small_solver_fault = CASES[c].fault;
    assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), CASES[c].status);
    assert_non_null(strstr(message, CASES[c].says));
    if (CASES[c].status == HS_OK) {
      assert_int_equal(rows->reports[1].status, CASES[c].row_status);
      assert_int_equal(rows->reports[2].status, HS_OK);
      assert_true((rows->starts[2] == rows->starts[1]) == (CASES[c].row_status == HS_INVALID));
      assert_true(rows->starts[3] > rows->starts[2]);
    }
    hs__host_solver_close(&solver);
  }
}

static void bounds_are_enforced(void **unused) {
  (void)unused;
  hs_host_solver *solver = opened(&small_pruned);
  const hs_solver_rows *rows;
  hs_score_tile tile = whole_tile(1);
  assert_int_equal(hs__host_solver_prepare(solver, ROWS - 1, LENGTH, message), HS_OK);
  assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_ERROR_ARGUMENT);
  assert_int_equal(hs__host_solver_prepare(solver, ROWS, LENGTH, message), HS_OK);
  tile.scale = 0;
  assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_ERROR_ARGUMENT);
  tile.scale = 1;
  tile.rows = 0;
  assert_int_equal(hs__host_solver_tile(solver, &tile, &rows, message), HS_OK);
  hs__host_solver_close(&solver);
  hs_parameter_value surplus = {.name = "alpha"};
  assert_int_equal(hs__host_solver_open(&small_pruned, &surplus, 1, &solver, message), HS_ERROR_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pruning_changes_nothing),
      cmocka_unit_test(rescoring_hides_the_errors_of_float32),
      cmocka_unit_test(compact_rows_are_what_the_rule_says),
      cmocka_unit_test(bad_rows_stay_alone),
      cmocka_unit_test(a_row_is_the_same_in_every_tile),
      cmocka_unit_test(misbehaviour_is_caught),
      cmocka_unit_test(bounds_are_enforced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
