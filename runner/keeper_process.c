#include "keeper_process.h"

#include <base/memory.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXECUTOR_SOCKET = 3 };

typedef struct keeper_state {
  int socket, children; /* to the rank; signalfd of SIGCHLD */
  pid_t executor;       /* 0 = none */
  char *executor_path;
} keeper_state;

/* Closes [first, last]. Kernels before 5.9 and some containers know no close_range. */
static void close_all(unsigned first, unsigned last) {
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
  long limit = sysconf(_SC_OPEN_MAX);
  for (unsigned at = first; at <= last && (long)at < limit; at++) close((int)at);
}

/* Nothing of mpirun's may stay open here: a child that keeps its stdout holds mpirun up after the job. */
static void let_go_of_descriptors(int keep) {
  int nothing = open("/dev/null", O_RDWR);
  for (int standard = 0; standard <= 2; standard++) dup2(nothing, standard);
  if (nothing > 2) close(nothing);
  close_all(3, (unsigned)keep - 1);
  close_all((unsigned)keep + 1, ~0U);
}

/* Dies with the parent, and notices a parent that died before the request took effect. */
static void die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
}

/* Not under AddressSanitizer, whose shadow of the whole address space counts as data. */
static void limit_memory(uint64_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  bytes = 0;
#endif
  if (bytes == 0) return;
  /* RLIMIT_AS would count shared maps, and makes OpenBLAS spin on its failing allocations. */
  struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
  setrlimit(RLIMIT_DATA, &limit);
}

/* If memory runs out, an executor is the right victim: it costs a trial, not the sweep. */
static void offer_to_oom_killer(void) {
  FILE *file = fopen("/proc/self/oom_score_adj", "w");
  if (!file) return;
  fputs("1000", file);
  fclose(file);
}

static void become_executor(const keeper_state *keeper, const hs__executor_request *request, pid_t parent, int socket,
                            int output) {
  die_with(parent);
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (dup2(socket, EXECUTOR_SOCKET) == socket) fcntl(socket, F_SETFD, 0); /* otherwise dup2 drops close-on-exec */
  close_all(EXECUTOR_SOCKET + 1, ~0U);
  limit_memory(request->memory_limit);
  offer_to_oom_killer();
  hs__executor_environment((hs_cpu_level)request->level, (int)request->threads);
  execl(keeper->executor_path, "hopsweep-executor", "serve", (char *)NULL);
  _exit(127);
}

static void send_event(const keeper_state *keeper, const hs__keeper_event *event, const int descriptors[2]) {
  char control[CMSG_SPACE(2 * sizeof(int))] = {0};
  struct iovec body = {.iov_base = (void *)(size_t)event, .iov_len = sizeof *event};
  struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};
  if (descriptors) {
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    *rights =
        (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(2 * sizeof(int))};
    memcpy(CMSG_DATA(rights), descriptors, 2 * sizeof(int));
  }
  while (sendmsg(keeper->socket, &header, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) _exit(0); /* the rank is gone */
}

static void report_failure(const keeper_state *keeper) {
  send_event(keeper, &(hs__keeper_event){.kind = HS__KEEPER_FAILED, .error_number = errno}, NULL);
}

static void start_executor(keeper_state *keeper, const hs__executor_request *request) {
  int frames[2], output[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, frames) != 0) {
    report_failure(keeper);
    return;
  }
  if (pipe2(output, O_CLOEXEC) != 0) {
    report_failure(keeper);
    close(frames[0]);
    close(frames[1]);
    return;
  }
  pid_t parent = getpid(), child = fork();
  if (child == 0) become_executor(keeper, request, parent, frames[1], output[1]);
  if (child < 0) {
    report_failure(keeper);
  } else {
    keeper->executor = child;
    send_event(keeper, &(hs__keeper_event){.kind = HS__KEEPER_STARTED, .pid = child},
               (const int[2]){frames[0], output[0]});
  }
  for (int end = 0; end < 2; end++) {
    close(frames[end]);
    close(output[end]);
  }
}

/* The executor leads a session of its own: what it forked goes with it. */
static void kill_executor(const keeper_state *keeper) {
  if (keeper->executor <= 0) return;
  kill(-keeper->executor, SIGKILL);
  kill(keeper->executor, SIGKILL);
}

static void reap(keeper_state *keeper) {
  struct signalfd_siginfo ignored;
  while (read(keeper->children, &ignored, sizeof ignored) > 0) continue;
  int status;
  pid_t child;
  while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
    if (child != keeper->executor) continue; /* an orphan of an executor, adopted as subreaper */
    kill(-child, SIGKILL);
    keeper->executor = 0;
    send_event(keeper, &(hs__keeper_event){.kind = HS__KEEPER_EXITED, .pid = child, .wait_status = status}, NULL);
  }
}

/* Returns false when the rank has closed its end. */
static bool obey(keeper_state *keeper) {
  hs__keeper_command command;
  ssize_t got = recv(keeper->socket, &command, sizeof command, 0);
  if (got < 0 && errno == EINTR) return true;
  if (got != (ssize_t)sizeof command) return false;
  if (command.kind == HS__KEEPER_START) start_executor(keeper, &command.request);
  if (command.kind == HS__KEEPER_KILL) kill_executor(keeper);
  return true;
}

static int watch_children(void) {
  sigset_t set;
  sigfillset(&set); /* terminal signals are the rank's business */
  sigprocmask(SIG_SETMASK, &set, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

_Noreturn void hs__keeper_process(int socket, pid_t rank) {
  die_with(rank);
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "hopsweep-keeper");
  let_go_of_descriptors(socket);
  keeper_state keeper = {.socket = socket, .children = watch_children(), .executor_path = hs__executor_path()};
  if (keeper.children < 0 || !keeper.executor_path) _exit(1);
  struct pollfd waiting[2] = {{.fd = socket, .events = POLLIN}, {.fd = keeper.children, .events = POLLIN}};
  for (;;) {
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) break;
    if (waiting[1].revents) reap(&keeper);
    if (waiting[0].revents && !obey(&keeper)) break;
  }
  kill_executor(&keeper);
  _exit(0);
}
