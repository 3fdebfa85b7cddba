/* Before the first trial: the ranks gather, the executors load, rank 0's executor plans. */
#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <string.h>
#include <unistd.h>

#include "coordinator.h"

/* ---- what the local executor says ---- */

static void on_hello(void *context, const char *fingerprint, const char *plugins) {
  hs__coordinator *coordinator = context;
  if (!coordinator->fingerprint) {
    coordinator->fingerprint = hs_copy_text(fingerprint);
    coordinator->plugins = hs_copy_text(plugins);
  }
  coordinator->workers[0] = HS__WORKER_READY;
}

static void on_plan_head(void *context, hs_reader *payload) {
  hs__coordinator *coordinator = context;
  hs__plan_table_free(&coordinator->plan);
  if (hs_get_plan_head(payload, &coordinator->plan.head) < 0)
    hs__coordinator_fail(coordinator, HS_ERROR_INTERNAL, "the plan's head cannot be read");
}

static void on_plan_trials(void *context, hs_reader *payload, uint32_t count) {
  hs__coordinator *coordinator = context;
  for (uint32_t i = 0; i < count && !coordinator->fault; i++) {
    hs_trial trial = {0};
    int status = hs_get_trial(payload, &trial);
    if (status == HS_OK) status = hs__plan_table_add(&coordinator->plan, &trial);
    hs_trial_free(&trial);
    if (status < 0) hs__coordinator_fail(coordinator, status, "no memory for the plan");
  }
}

static void on_plan_end(void *context) { ((hs__coordinator *)context)->planned = true; }

static void on_record(void *context, hs_record *record, double seconds) {
  hs__coordinator_accept(context, 0, record, seconds);
}

static void on_returned(void *context, hs_hash key) {
  hs__coordinator *coordinator = context;
  hs__scheduler_return(coordinator->scheduler, 0, hs__key_table_find(&coordinator->plan.by_key, key));
}

static void on_digests(void *context, const char *text) {
  hs__coordinator *coordinator = context;
  hs_buffer_clear(&coordinator->digests);
  hs_put_format(&coordinator->digests, "%s", text);
}

static void on_fault(void *context, int status, const char *message) { hs__coordinator_fail(context, status, message); }

/* ---- gathering ---- */

/* Waits until every rank has joined; the level all can run is the lowest. */
static int await_workers(hs__coordinator *coordinator) {
  hs__rank *rank = coordinator->rank;
  int missing = rank->size - 1;
  unsigned idle = 0;
  while (missing > 0) {
    int from;
    hs__wire_type type;
    int status = hs__transport_receive(rank->transport, &from, &type, &coordinator->message_in);
    if (hs__signals_request() != HS__STOP_NONE)
      return hs__coordinator_fail(coordinator, HS_ERROR_INTERRUPTED, "stopped before the first trial");
    if (status < 0) return hs__coordinator_fail(coordinator, status, "MPI cannot receive");
    if (status == HS_END) {
      hs__rank_wait(rank, NULL, 0, -1, idle++);
      continue;
    }
    idle = 0;
    hs_reader payload = hs_reader_of(coordinator->message_in.data, coordinator->message_in.size);
    hs_cpu_level level = (hs_cpu_level)hs_get_u32(&payload);
    if (type != HS__WIRE_JOIN || coordinator->workers[from] != HS__WORKER_AWAITED) continue;
    if (level < coordinator->setup.level) coordinator->setup.level = level;
    coordinator->workers[from] = HS__WORKER_LOADING;
    missing--;
  }
  return HS_OK;
}

static int ship_setup(hs__coordinator *coordinator) {
  hs_buffer payload = {0};
  hs__put_setup(&payload, &coordinator->setup);
  int status = HS_OK;
  for (int worker = 1; worker < coordinator->rank->size && status == HS_OK; worker++)
    status = hs__transport_send(coordinator->rank->transport, worker, HS__WIRE_SETUP, &payload);
  hs_buffer_free(&payload);
  return status < 0 ? hs__coordinator_fail(coordinator, status, "the sweep cannot be sent to the ranks") : HS_OK;
}

int hs__coordinator_gather(hs__coordinator *coordinator) {
  if (hs__setup_make(coordinator->source, coordinator->settings, coordinator->rank->level, &coordinator->setup) < 0)
    return hs__coordinator_fail(coordinator, HS_ERROR_MEMORY, "no memory for the setup");
  HS_TRY(await_workers(coordinator));
  HS_TRY(ship_setup(coordinator));
  hs__supervisor_events events = {
      .context = coordinator,
      .hello = on_hello,
      .plan_head = on_plan_head,
      .plan_trial = on_plan_trials,
      .plan_end = on_plan_end,
      .record = on_record,
      .returned = on_returned,
      .digests = on_digests,
      .fault = on_fault,
  };
  return hs__supervisor_new(&coordinator->rank->keeper, &coordinator->setup, &events, &coordinator->supervisor,
                            coordinator->message);
}

int hs__coordinator_plan(hs__coordinator *coordinator) {
  int status = hs__supervisor_plan(coordinator->supervisor, true);
  while (status == HS_OK && !coordinator->planned && !coordinator->fault) {
    struct pollfd descriptors[HS__SUPERVISOR_DESCRIPTORS + 1];
    double timeout = -1;
    bool any = false;
    int count = hs__supervisor_poll(coordinator->supervisor, descriptors, hs_clock_now(), &timeout);
    descriptors[count++] = (struct pollfd){.fd = hs__signals_descriptor(), .events = POLLIN};
    hs__rank_wait(coordinator->rank, descriptors, count, timeout, 0);
    if (hs__signals_request() != HS__STOP_NONE)
      return hs__coordinator_fail(coordinator, HS_ERROR_INTERRUPTED, "stopped before the first trial");
    status = hs__supervisor_step(coordinator->supervisor, hs_clock_now());
    if (status == HS_OK) status = hs__coordinator_receive(coordinator, hs_clock_now(), &any);
  }
  if (status < 0)
    return hs__coordinator_fail(coordinator, status, "the keeper process is gone: nothing can be started");
  return coordinator->fault;
}
