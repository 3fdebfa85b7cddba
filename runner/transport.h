/* transport.h: messages between ranks. transport.c is the only file that knows MPI.
 *
 * Point to point on a duplicated communicator; nothing collective after the start. Every send is non-blocking and owns
 * its bytes, so a rank that is gone cannot hold up the others.
 */
#ifndef HS_RUNNER_TRANSPORT_H
#define HS_RUNNER_TRANSPORT_H

#include <base/buffer.h>

#include "wire.h"

typedef struct hs__transport hs__transport;

/* MPI_Init. Call after the keeper was forked. HS_ERROR_LAUNCH. */
int hs__transport_start(hs__transport **transport, char *message);
int hs__transport_rank(const hs__transport *transport);
int hs__transport_size(const hs__transport *transport);

/* Queues a message; the bytes are copied. HS_OK or HS_ERROR_MEMORY. */
int hs__transport_send(hs__transport *transport, int to, hs__wire_type type, const hs_buffer *payload);
/* HS_OK with a message, or HS_END if none has come. `payload` is replaced. Also completes sends. */
int hs__transport_receive(hs__transport *transport, int *from, hs__wire_type *type, hs_buffer *payload);
/* Sends not yet completed. */
size_t hs__transport_unsent(hs__transport *transport);
/* MPI_Finalize (collective: call on every rank, after the goodbyes) and free. */
void hs__transport_stop(hs__transport **transport);

#endif
