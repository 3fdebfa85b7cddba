#include "output_tail.h"

#include <base/memory.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A trial that prints without end must not starve the others: at most so many reads at a time. */
enum { READS_AT_A_TIME = 64 };

void hs__output_tail_open(hs__output_tail *tail, int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  tail->descriptor = descriptor;
  tail->total = 0;
}

void hs__output_tail_close(hs__output_tail *tail) {
  if (tail->descriptor >= 0) close(tail->descriptor);
  tail->descriptor = -1;
}

void hs__output_tail_clear(hs__output_tail *tail) { tail->total = 0; }

void hs__output_tail_read(hs__output_tail *tail) {
  char chunk[HS__OUTPUT_TAIL_SIZE];
  for (int reads = 0; reads < READS_AT_A_TIME && tail->descriptor >= 0; reads++) {
    ssize_t got = read(tail->descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got <= 0) {
      hs__output_tail_close(tail);
      return;
    }
    for (ssize_t i = 0; i < got; i++) tail->ring[tail->total++ % HS__OUTPUT_TAIL_SIZE] = chunk[i];
  }
}

char *hs__output_tail_text(const hs__output_tail *tail) {
  size_t kept = tail->total < HS__OUTPUT_TAIL_SIZE ? tail->total : HS__OUTPUT_TAIL_SIZE;
  char *text = kept ? hs_allocate(kept + 1, 1) : NULL;
  if (!text) return NULL;
  for (size_t i = 0; i < kept; i++) {
    unsigned char byte = (unsigned char)tail->ring[(tail->total - kept + i) % HS__OUTPUT_TAIL_SIZE];
    text[i] = (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t' ? (char)byte : '?';
  }
  while (kept > 0 && text[kept - 1] == '\n') text[--kept] = 0;
  if (kept == 0) hs_free(&text);
  return text;
}
