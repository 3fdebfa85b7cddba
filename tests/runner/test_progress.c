/* What a person sees: lines and bar, driven by a clock of the test's own, into a pipe or a pseudo-terminal in the place
 * of stderr. */
#include <base/log.h>
#include <fcntl.h>
#include <runner/progress.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static int real_stderr, reading;

/* stderr goes to `writing` until read_back(). */
static void capture(int writing) {
  fflush(stderr);
  real_stderr = dup(STDERR_FILENO);
  assert_true(dup2(writing, STDERR_FILENO) >= 0);
  close(writing);
  assert_int_equal(fcntl(reading, F_SETFL, O_NONBLOCK), 0);
}

static void capture_in_pipe(void) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  reading = ends[0];
  capture(ends[1]);
}

static void capture_in_terminal(unsigned short width) {
  reading = posix_openpt(O_RDWR | O_NOCTTY);
  if (reading < 0) {
    print_message("skipped: no pseudo-terminals here (mount /dev/pts)\n");
    skip();
  }
  assert_int_equal(grantpt(reading), 0);
  assert_int_equal(unlockpt(reading), 0);
  int terminal = open(ptsname(reading), O_RDWR | O_NOCTTY);
  assert_true(terminal >= 0);
  struct winsize size = {.ws_row = 24, .ws_col = width};
  assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
  capture(terminal);
}

/* What was written since the last call. */
static const char *read_back(void) {
  static char text[8192];
  ssize_t size = read(reading, text, sizeof text - 1);
  text[size > 0 ? size : 0] = 0;
  return text;
}

static void release(void) {
  dup2(real_stderr, STDERR_FILENO);
  close(real_stderr);
  close(reading);
}

/* Failures are reported on the true stderr. */
static void must_read(const char *expected) {
  const char *text = read_back();
  if (strcmp(text, expected) == 0) return;
  release();
  assert_string_equal(text, expected);
}

static hs_progress_state state_of(uint64_t ok, uint64_t failed, uint64_t running) {
  hs_progress_state now = {.sweep = "test", .planned = 480, .done = ok + failed, .running = running, .workers = 4};
  now.counts[HS_VERDICT_OK] = ok;
  now.counts[HS_VERDICT_FAILED] = failed;
  return now;
}

static void test_lines(void **state) {
  (void)state;
  capture_in_pipe();
  hs_progress *progress = hs_progress_new(HS_PROGRESS_AUTO, 10);
  hs_progress_state now = state_of(0, 0, 4);
  hs_progress_update(progress, &now, 1000);
  now = state_of(58, 1, 4);
  hs_progress_update(progress, &now, 1009.9); /* not yet */
  must_read("");
  now = state_of(118, 2, 4);
  hs_progress_update(progress, &now, 1010);
  must_read("hopsweep: 120/480 trials (25 %), 118 ok, 2 failed, 4 running, 12.0 trials/s, about 30 s left\n");
  now = state_of(478, 2, 0);
  hs_progress_finish(&progress, &now, 1015);
  const char *last = read_back();
  assert_non_null(strstr(last, "hopsweep: 480/480 trials (100 %), 478 ok, 2 failed, 0 running, "));
  assert_null(strstr(last, "left"));
  assert_null(progress);
  release();
}

static void test_eta_counts_only_this_run(void **state) {
  (void)state;
  capture_in_pipe();
  hs_progress *progress = hs_progress_new(HS_PROGRESS_LINES, 1);
  hs_progress_state now = state_of(400, 0, 1);
  now.before = 400;
  hs_progress_update(progress, &now, 7);
  hs_progress_update(progress, &now, 8);
  must_read("hopsweep: 400/480 trials (83 %), 400 ok, 1 running\n"); /* no rate yet: no guess */
  now = state_of(420, 0, 1);
  now.before = 400;
  hs_progress_update(progress, &now, 17);
  const char *text = read_back();
  double rate = 0;
  const char *number = strstr(text, "running, ");
  if (number) sscanf(number, "running, %lf trials/s", &rate);
  hs_progress_finish(&progress, &now, 18);
  release();
  assert_true(rate > 1.9 && rate < 2.3); /* 20 trials in 10 s, not 420 */
}

