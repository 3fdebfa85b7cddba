/* Rank 0 from start to end. */
#include "coordinator.h"

#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <string.h>

#include "launch.h"

int hs__coordinator_fail(hs__coordinator *coordinator, int status, const char *message) {
  if (coordinator->fault) return coordinator->fault;
  coordinator->fault = status;
  if (message != coordinator->message) hs_fail(coordinator->message, status, "%s", message);
  return status;
}

static uint64_t count_not_ok(const hs__coordinator *coordinator) {
  uint64_t total = 0;
  for (int verdict = 1; verdict < HS_VERDICT_COUNT; verdict++) total += coordinator->seen.counts[verdict];
  return total;
}

/* "2 failed, 1 timeout" into text. */
static const char *describe_not_ok(const hs__coordinator *coordinator, hs_buffer *text) {
  for (int verdict = 1; verdict < HS_VERDICT_COUNT; verdict++)
    if (coordinator->seen.counts[verdict])
      hs_put_format(text, "%s%llu %s", text->size ? ", " : "", (unsigned long long)coordinator->seen.counts[verdict],
                    hs_verdict_word(verdict));
  return hs_buffer_text(text);
}

static int report_end(hs__coordinator *coordinator) {
  hs__scheduler_counts counts = hs__scheduler_count(coordinator->scheduler);
  const char *store = coordinator->settings->store, *name = coordinator->plan.head.name;
  const char *plural = coordinator->plan.count == 1 ? "" : "s";
  /* The store is closed: what had been reported is on disk, also where that was not announced any more. */
  unsigned long long total = coordinator->plan.count, kept = counts.kept + counts.done;
  char duration[32];
  hs_duration_text(hs_clock_now() - coordinator->began, duration);
  if (kept < total) {
    hs_log_warning("%s: interrupted with %llu of %llu trials stored in %s; the same command goes on from there", name,
                   kept, total, store);
    return HS_EXIT_INTERRUPTED;
  }
  uint64_t bad = count_not_ok(coordinator);
  hs_buffer text = {0};
  if (bad)
    hs_log_warning("%s: %llu trial%s in %s: %llu ok, %s; see: hopsweep list %s --where 'verdict!=ok'", name, total,
                   plural, store, (unsigned long long)coordinator->seen.counts[0], describe_not_ok(coordinator, &text),
                   store);
  else if (coordinator->seen.before == total)
    hs_log_info("%s: nothing to do: all %llu trials are in %s; see: hopsweep table %s", name, total, store, store);
  else
    hs_log_info("%s: %llu trial%s, all ok, %s; stored in %s; see: hopsweep table %s", name, total, plural, duration,
                store, store);
  hs_buffer_free(&text);
  return bad ? HS_EXIT_TRIALS : HS_EXIT_OK;
}

static void start_progress(hs__coordinator *coordinator) {
  const hs_settings *settings = coordinator->settings;
  hs_progress_mode mode = settings->progress;
  if (mode == HS_PROGRESS_AUTO && hs__launch_has_terminal()) mode = HS_PROGRESS_BAR;
  coordinator->seen.sweep = coordinator->plan.head.name;
  coordinator->seen.planned = coordinator->plan.count;
  coordinator->seen.workers = coordinator->rank->size;
  if (coordinator->seen.before < coordinator->plan.count)
    coordinator->progress = hs_progress_new(mode, settings->progress_interval);
}

static int run_trials(hs__coordinator *coordinator) {
  if (coordinator->seen.before && coordinator->seen.before < coordinator->plan.count)
    hs_log_info("%s: %llu of %zu trials are in %s already; going on", coordinator->plan.head.name,
                (unsigned long long)coordinator->seen.before, coordinator->plan.count, coordinator->settings->store);
  start_progress(coordinator);
  hs__coordinator_loop(coordinator);
  /* A stop at once leaves running trials behind: their executors are killed, their leases lapse. */
  hs__scheduler_counts counts = hs__scheduler_count(coordinator->scheduler);
  bool complete = !coordinator->fault && counts.kept + counts.done == coordinator->plan.count;
  hs__coordinator_close_store(coordinator, complete ? "complete" : coordinator->fault ? "failed" : "interrupted");
  hs_progress_finish(&coordinator->progress, &coordinator->seen, hs_clock_now());
  return coordinator->fault;
}

static int run_phases(hs__coordinator *coordinator) {
  HS_TRY(hs__coordinator_gather(coordinator));
  HS_TRY(hs__coordinator_plan(coordinator));
  HS_TRY(hs__coordinator_open_store(coordinator));
  return run_trials(coordinator);
}

static void free_coordinator(hs__coordinator *coordinator) {
  hs__supervisor_free(&coordinator->supervisor);
  hs__scheduler_free(&coordinator->scheduler);
  hs__plan_table_free(&coordinator->plan);
  hs_free(&coordinator->setup.plugin_folders); /* the source in it is borrowed */
  hs_free(&coordinator->workers);
  hs_free(&coordinator->fingerprint);
  hs_free(&coordinator->plugins);
  hs_free(&coordinator->attempts);
  hs_free(&coordinator->tickets);
  hs_buffer_free(&coordinator->digests);
  hs_buffer_free(&coordinator->message_in);
  hs_buffer_free(&coordinator->message_out);
}

int hs__coordinator_run(hs__rank *rank, const hs_sweep_source *source, const hs_settings *settings) {
  hs__coordinator coordinator = {.rank = rank, .source = source, .settings = settings, .began = hs_clock_now()};
  coordinator.workers = hs_allocate((size_t)rank->size, sizeof *coordinator.workers);
  int status = coordinator.workers ? run_phases(&coordinator) : HS_ERROR_MEMORY, exit_code;
  if (status < 0 && !coordinator.message[0]) hs_fail(coordinator.message, 0, "%s", hs_status_text(status));
  if (status < 0) {
    hs_log(status == HS_ERROR_INTERRUPTED ? HS_LOG_WARNING : HS_LOG_ERROR, "%s", coordinator.message);
    exit_code = hs_exit_of(status);
  } else {
    exit_code = report_end(&coordinator);
  }
  if (rank->transport && coordinator.workers) hs__coordinator_dismiss(&coordinator);
  free_coordinator(&coordinator);
  return exit_code;
}
