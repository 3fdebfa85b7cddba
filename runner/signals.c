#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t requests, stop_now;
static int descriptor = -1;

static void on_signal(int number) {
  int saved = errno;
  uint64_t one = 1;
  requests++;
  if (number == SIGTERM || number == SIGHUP) stop_now = 1;
  ssize_t written = write(descriptor, &one, sizeof one);
  (void)written; /* it can only be full, and then it is readable */
  errno = saved;
}

void hs__signals_install(void) {
  if (descriptor < 0) descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

hs__stop_request hs__signals_request(void) {
  if (stop_now || requests > 1) return HS__STOP_NOW;
  return requests ? HS__STOP_DRAIN : HS__STOP_NONE;
}

int hs__signals_count(void) { return (int)requests; }
int hs__signals_descriptor(void) { return descriptor; }