/* The recent rate follows a change of pace. */
static void test_recent_rate(void **state) {
  (void)state;
  capture_in_pipe();
  hs_progress *progress = hs_progress_new(HS_PROGRESS_LINES, 1);
  double clock = 0;
  uint64_t done = 0;
  for (; clock < 30; clock += 1, done += 10) {
    hs_progress_state now = state_of(done, 0, 1);
    hs_progress_update(progress, &now, clock);
    read_back();
  }
  double rate = 0;
  for (; clock < 180; clock += 1, done += 1) {
    hs_progress_state now = state_of(done, 0, 1);
    hs_progress_update(progress, &now, clock);
    const char *number = strstr(read_back(), "running, ");
    if (number) sscanf(number, "running, %lf trials/s", &rate);
  }
  hs_progress_state now = state_of(done, 0, 0);
  hs_progress_finish(&progress, &now, clock);
  release();
  assert_true(rate > 0.5 && rate < 1.5); /* over all it would be 2.5 */
}

static void test_bar(void **state) {
  (void)state;
  capture_in_terminal(80);
  hs_progress *progress = hs_progress_new(HS_PROGRESS_AUTO, 10);
  hs_progress_state now = state_of(0, 0, 4);
  hs_progress_update(progress, &now, 50);
  must_read("\r[>                                    ] 0 % 0/480\033[K");
  now = state_of(240, 0, 4);
  hs_progress_update(progress, &now, 50.05); /* too soon */
  must_read("");
  hs_progress_update(progress, &now, 70);
  must_read("\r[==================>                  ] 50 % 240/480, 12.0 trials/s, 20 s left\033[K");
  now = state_of(477, 3, 0);
  hs_progress_finish(&progress, &now, 90);
  const char *last = read_back();
  assert_non_null(strstr(last, "] 100 % 480/480, 477 ok, 3 failed, in 40 s\033[K\r\n")); /* the terminal adds \r */
  release();
}

static void test_narrow_terminal(void **state) {
  (void)state;
  capture_in_terminal(20);
  hs_progress *progress = hs_progress_new(HS_PROGRESS_BAR, 10);
  hs_progress_state now = state_of(100, 20, 4);
  hs_progress_update(progress, &now, 50);
  must_read("\r25 % 120/480, 100 o\033[K"); /* 19 columns: it never scrolls */
  hs_progress_finish(&progress, &now, 51);
  release();
}

static void test_log_line_beside_bar(void **state) {
  (void)state;
  capture_in_terminal(80);
  hs_progress *progress = hs_progress_new(HS_PROGRESS_BAR, 10);
  hs_progress_state now = state_of(0, 0, 4);
  hs_progress_update(progress, &now, 50);
  char bar[256];
  snprintf(bar, sizeof bar, "%.255s", read_back());
  hs_log_warning("rank 3 is gone");
  char expected[512];
  snprintf(expected, sizeof expected, "\r\033[Khopsweep: warning: rank 3 is gone\r\n%s", bar);
  must_read(expected);
  hs_progress_finish(&progress, &now, 51);
  read_back();
  hs_log_info("later");
  must_read("hopsweep: later\r\n");
  release();
}

static void test_none(void **state) {
  (void)state;
  capture_in_pipe();
  hs_progress *progress = hs_progress_new(HS_PROGRESS_NONE, 1), *missing = NULL;
  hs_progress_state now = state_of(0, 0, 1);
  for (int i = 0; i < 5; i++) hs_progress_update(progress, &now, 3 * i);
  hs_progress_update(missing, &now, 1);
  hs_progress_finish(&progress, &now, 20);
  hs_progress_finish(&missing, &now, 20);
  must_read("");
  release();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_eta_counts_only_this_run),
      cmocka_unit_test(test_recent_rate),
      cmocka_unit_test(test_bar),
      cmocka_unit_test(test_narrow_terminal),
      cmocka_unit_test(test_log_line_beside_bar),
      cmocka_unit_test(test_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
