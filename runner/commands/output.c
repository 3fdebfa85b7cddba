#include "output.h"

#include <base/status.h>
#include <errno.h>
#include <string.h>
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
