/* wire.h: the messages between processes: one list of types, one frame. The same payloads travel over socket pairs
 * (supervisor and executor) and over MPI (coordinator and workers).
 *
 * A frame is magic, type, payload length (u32, u32, u64), then the payload in the encoding of base/buffer.h. Both ends
 * come from the same build, so the magic carries the only version; a wrong one ends the conversation.
 */
#ifndef HS_RUNNER_WIRE_H
#define HS_RUNNER_WIRE_H

#include <base/buffer.h>

/* X(code, NAME)                            who sends it, and what it carries */
#define HS__WIRE_LIST(X)                                                                       \
  /* to an executor */                                                                         \
  X(1, SETUP)  /* hs__setup: the script and how to run it */                                   \
  X(2, PLAN)   /* u8 rehearse: answer with PLAN_HEAD, PLAN_TRIALS..., PLAN_END */              \
  X(3, TRIALS) /* u32 n, n trials: run them in this order (also coordinator to worker) */      \
  X(4, QUIT)   /* nothing: leave (also coordinator to worker) */                               \
  /* from an executor */                                                                       \
  X(10, HELLO)       /* text fingerprint, text plugins (also worker to coordinator) */         \
  X(11, FAULT)       /* u32 status, text: cannot go on (also worker to coordinator) */         \
  X(12, PLAN_HEAD)   /* hs_plan_head */                                                        \
  X(13, PLAN_TRIALS) /* u32 n, n trials */                                                     \
  X(14, PLAN_END)    /* nothing */                                                             \
  X(15, RECORD)      /* one record: of the oldest trial not yet reported */                    \
  X(17, LOADING)     /* nothing: the data of the oldest trial are being built */               \
  X(18, BEGUN)       /* nothing: they are; the trial itself begins */                          \
  X(16, DIGESTS)     /* text: digests of the data built so far (also worker to coordinator) */ \
  /* between ranks */                                                                          \
  X(20, JOIN)     /* u32 CPU level, text host */                                               \
  X(21, RECORDS)  /* u32 n, n records */                                                       \
  X(24, DRAIN)    /* nothing: give back what was not begun */                                  \
  X(25, RETURNED) /* u32 n, n keys: of trials given back */                                    \
  X(22, PING)     /* nothing: the coordinator is alive */                                      \
  X(23, BYE)      /* nothing: the worker is leaving */

typedef enum hs__wire_type {
#define HS__WIRE_ENUM(code, name) HS__WIRE_##name = (code),
  HS__WIRE_LIST(HS__WIRE_ENUM)
#undef HS__WIRE_ENUM
} hs__wire_type;

/* A stream socket that carries frames. Never blocks: what cannot be sent yet waits in `out`. */
typedef struct hs__channel {
  int socket; /* owned; -1 = closed */
  hs_buffer in, out;
  size_t in_at, out_at; /* consumed so far */
} hs__channel;

/* Takes the socket and makes it non-blocking. */
void hs__channel_open(hs__channel *channel, int socket);
void hs__channel_close(hs__channel *channel);

/* Queues a frame and sends what the socket takes. HS_OK, HS_ERROR_LOST (the other side is gone), HS_ERROR_MEMORY. */
int hs__channel_send(hs__channel *channel, hs__wire_type type, const void *payload, size_t size);
int hs__channel_flush(hs__channel *channel);
int hs__channel_wants_write(const hs__channel *channel);

/* Reads what has come; then hs__channel_next gives frame after frame: HS_OK, HS_END (no whole frame yet) or
 * HS_ERROR_FORMAT. The payload is valid until the next hs__channel_read. */
int hs__channel_read(hs__channel *channel);
int hs__channel_next(hs__channel *channel, hs__wire_type *type, hs_reader *payload);

/* The executor's side: blocks until a whole frame has come or everything is sent. */
int hs__channel_wait_frame(hs__channel *channel, hs__wire_type *type, hs_reader *payload);
int hs__channel_wait_sent(hs__channel *channel);

#endif
