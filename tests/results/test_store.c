/* What the store promises of one life: recording, replacing, refusing, reading while writing. */
#include <base/memory.h>
#include <base/status.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

/* ---- looking into the file with plain SQLite, as a user would ---- */

static char *ask(const store_fixture *fixture, const char *sql) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  char *answer = NULL;
  assert_int_equal(sqlite3_open_v2(fixture->store, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(database));
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    answer = strdup(text ? text : "NULL");
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return answer;
}

static void assert_answer(const store_fixture *fixture, const char *sql, const char *wanted) {
  char *answer = ask(fixture, sql);
  assert_non_null(answer);
  assert_string_equal(answer, wanted);
  free(answer);
}

static bool exists(const store_fixture *fixture, const char *suffix) {
  char path[256];
  snprintf(path, sizeof path, "%s%s", fixture->store, suffix);
  return access(path, F_OK) == 0;
}

static void write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

/* ---- recording ---- */

static void test_what_is_committed_is_read(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 24);
  assert_ok(fixture_commit(store, 0, 11, HS_VERDICT_OK, fixture->message), fixture->message);
  assert_ok(fixture_commit(store, 11, 13, HS_VERDICT_CRASHED, fixture->message), fixture->message);
  hs_store_sweep sweep;
  assert_ok(hs_store_status(store, NULL, &sweep, fixture->message), fixture->message);
  assert_int_equal(sweep.planned, 24);
  assert_int_equal(sweep.recorded, 13);
  assert_int_equal(sweep.counts[HS_VERDICT_OK], 11);
  assert_int_equal(sweep.counts[HS_VERDICT_CRASHED], 2);
  assert_float_equal(sweep.wall_seconds, 13 * 0.25, 1e-12);
  assert_true(sweep.running);
  assert_null(sweep.how);
  hs_store_sweep_free(&sweep);
  assert_ok(hs_store_finish(store, "interrupted", "mnist 00ff 12", fixture->message), fixture->message);
  hs_store_close(&store);
  assert_null(store);
  assert_false(exists(fixture, "-wal"));
  assert_false(exists(fixture, ".lock"));
  assert_answer(fixture, "PRAGMA journal_mode", "delete");
  assert_answer(fixture, "SELECT count(*) FROM trials", "13");
  assert_answer(fixture, "SELECT count(*) FROM metrics", "44");
  assert_answer(fixture, "SELECT how || ' ' || digests FROM runs", "interrupted mnist 00ff 12");
  assert_answer(fixture, "SELECT json_extract(overrides, '$.queries') FROM runs", "500");
  assert_answer(fixture, "SELECT seed FROM runs", "18446744073709551557");
}

static void test_only_rows_that_are_not_ok_are_replaced(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  static const hs_verdict FIRST[] = {HS_VERDICT_OK,     HS_VERDICT_NOT_CONVERGED, HS_VERDICT_INVALID,
                                     HS_VERDICT_FAILED, HS_VERDICT_TIMEOUT,       HS_VERDICT_CRASHED};
  for (uint64_t i = 0; i < 6; i++)
    assert_ok(fixture_commit(store, i, i + 1, FIRST[i], fixture->message), fixture->message);
  assert_ok(fixture_commit(store, 0, 6, HS_VERDICT_FAILED, fixture->message), fixture->message);
  assert_answer(fixture, "SELECT group_concat(verdict) FROM (SELECT * FROM trials ORDER BY position)",
                "ok,failed,failed,failed,failed,failed");
  assert_answer(fixture, "SELECT count(*) FROM metrics", "4");
  assert_ok(fixture_commit(store, 0, 6, HS_VERDICT_OK, fixture->message), fixture->message);
  assert_ok(fixture_commit(store, 0, 6, HS_VERDICT_OK, fixture->message), fixture->message);
  assert_answer(fixture, "SELECT count(*) || ' ' || sum(verdict = 'ok') FROM trials", "6 6");
  assert_answer(fixture, "SELECT count(*) FROM metrics", "24");
  assert_answer(fixture, "SELECT count(*) FROM arrays", "6");
  assert_answer(fixture, "SELECT count(*) FROM trials WHERE error_output IS NOT NULL", "0");
  assert_answer(fixture, "SELECT group_concat(verdict || trials) FROM counts WHERE trials > 0", "ok6");
  hs_store_close(&store);
}

typedef struct visits {
  uint64_t count, outside, found; /* found: bit i = trial i */
} visits;

