/* executor.c: the program that opens Lua, data and plugins and runs trials. It speaks to its supervisor on descriptor 3
 * and may die at any moment without harm to anything but the trial it is running. */
#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "executor_services.h"
#include "setup.h"
#include "wire.h"

enum { SUPERVISOR_SOCKET = 3, PLAN_CHUNK_BYTES = 1 << 18 };

/* The coordinator holds about 150 bytes for each planned trial. */
#define PLAN_LIMIT INT64_C(50000000)

/* Data of the first groups are built while planning, so that a missing file or an impossible parameter is found before
 * anything is stored; further groups only while it is cheap. */
static const double REHEARSAL_SECONDS = 1.0;

/* Shared data, Lua and workspaces share the executor's limit. */
static const double SCRIPT_SHARE = 0.6;

typedef struct executor_state {
  hs__channel channel;
  hs__setup setup;
  hs_registry *registry;
  hs_lua_services services;
  hs_sweep *sweep;
  size_t digest_size; /* of the digests last sent */
  hs_hash group;      /* whose data were built last */
  bool has_group;
} executor_state;

static int send_frame(executor_state *executor, hs__wire_type type, hs_buffer *payload) {
  int status =
      payload->failed ? HS_ERROR_MEMORY : hs__channel_send(&executor->channel, type, payload->data, payload->size);
  if (status == HS_OK) status = hs__channel_wait_sent(&executor->channel);
  hs_buffer_clear(payload);
  return status;
}

static int send_fault(executor_state *executor, int fault, const char *message) {
  hs_buffer payload = {0};
  hs_put_u32(&payload, (uint32_t)fault);
  hs_put_text(&payload, message);
  int status = send_frame(executor, HS__WIRE_FAULT, &payload);
  hs_buffer_free(&payload);
  return status;
}

/* ---- setup ---- */

/* A plugin that cannot be used stops the run, also where no trial asks for it: which plugins took part must not depend
 * on what happened to be broken. */
static int load(executor_state *executor, char *message) {
  HS_TRY(hs__executor_registry(executor->setup.plugin_folders, &executor->registry, message));
  if (hs_registry_fault_count(executor->registry))
    return hs_fail(message, HS_ERROR_VERSION, "%s", hs_registry_fault(executor->registry, 0));
  executor->services = hs__executor_services(executor->registry);
  hs_lua_limits limits = {.memory = (size_t)((double)executor->setup.memory_limit * SCRIPT_SHARE)};
  return hs_sweep_open(&executor->setup.source, &executor->services, &limits, &executor->sweep, message);
}

static int send_hello(executor_state *executor) {
  hs_buffer payload = {0}, plugins = {0};
  char *fingerprint = hs__executor_fingerprint();
  hs_registry_put_identity(executor->registry, &plugins);
  hs_put_text(&payload, fingerprint);
  hs_put_text(&payload, hs_buffer_text(&plugins));
  int status = send_frame(executor, HS__WIRE_HELLO, &payload);
  hs_buffer_free(&payload);
  hs_buffer_free(&plugins);
  hs_free(&fingerprint);
  return status;
}

static int on_setup(executor_state *executor, hs_reader *payload) {
  HS_TRY(hs__get_setup(payload, &executor->setup));
  char message[HS_MESSAGE_SIZE] = "";
  int status = load(executor, message);
  return status < 0 ? send_fault(executor, status, message) : send_hello(executor);
}

/* ---- plan ---- */

typedef struct rehearsal_state {
  bool on;
  double until;
  hs_hash group;
  bool first, group_too_late;
} rehearsal_state;

/* Every trial of a group that was begun in time is rehearsed: the data are there, so it costs little. */
static int rehearse(executor_state *executor, rehearsal_state *rehearsal, const hs_trial *trial, char *message) {
  if (!rehearsal->on) return HS_OK;
  if (rehearsal->first || !hs_hash_equal(rehearsal->group, trial->group)) {
    rehearsal->group_too_late = !rehearsal->first && hs_clock_now() > rehearsal->until;
    rehearsal->group = trial->group;
    rehearsal->first = false;
  }
  if (rehearsal->group_too_late || trial->replicate > 1) return HS_OK;
  return hs_sweep_rehearse(executor->sweep, trial, message);
}

static int send_plan_chunk(executor_state *executor, hs_buffer *trials, uint32_t *count) {
  if (*count == 0) return HS_OK;
  memcpy(trials->data, count, sizeof *count); /* the room in front of the trials */
  HS_TRY(send_frame(executor, HS__WIRE_PLAN_TRIALS, trials));
  *count = 0;
  hs_put_u32(trials, 0);
  return HS_OK;
}

static int send_trials(executor_state *executor, rehearsal_state *rehearsal, hs_buffer *trials, char *message) {
  uint32_t count = 0;
  int status;
  hs_put_u32(trials, 0);
  for (;;) {
    hs_trial trial = {0};
    status = hs_sweep_next(executor->sweep, &trial, message);
    if (status != HS_OK) {
      hs_trial_free(&trial);
      break;
    }
    status = rehearse(executor, rehearsal, &trial, message);
    hs_put_trial(trials, &trial);
    count++;
    hs_trial_free(&trial);
    if (status == HS_OK && trials->size > PLAN_CHUNK_BYTES) status = send_plan_chunk(executor, trials, &count);
    if (status < 0) return status;
  }
  return status < 0 ? status : send_plan_chunk(executor, trials, &count);
}

