/* Ranks other than 0: run what the coordinator sends, in the executor of this rank. */
#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <string.h>
#include <unistd.h>

#include "rank.h"
#include "signals.h"
#include "supervisor.h"

/* Records are sent together, but never so many that a message nears MPI's limit of 2 GiB: one record has its own
 * (lua/sweep_run.c). */
enum { LARGE_MESSAGE = 64 << 20 };

typedef struct worker_state {
  hs__rank *rank;
  hs__setup setup;
  hs__supervisor *supervisor; /* NULL until the setup came */
  hs_buffer message, records; /* records: what will be sent as RECORDS, behind a count */
  hs_buffer returned;         /* keys, behind a count */
  uint32_t record_count, returned_count;
  int fault;
  bool leaving;
} worker_state;

static int send_to_coordinator(worker_state *worker, hs__wire_type type, const hs_buffer *payload) {
  return hs__transport_send(worker->rank->transport, 0, type, payload);
}

/* ---- what the executor says is passed on ---- */

static void on_hello(void *context, const char *fingerprint, const char *plugins) {
  worker_state *worker = context;
  hs_buffer payload = {0};
  hs_put_text(&payload, fingerprint);
  hs_put_text(&payload, plugins);
  int status = send_to_coordinator(worker, HS__WIRE_HELLO, &payload);
  if (status < 0) worker->fault = status;
  hs_buffer_free(&payload);
}

static int send_records(worker_state *worker) {
  if (worker->record_count == 0) return HS_OK;
  if (!worker->records.failed) memcpy(worker->records.data, &worker->record_count, sizeof worker->record_count);
  int status = send_to_coordinator(worker, HS__WIRE_RECORDS, &worker->records);
  hs_buffer_clear(&worker->records);
  worker->record_count = 0;
  return status;
}

static void on_record(void *context, hs_record *record, double seconds) {
  worker_state *worker = context;
  if (worker->record_count++ == 0) hs_put_u32(&worker->records, 0);
  hs_put_double(&worker->records, seconds);
  hs_put_record(&worker->records, record);
  if (worker->records.size > LARGE_MESSAGE && send_records(worker) < 0) worker->fault = HS_ERROR_MEMORY;
}

static void on_returned(void *context, hs_hash key) {
  worker_state *worker = context;
  worker->returned_count++;
  hs_put_hash(&worker->returned, key);
}

/* Gives back what was not begun. */
static int on_drain(worker_state *worker) {
  if (!worker->supervisor) return HS_OK;
  worker->returned_count = 0;
  hs_buffer_clear(&worker->returned);
  hs_put_u32(&worker->returned, 0);
  hs__supervisor_drain(worker->supervisor);
  if (worker->returned.failed) return HS_ERROR_MEMORY;
  memcpy(worker->returned.data, &worker->returned_count, sizeof worker->returned_count);
  return send_to_coordinator(worker, HS__WIRE_RETURNED, &worker->returned);
}

static void on_fault(void *context, int status, const char *message) {
  worker_state *worker = context;
  hs_buffer payload = {0};
  hs_put_u32(&payload, (uint32_t)status);
  hs_put_text(&payload, message);
  if (send_to_coordinator(worker, HS__WIRE_FAULT, &payload) < 0) worker->fault = status;
  hs_buffer_free(&payload);
}

/* ---- what the coordinator says is done ---- */

static int on_setup(worker_state *worker, hs_reader *payload) {
  char message[HS_MESSAGE_SIZE];
  hs__supervisor_events events = {
      .context = worker, .hello = on_hello, .record = on_record, .returned = on_returned, .fault = on_fault};
  HS_TRY(hs__get_setup(payload, &worker->setup));
  HS_TRY(hs__supervisor_new(&worker->rank->keeper, &worker->setup, &events, &worker->supervisor, message));
  return hs__supervisor_start(worker->supervisor);
}

