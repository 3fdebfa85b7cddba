#include "launch.h"

#include <base/file.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signals.h"

#define EXIT_PIPE "HOPSWEEP_EXIT_PIPE" /* where rank 0 hands over its exit code */
#define TERMINAL  "HOPSWEEP_TERMINAL"  /* set by a launcher that has one */

enum { ARGUMENT_LIMIT = 4096, STARTED = 255 /* in the exit pipe, before the exit code */ };

static long number_in(const char *name) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : 0;
}

/* A Slurm step (srun) sets SLURM_STEP_NUM_TASKS and SLURM_PROCID for every task; inside plain sbatch or salloc there is
 * one process and no step of ours. Open MPI's own daemons run in a step too, but then OMPI_COMM_WORLD_SIZE is set. */
static int is_step_without_pmix(void) {
  return number_in("SLURM_STEP_NUM_TASKS") > 1 && getenv("SLURM_PROCID") && !getenv("PMIX_RANK") && !getenv("PMI_RANK");
}

int hs__launch_detect(const hs_settings *settings, hs__launch_kind *kind, char *message) {
  if (getenv("OMPI_COMM_WORLD_SIZE")) {
    *kind = number_in("OMPI_COMM_WORLD_SIZE") > 1 ? HS__LAUNCH_RANK : HS__LAUNCH_ALONE;
    return HS_OK;
  }
  if (is_step_without_pmix())
    return hs_fail(message, HS_ERROR_LAUNCH,
                   "started by srun as one of %ld tasks but without PMIx: each would run the whole sweep; "
                   "use 'srun --mpi=pmix hopsweep run ...' or mpirun",
                   number_in("SLURM_STEP_NUM_TASKS"));
  if (getenv("PMIX_RANK") && number_in("SLURM_STEP_NUM_TASKS") > 1)
    *kind = HS__LAUNCH_RANK;
  else
    *kind = settings->processes > 1 ? HS__LAUNCH_LAUNCHER : HS__LAUNCH_ALONE;
  return HS_OK;
}

int hs__launch_has_terminal(void) { return getenv(TERMINAL) != NULL; }

int hs__launch_local_ranks(void) {
  long ranks = number_in("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (ranks < 1) ranks = number_in("SLURM_NTASKS_PER_NODE");
  return ranks < 1 ? 1 : (int)ranks;
}

/* True if a launcher got it. */
static int tell_launcher(unsigned char byte) {
  const char *path = getenv(EXIT_PIPE);
  int pipe = path ? open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  if (pipe < 0) return 0;
  ssize_t written = write(pipe, &byte, 1);
  close(pipe);
  return written == 1;
}

void hs__launch_say_started(void) { tell_launcher(STARTED); }

int hs__launch_hand_over(int exit_code) { return tell_launcher((unsigned char)exit_code) ? 0 : exit_code; }

/* ---- the launcher ---- */

typedef struct exit_pipe {
  char folder[64], path[80];
  int descriptor;
} exit_pipe;

static int make_exit_pipe(exit_pipe *made, char *message) {
  const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(made->folder, sizeof made->folder, "%s/hopsweep-XXXXXX", base);
  if (!mkdtemp(made->folder))
    return hs_fail(message, HS_ERROR_LAUNCH, "%s: no folder can be made there: %s", base, strerror(errno));
  snprintf(made->path, sizeof made->path, "%s/exit", made->folder);
  made->descriptor = mkfifo(made->path, 0600) == 0 ? open(made->path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
  if (made->descriptor >= 0) return HS_OK;
  rmdir(made->folder);
  return hs_fail(message, HS_ERROR_LAUNCH, "%s: %s", made->path, strerror(errno));
}

static void remove_exit_pipe(exit_pipe *made) {
  close(made->descriptor);
  unlink(made->path);
  rmdir(made->folder);
}

/* The command line of this process, split; *text owns the bytes. Returns the number of words. */
static int own_arguments(char **text, char **words, int room) {
  size_t size;
  if (hs_file_read("/proc/self/cmdline", text, &size, NULL) != HS_OK) return 0;
  int count = 0;
  for (char *word = *text; word < *text + size && count < room; word += strlen(word) + 1) words[count++] = word;
  return count;
}

static void set_environment(const exit_pipe *code) {
  struct winsize window;
  char columns[16];
  setenv(EXIT_PIPE, code->path, 1);
  /* In a container the user is often root; running there is a decision that was already taken. */
  setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  if (!isatty(STDERR_FILENO)) return;
  setenv(TERMINAL, "1", 1);
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    snprintf(columns, sizeof columns, "%d", window.ws_col);
    setenv("COLUMNS", columns, 1);
  }
}

_Noreturn static void become_mpirun(int processes, const exit_pipe *code, pid_t launcher) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != launcher) _exit(HS_EXIT_INTERRUPTED);
  setpgid(0, 0); /* Ctrl-C reaches the launcher alone, which turns it into a drain */
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  char count[16], *text = NULL, program[4096];
  const char *arguments[ARGUMENT_LIMIT] = {"mpirun",          "-q",        "-n",   count,
                                           "--oversubscribe", "--bind-to", "none", program};
  char *own[ARGUMENT_LIMIT - 16];
  snprintf(count, sizeof count, "%d", processes);
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  int own_count = own_arguments(&text, own, ARGUMENT_LIMIT - 16), used = 8;
  if (length <= 0 || own_count == 0) _exit(HS_EXIT_INTERNAL);
  program[length] = 0;
  for (int i = 1; i < own_count; i++) arguments[used++] = own[i];
  set_environment(code);
  int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  execvp("mpirun", (char *const *)(size_t)arguments);
  dprintf(STDERR_FILENO, "hopsweep: error: mpirun: %s (-j N needs it: install openmpi-bin)\n", strerror(errno));
  _exit(HS_EXIT_CONFIG);
}

