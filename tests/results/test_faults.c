/* What the store promises of a death: kill -9 at any moment, a full disk, a second writer, a lost epoch. Each scene
 * plays in processes of its own. */
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <results/lock.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"

enum { GROUP = 7, ENOUGH = 100000 };

/* ---- helpers ---- */

static int64_t ask(const store_fixture *fixture, const char *sql) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  int64_t answer = -1;
  sqlite3_open_v2(fixture->store, &database, SQLITE_OPEN_READWRITE, NULL);
  if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(database));
  if (sqlite3_step(statement) == SQLITE_ROW) answer = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return answer;
}

/* Nothing half: every trial has its four metrics and its array, and the counters agree with the rows. */
static void assert_consistent(const store_fixture *fixture) {
  sqlite3 *database;
  sqlite3_stmt *statement;
  sqlite3_open_v2(fixture->store, &database, SQLITE_OPEN_READWRITE, NULL);
  assert_int_equal(sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
  sqlite3_finalize(statement);
  sqlite3_close(database);
  int64_t trials = ask(fixture, "SELECT count(*) FROM trials");
  assert_int_equal(ask(fixture, "SELECT count(*) FROM metrics"), 4 * trials);
  assert_int_equal(ask(fixture, "SELECT count(*) FROM arrays"), trials);
  assert_int_equal(ask(fixture, "SELECT coalesce(sum(trials), 0) FROM counts"), trials);
  assert_int_equal(ask(fixture,
                       "SELECT count(*) FROM trials t WHERE 4 <> (SELECT count(*) FROM metrics"
                       " WHERE trial_id = t.id)"),
                   0);
}

static void sleep_for(double seconds) {
  struct timespec time = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
  nanosleep(&time, NULL);
}

/* Commits groups for ever and says through the pipe how many trials are safe. */
static void write_for_ever(store_fixture *fixture, uint64_t first, int pipe) {
  hs_store *store = fixture_open_writer(fixture, "test", ENOUGH);
  for (uint64_t i = first; i < ENOUGH; i += GROUP) {
    if (fixture_commit(store, i, i + GROUP, HS_VERDICT_OK, fixture->message) != HS_OK) _exit(3);
    uint64_t safe = i + GROUP;
    if (write(pipe, &safe, sizeof safe) != sizeof safe) _exit(4);
  }
  _exit(0);
}

/* ---- scenes ---- */

static void test_killed_at_random_moments(void **state) {
  store_fixture *fixture = *state;
  uint64_t safe = 0;
  uint32_t random = 2385;
  for (int round = 0; round < 12; round++) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      write_for_ever(fixture, safe, ends[1]);
    }
    close(ends[1]);
    random = random * 1664525u + 1013904223u;
    sleep_for(0.002 + 0.06 * (double)(random >> 8) / (1 << 24));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    uint64_t said;
    while (read(ends[0], &said, sizeof said) == sizeof said) safe = said;
    close(ends[0]);
    if (access(fixture->store, F_OK) != 0 || safe == 0) continue; /* killed before the first commit */
    hs_store *reader = fixture_open_reader(fixture);
    hs_store_sweep sweep;
    assert_ok(hs_store_status(reader, NULL, &sweep, fixture->message), fixture->message);
    /* At most the group in flight is more than what was promised, and it is whole. */
    assert_true(sweep.recorded == safe || sweep.recorded == safe + GROUP);
    assert_false(sweep.running);
    hs_store_sweep_free(&sweep);
    hs_store_close(&reader);
  }
  /* The lock file that the dead left stops nobody, at once. */
  hs_store *store = fixture_open_writer(fixture, "test", ENOUGH);
  assert_ok(fixture_commit(store, safe, safe + GROUP, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  assert_consistent(fixture);
  if (safe > 0) assert_true(ask(fixture, "SELECT count(*) FROM runs WHERE how = 'killed'") > 0);
}

/* Holds the store, says so, and lets go a while after it is told to. */
static void hold_store(store_fixture *fixture, int tell, int listen) {
  char byte = 1;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  if (write(tell, &byte, 1) != 1 || read(listen, &byte, 1) != 1) _exit(1);
  sleep_for(0.2);
  int status = fixture_commit(store, 0, 4, HS_VERDICT_OK, fixture->message);
  hs_store_close(&store);
  _exit(status == HS_OK ? 0 : 2);
}

static void test_a_second_writer_waits_its_turn(void **state) {
  store_fixture *fixture = *state;
  int from_child[2], to_child[2], result;
  char byte = 1, pid[32];
  assert_true(pipe(from_child) == 0 && pipe(to_child) == 0);
  pid_t child = fork();
  if (child == 0) hold_store(fixture, from_child[1], to_child[0]);
  assert_int_equal(read(from_child[0], &byte, 1), 1);
  hs_store *store = NULL;
  hs_store_options options = {.lock_wait = 0.05, .take_over = true}; /* take_over never breaks a lock of this host */
  assert_int_equal(hs_store_open(fixture->store, HS_STORE_WRITE, &options, &store, fixture->message), HS_ERROR_BUSY);
  assert_null(store);
  snprintf(pid, sizeof pid, "pid %ld", (long)child);
  assert_non_null(strstr(fixture->message, pid));
  assert_int_equal(write(to_child[1], &byte, 1), 1);
  options.lock_wait = 60;
  assert_ok(hs_store_open(fixture->store, HS_STORE_WRITE, &options, &store, fixture->message), fixture->message);
  hs_store_close(&store);
  waitpid(child, &result, 0);
  assert_int_equal(result, 0);
  assert_int_equal(ask(fixture, "SELECT count(*) FROM trials"), 4);
  for (int i = 0; i < 2; i++) close(from_child[i]), close(to_child[i]);
}

static void test_a_writer_that_lost_the_store(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  assert_ok(fixture_commit(store, 0, 2, HS_VERDICT_OK, fixture->message), fixture->message);
  ask(fixture, "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value");
  assert_int_equal(fixture_commit(store, 2, 4, HS_VERDICT_OK, fixture->message), HS_ERROR_STORE);
  assert_non_null(strstr(fixture->message, "took this store over"));
  hs_store_close(&store);
  assert_int_equal(ask(fixture, "SELECT count(*) FROM trials"), 2);
  assert_consistent(fixture);
}

static void test_a_store_that_was_deleted(void **state) {
  store_fixture *fixture = *state;
  hs_store *store = fixture_open_writer(fixture, "test", 8);
  assert_ok(fixture_commit(store, 0, 2, HS_VERDICT_OK, fixture->message), fixture->message);
  unlink(fixture->store);
  assert_int_equal(fixture_commit(store, 2, 4, HS_VERDICT_OK, fixture->message), HS_ERROR_STORE);
  hs_store_close(&store);
}

/* A limit on file size is the disk that fills up: the same error reaches SQLite. */
static void on_a_full_disk(store_fixture *fixture, int pipe) {
  struct rlimit limit = {400 * 1024, 400 * 1024};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  hs_store *store = fixture_open_writer(fixture, "test", ENOUGH);
  uint64_t safe = 0;
  int status = HS_OK;
  while (status == HS_OK && safe < ENOUGH) {
    status = fixture_commit(store, safe, safe + 40, HS_VERDICT_OK, fixture->message);
    if (status == HS_OK) safe += 40;
  }
  if (write(pipe, &safe, sizeof safe) != sizeof safe) _exit(4);
  if (status != HS_ERROR_STORE && status != HS_ERROR_IO) _exit(5);
  if (!strstr(fixture->message, "disk") || !strstr(fixture->message, fixture->store)) _exit(6);
  hs_store_close(&store);
  _exit(0);
}

static void test_a_full_disk(void **state) {
  store_fixture *fixture = *state;
  int ends[2], result;
  uint64_t safe = 0;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) on_a_full_disk(fixture, ends[1]);
  assert_int_equal(read(ends[0], &safe, sizeof safe), sizeof safe);
  waitpid(child, &result, 0);
  close(ends[0]);
  close(ends[1]);
  assert_int_equal(result, 0);
  assert_true(safe > 0 && safe < ENOUGH);
  assert_int_equal(ask(fixture, "SELECT count(*) FROM trials"), safe);
  assert_consistent(fixture);
  hs_store *store = fixture_open_writer(fixture, "test", ENOUGH);
  assert_ok(fixture_commit(store, safe, safe + 40, HS_VERDICT_OK, fixture->message), fixture->message);
  hs_store_close(&store);
  assert_consistent(fixture);
}

