/* scheduler.h: who runs what next. A pure state machine: no MPI, no clock, no I/O.
 *
 *     pending --lease--> leased --done--> done --kept--> kept
 *        ^                  |               |
 *        +------ return ----+---- retry ----+
 *
 * Trials are numbers 0..n-1 in plan order, each in a group (shared data). Self-scheduling: a worker asks when it runs
 * low and gets a batch worth about `batch_seconds` by the measured cost of its group, never more than its fair share of
 * what is left, so that the last batches are small. A worker stays with its group while that has pending trials, then
 * takes a group that nobody has touched, then helps where most is left.
 *
 * Every trial is in exactly one state, so none is lost and none is handed out twice: a lease ends only by `done`
 * (reported) or `return` (its worker is gone); a trial counts as finished only when it is `kept` (committed).
 * Memory: 32 bytes for each trial, 40 for each group.
 */
#ifndef HS_RUNNER_SCHEDULER_H
#define HS_RUNNER_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hs__scheduler hs__scheduler;

typedef enum hs__trial_state {
  HS__TRIAL_PENDING,
  HS__TRIAL_LEASED,
  HS__TRIAL_DONE, /* reported, not yet committed */
  HS__TRIAL_KEPT
} hs__trial_state;

typedef struct hs__scheduler_counts {
  uint64_t pending, leased, done, kept;
} hs__scheduler_counts;

/* `workers` numbered from 0. NULL without memory. */
hs__scheduler *hs__scheduler_new(int workers, double batch_seconds, uint32_t batch_limit);
void hs__scheduler_free(hs__scheduler **scheduler);

/* Adds the next trial (numbers ascend from 0); `group` is any number that equal groups share, dense from 0. A trial
 * that is already in the store is added as kept. HS_OK or HS_ERROR_MEMORY. */
int hs__scheduler_add(hs__scheduler *scheduler, uint32_t group, bool kept);

/* Writes up to `room` trials for this worker into `trials` and returns how many; 0 = nothing pending. */
size_t hs__scheduler_lease(hs__scheduler *scheduler, int worker, uint32_t *trials, size_t room);
/* How many trials this worker has leased, and whether it should be given more: less than one batch in hand behind the
 * one it is running. */
size_t hs__scheduler_in_hand(const hs__scheduler *scheduler, int worker);
bool hs__scheduler_wants_more(const hs__scheduler *scheduler, int worker);

/* A worker reports a trial; `seconds` it took. False if it is not leased to this worker (a report to ignore). */
bool hs__scheduler_done(hs__scheduler *scheduler, int worker, uint32_t trial, double seconds);
/* The record is committed. */
void hs__scheduler_kept(hs__scheduler *scheduler, uint32_t trial);
/* A reported trial is to run again (a retry): it becomes pending, first of its group. */
void hs__scheduler_retry(hs__scheduler *scheduler, uint32_t trial);
/* A worker gives a trial back that it has not begun: it becomes pending. False if it is not leased to this worker. */
bool hs__scheduler_return(hs__scheduler *scheduler, int worker, uint32_t trial);
/* The worker is gone: its leases become pending again. Returns how many; it gets nothing any more. */
size_t hs__scheduler_lose(hs__scheduler *scheduler, int worker);
/* Hand out nothing more from now on. */
void hs__scheduler_drain(hs__scheduler *scheduler);

hs__scheduler_counts hs__scheduler_count(const hs__scheduler *scheduler);
/* Mean seconds per trial so far, 0 before the first. */
double hs__scheduler_cost(const hs__scheduler *scheduler);

#endif
