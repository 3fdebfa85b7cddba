/* queue.h: trials in the order they were given, as wire bytes. */
#ifndef HS_RUNNER_QUEUE_H
#define HS_RUNNER_QUEUE_H

#include <base/buffer.h>
#include <base/hash.h>

typedef struct hs__queued {
  unsigned char *bytes; /* of hs_put_trial */
  size_t size;
  hs_hash key;
  uint32_t attempts; /* executors it has cost */
} hs__queued;

/* Zero-initialise to start empty. */
typedef struct hs__queue {
  hs__queued *items;
  size_t first, end, capacity;
} hs__queue;

void hs__queue_free(hs__queue *queue);
size_t hs__queue_count(const hs__queue *queue);
hs__queued *hs__queue_at(const hs__queue *queue, size_t index);            /* NULL past the end */
int hs__queue_push(hs__queue *queue, const hs_buffer *bytes, hs_hash key); /* bytes are copied */
void hs__queue_pop(hs__queue *queue);
/* Keeps the first `keep`; returns how many were dropped. */
size_t hs__queue_cut(hs__queue *queue, size_t keep);

#endif
