#include "wire.h"

#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAGIC 0x31575348u /* "HSW1" */
#define FRAME_LIMIT ((uint64_t)1 << 40)

typedef struct frame_header {
  uint32_t magic, type;
  uint64_t size;
} frame_header;

void hs__channel_open(hs__channel *channel, int socket) {
  *channel = (hs__channel){.socket = socket};
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

void hs__channel_close(hs__channel *channel) {
  if (channel->socket >= 0) close(channel->socket);
  hs_buffer_free(&channel->in);
  hs_buffer_free(&channel->out);
  *channel = (hs__channel){.socket = -1};
}

int hs__channel_wants_write(const hs__channel *channel) { return channel->out_at < channel->out.size; }

int hs__channel_flush(hs__channel *channel) {
  while (hs__channel_wants_write(channel)) {
    ssize_t sent =
        send(channel->socket, channel->out.data + channel->out_at, channel->out.size - channel->out_at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? HS_OK : HS_ERROR_LOST;
    channel->out_at += (size_t)sent;
  }
  hs_buffer_clear(&channel->out);
  channel->out_at = 0;
  return HS_OK;
}

int hs__channel_send(hs__channel *channel, hs__wire_type type, const void *payload, size_t size) {
  if (channel->socket < 0) return HS_ERROR_LOST;
  frame_header header = {.magic = FRAME_MAGIC, .type = (uint32_t)type, .size = size};
  hs_put_bytes(&channel->out, &header, sizeof header);
  hs_put_bytes(&channel->out, payload, size);
  if (channel->out.failed) return HS_ERROR_MEMORY;
  return hs__channel_flush(channel);
}

/* Forgets what was consumed, so that the buffer does not grow with the conversation. */
static void compact(hs__channel *channel) {
  if (channel->in_at == 0) return;
  size_t left = channel->in.size - channel->in_at;
  memmove(channel->in.data, channel->in.data + channel->in_at, left);
  channel->in.size = left;
  channel->in_at = 0;
}

int hs__channel_read(hs__channel *channel) {
  if (channel->socket < 0) return HS_ERROR_LOST;
  compact(channel);
  unsigned char chunk[1 << 16];
  for (;;) {
    ssize_t got = recv(channel->socket, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? HS_OK : HS_ERROR_LOST;
    if (got == 0) return HS_ERROR_LOST;
    hs_put_bytes(&channel->in, chunk, (size_t)got);
    if (channel->in.failed) return HS_ERROR_MEMORY;
    if ((size_t)got < sizeof chunk) return HS_OK;
  }
}

int hs__channel_next(hs__channel *channel, hs__wire_type *type, hs_reader *payload) {
  size_t left = channel->in.size - channel->in_at;
  frame_header header;
  if (left < sizeof header) return HS_END;
  memcpy(&header, channel->in.data + channel->in_at, sizeof header);
  if (header.magic != FRAME_MAGIC || header.size > FRAME_LIMIT) return HS_ERROR_FORMAT;
  if (left - sizeof header < header.size) return HS_END;
  *type = (hs__wire_type)header.type;
  *payload = hs_reader_of(channel->in.data + channel->in_at + sizeof header, header.size);
  channel->in_at += sizeof header + header.size;
  return HS_OK;
}

static int wait_for(const hs__channel *channel, short events) {
  struct pollfd waiting = {.fd = channel->socket, .events = events};
  while (poll(&waiting, 1, -1) < 0)
    if (errno != EINTR) return HS_ERROR_LOST;
  return HS_OK;
}

int hs__channel_wait_frame(hs__channel *channel, hs__wire_type *type, hs_reader *payload) {
  int status = hs__channel_next(channel, type, payload);
  while (status == HS_END) {
    HS_TRY(wait_for(channel, POLLIN));
    HS_TRY(hs__channel_read(channel));
    status = hs__channel_next(channel, type, payload);
  }
  return status;
}

int hs__channel_wait_sent(hs__channel *channel) {
  HS_TRY(hs__channel_flush(channel));
  while (hs__channel_wants_write(channel)) {
    HS_TRY(wait_for(channel, POLLOUT));
    HS_TRY(hs__channel_flush(channel));
  }
  return HS_OK;
}
