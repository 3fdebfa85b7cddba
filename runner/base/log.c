#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "status.h"

static struct {
  pthread_mutex_t lock;
  hs_log_level level;
  int file;
  void (*step_aside)(void), (*come_back)(void);
} logger = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = HS_LOG_INFO, .file = -1};

static const char *const PREFIXES[] = {"error: ", "warning: ", "", ""};

void hs_log_set_level(hs_log_level level) { logger.level = level; }

void hs_log_set_bystander(void (*step_aside)(void), void (*come_back)(void)) {
  pthread_mutex_lock(&logger.lock);
  logger.step_aside = step_aside;
  logger.come_back = come_back;
  pthread_mutex_unlock(&logger.lock);
}

int hs_log_open(const char *path, char *message) {
  int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (path && file < 0) return hs_fail(message, HS_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
  pthread_mutex_lock(&logger.lock);
  if (logger.file >= 0) close(logger.file);
  logger.file = file;
  pthread_mutex_unlock(&logger.lock);
  return HS_OK;
}

/* Nothing sensible can be done when the log itself cannot be written. */
static void write_line(int file, const char *line, size_t length) {
  ssize_t written = write(file, line, length);
  (void)written;
}

static void write_to_file(const char *line) {
  char stamped[2200], when[32];
  time_t now = time(NULL);
  struct tm local;
  strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
  int length = snprintf(stamped, sizeof stamped, "%s %s", when, line);
  write_line(logger.file, stamped, (size_t)length);
}

void hs_log(hs_log_level level, const char *format, ...) {
  if (level > logger.level) return;
  char line[2048];
  int used = snprintf(line, sizeof line, "hopsweep: %s", PREFIXES[level]);
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  /* One line, and nothing that steers a terminal, whatever a script put into its error. */
  for (char *at = line; *at; at++)
    if ((unsigned char)*at < 0x20 || *at == 0x7f) *at = ' ';
  strcat(line, "\n");
  pthread_mutex_lock(&logger.lock);
  if (logger.step_aside) logger.step_aside();
  write_line(STDERR_FILENO, line, strlen(line));
  if (logger.come_back) logger.come_back();
  if (logger.file >= 0) write_to_file(line);
  pthread_mutex_unlock(&logger.lock);
}
