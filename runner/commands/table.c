/* table.c: `hopsweep table`: statistics over replicates. */
#include "selection.h"

typedef struct table_options {
  hs_selection_options selection;
  hs_text_list by, metric;
  bool wide;
} table_options;

#define AT(field) offsetof(table_options, field)

static const hs_option OPTIONS[] = {
    {.name = "by",
     .letter = 'b',
     .type = HS_OPTION_NAMES,
     .offset = AT(by),
     .argument = "NAMES",
     .doc = "parameters that make a row, such as solver,beta (default: all that vary)"},
    {.name = "metric",
     .letter = 'm',
     .type = HS_OPTION_NAMES,
     .offset = AT(metric),
     .argument = "NAMES",
     .doc = "metrics to show (default: all)"},
    {.name = "wide", .offset = AT(wide), .doc = "also median and quartiles in the text form"},
};

static int query(hs_call *call, hs_store *store, hs_buffer *out) {
  const table_options *options = call->values;
  hs_selection selection = hs_selection_of(&options->selection);
  hs_table_request request = {.by = (const char *const *)options->by.items,
                              .by_count = options->by.count,
                              .metrics = (const char *const *)options->metric.items,
                              .metric_count = options->metric.count,
                              .wide = options->wide};
  return hs_query_table(store, &selection, &request, (hs_format)options->selection.format, out, call->message);
}

static int run_table(hs_call *call) { return hs_query_to_output(call, query); }

const hs_command hs_command_table = {
    .name = "table",
    .arguments = "STORE",
    .summary = "Shows metrics over replicates: n, mean, sd and 95 % interval, one row per setting",
    .details = "Trials whose verdict is neither ok nor not_converged are left out, and their number is said.",
    .example = "  hopsweep table m.db --by solver,alpha,beta --metric size_1,size_2",
    .least_arguments = 1,
    .most_arguments = 1,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0},
               {HS_SELECTION_OPTIONS, HS_SELECTION_OPTION_COUNT, AT(selection)},
               {HS_ROW_OPTIONS, HS_ROW_OPTION_COUNT, AT(selection)}},
    .values_size = sizeof(table_options),
    .run = run_table,
};
