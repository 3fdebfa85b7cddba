/* The main loop of rank 0: records in, leases out, until everything is kept. */
#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <string.h>

#include "coordinator.h"

enum { LEASE_ROOM = 1024 };

/* How long workers may take to say goodbye. */
static const double GOODBYE_SECONDS = 3.0;

/* ---- leases ---- */

static int feed_local(hs__coordinator *coordinator, const uint32_t *trials, size_t count) {
  for (size_t i = 0; i < count; i++) {
    hs_trial trial;
    HS_TRY(hs__plan_table_get(&coordinator->plan, trials[i], &trial));
    int status = hs__supervisor_give(coordinator->supervisor, &trial);
    hs_trial_free(&trial);
    HS_TRY(status);
  }
  return hs__supervisor_send(coordinator->supervisor);
}

static int feed_remote(hs__coordinator *coordinator, int worker, const uint32_t *trials, size_t count) {
  hs_buffer *payload = &coordinator->message_out;
  hs_buffer_clear(payload);
  hs_put_u32(payload, (uint32_t)count);
  for (size_t i = 0; i < count; i++) hs__plan_table_put(&coordinator->plan, trials[i], payload);
  return hs__transport_send(coordinator->rank->transport, worker, HS__WIRE_TRIALS, payload);
}

/* Gives a worker what it should have. */
static int feed(hs__coordinator *coordinator, int worker) {
  uint32_t trials[LEASE_ROOM];
  if (coordinator->workers[worker] != HS__WORKER_READY) return HS_OK;
  while (hs__scheduler_wants_more(coordinator->scheduler, worker)) {
    size_t count = hs__scheduler_lease(coordinator->scheduler, worker, trials, LEASE_ROOM);
    if (count == 0) return HS_OK;
    HS_TRY(worker == 0 ? feed_local(coordinator, trials, count) : feed_remote(coordinator, worker, trials, count));
  }
  return HS_OK;
}

static int feed_all(hs__coordinator *coordinator) {
  for (int worker = 0; worker < coordinator->rank->size; worker++) HS_TRY(feed(coordinator, worker));
  return HS_OK;
}

/* ---- records ---- */

static void halt_if_wanted(hs__coordinator *coordinator) {
  const hs_halt *halt = &coordinator->settings->halt;
  if (!halt->on || coordinator->halted) return;
  double limit = halt->count > 0 ? halt->count : halt->percent / 100 * (double)coordinator->plan.count;
  if ((double)coordinator->not_ok < limit || coordinator->not_ok == 0) return;
  coordinator->halted = true; /* obeyed by the loop: records are being read right now */
  coordinator->stopping = halt->now;
  hs_log_warning("%llu trials are not ok: halting (--halt)", (unsigned long long)coordinator->not_ok);
}

/* A crash or timeout gets --max-retries further attempts. Returns true if the trial will run again. */
static bool retried(hs__coordinator *coordinator, uint32_t index, const hs_record *record) {
  bool may = record->verdict == HS_VERDICT_CRASHED || record->verdict == HS_VERDICT_TIMEOUT;
  if (!may || coordinator->attempts[index] >= coordinator->settings->max_retries || coordinator->draining) return false;
  coordinator->attempts[index]++;
  hs__scheduler_retry(coordinator->scheduler, index);
  return true;
}

void hs__coordinator_accept(hs__coordinator *coordinator, int worker, hs_record *record, double seconds) {
  uint32_t index = hs__key_table_find(&coordinator->plan.by_key, record->key);
  if (index == UINT32_MAX || !hs__scheduler_done(coordinator->scheduler, worker, index, seconds) ||
      retried(coordinator, index, record)) {
    hs_record_free(record);
    return;
  }
  hs_trial trial;
  record->rank = worker;
  record->attempt += coordinator->attempts[index];
  coordinator->seen.counts[record->verdict]++;
  if (record->verdict != HS_VERDICT_OK) coordinator->not_ok++;
  int status = hs__plan_table_get(&coordinator->plan, index, &trial);
  if (status == HS_OK) status = hs__store_thread_put(coordinator->store_thread, &trial, record, index);
  if (status < 0) hs__coordinator_fail(coordinator, status, "no memory for a record");
  hs_record_free(record);
  hs_trial_free(&trial);
  halt_if_wanted(coordinator);
}

static int collect_kept(hs__coordinator *coordinator, bool *any) {
  char message[HS_MESSAGE_SIZE];
  int count = hs__store_thread_collect(coordinator->store_thread, &coordinator->tickets, &coordinator->ticket_capacity,
                                       message);
  if (count < 0) return hs__coordinator_fail(coordinator, hs__coordinator_store_status(count), message);
  for (int i = 0; i < count; i++) hs__scheduler_kept(coordinator->scheduler, coordinator->tickets[i]);
  if (count) *any = true;
  return HS_OK;
}

