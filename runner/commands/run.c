/* run.c: `hopsweep run`: what it was told, as settings and a sweep source, handed to hs_run. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "first_rank.h"
#include "run_options.h"

/* "sweeps/demo.lua" -> "demo.db". */
static char *default_store(const char *script) {
  const char *slash = strrchr(script, '/'), *name = slash ? slash + 1 : script, *dot = strrchr(name, '.');
  int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
  char *store = NULL;
  return asprintf(&store, "%.*s.db", length, name) < 0 ? NULL : store;
}

static int prepare(hs_call *call, hs_run_options *options, hs_sweep_source *source) {
  if (!options->store) options->store = default_store(call->arguments[0]);
  if (!options->store) return hs_fail(call->message, HS_ERROR_MEMORY, "out of memory");
  HS_TRY(hs_run_options_complete(call, options, call->message));
  if (!hs_is_first_rank()) return HS_OK; /* rank 0 sends script and modules to all */
  return hs_run_options_source(call, options, source, call->message);
}

static int run_run(hs_call *call) {
  hs_run_options *options = call->values;
  hs_sweep_source source = {0};
  int result = prepare(call, options, &source);
  if (result == HS_OK) result = hs_run(&source, &options->settings);
  hs_sweep_source_free(&source);
  hs_run_options_free(options);
  return result;
}

static void defaults(void *values) { hs_run_options_default(values); }

const hs_command hs_command_run = {
    .name = "run",
    .arguments = "SWEEP.lua",
    .summary = "Runs a sweep, or goes on with it: trials that the store already has are not run again",
    .details =
        "Under mpirun or srun every rank works; alone, -j N starts N ranks on this machine.\n"
        "The signal USR1 ends a run gently: running trials end, nothing new begins, exit code 4.",
    .example =
        "  hopsweep run sweeps/demo.lua -j 2\n"
        "  mpirun -n 64 hopsweep run sweeps/mnist_metastable.lua --store m.db --set queries=500",
    .exit_codes =
        "  0 all trials ok · 1 some trials not ok · 2 usage · 3 configuration, script or launch\n"
        "  4 interrupted: the same command goes on · 5 store · 6 internal",
    .least_arguments = 1,
    .most_arguments = 1,
    .groups = {{HS_SWEEP_OPTIONS, HS_SWEEP_OPTION_COUNT, 0},
               {HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT, 0},
               {HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, 0}},
    .values_size = sizeof(hs_run_options),
    .defaults = defaults,
    .run = run_run,
};
