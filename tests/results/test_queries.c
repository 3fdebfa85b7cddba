/* Lists, tables, filters, exports, arrays and figures, held against what was put in. */
#include <base/status.h>
#include <ctype.h>
#include <math.h>
#include <results/statistics.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

/* ---- a CSV reader of its own (RFC 4180) ---- */

enum { MOST_FIELDS = 20000, FIELD_SIZE = 128 };
typedef struct csv_text {
  char (*fields)[FIELD_SIZE];
  size_t count, columns;
} csv_text;

static csv_text csv_read(hs_buffer *text) {
  csv_text read = {calloc(MOST_FIELDS, FIELD_SIZE), 0, 0};
  const char *at = hs_buffer_text(text);
  while (*at) {
    bool quoted = *at == '"';
    size_t size = 0;
    assert_true(read.count < MOST_FIELDS);
    if (quoted) at++;
    while (*at && (quoted || (*at != ',' && *at != '\n'))) {
      if (quoted && at[0] == '"' && at[1] == '"')
        at++;
      else if (quoted && at[0] == '"')
        break;
      read.fields[read.count][size++] = *at++;
      assert_true(size < FIELD_SIZE);
    }
    if (quoted) at++;
    read.count++;
    if (*at == '\n' && !read.columns) read.columns = read.count;
    assert_true(*at == ',' || *at == '\n');
    at++;
  }
  assert_int_equal(read.count % read.columns, 0);
  return read;
}

static size_t csv_rows(const csv_text *csv) { return csv->count / csv->columns - 1; }

static const char *csv_at(const csv_text *csv, size_t row, const char *column) {
  for (size_t i = 0; i < csv->columns; i++)
    if (strcmp(csv->fields[i], column) == 0) return csv->fields[(row + 1) * csv->columns + i];
  fail_msg("no column %s", column);
  return NULL;
}

/* ---- lists ---- */

/* Rows arrive in an order of their own; the list must not show it. */
static hs_store *shuffled_store(store_fixture *fixture, uint64_t trials) {
  hs_store *store = fixture_open_writer(fixture, "test", trials);
  for (uint64_t i = 0; i < trials; i++) {
    uint64_t at = (i * 37 + 11) % trials; /* trials must not be a multiple of 37 */
    assert_ok(fixture_commit(store, at, at + 1, HS_VERDICT_OK, fixture->message), fixture->message);
  }
  return store;
}

static csv_text list_of(store_fixture *fixture, hs_store *store, const hs_selection *selection) {
  hs_buffer out = {0};
  assert_ok(hs_query_list(store, selection, HS_FORMAT_CSV, &out, fixture->message), fixture->message);
  csv_text csv_list = csv_read(&out);
  hs_buffer_free(&out);
  return csv_list;
}

static void test_list_is_the_plan_with_all_its_numbers(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 50);
  csv_text list = list_of(fixture, store, NULL);
  static const char *const HEAD[] = {"key", "verdict", "replicate", "solver", "alpha",
                                     "k",   "error",   "size_1",    "size_2", "size_10plus"};
  assert_int_equal(list.columns, 10);
  for (size_t i = 0; i < 10; i++) assert_string_equal(list.fields[i], HEAD[i]);
  assert_int_equal(csv_rows(&list), 50);
  for (uint64_t i = 0; i < 50; i++) {
    hs_trial trial;
    char key[HS_HASH_TEXT_SIZE];
    fixture_trial(i, &trial);
    hs_hash_text(trial.key, key);
    assert_string_equal(csv_at(&list, i, "key"), key);
    assert_string_equal(csv_at(&list, i, "solver"), hs_params_get(&trial.params, "solver")->text);
    for (size_t m = 6; m < 10; m++) assert_true(strtod(csv_at(&list, i, HEAD[m]), NULL) == fixture_metric(i, HEAD[m]));
    hs_trial_free(&trial);
  }
  free(list.fields);
  hs_store_close(&store);
}

static void commit_values(store_fixture *fixture, hs_store *store, const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    hs_trial trial = {.key = {i, 5}, .position = i, .replicate = (uint32_t)i + 1};
    hs_record record = {.key = trial.key, .attempt = 1, .verdict = HS_VERDICT_NOT_CONVERGED};
    hs_params_set_flag(&trial.params, "flag", i % 2 == 0);
    hs_params_set_number(&record.metrics, "value", values[i]);
    const hs_trial *trials[] = {&trial};
    const hs_record *records[] = {&record};
    assert_ok(hs_store_commit(store, trials, records, 1, fixture->message), fixture->message);
    hs_trial_free(&trial);
    hs_record_free(&record);
  }
}