static void see(void *context, hs_hash key, hs_verdict verdict, uint32_t attempt, uint64_t position) {
  visits *seen = context;
  uint64_t found = 0;
  for (uint64_t i = 0; i < 12; i++) {
    hs_trial trial;
    fixture_trial(i, &trial);
    if (hs_hash_equal(trial.key, key)) found |= 1u << i;
    hs_trial_free(&trial);
  }
  assert_true(found && !(seen->found & found));
  seen->found |= found;
  assert_int_equal(verdict, HS_VERDICT_OK);
  assert_int_equal(attempt, 1);
  if (position == UINT64_MAX) seen->outside++;
  seen->count++;
}

static void test_rows_follow_the_plan(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 12);
  for (uint64_t i = 0; i < 12; i++)
    assert_ok(fixture_commit(store, i, i + 1, HS_VERDICT_OK, fixture->message), fixture->message);
  /* The new plan runs backwards over the even ones and has a trial that nobody ran. */
  hs_hash keys[7] = {{.high = 1, .low = 2}};
  for (size_t i = 1; i < 7; i++) {
    hs_trial trial;
    fixture_trial(12 - 2 * i, &trial);
    keys[i] = trial.key;
    hs_trial_free(&trial);
  }
  assert_ok(hs_store_replace_positions(store, keys, 7, fixture->message), fixture->message);
  visits seen = {0};
  assert_ok(hs_store_each_done(store, see, &seen, fixture->message), fixture->message);
  assert_int_equal(seen.count, 12);
  assert_int_equal(seen.outside, 6);
  assert_answer(fixture,
                "SELECT group_concat(rank || ':' || position) FROM (SELECT * FROM trials"
                " WHERE position IS NOT NULL ORDER BY position)",
                "1:1,2:2,0:3,1:4,2:5,0:6");
  hs_store_sweep sweep;
  assert_ok(hs_store_status(store, "test", &sweep, fixture->message), fixture->message);
  assert_int_equal(sweep.recorded, 6);
  assert_float_equal(sweep.wall_seconds, 6 * 0.25, 1e-12);
  hs_store_sweep_free(&sweep);
  hs_store_close(&store);
}

/* ---- change of code, numerics, revision ---- */

static int begin_with(store_fixture *fixture, int64_t revision, const char *code, const char *fingerprint, bool keep,
                      bool new_fingerprint) {
  hs_store *store = NULL;
  fixture_info info;
  assert_ok(hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message), fixture->message);
  fixture_info_make(&info, "test", revision, code, 8);
  info.run.keep_results = keep;
  info.run.new_fingerprint = new_fingerprint;
  info.run.fingerprint = fingerprint;
  int status = hs_store_begin(store, &info.run, NULL, fixture->message);
  fixture_info_free(&info);
  hs_store_close(&store);
  return status;
}

static void test_changed_code_is_refused(void **state) {
  store_fixture *fixture = *state;
  static const char OLD[] = "-- first\nlocal a = 1\n\nlocal b = 'x -- y'\nreturn a\n";
  static const char NEW[] = "local a = 1 -- moved\n--[[ long\ncomment ]]\nlocal b = 'x -- z'\nreturn a\n";
  assert_ok(begin_with(fixture, 1, OLD, "F", false, false), fixture->message);
  assert_ok(begin_with(fixture, 1, NEW, "F", false, false), fixture->message); /* nothing recorded: nothing to lose */
  assert_ok(begin_with(fixture, 1, OLD, "F", false, false), fixture->message);
  hs_store *store = NULL;
  fixture_info info;
  assert_ok(hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message), fixture->message);
  fixture_info_make(&info, "test", 1, OLD, 8);
  info.run.fingerprint = "F";
  assert_ok(hs_store_begin(store, &info.run, NULL, fixture->message), fixture->message);
  assert_ok(fixture_commit(store, 0, 3, HS_VERDICT_OK, fixture->message), fixture->message);
  fixture_info_free(&info);
  hs_store_close(&store);

  assert_int_equal(begin_with(fixture, 1, NEW, "F", false, false), HS_ERROR_CHANGED);
  assert_non_null(strstr(fixture->message, "line 4: `local b = 'x -- y'` is now `local b = 'x -- z'`"));
  assert_non_null(strstr(fixture->message, "--keep-results"));
  assert_int_equal(begin_with(fixture, 1, OLD, "G", false, false), HS_ERROR_CHANGED);
  assert_non_null(strstr(fixture->message, "--new-fingerprint"));
  assert_answer(fixture, "SELECT count(*) FROM runs", "4");
  assert_ok(begin_with(fixture, 1, OLD, "G", false, true), fixture->message);
  assert_ok(begin_with(fixture, 1, NEW, "G", true, false), fixture->message);
  assert_ok(begin_with(fixture, 1, NEW, "G", false, false), fixture->message);

  /* A raised revision keeps the rows and counts none of them; lowered again, the plan finds them. */
  assert_ok(begin_with(fixture, 2, OLD, "H", false, false), fixture->message);
  assert_answer(fixture, "SELECT count(*) || ' ' || count(position) FROM trials", "3 0");
  assert_answer(fixture, "SELECT count(*) FROM counts", "0");
  assert_answer(fixture, "SELECT count(*) FROM results", "0");
}