static int send_head(executor_state *executor, char *message) {
  const hs_plan_head *head;
  HS_TRY(hs_sweep_head(executor->sweep, &head, message));
  if (head->trials > PLAN_LIMIT)
    return hs_fail(message, HS_ERROR_SCRIPT,
                   "%s: the plan has %llu trials, at most %lld are possible: use a smaller space",
                   executor->setup.source.path, (unsigned long long)head->trials, (long long)PLAN_LIMIT);
  hs_buffer payload = {0};
  hs_put_plan_head(&payload, head);
  int status = send_frame(executor, HS__WIRE_PLAN_HEAD, &payload);
  hs_buffer_free(&payload);
  return status;
}

static int on_plan(executor_state *executor, hs_reader *payload) {
  if (!executor->sweep) return HS_OK; /* the fault was reported */
  rehearsal_state rehearsal = {
      .on = hs_get_u8(payload) != 0, .until = hs_clock_now() + REHEARSAL_SECONDS, .first = true};
  hs_buffer trials = {0};
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep_rewind(executor->sweep);
  int status = send_head(executor, message);
  if (status == HS_OK) status = send_trials(executor, &rehearsal, &trials, message);
  hs_buffer_clear(&trials);
  if (status < 0)
    status = status == HS_ERROR_LOST ? status : send_fault(executor, status, message);
  else
    status = send_frame(executor, HS__WIRE_PLAN_END, &trials);
  hs_buffer_free(&trials);
  return status;
}

/* ---- trials ---- */

static int send_digests_if_new(executor_state *executor) {
  hs_buffer digests = {0}, payload = {0};
  hs_sweep_put_digests(executor->sweep, &digests);
  int status = HS_OK;
  if (digests.size != executor->digest_size) {
    executor->digest_size = digests.size;
    hs_put_text(&payload, hs_buffer_text(&digests));
    status = send_frame(executor, HS__WIRE_DIGESTS, &payload);
  }
  hs_buffer_free(&digests);
  hs_buffer_free(&payload);
  return status;
}

static int send_mark(executor_state *executor, hs__wire_type type) {
  hs_buffer nothing = {0};
  return send_frame(executor, type, &nothing);
}

/* Builds the data of a group that is new here, so that the trial which happens to come first does not pay for it with
 * its own time. Errors are left to the trial, which meets them again. */
static int load_group(executor_state *executor, const hs_trial *trial) {
  char ignored[HS_MESSAGE_SIZE];
  if (executor->has_group && hs_hash_equal(executor->group, trial->group)) return HS_OK;
  HS_TRY(send_mark(executor, HS__WIRE_LOADING));
  hs_sweep_rehearse(executor->sweep, trial, ignored);
  executor->group = trial->group;
  executor->has_group = true;
  return send_mark(executor, HS__WIRE_BEGUN);
}

static void run_trial(executor_state *executor, const hs_trial *trial, hs_record *record) {
  char message[HS_MESSAGE_SIZE] = "";
  double wall = hs_clock_now(), cpu = hs_clock_cpu();
  record->started = hs_clock_wall();
  int status = hs_sweep_run(executor->sweep, trial, record, message);
  if (status < 0) {
    record->verdict = HS_VERDICT_FAILED;
    hs_free(&record->message);
    record->message = hs_copy_text(message);
  }
  record->key = trial->key;
  record->wall = hs_clock_now() - wall;
  record->cpu = hs_clock_cpu() - cpu;
}

static int on_trials(executor_state *executor, hs_reader *payload) {
  uint32_t count = hs_get_u32(payload);
  hs_buffer bytes = {0};
  int status = HS_OK;
  for (uint32_t i = 0; i < count && status == HS_OK; i++) {
    hs_trial trial = {0};
    hs_record record = {0};
    status = hs_get_trial(payload, &trial);
    if (status == HS_OK) status = load_group(executor, &trial);
    if (status == HS_OK) {
      run_trial(executor, &trial, &record);
      fflush(NULL); /* what it printed precedes its record */
      hs_put_record(&bytes, &record);
      status = send_frame(executor, HS__WIRE_RECORD, &bytes);
    }
    hs_record_free(&record);
    hs_trial_free(&trial);
  }
  hs_buffer_free(&bytes);
  return status == HS_OK ? send_digests_if_new(executor) : status;
}

static int serve(void) {
  executor_state executor = {0};
  hs__channel_open(&executor.channel, SUPERVISOR_SOCKET);
  int status;
  hs__wire_type type;
  hs_reader payload;
  while ((status = hs__channel_wait_frame(&executor.channel, &type, &payload)) == HS_OK) {
    if (type == HS__WIRE_QUIT) break;
    if (type == HS__WIRE_SETUP) status = on_setup(&executor, &payload);
    if (type == HS__WIRE_PLAN) status = on_plan(&executor, &payload);
    if (type == HS__WIRE_TRIALS && executor.sweep) status = on_trials(&executor, &payload);
    if (status < 0) break;
  }
  hs_sweep_free(&executor.sweep);
  hs_registry_free(&executor.registry);
  hs__setup_free(&executor.setup);
  hs__channel_close(&executor.channel);
  return status < 0 && status != HS_ERROR_LOST ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
  if (argc >= 2 && strcmp(argv[1], "serve") == 0) return serve();
  if (argc >= 2 && (strcmp(argv[1], "plugins") == 0 || strcmp(argv[1], "blas") == 0))
    return hs__executor_plugins(argc - 1, argv + 1);
  fputs("hopsweep-executor is started by hopsweep; there is nothing to call here\n", stderr);
  return 2;
}
