/* export.c: `hopsweep export`: everything, for other programs. */
#include <base/file.h>
#include <base/status.h>
#include <string.h>

#include "output.h"
#include "selection.h"

typedef struct export_options {
  hs_selection_options selection;
  char *output, *array;
} export_options;

#define AT(field) offsetof(export_options, field)

static const hs_option OPTIONS[] = {
    {.name = "output",
     .letter = 'o',
     .type = HS_OPTION_PATH,
     .offset = AT(output),
     .argument = "FILE",
     .doc = "write there, completely or not at all (default: standard output); .csv or .json decides the format"},
    {.name = "array",
     .letter = 'a',
     .type = HS_OPTION_TEXT,
     .offset = AT(array),
     .argument = "KEY NAME",
     .doc = "instead of rows, the kept array NAME of the trial KEY (a unique beginning will do) as an NPY file"},
    {.name = "format",
     .letter = 'f',
     .type = HS_OPTION_CHOICE,
     .offset = AT(selection.format),
     .argument = "csv|json",
     .doc = "csv: one row per trial (default); json: sweep, provenance and all rows",
     .choices = "csv|json"},
    {.name = "limit", .type = HS_OPTION_WHOLE, .offset = AT(selection.limit), .argument = "N", .doc = "at most N rows"},
};
enum { ARRAY_BIT = 1 << 1, FORMAT_BIT = 1 << 2 };

static bool ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), tail = strlen(ending);
  return length >= tail && strcmp(text + length - tail, ending) == 0;
}

static hs_format format_of(const hs_call *call) {
  const export_options *options = call->values;
  if (call->parsed->given[0] & FORMAT_BIT) return options->selection.format ? HS_FORMAT_JSON : HS_FORMAT_CSV;
  return options->output && ends_with(options->output, ".json") ? HS_FORMAT_JSON : HS_FORMAT_CSV;
}

static int make(hs_call *call, hs_buffer *out) {
  const export_options *options = call->values;
  hs_selection selection = hs_selection_of(&options->selection);
  hs_store *store = NULL;
  HS_TRY(hs_selection_open(call, &store));
  int status = options->array ? hs_query_array(store, options->array, call->arguments[1], out, call->message)
                              : hs_query_export(store, &selection, format_of(call), out, call->message);
  hs_store_close(&store);
  return status;
}

static int check(const hs_call *call) {
  bool array = (call->parsed->given[0] & ARRAY_BIT) != 0;
  if (array && call->argument_count != 2)
    return hs_fail(call->message, HS_ERROR_USAGE, "which array? hopsweep export STORE --array KEY NAME -o FILE.npy");
  if (!array && call->argument_count != 1)
    return hs_fail(call->message, HS_ERROR_USAGE, "too many words: hopsweep export STORE");
  return HS_OK;
}

static int run_export(hs_call *call) {
  const export_options *options = call->values;
  hs_buffer out = {0};
  HS_TRY(check(call));
  if (options->output) HS_TRY(hs_output_check(options->output, call->arguments[0], call->message));
  int status = make(call, &out);
  if (status >= 0 && out.failed) status = hs_fail(call->message, HS_ERROR_MEMORY, "out of memory");
  if (status >= 0)
    status = options->output ? hs_file_write(options->output, out.data, out.size, call->message)
                             : hs_output_write(&out, call->message);
  hs_buffer_free(&out);
  return status < 0 ? status : HS_EXIT_OK;
}

const hs_command hs_command_export = {
    .name = "export",
    .arguments = "STORE",
    .summary = "Writes all rows as CSV or JSON, or a kept array as NPY",
    .example = "  hopsweep export m.db -o m.json\n  hopsweep export m.db --array 3f9a states -o states.npy",
    .least_arguments = 1,
    .most_arguments = 2,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0}, {HS_SELECTION_OPTIONS, HS_SELECTION_OPTION_COUNT, AT(selection)}},
    .values_size = sizeof(export_options),
    .run = run_export,
};