/* ---- names ---- */

static void commit_names(hs_store *store, uint64_t position, const char *parameter, const char *metric, char *message) {
  hs_trial trial = {.key = {position, 77}, .position = position, .replicate = 1};
  hs_record record = {.key = trial.key, .attempt = 1};
  hs_params_set_number(&trial.params, parameter, 2.385);
  hs_params_set_number(&record.metrics, metric, 0.1);
  const hs_trial *trials[] = {&trial};
  const hs_record *records[] = {&record};
  assert_ok(hs_store_commit(store, trials, records, 1, message), message);
  hs_trial_free(&trial);
  hs_record_free(&record);
}

static void test_names_that_meet(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "names-1", 5);
  commit_names(store, 0, "N", "n", fixture->message);
  commit_names(store, 1, "verdict", "Key", fixture->message);
  commit_names(store, 2, "it's \"x\"", "a]b", fixture->message);
  commit_names(store, 3, "beta", "beta", fixture->message);
  hs_store_close(&store);
  assert_answer(
      fixture, "SELECT group_concat(name, '|') FROM pragma_table_info('results_names_1')",
      "key|verdict|replicate|solver|alpha|k|N|verdict_parameter|it's \"x\"|beta|Key_metric|a]b|beta_metric|n_metric");
  assert_answer(fixture, "SELECT sum(n_metric) || ' ' || sum(\"it's \"\"x\"\"\") || ' ' || sum(beta) FROM results",
                "0.1 2.385 2.385");
  hs_buffer out = {0};
  store = fixture_open_reader(fixture);
  assert_ok(hs_query_list(store, NULL, HS_FORMAT_CSV, &out, fixture->message), fixture->message);
  static const char HEAD[] =
      "key,verdict,replicate,solver,alpha,k,N,verdict_parameter,\"it's \"\"x\"\"\",beta,Key,a]b,"
      "beta_metric,n\n";
  assert_memory_equal(out.data, HEAD, sizeof HEAD - 1);
  hs_buffer_free(&out);
  hs_store_close(&store);
}