/* Passes requests on until mpirun has ended; returns its wait status. */
static int wait_for_mpirun(pid_t mpirun) {
  hs__stop_request passed = HS__STOP_NONE;
  struct pollfd waiting = {.fd = hs__signals_descriptor(), .events = POLLIN};
  int status;
  while (waitpid(mpirun, &status, WNOHANG) == 0) {
    uint64_t ignored;
    if (poll(&waiting, 1, 50) > 0 && read(waiting.fd, &ignored, sizeof ignored) < 0) continue;
    hs__stop_request wanted = hs__signals_request();
    if (wanted == HS__STOP_NOW && hs__signals_count() < 2) wanted = HS__STOP_DRAIN;
    if (wanted <= passed) continue;
    kill(mpirun, wanted == HS__STOP_NOW ? SIGTERM : SIGUSR1);
    passed = wanted;
  }
  return status;
}

int hs__launch_mpirun(int processes) {
  char message[HS_MESSAGE_SIZE];
  exit_pipe code;
  if (make_exit_pipe(&code, message) < 0) {
    hs_log_error("%s", message);
    return HS_EXIT_CONFIG;
  }
  hs__signals_install();
  pid_t launcher = getpid(), mpirun = fork();
  if (mpirun == 0) become_mpirun(processes, &code, launcher);
  int status = mpirun > 0 ? wait_for_mpirun(mpirun) : -1;
  unsigned char handed[2];
  ssize_t said = read(code.descriptor, handed, 2); /* STARTED, then the code */
  remove_exit_pipe(&code);
  if (said == 2) return handed[1];
  if (mpirun < 0) {
    hs_log_error("cannot fork: %s", strerror(errno));
    return HS_EXIT_CONFIG;
  }
  if (said < 1 && WIFEXITED(status)) {
    if (WEXITSTATUS(status) != HS_EXIT_CONFIG) /* otherwise the reason was said */
      hs_log_error("mpirun did not start the ranks (it exited with %d)", WEXITSTATUS(status));
    return HS_EXIT_CONFIG;
  }
  hs_log_error("the run was killed before its end; what was reported is stored: the same command goes on from there");
  return HS_EXIT_INTERRUPTED;
}