static void test_numbers_survive_unchanged(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  static const double VALUES[] = {0.1, 1.0 / 3, -2.385e-300, 5e-324, 1.7976931348623157e308, INFINITY, -INFINITY, NAN};
  commit_values(fixture, store, VALUES, 8);
  csv_text list = list_of(fixture, store, NULL);
  for (size_t i = 0; i < 7; i++) assert_true(strtod(csv_at(&list, i, "value"), NULL) == VALUES[i]);
  assert_string_equal(csv_at(&list, 7, "value"), "NaN");
  assert_string_equal(csv_at(&list, 6, "flag"), "true");
  assert_string_equal(csv_at(&list, 7, "flag"), "false");
  free(list.fields);
  hs_buffer out = {0};
  hs_params row = {0};
  assert_ok(hs_query_list(store, NULL, HS_FORMAT_JSON, &out, fixture->message), fixture->message);
  char *line = strchr((char *)(uintptr_t)hs_buffer_text(&out), '{'), *end = strchr(line, '}');
  end[1] = 0;
  assert_ok(hs_params_parse_json(line, &row, fixture->message), fixture->message);
  assert_true(hs_params_get(&row, "value")->number == 0.1);
  hs_params_free(&row);
  hs_buffer_free(&out);
  hs_store_close(&store);
}

static size_t matches(store_fixture *fixture, hs_store *store, const char *first, const char *second) {
  const char *where[] = {first, second};
  hs_selection selection = {.where = where, .where_count = second ? 2 : 1};
  csv_text list = list_of(fixture, store, &selection);
  size_t rows = csv_rows(&list);
  free(list.fields);
  return rows;
}

static void test_filters(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 48); /* 12 cells: 4 per solver, alpha or k in 4 values */
  assert_int_equal(matches(fixture, store, "solver=entmax", NULL), 16);
  assert_int_equal(matches(fixture, store, "solver != entmax", NULL), 32);
  assert_int_equal(matches(fixture, store, "solver=\"k,\"subsets\"\"", NULL), 16);
  assert_int_equal(matches(fixture, store, "alpha>=1.235", NULL), 24);
  assert_int_equal(matches(fixture, store, "alpha>1.235", "solver=normmax"), 8);
  assert_int_equal(matches(fixture, store, "alpha<=1.0", "replicate==2"), 2);
  assert_int_equal(matches(fixture, store, "k<4", NULL), 8);
  assert_int_equal(matches(fixture, store, "k!=2", NULL), 44); /* rows without k are not 2 */
  assert_int_equal(matches(fixture, store, "verdict=ok", NULL), 48);
  assert_int_equal(matches(fixture, store, "solver=x' OR '1'='1", NULL), 0);
  assert_int_equal(matches(fixture, store, "solver='; DROP TABLE trials", NULL), 0);
  assert_int_equal(matches(fixture, store, "wall=0.25", "cpu<0.2"), 48);
  hs_selection limited = {.limit = 7};
  csv_text list = list_of(fixture, store, &limited);
  assert_int_equal(csv_rows(&list), 7);
  char condition[64];
  snprintf(condition, sizeof condition, "key=%.10s", csv_at(&list, 3, "key"));
  assert_int_equal(matches(fixture, store, condition, NULL), 1);
  free(list.fields);
  hs_store_close(&store);
}

