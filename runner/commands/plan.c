/* plan.c: `hopsweep plan`: what a run would do, without doing it. */
#include <base/memory.h>
#include <base/status.h>
#include <string.h>

#include "output.h"
#include "run_options.h"

enum { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON };

typedef struct plan_options {
  hs_run_options run;
  uint64_t limit;
  int format;
} plan_options;

#define AT(field) offsetof(plan_options, field)

static const hs_option OPTIONS[] = {
    {.name = "limit",
     .type = HS_OPTION_WHOLE,
     .offset = AT(limit),
     .argument = "N",
     .doc = "show the first N trials (default 10; 0: all)"},
    HS_FORMAT_OPTION(AT(format)),
};

/* The trials to be shown. */
typedef struct first_trials {
  hs_trial *items;
  size_t count, capacity;
  uint64_t limit;
  bool failed;
} first_trials;

/* hs_plan lends its trials only for the visit, so they are kept as copies. */
static bool keep_trial(void *context, const hs_trial *trial) {
  first_trials *first = context;
  hs_trial copy = *trial;
  copy.params = (hs_params){0};
  first->failed = hs_grow(&first->items, &first->capacity, first->count + 1, sizeof *first->items) < 0 ||
                  hs_params_copy(&copy.params, &trial->params) < 0;
  if (first->failed) return false;
  first->items[first->count++] = copy;
  return first->count != first->limit;
}

static void free_trials(first_trials *first) {
  for (size_t i = 0; i < first->count; i++) hs_trial_free(&first->items[i]);
  hs_free(&first->items);
}

/* A parameter as people read it; "" where this trial has none of that name. */
static void put_value(hs_buffer *text, const hs_value *value) {
  char number[HS_NUMBER_TEXT_SIZE];
  if (!value) return;
  const char *word = value->type == HS_VALUE_TEXT   ? value->text
                     : value->type == HS_VALUE_FLAG ? (value->number ? "true" : "false")
                                                    : hs_number_text(value->number, number);
  hs_put_bytes(text, word, strlen(word));
}

static void put_csv(hs_buffer *out, const hs_text_list *names, const first_trials *first) {
  char key[HS_HASH_TEXT_SIZE];
  hs_put_format(out, "position,key,replicate");
  for (size_t c = 0; c < names->count; c++) {
    hs_put_bytes(out, ",", 1);
    hs_put_csv_field(out, names->items[c]);
  }
  for (size_t r = 0; r < first->count; r++) {
    const hs_trial *trial = &first->items[r];
    hs_hash_text(trial->key, key);
    hs_put_format(out, "\n%llu,%s,%u", (unsigned long long)trial->position, key, trial->replicate);
    for (size_t c = 0; c < names->count; c++) {
      hs_buffer cell = {0};
      put_value(&cell, hs_params_get(&trial->params, names->items[c]));
      hs_put_bytes(out, ",", 1);
      hs_put_csv_field(out, hs_buffer_text(&cell));
      hs_buffer_free(&cell);
    }
  }
  hs_put_bytes(out, "\n", 1);
}

static void put_json(hs_buffer *out, const hs_plan_head *head, const first_trials *first) {
  char key[HS_HASH_TEXT_SIZE];
  hs_put_format(out, "{\"sweep\": ");
  hs_put_json_text(out, head->name);
  hs_put_format(out, ", \"revision\": %lld, \"seed\": %llu, \"repeats\": %u, \"cells\": %llu, \"trials\": %llu, ",
                (long long)head->revision, (unsigned long long)head->seed, head->repeats,
                (unsigned long long)head->cells, (unsigned long long)head->trials);
  hs_put_format(out, "\"options\": ");
  hs_params_put_json(&head->options, out);
  hs_put_format(out, ", \"first\": [");
  for (size_t i = 0; i < first->count; i++) {
    const hs_trial *trial = &first->items[i];
    hs_hash_text(trial->key, key);
    hs_put_format(out, "%s\n  {\"position\": %llu, \"key\": \"%s\", \"replicate\": %u, \"parameters\": ", i ? "," : "",
                  (unsigned long long)trial->position, key, trial->replicate);
    hs_params_put_json(&trial->params, out);
    hs_put_bytes(out, "}", 1);
  }
  hs_put_format(out, "]}\n");
}