/* ---- messages from other ranks ---- */

static int on_worker_hello(hs__coordinator *coordinator, int worker, hs_reader *payload) {
  char *fingerprint = hs_get_text(payload), *plugins = hs_get_text(payload);
  bool same = fingerprint && plugins && coordinator->fingerprint && coordinator->plugins &&
              strcmp(fingerprint, coordinator->fingerprint) == 0 && strcmp(plugins, coordinator->plugins) == 0;
  if (!same) {
    char message[HS_MESSAGE_SIZE];
    hs_fail(message, 0, "rank %d differs from rank 0 in its numerics or plugins: '%s' here, '%s' there", worker,
            coordinator->fingerprint ? coordinator->fingerprint : "", fingerprint ? fingerprint : "");
    hs__coordinator_fail(coordinator, HS_ERROR_LAUNCH, message);
  }
  hs_free(&fingerprint);
  hs_free(&plugins);
  if (!same) return HS_ERROR_LAUNCH;
  coordinator->workers[worker] = HS__WORKER_READY; /* fed by the next step, as all are */
  return HS_OK;
}

static int on_records(hs__coordinator *coordinator, int worker, hs_reader *payload) {
  uint32_t count = hs_get_u32(payload);
  for (uint32_t i = 0; i < count; i++) {
    double seconds = hs_get_double(payload);
    hs_record record;
    HS_TRY(hs_get_record(payload, &record));
    hs__coordinator_accept(coordinator, worker, &record, seconds);
  }
  return HS_OK;
}

static int on_returned(hs__coordinator *coordinator, int worker, hs_reader *payload) {
  uint32_t count = hs_get_u32(payload);
  for (uint32_t i = 0; i < count && !payload->failed; i++)
    hs__scheduler_return(coordinator->scheduler, worker,
                         hs__key_table_find(&coordinator->plan.by_key, hs_get_hash(payload)));
  return payload->failed ? HS_ERROR_FORMAT : HS_OK;
}

static int on_worker_fault(hs__coordinator *coordinator, int worker, hs_reader *payload) {
  int status = (int32_t)hs_get_u32(payload);
  char *text = hs_get_text(payload), message[HS_MESSAGE_SIZE];
  hs_fail(message, 0, "rank %d: %s", worker, text ? text : "");
  hs_free(&text);
  return hs__coordinator_fail(coordinator, status < 0 ? status : HS_ERROR_INTERNAL, message);
}

/* Goodbyes are read in hs__coordinator_dismiss; one that comes here takes leases with it. */
static int on_early_bye(hs__coordinator *coordinator, int worker) {
  char message[HS_MESSAGE_SIZE];
  coordinator->workers[worker] = HS__WORKER_GONE;
  hs_fail(message, 0, "rank %d left before the end; the same command goes on", worker);
  return hs__coordinator_fail(coordinator, HS_ERROR_LOST, message);
}

/* A worker's HELLO may come before rank 0's own executor has said what to compare it with: it then waits in the
 * transport's order, because the plan phase reads messages only after the local hello. */
static int on_message(hs__coordinator *coordinator, int from, hs__wire_type type, hs_reader *payload) {
  switch (type) {
    case HS__WIRE_HELLO: return on_worker_hello(coordinator, from, payload);
    case HS__WIRE_RECORDS: return on_records(coordinator, from, payload);
    case HS__WIRE_RETURNED: return on_returned(coordinator, from, payload);
    case HS__WIRE_FAULT: return on_worker_fault(coordinator, from, payload);
    case HS__WIRE_BYE: return on_early_bye(coordinator, from);
    default: return HS_OK; /* DIGESTS: rank 0 loads the same data */
  }
}

int hs__coordinator_receive(hs__coordinator *coordinator, double now, bool *any) {
  hs__rank *rank = coordinator->rank;
  if (!rank->transport || !coordinator->fingerprint) return HS_OK;
  int from, status;
  hs__wire_type type;
  while ((status = hs__transport_receive(rank->transport, &from, &type, &coordinator->message_in)) == HS_OK) {
    hs_reader payload = hs_reader_of(coordinator->message_in.data, coordinator->message_in.size);
    *any = true;
    HS_TRY(on_message(coordinator, from, type, &payload));
  }
  if (status < 0) return status;
  if (now < coordinator->next_ping) return HS_OK;
  coordinator->next_ping = now + HS__SILENCE_LIMIT / 5;
  for (int worker = 1; worker < rank->size; worker++)
    if (coordinator->workers[worker] != HS__WORKER_GONE)
      HS_TRY(hs__transport_send(rank->transport, worker, HS__WIRE_PING, NULL));
  return HS_OK;
}

/* ---- the loop ---- */

