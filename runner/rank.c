#include "rank.h"

#include <poll.h>

const double HS__SILENCE_LIMIT = 60.0;

static const double SHORTEST_NAP = 0.0002, LONGEST_NAP = 0.005;

void hs__rank_wait(const hs__rank *rank, struct pollfd *descriptors, int count, double seconds, unsigned idle) {
  if (rank->transport) {
    double nap = idle > 8 ? LONGEST_NAP : SHORTEST_NAP * (double)(1u << (idle / 2));
    if (nap > LONGEST_NAP) nap = LONGEST_NAP;
    if (seconds < 0 || seconds > nap) seconds = nap;
  }
  struct timespec timeout = {.tv_sec = (time_t)seconds};
  timeout.tv_nsec = (long)((seconds - (double)timeout.tv_sec) * 1e9);
  ppoll(descriptors, (nfds_t)count, seconds < 0 ? NULL : &timeout, NULL);
}