static void put_text_row(hs_buffer *out, const hs_text_list *names, const hs_trial *trial) {
  hs_put_format(out, "  %6llu  %9u", (unsigned long long)trial->position + 1, trial->replicate);
  for (size_t c = 0; c < names->count; c++) {
    const hs_value *value = hs_params_get(&trial->params, names->items[c]);
    if (!value) continue;
    hs_put_format(out, "  %s=", names->items[c]);
    put_value(out, value);
  }
  hs_put_bytes(out, "\n", 1);
}

static void put_text(hs_buffer *out, const hs_text_list *names, const hs_plan_head *head, const first_trials *first) {
  hs_put_format(out, "%s, revision %lld, seed %llu\n", head->name, (long long)head->revision,
                (unsigned long long)head->seed);
  if (head->description && head->description[0]) hs_put_format(out, "%s\n", head->description);
  hs_put_format(out, "trials:     %llu (settings: %llu, replicates of each: %u)\n", (unsigned long long)head->trials,
                (unsigned long long)head->cells, head->repeats);
  hs_put_format(out, "options:    ");
  hs_params_put_json(&head->options, out);
  hs_put_format(out, "\nparameters:%s", names->count ? "" : " none");
  for (size_t i = 0; i < names->count; i++) hs_put_format(out, " %s", names->items[i]);
  hs_put_format(out, "\n\n   trial  replicate  parameters\n");
  for (size_t i = 0; i < first->count; i++) put_text_row(out, names, &first->items[i]);
  if (first->count < head->trials)
    hs_put_format(out, "  ... and %llu more (--limit 0 shows all)\n",
                  (unsigned long long)(head->trials - first->count));
}

static int print_plan(hs_call *call, const hs_plan_head *head, const first_trials *first) {
  const plan_options *options = call->values;
  hs_text_list names = {0};
  hs_buffer out = {0};
  int status = hs_text_list_split(&names, head->parameter_order, ',');
  if (status < 0 || first->failed) out.failed = true;
  if (options->format == FORMAT_CSV) put_csv(&out, &names, first);
  if (options->format == FORMAT_JSON) put_json(&out, head, first);
  if (options->format == FORMAT_TEXT) put_text(&out, &names, head, first);
  status = hs_output_write(&out, call->message);
  hs_buffer_free(&out);
  hs_text_list_free(&names);
  return status;
}

static int run_plan(hs_call *call) {
  plan_options *options = call->values;
  hs_sweep_source source = {0};
  hs_plan_head head = {0};
  first_trials first = {.limit = options->limit};
  int status = hs_run_options_complete(call, &options->run, call->message);
  if (status >= 0) status = hs_run_options_source(call, &options->run, &source, call->message);
  if (status >= 0) status = hs_plan(&source, &options->run.settings, &head, keep_trial, &first, call->message);
  if (status >= 0) status = print_plan(call, &head, &first);
  free_trials(&first);
  hs_plan_head_free(&head);
  hs_sweep_source_free(&source);
  hs_run_options_free(&options->run);
  return status < 0 ? status : HS_EXIT_OK;
}

static void defaults(void *values) {
  plan_options *options = values;
  hs_run_options_default(&options->run);
  options->limit = 10;
}

const hs_command hs_command_plan = {
    .name = "plan",
    .arguments = "SWEEP.lua",
    .summary = "Counts the trials of a sweep and shows the first; runs nothing",
    .details = "Script, options, solvers and parameters are checked on the way, as `run` would check them.",
    .example = "  hopsweep plan sweeps/demo.lua --limit 3",
    .least_arguments = 1,
    .most_arguments = 1,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0},
               {HS_SWEEP_OPTIONS, HS_SWEEP_OPTION_COUNT, AT(run)},
               {HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, AT(run)}},
    .values_size = sizeof(plan_options),
    .defaults = defaults,
    .run = run_plan,
};
