#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "memory.h"
#include "status.h"

static int read_all(int file, const char *path, hs_buffer *bytes, char *message) {
  char chunk[1 << 16];
  for (;;) {
    ssize_t got = read(file, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return hs_fail(message, HS_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno));
    if (got == 0) return HS_OK;
    hs_put_bytes(bytes, chunk, (size_t)got);
    if (bytes->failed) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its contents", path);
  }
}

int hs_file_read(const char *path, char **text, size_t *size, char *message) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return hs_fail(message, errno == ENOENT ? HS_ERROR_NOT_FOUND : HS_ERROR_IO, "%s: %s", path, strerror(errno));
  hs_buffer bytes = {0};
  int status = read_all(file, path, &bytes, message);
  close(file);
  if (status == HS_OK) {
    hs_buffer_text(&bytes);
    if (bytes.failed) status = hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its contents", path);
  }
  if (status != HS_OK) {
    hs_buffer_free(&bytes);
    return status;
  }
  *text = (char *)bytes.data;
  if (size) *size = bytes.size;
  return HS_OK;
}

static int write_all(int file, const unsigned char *bytes, size_t size) {
  while (size > 0) {
    ssize_t put = write(file, bytes, size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return -1;
    bytes += put;
    size -= (size_t)put;
  }
  return fsync(file);
}

int hs_file_write(const char *path, const void *bytes, size_t size, char *message) {
  hs_buffer name = {0};
  hs_put_format(&name, "%s.%ld.tmp", path, (long)getpid());
  const char *temporary = hs_buffer_text(&name);
  int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool written = file >= 0 && write_all(file, bytes, size) == 0;
  if (file >= 0 && close(file) != 0) written = false;
  int status = HS_OK;
  if (!written || rename(temporary, path) != 0) {
    status = hs_fail(message, HS_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    unlink(temporary);
  }
  hs_buffer_free(&name);
  return status;
}

char *hs_path_join(const char *folder, const char *name) {
  hs_buffer path = {0};
  if (name[0] == '/' || !folder[0])
    hs_put_format(&path, "%s", name);
  else
    hs_put_format(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
  hs_buffer_text(&path);
  return (char *)path.data;
}

char *hs_path_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return hs_copy_text(".");
  if (slash == path) return hs_copy_text("/");
  char *folder = hs_copy_text(path);
  if (folder) folder[slash - path] = 0;
  return folder;
}

char *hs_program_folder(void) {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length <= 0) return NULL;
  path[length] = 0;
  return hs_path_folder(path);
}
