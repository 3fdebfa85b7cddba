/* rank.h: what a rank is made of, and the two roles it can have. */
#ifndef HS_RUNNER_RANK_H
#define HS_RUNNER_RANK_H

#include "keeper.h"
#include "run.h"
#include "setup.h"
#include "transport.h"

typedef struct hs__rank {
  hs__keeper keeper;
  hs__transport *transport; /* NULL: alone */
  int rank, size;
  hs_cpu_level level; /* of this machine */
} hs__rank;

/* Seconds after which a worker that hears nothing from its coordinator gives up. The coordinator speaks every fifth of
 * it. */
extern const double HS__SILENCE_LIMIT;

/* Rank 0: plans, leases, keeps. Returns the exit code. */
int hs__coordinator_run(hs__rank *rank, const hs_sweep_source *source, const hs_settings *settings);
/* Other ranks: run what rank 0 sends. Returns the exit code. */
int hs__worker_run(hs__rank *rank);

/* Sleeps in poll until a descriptor is ready or `seconds` have passed (< 0 = for ever). With a transport, which has no
 * descriptor, naps: the more often nothing happened, the longer, up to a bound that keeps an idle rank below 2 % of a
 * core. `idle` counts the calls since something happened. */
struct pollfd;
void hs__rank_wait(const hs__rank *rank, struct pollfd *descriptors, int count, double seconds, unsigned idle);

#endif
