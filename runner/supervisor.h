/* supervisor.h: one rank's view of its executor: sends it trials, watches the clock, turns accidents into verdicts.
 *
 * Trials given to the supervisor are run in order. The executor reports each before it begins the next, so the oldest
 * unreported trial is the one that is running: it gets the blame (and the tail of what was printed) when the executor
 * dies, or the verdict `timeout` when its time is up. The trials behind it go to the next executor.
 *
 * A death by SIGKILL that the supervisor did not order comes from outside (a person, the OOM killer): the trial runs
 * again, until it has cost `crash_limit` executors. Any other death is the trial's own: `crashed` at once.
 *
 * Never blocks. The owner polls hs__supervisor_poll's descriptors and calls hs__supervisor_step.
 */
#ifndef HS_RUNNER_SUPERVISOR_H
#define HS_RUNNER_SUPERVISOR_H

#include <base/plan.h>
#include <base/record.h>
#include <base/trial.h>
#include <poll.h>

#include "keeper.h"
#include "setup.h"

/* What happens, in the order it happens; called from hs__supervisor_step. Arguments belong to the caller. All but
 * `record` may be NULL. */
typedef struct hs__supervisor_events {
  void *context;
  void (*hello)(void *context, const char *fingerprint, const char *plugins);
  void (*plan_head)(void *context, hs_reader *head); /* a plan begins; one that was begun before is void */
  void (*plan_trial)(void *context, hs_reader *trials, uint32_t count);
  void (*plan_end)(void *context);
  /* The trial given first among those not yet reported is over. The record may be taken over (moved). `seconds` counts
   * from when it was the oldest. */
  void (*record)(void *context, hs_record *record, double seconds);
  /* A trial given earlier will not be run: see hs__supervisor_drain. */
  void (*returned)(void *context, hs_hash key);
  void (*digests)(void *context, const char *text);
  /* The executor cannot work at all (script, plugins, data): nothing more will come. */
  void (*fault)(void *context, int status, const char *message);
} hs__supervisor_events;

typedef struct hs__supervisor hs__supervisor;

enum { HS__SUPERVISOR_DESCRIPTORS = 3 };

/* The keeper and the setup are borrowed; the setup must not change while the supervisor lives. */
int hs__supervisor_new(const hs__keeper *keeper, const hs__setup *setup, const hs__supervisor_events *events,
                       hs__supervisor **supervisor, char *message);
void hs__supervisor_free(hs__supervisor **supervisor); /* kills the executor */

/* Asks for an executor now, so that it loads while the owner does something else. */
int hs__supervisor_start(hs__supervisor *supervisor);
/* Asks for the plan; repeated by itself if the executor is killed from outside before the plan is complete. */
int hs__supervisor_plan(hs__supervisor *supervisor, bool rehearse);
/* Queues a trial (copied). HS_OK or HS_ERROR_MEMORY. */
int hs__supervisor_give(hs__supervisor *supervisor, const hs_trial *trial);
/* Sends trials to the executor: as many as hide the way there, so that most can still be given back. */
int hs__supervisor_send(hs__supervisor *supervisor);
size_t hs__supervisor_waiting(const hs__supervisor *supervisor); /* trials given and not reported */
/* Gives back (event `returned`) the trials that were not sent to the executor. Those sent are reported as usual. */
void hs__supervisor_drain(hs__supervisor *supervisor);

/* Fills descriptors for poll; returns how many. *timeout is lowered (seconds; < 0 = none) to the next deadline. */
int hs__supervisor_poll(const hs__supervisor *supervisor, struct pollfd *descriptors, double now, double *timeout);
/* Does whatever can be done now. HS_OK, HS_ERROR_LOST (the keeper is gone), HS_ERROR_MEMORY. */
int hs__supervisor_step(hs__supervisor *supervisor, double now);

#endif
