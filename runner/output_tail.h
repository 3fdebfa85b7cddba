/* output_tail.h: the last few kilobytes that an executor printed since its last report. */
#ifndef HS_RUNNER_OUTPUT_TAIL_H
#define HS_RUNNER_OUTPUT_TAIL_H

#include <stddef.h>

enum { HS__OUTPUT_TAIL_SIZE = 4096 };

typedef struct hs__output_tail {
  int descriptor; /* owned, non-blocking; -1 = closed */
  size_t total;   /* bytes since the last clear; the ring holds the last of them */
  char ring[HS__OUTPUT_TAIL_SIZE];
} hs__output_tail;

void hs__output_tail_open(hs__output_tail *tail, int descriptor);
void hs__output_tail_close(hs__output_tail *tail);
void hs__output_tail_read(hs__output_tail *tail); /* what has come; closes at the end of file */
void hs__output_tail_clear(hs__output_tail *tail);
/* Fresh text without trailing newlines, or NULL if nothing was printed. Bytes other than printable ASCII become '?'. */
char *hs__output_tail_text(const hs__output_tail *tail);

#endif
