/* plugins.c: `hopsweep plugins`: checked here, done by the executor program, which alone may load plugins. */
#include <base/memory.h>
#include <base/status.h>
#include <string.h>
#include <unistd.h>

#include "nearest.h"
#include "run_options.h"

typedef struct plugins_options {
  hs_run_options run;
  int format;
} plugins_options;

#define AT(field) offsetof(plugins_options, field)

static const hs_option OPTIONS[] = {
    {.name = "format",
     .letter = 'f',
     .type = HS_OPTION_CHOICE,
     .offset = AT(format),
     .argument = "text|json",
     .doc = "of list and show: text for people (default), json for programs",
     .choices = "text|json"},
};

typedef struct plugins_action {
  const char *name, *subject; /* what follows it; NULL = nothing */
} plugins_action;

static const plugins_action ACTIONS[] = {{"list", NULL}, {"show", "ID"}, {"check", "FILE.so"}, {"new", "NAME"}};

static int find_action(const hs_call *call, const plugins_action **action) {
  char hint[64];
  const char *word = call->arguments[0];
  hs_guess guess = hs_guess_begin(word);
  for (size_t i = 0; i < HS_COUNT_OF(ACTIONS); i++) {
    *action = &ACTIONS[i];
    if (strcmp(ACTIONS[i].name, word) == 0) return HS_OK;
    hs_guess_consider(&guess, ACTIONS[i].name);
  }
  return hs_fail(call->message, HS_ERROR_USAGE, "plugins list, show, check or new, not \"%s\"%s", word,
                 hs_guess_text(&guess, "", hint, sizeof hint));
}

static int check_subject(const hs_call *call, const plugins_action *action) {
  size_t wanted = action->subject ? 2 : 1;
  if (call->argument_count < wanted)
    return hs_fail(call->message, HS_ERROR_USAGE, "something is missing: hopsweep plugins %s %s", action->name,
                   action->subject);
  if (call->argument_count > wanted)
    return hs_fail(call->message, HS_ERROR_USAGE, "too many words: hopsweep plugins %s %s", action->name,
                   action->subject ? action->subject : "");
  if (strcmp(action->name, "check") == 0 && access(call->arguments[1], R_OK) != 0)
    return hs_fail(call->message, HS_ERROR_LAUNCH, "%s: no such file, or it cannot be read", call->arguments[1]);
  return HS_OK;
}

/* "hopsweep-executor plugins ACTION FORMAT SUBJECT FOLDER...", as executor_plugins.c takes it. */
static int become_executor(const hs_call *call, const hs_settings *settings) {
  static const char *const formats[] = {"text", "json"};
  const plugins_options *options = call->values;
  const char **words = hs_allocate(settings->plugin_folder_count + 6, sizeof *words);
  if (!words) return hs_fail(call->message, HS_ERROR_MEMORY, "out of memory");
  words[0] = "hopsweep-executor";
  words[1] = "plugins";
  words[2] = call->arguments[0];
  words[3] = formats[options->format];
  words[4] = call->argument_count > 1 ? call->arguments[1] : "";
  for (size_t i = 0; i < settings->plugin_folder_count; i++) words[5 + i] = settings->plugin_folders[i];
  int status = hs_exec_executor(words, settings, call->message);
  hs_free(&words);
  return status;
}

static int run_plugins(hs_call *call) {
  plugins_options *options = call->values;
  const plugins_action *action = NULL;
  HS_TRY(find_action(call, &action));
  HS_TRY(check_subject(call, action));
  int status = hs_run_options_complete(call, &options->run, call->message);
  if (status >= 0) status = become_executor(call, &options->run.settings);
  hs_run_options_free(&options->run);
  return status;
}

static void defaults(void *values) { hs_run_options_default(&((plugins_options *)values)->run); }

const hs_command hs_command_plugins = {
    .name = "plugins",
    .arguments = "list | show ID | check FILE.so | new NAME",
    .summary = "Lists and explains solvers and memories, checks a plugin, begins a new one",
    .details =
        "check runs the conformance suite in a process of its own; new makes a folder with a plugin that passes it.",
    .example =
        "  hopsweep plugins show entmax\n  hopsweep plugins new mine\n"
        "  hopsweep plugins check mine/build/mine.so",
    .exit_codes = "  0 done, all checks passed · 1 a check failed · 2 usage · 3 configuration or launch · 6 internal",
    .least_arguments = 1,
    .most_arguments = 2,
    .groups = {{OPTIONS, HS_COUNT_OF(OPTIONS), 0}, {HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, AT(run)}},
    .values_size = sizeof(plugins_options),
    .defaults = defaults,
    .run = run_plugins,
};
