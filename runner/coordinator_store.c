/* Rank 0 and the store: open, subtract what is there, close. */
#include <base/cpu.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "coordinator.h"
#include "version.h"

/* A coordinator whose mpirun was killed lives for about a second: wait that long and some more before refusing. */
static const double LOCK_WAIT = 5.0;

/* Work in a batch: long enough to hide a message, short enough that little is lost with a rank. */
static const double BATCH_SECONDS = 0.1;
enum { BATCH_LIMIT = 1000 };

typedef struct subtraction_state {
  hs__coordinator *coordinator;
  uint8_t *kept; /* of the plan */
  bool moved;    /* some row stands at another position than the plan says */
} subtraction_state;

static void visit_done(void *context, hs_hash key, hs_verdict verdict, uint32_t attempt, uint64_t position) {
  subtraction_state *state = context;
  hs__coordinator *coordinator = state->coordinator;
  (void)attempt;
  uint32_t index = hs__key_table_find(&coordinator->plan.by_key, key);
  if (index == UINT32_MAX) {
    if (position != UINT64_MAX) state->moved = true; /* no longer planned */
    return;
  }
  if (position != index) state->moved = true;
  bool bad = verdict != HS_VERDICT_OK && verdict != HS_VERDICT_NOT_CONVERGED;
  if (bad && coordinator->settings->retry) return;
  state->kept[index] = 1;
  coordinator->seen.counts[verdict]++;
  coordinator->seen.before++;
}

static void processor_name(char *name, size_t size) {
  char line[256];
  snprintf(name, size, "unknown");
  FILE *file = fopen("/proc/cpuinfo", "r");
  while (file && fgets(line, sizeof line, file)) {
    char *colon = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || !colon) continue;
    line[strcspn(line, "\n")] = 0;
    snprintf(name, size, "%s", colon + 2);
    break;
  }
  if (file) fclose(file);
}

static int begin_run(hs__coordinator *coordinator) {
  char host[256] = "unknown", processor[256];
  int64_t run;
  gethostname(host, sizeof host - 1);
  processor_name(processor, sizeof processor);
  hs_run_info info = {
      .plan = &coordinator->plan.head,
      .source = coordinator->source,
      .fingerprint = coordinator->fingerprint,
      .plugins = coordinator->plugins,
      .program_version = HS_VERSION " " HS_GIT_REVISION,
      .host = host,
      .cpu = processor,
      .command_line = coordinator->settings->command_line,
      .ranks = coordinator->rank->size,
      .keep_results = coordinator->settings->keep_results,
      .new_fingerprint = coordinator->settings->new_fingerprint,
  };
  return hs_store_begin(coordinator->store, &info, &run, coordinator->message);
}

static int schedule(hs__coordinator *coordinator, const uint8_t *kept) {
  coordinator->scheduler = hs__scheduler_new(coordinator->rank->size, BATCH_SECONDS, BATCH_LIMIT);
  coordinator->attempts = hs_allocate(coordinator->plan.count, sizeof *coordinator->attempts);
  int status = coordinator->scheduler && coordinator->attempts ? HS_OK : HS_ERROR_MEMORY;
  for (uint32_t i = 0; i < coordinator->plan.count && status == HS_OK; i++)
    status = hs__scheduler_add(coordinator->scheduler, coordinator->plan.groups[i], kept[i]);
  if (status < 0) hs_fail(coordinator->message, status, "no memory to schedule %zu trials", coordinator->plan.count);
  return status;
}

static int subtract(hs__coordinator *coordinator) {
  subtraction_state state = {.coordinator = coordinator, .kept = hs_allocate(coordinator->plan.count, 1)};
  if (!state.kept) return hs_fail(coordinator->message, HS_ERROR_MEMORY, "no memory for the plan");
  int status = hs_store_each_done(coordinator->store, visit_done, &state, coordinator->message);
  if (status == HS_OK && state.moved)
    status = hs_store_replace_positions(coordinator->store, coordinator->plan.keys, coordinator->plan.count,
                                        coordinator->message);
  if (status == HS_OK) status = schedule(coordinator, state.kept);
  hs_free(&state.kept);
  return status;
}

int hs__coordinator_store_status(int status) { return status == HS_ERROR_MEMORY ? status : HS_ERROR_STORE; }

int hs__coordinator_open_store(hs__coordinator *coordinator) {
  hs_store_options options = {.lock_wait = LOCK_WAIT, .take_over = coordinator->settings->take_over};
  char *message = coordinator->message;
  int status = hs_store_open(coordinator->settings->store, HS_STORE_WRITE, &options, &coordinator->store, message);
  if (status == HS_OK) status = begin_run(coordinator);
  if (status == HS_OK) status = subtract(coordinator);
  if (status == HS_OK) status = hs__store_thread_start(coordinator->store, &coordinator->store_thread, message);
  if (status < 0) {
    coordinator->fault = hs__coordinator_store_status(status);
    hs_store_close(&coordinator->store);
  }
  return coordinator->fault;
}

int hs__coordinator_close_store(hs__coordinator *coordinator, const char *how) {
  char message[HS_MESSAGE_SIZE] = "";
  int status = hs__store_thread_stop(&coordinator->store_thread, message);
  if (status == HS_OK && coordinator->store)
    status = hs_store_finish(coordinator->store, how, hs_buffer_text(&coordinator->digests), message);
  hs_store_close(&coordinator->store);
  return status < 0 ? hs__coordinator_fail(coordinator, hs__coordinator_store_status(status), message) : HS_OK;
}
