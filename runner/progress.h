/* progress.h: what a person sees while a sweep runs: a bar with ETA on a terminal, a line per interval in a log. */
#ifndef HS_RUNNER_PROGRESS_H
#define HS_RUNNER_PROGRESS_H

#include <base/record.h>

#include "run.h"

typedef struct hs_progress_state {
  const char *sweep;
  uint64_t planned, before; /* trials of the plan; of these already stored when the run began */
  uint64_t done;            /* stored now, those before included */
  uint64_t counts[HS_VERDICT_COUNT];
  uint64_t running;
  int workers;
} hs_progress_state;

typedef struct hs_progress hs_progress;

/* mode AUTO: a bar if stderr is a terminal, else lines. NULL without memory: all functions accept NULL. */
hs_progress *hs_progress_new(hs_progress_mode mode, double interval);
/* Cheap: decides by itself whether it is time to draw. `now` is hs_clock_now(). */
void hs_progress_update(hs_progress *progress, const hs_progress_state *state, double now);
/* Draws the end state and leaves the terminal clean. */
void hs_progress_finish(hs_progress **progress, const hs_progress_state *state, double now);

#endif
