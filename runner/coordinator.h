/* coordinator.h: rank 0's state, shared by the files coordinator*.c and nobody else. */
#ifndef HS_RUNNER_COORDINATOR_H
#define HS_RUNNER_COORDINATOR_H

#include <results/store.h>

#include "plan_table.h"
#include "progress.h"
#include "rank.h"
#include "scheduler.h"
#include "signals.h"
#include "store_thread.h"
#include "supervisor.h"

typedef enum hs__worker_phase {
  HS__WORKER_AWAITED, /* has not joined */
  HS__WORKER_LOADING, /* was sent the setup */
  HS__WORKER_READY,
  HS__WORKER_GONE
} hs__worker_phase;

typedef struct hs__coordinator {
  hs__rank *rank;
  const hs_sweep_source *source;
  const hs_settings *settings;
  hs__setup setup;
  hs__supervisor *supervisor; /* worker 0 */
  hs__worker_phase *workers;
  char *fingerprint, *plugins; /* of rank 0: all others must say the same */
  hs__plan_table plan;
  bool planned;
  uint16_t *attempts; /* reports of a trial that were not final */
  hs__scheduler *scheduler;
  hs_store *store;
  hs__store_thread *store_thread;
  hs_buffer digests, message_in, message_out;
  uint32_t *tickets; /* scratch */
  size_t ticket_capacity;
  hs_progress *progress;
  hs_progress_state seen;
  uint64_t not_ok; /* reported in this run */
  double next_ping;
  double began;
  int fault; /* status that ends the run; 0 = none */
  char message[HS_MESSAGE_SIZE];
  bool draining, stopping, halted;
} hs__coordinator;

/* coordinator_plan.c: gathers the ranks, starts executors, receives the plan. */
int hs__coordinator_gather(hs__coordinator *coordinator);
int hs__coordinator_plan(hs__coordinator *coordinator);
/* coordinator_store.c: opens the store and subtracts what it has; ends it. */
int hs__coordinator_open_store(hs__coordinator *coordinator);
int hs__coordinator_close_store(hs__coordinator *coordinator, const char *how);
/* Whatever its reason, a store that cannot be used is a store error to the caller. */
int hs__coordinator_store_status(int status);
/* coordinator_loop.c: until everything is kept, or the run is to stop. */
int hs__coordinator_loop(hs__coordinator *coordinator);
/* Says goodbye to the workers. */
void hs__coordinator_dismiss(hs__coordinator *coordinator);

/* Remembers the first fault. Always returns its status. */
int hs__coordinator_fail(hs__coordinator *coordinator, int status, const char *message);
/* Messages from workers, whatever the phase. */
int hs__coordinator_receive(hs__coordinator *coordinator, double now, bool *any);
/* A worker reports a trial. The record is emptied. */
void hs__coordinator_accept(hs__coordinator *coordinator, int worker, hs_record *record, double seconds);

#endif
