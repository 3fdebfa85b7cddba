/* list.c: `hopsweep list`: one row per trial. */
#include "selection.h"

static int query(hs_call *call, hs_store *store, hs_buffer *out) {
  const hs_selection_options *options = call->values;
  hs_selection selection = hs_selection_of(options);
  return hs_query_list(store, &selection, (hs_format)options->format, out, call->message);
}

static int run_list(hs_call *call) { return hs_query_to_output(call, query); }

const hs_command hs_command_list = {
    .name = "list",
    .arguments = "STORE",
    .summary = "Shows one row per trial: key, verdict, replicate, parameters, metrics",
    .details = "Rows stand in the order of the plan. Safe while a run is on.",
    .example = "  hopsweep list m.db --where 'verdict!=ok'\n  hopsweep list m.db --format csv > m.csv",
    .least_arguments = 1,
    .most_arguments = 1,
    .groups = {{HS_SELECTION_OPTIONS, HS_SELECTION_OPTION_COUNT, 0}, {HS_ROW_OPTIONS, HS_ROW_OPTION_COUNT, 0}},
    .values_size = sizeof(hs_selection_options),
    .run = run_list,
};