/* A disk too full for even an empty store leaves no trace of one. */
static void test_no_room_at_all(void **state) {
  store_fixture *fixture = *state;
  int result;
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit = {6000, 6000};
    hs_store *store = NULL;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int status = hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message);
    _exit(status < 0 && access(fixture->store, F_OK) != 0 && fixture->message[0] ? 0 : 1);
  }
  waitpid(child, &result, 0);
  assert_int_equal(result, 0);
}

/* ---- a lock of another host, on a file system whose kernel locks do not reach it ---- */

static void leave_foreign_lock(const store_fixture *fixture, double age) {
  char path[256];
  snprintf(path, sizeof path, "%s.lock", fixture->store);
  FILE *file = fopen(path, "w");
  fprintf(file, "hopsweep lock 1\nhost elsewhere\npid 4711\nsince 2026-03-04T05:06:07Z\nboot b00t\nepoch 3\n");
  fclose(file);
  struct timespec times[2];
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= (time_t)age;
  times[1] = times[0];
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_a_lock_of_another_host(void **state) {
  store_fixture *fixture = *state;
  hs_store_options patient = {0}, forceful = {.take_over = true};
  hs__lock lock = {0}, other = {0};
  leave_foreign_lock(fixture, 5);
  assert_int_equal(hs__lock_take(&lock, fixture->store, false, &patient, fixture->message), HS_ERROR_BUSY);
  assert_non_null(strstr(fixture->message, "elsewhere"));
  assert_non_null(strstr(fixture->message, "--take-over"));
  assert_null(lock.path);
  assert_ok(hs__lock_take(&lock, fixture->store, false, &forceful, fixture->message), fixture->message);
  assert_ok(hs__lock_describe(&lock, 4, fixture->message), fixture->message);
  assert_int_equal(hs__lock_take(&other, fixture->store, false, &forceful, fixture->message), HS_ERROR_BUSY);
  hs__lock_release(&lock);
  leave_foreign_lock(fixture, HS__LOCK_STALE_SECONDS + 5);
  assert_ok(hs__lock_take(&lock, fixture->store, false, &patient, fixture->message), fixture->message);
  hs__lock_touch(&lock);
  hs__lock_release(&lock);
  leave_foreign_lock(fixture, 5);
  assert_ok(hs__lock_take(&lock, fixture->store, true, &patient, fixture->message), fixture->message);
  hs__lock_release(&lock);
  char path[256];
  snprintf(path, sizeof path, "%s.lock", fixture->store);
  assert_int_not_equal(access(path, F_OK), 0);
}

int main(void) {
#define FAULT_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      FAULT_TEST(test_killed_at_random_moments),
      FAULT_TEST(test_a_second_writer_waits_its_turn),
      FAULT_TEST(test_a_writer_that_lost_the_store),
      FAULT_TEST(test_a_store_that_was_deleted),
      FAULT_TEST(test_a_full_disk),
      FAULT_TEST(test_no_room_at_all),
      FAULT_TEST(test_a_lock_of_another_host),
  };
  return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
