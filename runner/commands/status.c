/* status.c: `hopsweep status`: how far a sweep is; with --exit-code also for batch scripts. */
#include <base/status.h>

#include "selection.h"

typedef struct status_options {
  hs_selection_options selection; /* of it: sweep and format */
  bool exit_code;
} status_options;

#define AT(field) offsetof(status_options, field)

static const hs_option OPTIONS[] = {
    {.name = "exit-code",
     .offset = AT(exit_code),
     .doc = "say it by the exit code: 0 complete and all ok, 1 complete and some not ok, 4 not complete"},
    {.name = "sweep",
     .type = HS_OPTION_TEXT,
     .offset = AT(selection.sweep),
     .argument = "NAME",
     .doc = "which sweep of the store (default: the latest)"},
    HS_FORMAT_OPTION(AT(selection.format)),
};

static int query(hs_call *call, hs_store *store, hs_buffer *out) {
  const status_options *options = call->values;
  return hs_query_status(store, options->selection.sweep, (hs_format)options->selection.format, out, call->message);
}

static int exit_code_of(hs_call *call) {
  const status_options *options = call->values;
  hs_store *store = NULL;
  hs_store_sweep sweep = {0};
  HS_TRY(hs_selection_open(call, &store));
  int status = hs_store_status(store, options->selection.sweep, &sweep, call->message);
  hs_store_close(&store);
  HS_TRY(status);
  hs_exit code = sweep.recorded < sweep.planned                 ? HS_EXIT_INTERRUPTED
                 : sweep.counts[HS_VERDICT_OK] < sweep.recorded ? HS_EXIT_TRIALS
                                                                : HS_EXIT_OK;
  hs_store_sweep_free(&sweep);
  return code;
}

static int run_status(hs_call *call) {
  const status_options *options = call->values;
  HS_TRY(hs_query_to_output(call, query));
  return options->exit_code ? exit_code_of(call) : HS_EXIT_OK;
}

const hs_command hs_command_status = {
    .name = "status",
    .arguments = "STORE",
    .summary = "Says how far a sweep is, what failed and who is writing",
    .example = "  hopsweep status m.db\n  hopsweep status --exit-code m.db     # last line of a batch script",
    .exit_codes =
        "  0 done; with --exit-code: 0 complete and all ok · 1 some trials not ok · 4 not complete\n"
        "  2 usage · 5 store · 6 internal",
    .least_arguments = 1,
    .most_arguments = 1,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0}},
    .values_size = sizeof(status_options),
    .run = run_status,
};