static int on_trials(worker_state *worker, hs_reader *payload) {
  uint32_t count = hs_get_u32(payload);
  for (uint32_t i = 0; i < count; i++) {
    hs_trial trial = {0};
    int status = hs_get_trial(payload, &trial);
    if (status == HS_OK) status = hs__supervisor_give(worker->supervisor, &trial);
    hs_trial_free(&trial);
    HS_TRY(status);
  }
  return hs__supervisor_send(worker->supervisor);
}

static int on_message(worker_state *worker, hs__wire_type type, hs_reader *payload) {
  switch (type) {
    case HS__WIRE_SETUP: return on_setup(worker, payload);
    case HS__WIRE_TRIALS: return worker->supervisor ? on_trials(worker, payload) : HS_ERROR_FORMAT;
    case HS__WIRE_DRAIN: return on_drain(worker);
    case HS__WIRE_QUIT: worker->leaving = true; return HS_OK;
    default: return HS_OK; /* PING: being heard is enough */
  }
}

static int receive_all(worker_state *worker, double now, double *heard, bool *any) {
  int from, status;
  hs__wire_type type;
  while ((status = hs__transport_receive(worker->rank->transport, &from, &type, &worker->message)) == HS_OK) {
    hs_reader payload = hs_reader_of(worker->message.data, worker->message.size);
    *heard = now;
    *any = true;
    HS_TRY(on_message(worker, type, &payload));
  }
  return status < 0 ? status : HS_OK;
}

static int step(worker_state *worker, double now, double *heard, bool *any) {
  HS_TRY(receive_all(worker, now, heard, any));
  if (worker->supervisor) HS_TRY(hs__supervisor_step(worker->supervisor, now));
  if (worker->record_count) *any = true;
  HS_TRY(send_records(worker));
  return worker->fault;
}

static void wait_for_news(const worker_state *worker, double now, unsigned idle) {
  struct pollfd descriptors[HS__SUPERVISOR_DESCRIPTORS];
  double timeout = -1;
  int count = worker->supervisor ? hs__supervisor_poll(worker->supervisor, descriptors, now, &timeout) : 0;
  hs__rank_wait(worker->rank, descriptors, count, timeout, idle);
}

static int join(worker_state *worker) {
  char host[256] = "unknown";
  hs_buffer payload = {0};
  gethostname(host, sizeof host - 1);
  hs_put_u32(&payload, (uint32_t)worker->rank->level);
  hs_put_text(&payload, host);
  int status = send_to_coordinator(worker, HS__WIRE_JOIN, &payload);
  hs_buffer_free(&payload);
  return status;
}

/* Signals are rank 0's business: it tells the workers to leave. Silence of rank 0 counts only while we were listening,
 * which is always: nothing here blocks. */
static int work(worker_state *worker) {
  double heard = hs_clock_now();
  unsigned idle = 0;
  int status = join(worker);
  while (status == HS_OK && !worker->leaving) {
    double now = hs_clock_now();
    bool any = false;
    status = step(worker, now, &heard, &any);
    if (status == HS_OK && now - heard > HS__SILENCE_LIMIT) status = HS_ERROR_LOST;
    idle = any ? 0 : idle + 1;
    if (status == HS_OK && !worker->leaving) wait_for_news(worker, now, idle);
  }
  return status;
}

int hs__worker_run(hs__rank *rank) {
  worker_state worker = {.rank = rank};
  int status = work(&worker);
  hs__supervisor_free(&worker.supervisor);
  hs__setup_free(&worker.setup);
  hs_buffer_free(&worker.message);
  hs_buffer_free(&worker.records);
  hs_buffer_free(&worker.returned);
  if (status == HS_ERROR_LOST) {
    /* The coordinator or the keeper is gone; MPI_Finalize would wait for ranks that never come. */
    hs_log_error("rank %d: lost its coordinator or its keeper; leaving", rank->rank);
    _exit(HS_EXIT_INTERRUPTED);
  }
  if (status < 0) on_fault(&worker, status, hs_status_text(status));
  send_to_coordinator(&worker, HS__WIRE_BYE, NULL);
  return status < 0 ? HS_EXIT_INTERNAL : HS_EXIT_OK;
}
