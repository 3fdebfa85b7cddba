/* The rank's side of the keeper; keeper_process.c is the other. */
#include "keeper.h"

#include <base/status.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper_process.h"

int hs__keeper_start(hs__keeper *keeper, char *message) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return hs_fail(message, HS_ERROR_LAUNCH, "cannot make a socket pair: %s", strerror(errno));
  pid_t rank = getpid(), child = fork();
  if (child < 0) {
    close(pair[0]);
    close(pair[1]);
    return hs_fail(message, HS_ERROR_LAUNCH, "cannot fork: %s", strerror(errno));
  }
  if (child == 0) {
    close(pair[0]);
    hs__keeper_process(pair[1], rank);
  }
  close(pair[1]);
  *keeper = (hs__keeper){.socket = pair[0], .pid = child};
  return HS_OK;
}

static int send_command(const hs__keeper *keeper, const hs__keeper_command *command) {
  ssize_t sent;
  do sent = send(keeper->socket, command, sizeof *command, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)sizeof *command ? HS_OK : HS_ERROR_LOST;
}

int hs__keeper_request(const hs__keeper *keeper, const hs__executor_request *request) {
  return send_command(keeper, &(hs__keeper_command){.kind = HS__KEEPER_START, .request = *request});
}

int hs__keeper_kill(const hs__keeper *keeper) {
  return send_command(keeper, &(hs__keeper_command){.kind = HS__KEEPER_KILL});
}

/* The two descriptors that travel with STARTED. */
static void take_descriptors(struct msghdr *header, hs__keeper_event *event) {
  int descriptors[2] = {-1, -1};
  struct cmsghdr *control = CMSG_FIRSTHDR(header);
  if (control && control->cmsg_type == SCM_RIGHTS && control->cmsg_len == CMSG_LEN(sizeof descriptors))
    memcpy(descriptors, CMSG_DATA(control), sizeof descriptors);
  event->socket = descriptors[0];
  event->output = descriptors[1];
}

int hs__keeper_receive(const hs__keeper *keeper, hs__keeper_event *event) {
  char control[CMSG_SPACE(2 * sizeof(int))];
  struct iovec body = {.iov_base = event, .iov_len = sizeof *event};
  struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(keeper->socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return HS_END;
  if (got != (ssize_t)sizeof *event) return HS_ERROR_LOST;
  take_descriptors(&header, event);
  return HS_OK;
}

void hs__keeper_stop(hs__keeper *keeper) {
  if (keeper->pid <= 0) return;
  close(keeper->socket);
  while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) continue;
  *keeper = (hs__keeper){.socket = -1};
}
