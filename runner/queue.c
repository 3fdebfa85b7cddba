#include "queue.h"

#include <base/memory.h>
#include <base/status.h>
#include <string.h>

void hs__queue_free(hs__queue *queue) {
  hs__queue_cut(queue, 0);
  hs_free(&queue->items);
  *queue = (hs__queue){0};
}

size_t hs__queue_count(const hs__queue *queue) { return queue->end - queue->first; }

hs__queued *hs__queue_at(const hs__queue *queue, size_t index) {
  return index < hs__queue_count(queue) ? &queue->items[queue->first + index] : NULL;
}

/* Moves the items to the front once half of the room before them is unused, so that pushing stays O(1) on average. */
static void close_gap(hs__queue *queue) {
  if (queue->first == 0 || queue->first < queue->capacity / 2) return;
  memmove(queue->items, queue->items + queue->first, hs__queue_count(queue) * sizeof *queue->items);
  queue->end -= queue->first;
  queue->first = 0;
}

int hs__queue_push(hs__queue *queue, const hs_buffer *bytes, hs_hash key) {
  close_gap(queue);
  HS_TRY(hs_grow(&queue->items, &queue->capacity, queue->end + 1, sizeof *queue->items));
  unsigned char *copy = hs_allocate(bytes->size, 1);
  if (!copy) return HS_ERROR_MEMORY;
  memcpy(copy, bytes->data, bytes->size);
  queue->items[queue->end++] = (hs__queued){.bytes = copy, .size = bytes->size, .key = key};
  return HS_OK;
}

void hs__queue_pop(hs__queue *queue) {
  if (queue->first == queue->end) return;
  hs_free(&queue->items[queue->first++].bytes);
  if (queue->first == queue->end) queue->first = queue->end = 0;
}

size_t hs__queue_cut(hs__queue *queue, size_t keep) {
  size_t dropped = 0;
  while (hs__queue_count(queue) > keep) {
    hs_free(&queue->items[--queue->end].bytes);
    dropped++;
  }
  return dropped;
}
