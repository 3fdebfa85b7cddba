#include "transport.h"

#include <base/memory.h>
#include <base/status.h>
#include <limits.h>
#include <mpi.h>
#include <string.h>

typedef struct pending_send {
  MPI_Request request;
  unsigned char *bytes;
} pending_send;

struct hs__transport {
  MPI_Comm communicator;
  int rank, size;
  pending_send *sends;
  size_t send_count, send_capacity;
};

int hs__transport_start(hs__transport **transport, char *message) {
  int provided;
  hs__transport *made = hs_allocate(1, sizeof *made);
  if (!made) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the transport");
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED) {
    hs_free(&made);
    return hs_fail(message, HS_ERROR_LAUNCH, "MPI does not start (it must offer MPI_THREAD_FUNNELED)");
  }
  MPI_Comm_dup(MPI_COMM_WORLD, &made->communicator);
  MPI_Comm_set_name(made->communicator, "hopsweep");
  MPI_Comm_set_errhandler(made->communicator, MPI_ERRORS_RETURN);
  MPI_Comm_rank(made->communicator, &made->rank);
  MPI_Comm_size(made->communicator, &made->size);
  *transport = made;
  return HS_OK;
}

int hs__transport_rank(const hs__transport *transport) { return transport->rank; }
int hs__transport_size(const hs__transport *transport) { return transport->size; }

/* Frees the sends that are complete; order does not matter. */
static void complete_sends(hs__transport *transport) {
  for (size_t i = 0; i < transport->send_count;) {
    int complete = 0;
    MPI_Test(&transport->sends[i].request, &complete, MPI_STATUS_IGNORE);
    if (!complete) {
      i++;
      continue;
    }
    hs_free(&transport->sends[i].bytes);
    transport->sends[i] = transport->sends[--transport->send_count];
  }
}

size_t hs__transport_unsent(hs__transport *transport) {
  complete_sends(transport);
  return transport->send_count;
}

int hs__transport_send(hs__transport *transport, int to, hs__wire_type type, const hs_buffer *payload) {
  size_t size = payload ? payload->size : 0;
  if (size > INT_MAX || (payload && payload->failed)) return HS_ERROR_MEMORY;
  HS_TRY(hs_grow(&transport->sends, &transport->send_capacity, transport->send_count + 1, sizeof *transport->sends));
  pending_send *pending = &transport->sends[transport->send_count];
  pending->bytes = hs_allocate(size, 1);
  if (!pending->bytes) return HS_ERROR_MEMORY;
  if (size) memcpy(pending->bytes, payload->data, size);
  if (MPI_Isend(pending->bytes, (int)size, MPI_BYTE, to, (int)type, transport->communicator, &pending->request) !=
      MPI_SUCCESS) {
    hs_free(&pending->bytes);
    return HS_ERROR_LOST;
  }
  transport->send_count++;
  return HS_OK;
}

int hs__transport_receive(hs__transport *transport, int *from, hs__wire_type *type, hs_buffer *payload) {
  int waiting = 0, size = 0;
  MPI_Status status;
  complete_sends(transport);
  if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, transport->communicator, &waiting, &status) != MPI_SUCCESS)
    return HS_ERROR_LOST;
  if (!waiting) return HS_END;
  MPI_Get_count(&status, MPI_BYTE, &size);
  hs_buffer_clear(payload);
  HS_TRY(hs_grow(&payload->data, &payload->capacity, (size_t)size + 1, 1));
  if (MPI_Recv(payload->data, size, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, transport->communicator,
               MPI_STATUS_IGNORE) != MPI_SUCCESS)
    return HS_ERROR_LOST;
  payload->size = (size_t)size;
  *from = status.MPI_SOURCE;
  *type = (hs__wire_type)status.MPI_TAG;
  return HS_OK;
}

void hs__transport_stop(hs__transport **transport) {
  hs__transport *stopping = *transport;
  if (!stopping) return;
  while (hs__transport_unsent(stopping) > 0) continue;
  MPI_Comm_free(&stopping->communicator);
  MPI_Finalize();
  hs_free(&stopping->sends);
  hs_free(transport);
}