static void test_filters_that_are_none(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 8);
  static const char *const BAD[] = {"alpha", "=3", "", "alpha ~ 3"};
  hs_buffer out = {0};
  for (size_t i = 0; i < 4; i++) {
    hs_selection selection = {.where = &BAD[i], .where_count = 1};
    assert_int_equal(hs_query_list(store, &selection, HS_FORMAT_TEXT, &out, fixture->message), HS_ERROR_USAGE);
    assert_int_equal(out.size, 0);
  }
  static const struct {
    const char *condition, *words;
  } IMPOSSIBLE[] = {{"verdict=foo", "ok, not_converged, "},
                    {"alpha>abc", "\"abc\" is none"},
                    {"alpha='2'", "alpha is a number in every trial"},
                    {"size_2 != 1.2.3", "size_2 is a number"},
                    {"replicate=x", "replicate is a number"},
                    {"wall<1s", "wall is a number"}};
  for (size_t i = 0; i < 6; i++) {
    hs_selection selection = {.where = &IMPOSSIBLE[i].condition, .where_count = 1};
    assert_int_equal(hs_query_list(store, &selection, HS_FORMAT_TEXT, &out, fixture->message), HS_ERROR_USAGE);
    assert_non_null(strstr(fixture->message, IMPOSSIBLE[i].words));
  }
  const char *nothing = "alpha>99";
  hs_selection none = {.where = &nothing, .where_count = 1};
  assert_ok(hs_query_list(store, &none, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "0 trials"));
  assert_ok(hs_query_table(store, &none, NULL, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  hs_table_request no_metric = {.by = (const char *const[]){"solver", "key"}, .by_count = 2};
  assert_ok(hs_query_table(store, NULL, &no_metric, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  hs_buffer_clear(&out);
  const char *unknown = "aplha>=1";
  hs_selection selection = {.where = &unknown, .where_count = 1};
  assert_int_equal(hs_query_list(store, &selection, HS_FORMAT_TEXT, &out, fixture->message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(fixture->message, "\"alpha\""));
  hs_store_close(&store);
  hs_buffer_free(&out);
}

/* ---- statistics and tables ---- */

/* Two-sided 95 % points of Student's t for 1 ... 10 degrees of freedom, from printed tables. */
static const double STUDENT[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};

static void test_statistics_against_plain_formulas(void **state) {
  (void)state;
  for (size_t n = 1; n <= 11; n++) {
    double values[11], copy[11];
    long double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += values[i] = copy[i] = 1e6 + 2.385 * sin(17.3 * (double)(i * i + n));
    long double mean = sum / (long double)n;
    for (size_t i = 0; i < n; i++) squares += (values[i] - mean) * (values[i] - mean);
    hs__statistics found = hs__describe(copy, n);
    assert_int_equal(found.n, n);
    assert_true(fabsl(found.mean - mean) < 1e-9L);
    /* The quantile at p: as many values below as the definition of type 7 asks for, by selection instead of sorting. */
    for (size_t i = 0; i < n; i++) {
      size_t below = 0;
      for (size_t j = 0; j < n; j++) below += values[j] < values[i];
      assert_true(fabs(hs__quantile(copy, n, n > 1 ? (double)below / (double)(n - 1) : 0.3) - values[i]) < 1e-8);
    }
    if (n == 1) {
      assert_true(isnan(found.sd) && isnan(found.lo) && isnan(found.hi));
      continue;
    }
    long double sd = sqrtl(squares / (long double)(n - 1));
    assert_true(fabsl(found.sd - sd) < 1e-12L * 1e6L);
    long double half = STUDENT[n - 2] * sd / sqrtl((long double)n);
    assert_true(fabsl(found.hi - mean - half) < 1e-3L * half);
    assert_true(fabsl(mean - found.lo - half) < 1e-3L * half);
  }
  double four[] = {7.5, 1.25, 4, 2};
  hs__statistics found = hs__describe(four, 4);
  assert_float_equal(found.q1, 1.8125, 1e-15); /* R: quantile(c(7.5, 1.25, 4, 2)) */
  assert_float_equal(found.median, 3, 1e-15);
  assert_float_equal(found.q3, 4.875, 1e-15);
  double same[] = {0.1, 0.1, 0.1};
  assert_true(hs__describe(same, 3).mean == 0.1 && hs__describe(same, 3).sd == 0);
  assert_true(isnan(hs__describe(same, 0).mean));
}

static void test_table_gathers_replicates(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 48);
  hs_buffer out = {0};
  const char *by[] = {"solver"}, *metrics[] = {"size_2"};
  hs_table_request request = {.by = by, .by_count = 1, .metrics = metrics, .metric_count = 1};
  assert_ok(hs_query_table(store, NULL, &request, HS_FORMAT_CSV, &out, fixture->message), fixture->message);
  static const char HEAD[] = "solver,n,size_2_mean,size_2_sd,size_2_lo,size_2_hi\n";
  assert_memory_equal(out.data, HEAD, sizeof HEAD - 1);
  csv_text table = csv_read(&out);
  assert_int_equal(csv_rows(&table), 3);
  static const char *const SOLVERS[] = {"entmax", "normmax", "k,\"subsets\""};
  for (size_t row = 0; row < 3; row++) {
    long double sum = 0;
    for (uint64_t i = 0; i < 48; i++)
      if (i / 4 % 3 == row) sum += fixture_metric(i, "size_2");
    assert_string_equal(csv_at(&table, row, "solver"), SOLVERS[row]);
    assert_string_equal(csv_at(&table, row, "n"), "16");
    assert_true(fabsl(strtold(csv_at(&table, row, "size_2_mean"), NULL) - sum / 16) < 1e-14L);
  }
  free(table.fields);
  hs_buffer_clear(&out);
  assert_ok(hs_query_table(store, NULL, NULL, HS_FORMAT_CSV, &out, fixture->message), fixture->message);
  table = csv_read(&out);
  assert_int_equal(csv_rows(&table), 12);
  assert_int_equal(table.columns, 3 + 1 + 4 * 4);
  assert_string_equal(csv_at(&table, 2, "alpha"), "");
  assert_string_equal(csv_at(&table, 2, "k"), "2");
  free(table.fields);
  const char *unknown[] = {"size_11"};
  request.metrics = unknown;
  assert_int_equal(hs_query_table(store, NULL, &request, HS_FORMAT_CSV, &out, fixture->message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(fixture->message, "size_1"));
  hs_buffer_free(&out);
  hs_store_close(&store);
}

static void test_table_does_not_depend_on_arrival(void **state) {
  store_fixture *fixture = *state;
  hs_buffer shuffled = {0}, straight = {0};
  hs_store *store = shuffled_store(fixture, 48);
  assert_ok(hs_query_table(store, NULL, NULL, HS_FORMAT_JSON, &shuffled, fixture->message), fixture->message);
  hs_store_close(&store);
  unlink(fixture->store);
  store = fixture_open_writer(fixture, "test", 48);
  assert_ok(fixture_commit(store, 0, 48, HS_VERDICT_OK, fixture->message), fixture->message);
  assert_ok(hs_query_table(store, NULL, NULL, HS_FORMAT_JSON, &straight, fixture->message), fixture->message);
  assert_int_equal(shuffled.size, straight.size);
  assert_memory_equal(shuffled.data, straight.data, straight.size);
  hs_store_close(&store);
  hs_buffer_free(&shuffled);
  hs_buffer_free(&straight);
}

static void test_text_for_people(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 24);
  assert_ok(fixture_commit(store, 0, 22, HS_VERDICT_OK, fixture->message), fixture->message);
  assert_ok(fixture_commit(store, 22, 24, HS_VERDICT_CRASHED, fixture->message), fixture->message);
  hs_buffer out = {0};
  assert_ok(hs_query_table(store, NULL, NULL, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "left out: 2 trials (2 crashed)"));
  assert_null(strstr(hs_buffer_text(&out), "pooled"));
  hs_buffer_clear(&out);
  hs_table_request by_solver = {.by = (const char *const[]){"solver"}, .by_count = 1};
  assert_ok(hs_query_table(store, NULL, &by_solver, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "pooled over: alpha, k\n"));
  hs_buffer_clear(&out);
  const char *one_alpha = "solver=entmax";
  hs_selection one = {.where = &one_alpha, .where_count = 1};
  assert_ok(hs_query_table(store, &one, &by_solver, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "pooled over: alpha\n"));
  hs_buffer_clear(&out);
  assert_ok(hs_query_status(store, NULL, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "24 planned, 24 recorded (100 %)"));
  assert_non_null(strstr(hs_buffer_text(&out), "killed by signal 11"));
  hs_buffer_clear(&out);
  assert_ok(hs_query_list(store, NULL, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  size_t width = 0;
  for (const char *at = hs_buffer_text(&out); *at; at++) {
    width = *at == '\n' ? 0 : width + 1;
    assert_true(width <= 200);
  }
  hs_buffer_free(&out);
  hs_store_close(&store);
}

/* ---- export, arrays, figures ---- */

static void test_arrays_as_npy(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 8);
  csv_text list = list_of(fixture, store, NULL);
  hs_buffer npy = {0};
  char prefix[9];
  snprintf(prefix, sizeof prefix, "%.8s", csv_at(&list, 5, "key"));
  assert_ok(hs_query_array(store, prefix, "states", &npy, fixture->message), fixture->message);
  assert_memory_equal(npy.data, "\x93NUMPY\x01\x00", 8);
  size_t header = npy.data[8] + 256u * npy.data[9];
  assert_int_equal((10 + header) % 64, 0);
  assert_int_equal(npy.size, 10 + header + 24);
  assert_non_null(strstr((const char *)npy.data + 10, "'descr': '<f4', 'fortran_order': False, 'shape': (2,3)"));
  float values[6];
  memcpy(values, npy.data + 10 + header, sizeof values);
  for (int i = 0; i < 6; i++) assert_true(values[i] == 5 + 0.5f * (float)i);
  assert_int_equal(hs_query_array(store, prefix, "state", &npy, fixture->message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(fixture->message, "states"));
  assert_int_equal(hs_query_array(store, "xyz", "states", &npy, fixture->message), HS_ERROR_USAGE);
  assert_int_equal(hs_query_array(store, "", "states", &npy, fixture->message), HS_ERROR_USAGE);
  free(list.fields);
  hs_buffer_free(&npy);
  hs_store_close(&store);
}

static void test_export_has_it_all(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = shuffled_store(fixture, 8);
  hs_buffer out = {0}, list = {0};
  assert_ok(hs_query_export(store, NULL, HS_FORMAT_JSON, &out, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), "\"script\": \"return 1\""));
  assert_non_null(strstr(hs_buffer_text(&out), "\"fingerprint\": \"openblas 0.3.21 Haswell\""));
  assert_ok(hs_query_list(store, NULL, HS_FORMAT_JSON, &list, fixture->message), fixture->message);
  assert_non_null(strstr(hs_buffer_text(&out), hs_buffer_text(&list)));
  hs_buffer_free(&out);
  hs_buffer_free(&list);
  hs_store_close(&store);
}

static void assert_begins(const char *path, const char *magic) {
  char head[16] = "";
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_true(fread(head, 1, sizeof head - 1, file) > 8);
  fclose(file);
  assert_memory_equal(head, magic, strlen(magic));
}

static void test_figures(void **state) {
  store_fixture *fixture = *state;
  if (system("gnuplot --version > /dev/null 2>&1") != 0) skip(); /* apt-get install gnuplot-nox */
  hs_store *store = shuffled_store(fixture, 48);
  static const char *const ENDINGS[] = {"svg", "png", "pdf"};
  static const char *const MAGIC[] = {"<?xml", "\x89PNG", "%PDF"};
  char path[256];
  for (size_t i = 0; i < 3; i++) {
    /* A name and a title that would run commands if anybody let them. */
    snprintf(path, sizeof path, "%s/it's `touch x` \"$(y)\".%s", fixture->folder, ENDINGS[i]);
    hs_plot_request request = {.x = i ? "alpha" : "solver",
                               .y = "size_2",
                               .file = path,
                               .title = "'; system(\"touch z\") \n`a`",
                               .median = i == 1,
                               .log2_x = i == 2};
    assert_ok(hs_query_plot(store, NULL, &request, fixture->message), fixture->message);
    assert_begins(path, MAGIC[i]);
  }
  assert_int_not_equal(access("z", F_OK), 0);
  hs_plot_request request = {.x = "alpha", .y = "size_2", .file = "figure.gif"};
  assert_int_equal(hs_query_plot(store, NULL, &request, fixture->message), HS_ERROR_USAGE);
  snprintf(path, sizeof path, "%s/missing/figure.svg", fixture->folder);
  request.file = path;
  assert_int_equal(hs_query_plot(store, NULL, &request, fixture->message), HS_ERROR_IO);
  assert_non_null(strstr(fixture->message, "missing/figure.svg: cannot be written: No such file or directory"));
  request.y = "sise_2";
  assert_int_equal(hs_query_plot(store, NULL, &request, fixture->message), HS_ERROR_NOT_FOUND);
  setenv("PATH", "/nowhere", 1);
  request.y = "size_2";
  snprintf(path, sizeof path, "%s/figure.svg", fixture->folder);
  assert_int_equal(hs_query_plot(store, NULL, &request, fixture->message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(fixture->message, "gnuplot-nox"));
  hs_store_close(&store);
}

int main(void) {
#define QUERY_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      QUERY_TEST(test_list_is_the_plan_with_all_its_numbers),
      QUERY_TEST(test_numbers_survive_unchanged),
      QUERY_TEST(test_filters),
      QUERY_TEST(test_filters_that_are_none),
      cmocka_unit_test(test_statistics_against_plain_formulas),
      QUERY_TEST(test_table_gathers_replicates),
      QUERY_TEST(test_table_does_not_depend_on_arrival),
      QUERY_TEST(test_text_for_people),
      QUERY_TEST(test_arrays_as_npy),
      QUERY_TEST(test_export_has_it_all),
      QUERY_TEST(test_figures),
  };
  return cmocka_run_group_tests_name("queries", tests, NULL, NULL);
}