static void test_two_sweeps_share_a_store(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "first", 8);
  assert_ok(fixture_commit(store, 0, 3, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  store = fixture_open_writer(fixture, "second one", 8);
  assert_ok(fixture_commit(store, 0, 5, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  assert_answer(fixture,
                "SELECT (SELECT count(*) FROM results_first) || ' ' || (SELECT count(*) FROM results) || ' ' ||"
                " (SELECT count(*) FROM results_second_one)",
                "3 5 5");
  store = fixture_open_reader(fixture);
  hs_store_sweep sweep;
  assert_ok(hs_store_status(store, "first", &sweep, fixture->message), fixture->message);
  assert_int_equal(sweep.recorded, 3);
  hs_store_sweep_free(&sweep);
  assert_int_equal(hs_store_status(store, "third", &sweep, fixture->message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(fixture->message, "first, second one"));
  hs_store_close(&store);
}

/* ---- refusals ---- */

static void assert_refused(store_fixture *fixture, const char *path, int wanted) {
  hs_store *store = NULL;
  char *before = NULL, *after = NULL;
  struct stat state;
  size_t size = 0;
  bool file = stat(path, &state) == 0 && S_ISREG(state.st_mode);
  if (file) {
    FILE *stream = fopen(path, "rb");
    before = calloc(1, (size_t)state.st_size + 1);
    size = fread(before, 1, (size_t)state.st_size, stream);
    fclose(stream);
  }
  for (int mode = HS_STORE_READ; mode <= HS_STORE_WRITE; mode++) {
    assert_int_equal(hs_store_open(path, (hs_store_mode)mode, NULL, &store, fixture->message), wanted);
    assert_null(store);
    assert_non_null(strstr(fixture->message, path));
  }
  assert_false(exists(fixture, ".lock"));
  if (file) {
    FILE *stream = fopen(path, "rb");
    after = calloc(1, size + 1);
    assert_int_equal(fread(after, 1, size, stream), size);
    assert_int_equal(fgetc(stream), EOF);
    fclose(stream);
    assert_memory_equal(before, after, size);
  }
  free(before);
  free(after);
}

static void test_files_that_are_not_ours(void **state) {
  store_fixture *fixture = *state;
  assert_refused(fixture, fixture->folder, HS_ERROR_FORMAT);
  write_file(fixture->store, "hello", 5);
  assert_refused(fixture, fixture->store, HS_ERROR_FORMAT);
  char text[4096];
  memset(text, 'x', sizeof text);
  write_file(fixture->store, text, sizeof text);
  assert_refused(fixture, fixture->store, HS_ERROR_FORMAT);
  remove(fixture->store);
  sqlite3 *database;
  sqlite3_open(fixture->store, &database);
  sqlite3_exec(database, "CREATE TABLE photos(x)", NULL, NULL, NULL);
  sqlite3_close(database);
  assert_refused(fixture, fixture->store, HS_ERROR_FORMAT);
}

static void test_a_store_of_the_future(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 4);
  hs_store_close(&store);
  sqlite3 *database;
  sqlite3_open(fixture->store, &database);
  sqlite3_exec(database, "PRAGMA user_version = 999", NULL, NULL, NULL);
  sqlite3_close(database);
  assert_refused(fixture, fixture->store, HS_ERROR_VERSION);
}

static void test_a_store_that_was_cut(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 400);
  assert_ok(fixture_commit(store, 0, 400, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  static const off_t SIZES[] = {40, 100, 4096, 8192 + 37, 50000};
  for (size_t i = sizeof SIZES / sizeof *SIZES; i-- > 0;) {
    assert_int_equal(truncate(fixture->store, SIZES[i]), 0);
    hs_buffer out = {0};
    int status = hs_store_open(fixture->store, HS_STORE_READ, NULL, &store, fixture->message);
    if (status == HS_OK) status = hs_query_list(store, NULL, HS_FORMAT_CSV, &out, fixture->message);
    assert_true(status < 0);
    assert_true(strlen(fixture->message) > 10);
    hs_store_close(&store);
    hs_buffer_free(&out);
  }
}

static void test_rows_that_somebody_edited(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  assert_ok(fixture_commit(store, 0, 8, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  static const char *const DAMAGE[] = {"UPDATE trials SET params = '{\"alpha\": [1' WHERE position = 3",
                                       "UPDATE trials SET params = x'00ff00' WHERE position = 3"};
  for (size_t i = 0; i < 2; i++) {
    free(ask(fixture, DAMAGE[i]));
    hs_buffer out = {0};
    store = fixture_open_reader(fixture);
    assert_int_equal(hs_query_list(store, NULL, HS_FORMAT_CSV, &out, fixture->message), HS_ERROR_FORMAT);
    assert_int_equal(out.size, 0);
    hs_store_close(&store);
    hs_buffer_free(&out);
  }
  free(ask(fixture, "UPDATE trials SET params = '{}', key = 'x', verdict = 'odd', replicate = 'y' WHERE position = 3"));
  free(ask(fixture, "UPDATE metrics SET value = 'text'"));
  hs_buffer out = {0};
  store = fixture_open_reader(fixture);
  assert_ok(hs_query_list(store, NULL, HS_FORMAT_CSV, &out, fixture->message), fixture->message);
  assert_ok(hs_query_table(store, NULL, NULL, HS_FORMAT_TEXT, &out, fixture->message), fixture->message);
  hs_store_close(&store);
  hs_buffer_free(&out);
}

static void test_failed_calls_leave_nothing(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = NULL;
  assert_int_equal(hs_store_open(fixture->store, HS_STORE_READ, NULL, &store, fixture->message), HS_ERROR_NOT_FOUND);
  assert_false(exists(fixture, ""));
  assert_ok(hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message), fixture->message);
  hs_store_close(&store);
  assert_false(exists(fixture, ""));
  assert_false(exists(fixture, "-wal"));
  assert_false(exists(fixture, ".lock"));
  char path[256];
  snprintf(path, sizeof path, "%s/missing/m.db", fixture->folder);
  assert_int_equal(hs_store_open(path, HS_STORE_WRITE, NULL, &store, fixture->message), HS_ERROR_IO);
  assert_non_null(strstr(fixture->message, path));
}

/* The folder is closed to other users by one above it, as in some containers: nothing can be tried then. */
enum { NOT_REACHABLE = 77 };

/* As a user without rights; root would be let through. */
static void in_a_read_only_folder(store_fixture *fixture) {
  hs_store *store = NULL;
  hs_buffer out = {0};
  char path[256];
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(9);
  if (access(fixture->folder, R_OK | X_OK) != 0) _exit(NOT_REACHABLE);
  if (hs_store_open(fixture->store, HS_STORE_READ, NULL, &store, fixture->message) != HS_OK) _exit(1);
  if (hs_query_list(store, NULL, HS_FORMAT_CSV, &out, fixture->message) != HS_OK) _exit(2);
  hs_store_close(&store);
  hs_buffer_free(&out);
  if (hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message) != HS_ERROR_IO) _exit(3);
  if (!strstr(fixture->message, "writable")) _exit(4);
  snprintf(path, sizeof path, "%s/new.db", fixture->folder);
  if (hs_store_open(path, HS_STORE_WRITE, NULL, &store, fixture->message) != HS_ERROR_IO) _exit(5);
  if (access(path, F_OK) == 0) _exit(6);
  _exit(0);
}

static void assert_read_only_works(store_fixture *fixture) {
  int result = 0;
  chmod(fixture->folder, 0555);
  pid_t child = fork();
  if (child == 0) in_a_read_only_folder(fixture);
  waitpid(child, &result, 0);
  chmod(fixture->folder, 0755);
  if (WIFEXITED(result) && WEXITSTATUS(result) == NOT_REACHABLE) {
    print_message("skipped: users other than root cannot reach %s here\n", fixture->folder);
    skip();
  }
  assert_int_equal(result, 0);
}

static void test_a_read_only_folder(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  assert_ok(fixture_commit(store, 0, 8, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  assert_read_only_works(fixture);
  /* A store that stayed in WAL mode with an empty log: only readable as an unchanging file. */
  free(ask(fixture, "PRAGMA journal_mode=WAL"));
  assert_false(exists(fixture, "-wal"));
  assert_read_only_works(fixture);
}

/* ---- readers ---- */

static void test_reading_while_writing(void **state) {
  store_fixture *fixture = *state;
  hs_store *writer = fixture_open_writer(fixture, "test", 100);
  for (uint64_t i = 0; i < 100; i += 10) {
    assert_ok(fixture_commit(writer, i, i + 10, HS_VERDICT_OK, fixture->message), fixture->message);
    hs_store *reader = fixture_open_reader(fixture);
    hs_store_sweep sweep;
    hs_buffer out = {0};
    assert_ok(hs_store_status(reader, NULL, &sweep, fixture->message), fixture->message);
    assert_int_equal(sweep.recorded, i + 10);
    assert_true(sweep.running);
    assert_non_null(strstr(sweep.writer, "pid"));
    hs_store_sweep_free(&sweep);
    assert_ok(hs_query_list(reader, NULL, HS_FORMAT_JSON, &out, fixture->message), fixture->message);
    hs_buffer_free(&out);
    hs_store_close(&reader);
  }
  hs_store_close(&writer);
}

int main(void) {
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      STORE_TEST(test_what_is_committed_is_read),
      STORE_TEST(test_only_rows_that_are_not_ok_are_replaced),
      STORE_TEST(test_rows_follow_the_plan),
      STORE_TEST(test_changed_code_is_refused),
      STORE_TEST(test_names_that_meet),
      STORE_TEST(test_two_sweeps_share_a_store),
      STORE_TEST(test_files_that_are_not_ours),
      STORE_TEST(test_a_store_of_the_future),
      STORE_TEST(test_a_store_that_was_cut),
      STORE_TEST(test_rows_that_somebody_edited),
      STORE_TEST(test_failed_calls_leave_nothing),
      STORE_TEST(test_a_read_only_folder),
      STORE_TEST(test_reading_while_writing),
  };
  return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
