/* gnuplot.c: the other program. It is started without a shell and reads its script from memory. */
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plot.h"

extern char **environ;

static bool write_script(int file, const hs_buffer *script) {
  for (size_t at = 0; at < script->size;) {
    ssize_t put = write(file, script->data + at, script->size - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += (size_t)put;
  }
  return lseek(file, 0, SEEK_SET) == 0;
}

/* The child gets the script as stdin and one memory file for all it says. */
static int spawn(int script, int said, pid_t *child) {
  char program[] = "gnuplot", standard_input[] = "-";
  char *arguments[] = {program, standard_input, NULL};
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
  int error = posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, said, STDOUT_FILENO);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, said, STDERR_FILENO);
  if (!error) error = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* gnuplot shows the line and a caret before it says what is wrong: the last line that says something is the reason. */
static int fail_complaint(int said, char *message) {
  char text[4096];
  const char *reason = "no reason given";
  char *rest = NULL;
  ssize_t size = pread(said, text, sizeof text - 1, 0);
  text[size > 0 ? size : 0] = 0;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
    if (strspn(line, " \t^") < strlen(line)) reason = line;
  return hs_fail(message, HS_ERROR_IO, "gnuplot could not draw: %.180s", reason);
}

static int run(int script, int said, char *message) {
  pid_t child;
  int state = 0, error = spawn(script, said, &child);
  if (error == ENOENT)
    return hs_fail(message, HS_ERROR_NOT_FOUND,
                   "figures need gnuplot: apt-get install gnuplot-nox; `table` and `export` do not");
  if (error) return hs_fail(message, HS_ERROR_IO, "gnuplot cannot be started: %s", strerror(error));
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(state))
    return hs_fail(message, HS_ERROR_IO, "gnuplot could not draw: it was ended by signal %d (%s)", WTERMSIG(state),
                   strsignal(WTERMSIG(state)));
  return WIFEXITED(state) && WEXITSTATUS(state) == 0 ? HS_OK : fail_complaint(said, message);
}

int hs__run_gnuplot(const hs_buffer *script, char *message) {
  int input = memfd_create("plot.gnuplot", MFD_CLOEXEC), said = memfd_create("gnuplot.said", MFD_CLOEXEC);
  int status;
  if (input < 0 || said < 0 || !write_script(input, script))
    status = hs_fail(message, HS_ERROR_IO, "no room for the plot script: %s", strerror(errno));
  else
    status = run(input, said, message);
  if (input >= 0) close(input);
  if (said >= 0) close(said);
  return status;
}
