/* executor_check.c: `hopsweep plugins check FILE.so`: foreign code is examined in a child, because it may do anything.
 */
#include <base/clock.h>
#include <base/log.h>
#include <base/status.h>
#include <errno.h>
#include <plugins/check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executor_plugins.h"
#include "run.h"

/* A plugin that takes longer hangs: the suite itself takes seconds. A child that has blocked its alarm gets the grace
 * on top. */
enum { TIME_LIMIT = 60, GRACE = 5, SIGNAL_STACK = 1 << 16 };

static const int FATAL[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};

/* Of the child; static because a signal handler must find it. */
static hs_buffer report;
/* Shared with the parent. */
typedef struct check_outcome {
  bool finished; /* a plugin may also end the child by exit(0), and that is no success */
  int checks, failed;
} check_outcome;

static volatile check_outcome *outcome;
static unsigned char signal_stack[SIGNAL_STACK];

/* Counts the lines and writes them. Runs in a signal handler, too: it calls nothing but write(). */
static void write_report(void) {
  bool line_begins = true;
  outcome->checks = outcome->failed = 0;
  for (size_t at = 0; at < report.size; at++) {
    if (line_begins) outcome->checks++;
    if (line_begins && report.data[at] == 'F') outcome->failed++;
    line_begins = report.data[at] == '\n';
  }
  for (size_t at = 0; at < report.size;) {
    ssize_t written = write(STDOUT_FILENO, report.data + at, report.size - at);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) at += (size_t)written;
  }
}

/* The lines so far tell which check was next; then the signal does what it always does. */
static void last_words(int number) {
  write_report();
  signal(number, SIG_DFL);
  raise(number);
}

static void catch_fatal_signals(void) {
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  sigaltstack(&stack, NULL); /* a plugin may have used up the ordinary stack */
  struct sigaction action = {.sa_handler = last_words, .sa_flags = SA_ONSTACK | SA_NODEFER};
  for (size_t i = 0; i < sizeof FATAL / sizeof *FATAL; i++) sigaction(FATAL[i], &action, NULL);
  alarm(TIME_LIMIT);
}

static _Noreturn void examine(const char *file, const char *const *folders, size_t count) {
  char message[HS_MESSAGE_SIZE] = "";
  catch_fatal_signals();
  atexit(write_report); /* only a plugin would call exit() here */
  int failed = hs_check_plugin(file, folders, count, &report, message);
  write_report();
  outcome->finished = true;
  if (failed < 0) hs_log_error("%s", message[0] ? message : hs_status_text(failed));
  _exit(failed < 0 ? hs_exit_of(failed) : failed > 0 ? HS_EXIT_TRIALS : HS_EXIT_OK);
}

static int wait_for(pid_t child) {
  double until = hs_clock_now() + TIME_LIMIT + GRACE;
  int status;
  for (;;) {
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (hs_clock_now() > until) kill(child, SIGKILL);
    usleep(20000);
  }
}

static void summarize(void) {
  int checks = outcome->checks;
  if (checks == 0) return; /* the file could not even be loaded */
  if (outcome->failed)
    printf("%d of %d checks failed\n", outcome->failed, checks);
  else
    printf("%d checks, all ok\n", checks);
  fflush(stdout);
}

static int verdict_of(int status) {
  if (WIFEXITED(status) && outcome->finished) {
    summarize();
    return WEXITSTATUS(status);
  }
  int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (number == 0)
    printf("FAIL the next check ended the process with exit code %d\n", WEXITSTATUS(status));
  else if (number == SIGALRM || number == SIGKILL)
    printf("FAIL the next check did not end within %d s\n", TIME_LIMIT);
  else
    printf("FAIL the next check ended in signal %d (%s)\n", number, strsignal(number));
  outcome->checks++;
  outcome->failed++;
  summarize();
  return HS_EXIT_TRIALS;
}

static int no_process(void) {
  hs_log_error("no process for the check: %s", strerror(errno));
  return HS_EXIT_CONFIG;
}

int hs__executor_check(const char *file, const char *const *folders, size_t folder_count) {
  void *shared = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return no_process();
  outcome = shared;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) examine(file, folders, folder_count);
  int code = child < 0 ? no_process() : verdict_of(wait_for(child));
  munmap(shared, sizeof *outcome);
  return code;
}
