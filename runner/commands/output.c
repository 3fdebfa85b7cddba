#include "output.h"

#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int hs_output_write(const hs_buffer *text, char *message) {
  if (text->failed) return hs_fail(message, HS_ERROR_MEMORY, "out of memory while the output was put together");
  for (size_t at = 0; at < text->size;) {
    ssize_t written = write(STDOUT_FILENO, text->data + at, text->size - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return HS_OK;
    if (written < 0) return hs_fail(message, HS_ERROR_IO, "standard output: cannot be written: %s", strerror(errno));
    at += (size_t)written;
  }
  return HS_OK;
}

void hs_put_csv_field(hs_buffer *buffer, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    hs_put_bytes(buffer, text, strlen(text));
    return;
  }
  hs_put_bytes(buffer, "\"", 1);
  for (; *text; text++) hs_put_bytes(buffer, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
  hs_put_bytes(buffer, "\"", 1);
}

static bool is_database(const char *path) {
  static const char mark[16] = "SQLite format 3";
  char begin[sizeof mark] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t size = read(file, begin, sizeof begin);
  close(file);
  return size == (ssize_t)sizeof begin && memcmp(begin, mark, sizeof mark) == 0;
}

int hs_output_check(const char *path, const char *store, char *message) {
  struct stat target, source;
  const char *dot = strrchr(path, '.');
  if (dot && strcmp(dot, ".lua") == 0)
    return hs_fail(message, HS_ERROR_USAGE, "%s: a sweep's name, not written to; name another file with -o", path);
  if (stat(path, &target) != 0) return HS_OK;
  if (stat(store, &source) == 0 && target.st_dev == source.st_dev && target.st_ino == source.st_ino)
    return hs_fail(message, HS_ERROR_USAGE, "%s: the store that is read; name another file with -o", path);
  if (!S_ISREG(target.st_mode))
    return hs_fail(message, HS_ERROR_USAGE, "%s: not a regular file; name another file with -o", path);
  if (is_database(path))
    return hs_fail(message, HS_ERROR_USAGE, "%s: a store or another database; it is left as it is", path);
  return HS_OK;
}
