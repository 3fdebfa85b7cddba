/* `hopsweep plan`: an executor plans, nothing runs. */
#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>
#include <poll.h>
#include <string.h>

#include "memory_share.h"
#include "run.h"
#include "supervisor.h"

typedef struct planning_state {
  hs_plan_head *head;
  hs_plan_visit visit;
  void *context;
  int status;
  bool over;
  char *message;
} planning_state;

static void on_head(void *context, hs_reader *payload) {
  planning_state *planning = context;
  hs_plan_head_free(planning->head);
  planning->status = hs_get_plan_head(payload, planning->head);
}

static void on_trials(void *context, hs_reader *payload, uint32_t count) {
  planning_state *planning = context;
  for (uint32_t i = 0; i < count && planning->status == HS_OK && !planning->over; i++) {
    hs_trial trial = {0};
    planning->status = hs_get_trial(payload, &trial);
    if (planning->status == HS_OK && !planning->visit(planning->context, &trial)) planning->over = true;
    hs_trial_free(&trial);
  }
}

static void on_end(void *context) { ((planning_state *)context)->over = true; }

static void on_fault(void *context, int status, const char *message) {
  planning_state *planning = context;
  planning->status = hs_fail(planning->message, status, "%s", message);
}

/* No trials are given, so no record comes. */
static void on_record(void *context, hs_record *record, double seconds) {
  (void)context;
  (void)record;
  (void)seconds;
}

static int drive(hs__supervisor *supervisor, planning_state *planning) {
  int status = hs__supervisor_plan(supervisor, false);
  while (status == HS_OK && planning->status == HS_OK && !planning->over) {
    struct pollfd descriptors[HS__SUPERVISOR_DESCRIPTORS];
    double timeout = -1;
    int count = hs__supervisor_poll(supervisor, descriptors, hs_clock_now(), &timeout);
    poll(descriptors, (nfds_t)count, timeout < 0 ? -1 : (int)(timeout * 1000) + 1);
    status = hs__supervisor_step(supervisor, hs_clock_now());
  }
  if (status < 0) return hs_fail(planning->message, status, "the keeper process is gone");
  return planning->status;
}

int hs_plan(const hs_sweep_source *source, const hs_settings *settings, hs_plan_head *head, hs_plan_visit visit,
            void *context, char *message) {
  hs__keeper keeper;
  hs__supervisor *supervisor = NULL;
  hs__setup setup;
  planning_state planning = {.head = head, .visit = visit, .context = context, .message = message};
  hs__supervisor_events events = {.context = &planning,
                                  .plan_head = on_head,
                                  .plan_trial = on_trials,
                                  .plan_end = on_end,
                                  .record = on_record,
                                  .fault = on_fault};
  if (hs__setup_make(source, settings, hs_cpu_detect(), &setup) < 0)
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for the setup");
  setup.memory_limit = hs__memory_share(1); /* nothing else works on this plan */
  int status = hs__keeper_start(&keeper, message);
  if (status < 0) {
    hs_free(&setup.plugin_folders);
    return status;
  }
  status = hs__supervisor_new(&keeper, &setup, &events, &supervisor, message);
  if (status == HS_OK) status = drive(supervisor, &planning);
  hs__supervisor_free(&supervisor);
  hs__keeper_stop(&keeper);
  hs_free(&setup.plugin_folders);
  return status;
}
