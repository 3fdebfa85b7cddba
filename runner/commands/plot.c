/* plot.c: `hopsweep plot`: one figure. */
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>

#include "output.h"
#include "selection.h"

typedef struct plot_options {
  hs_selection_options selection;
  hs_text_list group;
  char *output, *title;
  bool median, log_x, log_y, log2_x;
} plot_options;

#define AT(field) offsetof(plot_options, field)

static const hs_option OPTIONS[] = {
    {.name = "group",
     .letter = 'g',
     .type = HS_OPTION_NAMES,
     .offset = AT(group),
     .argument = "NAMES",
     .doc = "parameters that make separate lines (default: all that vary besides X)"},
    {.name = "output",
     .letter = 'o',
     .type = HS_OPTION_PATH,
     .offset = AT(output),
     .argument = "FILE",
     .doc = "the figure: .svg, .png or .pdf (default: Y_over_X.svg)"},
    {.name = "title", .type = HS_OPTION_TEXT, .offset = AT(title), .argument = "TEXT", .doc = "the figure's title"},
    {.name = "median", .offset = AT(median), .doc = "median and quartiles instead of mean and 95 % interval"},
    {.name = "logx", .offset = AT(log_x), .doc = "logarithmic x"},
    {.name = "log2x", .offset = AT(log2_x), .doc = "logarithmic x with powers of two"},
    {.name = "logy", .offset = AT(log_y), .doc = "logarithmic y"},
};

static int draw(hs_call *call, const char *file) {
  const plot_options *options = call->values;
  hs_selection selection = hs_selection_of(&options->selection);
  hs_plot_request request = {.x = call->arguments[1],
                             .y = call->arguments[2],
                             .group = (const char *const *)options->group.items,
                             .group_count = options->group.count,
                             .file = file,
                             .title = options->title,
                             .log_x = options->log_x,
                             .log_y = options->log_y,
                             .log2_x = options->log2_x,
                             .median = options->median};
  hs_store *store = NULL;
  HS_TRY(hs_selection_open(call, &store));
  int status = hs_query_plot(store, &selection, &request, call->message);
  hs_store_close(&store);
  return status;
}

static int run_plot(hs_call *call) {
  const plot_options *options = call->values;
  char usual[256];
  snprintf(usual, sizeof usual, "%.100s_over_%.100s.svg", call->arguments[2], call->arguments[1]);
  const char *file = options->output ? options->output : usual;
  HS_TRY(hs_output_check(file, call->arguments[0], call->message));
  HS_TRY(draw(call, file));
  if (!options->selection.quiet) hs_log_info("figure: %s", file);
  return HS_EXIT_OK;
}

const hs_command hs_command_plot = {
    .name = "plot",
    .arguments = "STORE X Y",
    .summary = "Draws a metric over a parameter, as a line with a band, through gnuplot",
    .example = "  hopsweep plot m.db beta size_1 --group solver,alpha -o size1.svg --logx",
    .least_arguments = 3,
    .most_arguments = 3,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0}, {HS_SELECTION_OPTIONS, HS_SELECTION_OPTION_COUNT, AT(selection)}},
    .values_size = sizeof(plot_options),
    .run = run_plot,
};