/* Hands out no more, and takes back what was not begun. */
static void drain(hs__coordinator *coordinator) {
  coordinator->draining = true;
  hs__scheduler_drain(coordinator->scheduler);
  hs__supervisor_drain(coordinator->supervisor);
  for (int worker = 1; worker < coordinator->rank->size; worker++)
    if (coordinator->workers[worker] == HS__WORKER_READY &&
        hs__transport_send(coordinator->rank->transport, worker, HS__WIRE_DRAIN, NULL) < 0)
      hs__coordinator_fail(coordinator, HS_ERROR_MEMORY, "no memory for a message");
}

static void obey_signals(hs__coordinator *coordinator) {
  hs__stop_request request = hs__signals_request();
  if (request == HS__STOP_NOW) coordinator->stopping = true;
  if (coordinator->draining) return;
  if (coordinator->halted) drain(coordinator);
  if (request == HS__STOP_NONE || coordinator->draining) return;
  drain(coordinator);
  if (!coordinator->stopping) hs_log_info("draining: no new trials; running ones may end (once more to stop at once)");
}

/* Everything that was handed out has come back and is on disk. */
static bool is_over(hs__coordinator *coordinator) {
  hs__scheduler_counts counts = hs__scheduler_count(coordinator->scheduler);
  if (coordinator->stopping) return true;
  if (counts.leased > 0 || (counts.pending > 0 && !coordinator->draining)) return false;
  if (counts.done > 0) hs__store_thread_hurry(coordinator->store_thread);
  return counts.done == 0;
}

static void show_progress(hs__coordinator *coordinator, double now) {
  hs__scheduler_counts counts = hs__scheduler_count(coordinator->scheduler);
  coordinator->seen.done = counts.kept + counts.done;
  coordinator->seen.running =
      counts.leased < (uint64_t)coordinator->rank->size ? counts.leased : (uint64_t)coordinator->rank->size;
  hs_progress_update(coordinator->progress, &coordinator->seen, now);
}

static void wait_for_news(hs__coordinator *coordinator, double now, unsigned idle) {
  struct pollfd descriptors[HS__SUPERVISOR_DESCRIPTORS + 2];
  double timeout = 0.25; /* so that the progress display stays alive */
  int count = hs__supervisor_poll(coordinator->supervisor, descriptors, now, &timeout);
  descriptors[count++] =
      (struct pollfd){.fd = hs__store_thread_descriptor(coordinator->store_thread), .events = POLLIN};
  if (!coordinator->draining) descriptors[count++] = (struct pollfd){.fd = hs__signals_descriptor(), .events = POLLIN};
  hs__rank_wait(coordinator->rank, descriptors, count, timeout, idle);
}

static int step(hs__coordinator *coordinator, double now, bool *any) {
  uint64_t before = hs__scheduler_count(coordinator->scheduler).leased;
  int status = hs__supervisor_step(coordinator->supervisor, now);
  if (status < 0) return hs__coordinator_fail(coordinator, HS_ERROR_LOST, "the keeper process of rank 0 is gone");
  status = hs__coordinator_receive(coordinator, now, any);
  if (status == HS_OK) status = collect_kept(coordinator, any);
  if (status == HS_OK && !coordinator->fault) status = feed_all(coordinator);
  if (status < 0 && !coordinator->fault) hs__coordinator_fail(coordinator, status, hs_status_text(status));
  if (hs__scheduler_count(coordinator->scheduler).leased != before) *any = true;
  return coordinator->fault;
}

int hs__coordinator_loop(hs__coordinator *coordinator) {
  unsigned idle = 0;
  for (;;) {
    double now = hs_clock_now();
    bool any = false;
    HS_TRY(step(coordinator, now, &any));
    obey_signals(coordinator);
    show_progress(coordinator, now);
    if (is_over(coordinator)) return HS_OK;
    idle = any ? 0 : idle + 1;
    wait_for_news(coordinator, now, idle);
  }
}

void hs__coordinator_dismiss(hs__coordinator *coordinator) {
  hs__rank *rank = coordinator->rank;
  int from, present = 0;
  hs__wire_type type;
  for (int worker = 1; worker < rank->size; worker++)
    if (coordinator->workers[worker] != HS__WORKER_GONE) {
      hs__transport_send(rank->transport, worker, HS__WIRE_QUIT, NULL);
      present++;
    }
  double until = hs_clock_now() + GOODBYE_SECONDS;
  while (present > 0 && hs_clock_now() < until) {
    int status = hs__transport_receive(rank->transport, &from, &type, &coordinator->message_in);
    if (status < 0) return;
    if (status == HS_END) hs__rank_wait(rank, NULL, 0, -1, 0);
    if (status == HS_OK && type == HS__WIRE_BYE && coordinator->workers[from] != HS__WORKER_GONE) {
      coordinator->workers[from] = HS__WORKER_GONE;
      present--;
    }
  }
}
