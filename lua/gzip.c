/* The door to zlib. */
#include <base/status.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "data_inside.h"

enum { PIECE = 1 << 18 };

static int read_pieces(gzFile file, const char *path, size_t limit, hs_buffer *content, char *message) {
  static _Thread_local unsigned char piece[PIECE];
  for (;;) {
    int got = gzread(file, piece, PIECE);
    if (got > 0) hs_put_bytes(content, piece, (size_t)got);
    if (content->failed) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its contents", path);
    if (content->size > limit)
      return hs_fail(message, HS_ERROR_MEMORY, "%s: holds more than the %zu bytes that the memory budget leaves", path,
                     limit);
    if (got == PIECE) continue;
    int code;
    const char *what = gzerror(file, &code);
    if (code == Z_OK) return HS_OK;
    if (code == Z_ERRNO) return hs_fail(message, HS_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno));
    return hs_fail(message, HS_ERROR_FORMAT, "%s: damaged or truncated gzip data after %zu bytes: %s", path,
                   content->size, code == Z_BUF_ERROR ? "unexpected end of file" : what);
  }
}

int hs__gzip_read(const char *path, size_t limit, hs_buffer *content, char *message) {
  errno = 0;
  gzFile file = gzopen(path, "rbe");
  if (!file) return hs_fail(message, HS_ERROR_IO, "%s: %s", path, errno ? strerror(errno) : "no memory to open it");
  gzbuffer(file, PIECE);
  int status = read_pieces(file, path, limit, content, message);
  gzclose_r(file);
  return status;
}
