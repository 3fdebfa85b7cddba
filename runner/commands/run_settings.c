/* run_settings.c: how command line, environment, configuration file and defaults become settings and a sweep source. */
#include <base/buffer.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "folders.h"
#include "run_options.h"

static int out_of_memory(char *message) { return hs_fail(message, HS_ERROR_MEMORY, "out of memory"); }

/* Which options of this table the command line gave; none if the command does not have the table. */
static uint64_t given_of(const hs_call *call, const hs_option *table) {
  for (size_t g = 0; g < HS_MAX_GROUPS; g++)
    if (call->command->groups[g].options == table) return call->parsed->given[g];
  return 0;
}

static int add_environment(hs_run_options *options) {
  const char *plugins = getenv("HOPSWEEP_PLUGIN_PATH"), *data = getenv("HOPSWEEP_DATA");
  if (plugins) HS_TRY(hs_text_list_split(&options->plugin_path, plugins, ':'));
  if (data) HS_TRY(hs_text_list_split(&options->data_dir, data, ':'));
  return HS_OK;
}

static int add_config(const hs_call *call, hs_run_options *options, char *message) {
  char *path = NULL;
  HS_TRY(hs_config_find(options->config, &path, message));
  if (!path) return HS_OK;
  const hs_config_section sections[] = {
      {HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, options, given_of(call, HS_MACHINE_OPTIONS)},
      {HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT, options, given_of(call, HS_RUN_OPTIONS)},
  };
  int status = hs_config_apply(path, sections, HS_COUNT_OF(sections), message);
  hs_log_debug("configuration: %s", path);
  hs_free(&path);
  return status;
}

static int join_data_folders(hs_run_options *options, char *message) {
  hs_buffer joined = {0};
  for (size_t i = 0; i < options->data_dir.count; i++)
    hs_put_format(&joined, "%s%s", i ? ":" : "", options->data_dir.items[i]);
  hs_free(&options->data_folders);
  options->data_folders = hs_copy_text(hs_buffer_text(&joined));
  bool failed = joined.failed || !options->data_folders;
  hs_buffer_free(&joined);
  return failed ? out_of_memory(message) : HS_OK;
}

static void set_log_level(const hs_run_options *options) {
  if (options->quiet) hs_log_set_level(HS_LOG_WARNING);
  if (options->verbose) hs_log_set_level(HS_LOG_DEBUG);
}

int hs_run_options_complete(const hs_call *call, hs_run_options *options, char *message) {
  set_log_level(options);
  for (size_t i = 0; i < options->plugin_path.count; i++)
    if (access(options->plugin_path.items[i], R_OK | X_OK) != 0)
      return hs_fail(message, HS_ERROR_LAUNCH, "--plugin-path %s: %s", options->plugin_path.items[i], strerror(errno));
  if (add_environment(options) < 0) return out_of_memory(message);
  HS_TRY(add_config(call, options, message));
  if (hs_folders_add_shipped(&options->plugin_path) < 0) return out_of_memory(message);
  hs_folders_make_unique(&options->plugin_path);
  HS_TRY(join_data_folders(options, message));
  hs_settings *settings = &options->settings;
  settings->plugin_folders = (const char *const *)options->plugin_path.items;
  settings->plugin_folder_count = options->plugin_path.count;
  settings->data_folders = options->data_folders;
  settings->progress = options->quiet ? HS_PROGRESS_NONE : (hs_progress_mode)options->progress;
  settings->log = options->log;
  settings->store = options->store;
  settings->command_line = call->command_line;
  return options->log ? hs_log_open(options->log, message) : HS_OK;
}

void hs_run_options_free(hs_run_options *options) { hs_free(&options->data_folders); }

/* "name=value" -> overrides. */
static int add_override(hs_sweep_source *source, const char *text, char *message) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text)
    return hs_fail(message, HS_ERROR_USAGE, "--set %s: expected NAME=VALUE, such as --set queries=500", text);
  char *name = strndup(text, (size_t)(equals - text));
  int status = name ? hs_params_set_text(&source->overrides, name, equals + 1) : HS_ERROR_MEMORY;
  free(name);
  return status < 0 ? out_of_memory(message) : HS_OK;
}

int hs_run_options_source(const hs_call *call, const hs_run_options *options, hs_sweep_source *source, char *message) {
  HS_TRY(hs_sweep_source_read(call->arguments[0], source, message));
  for (size_t i = 0; i < options->set.count; i++) HS_TRY(add_override(source, options->set.items[i], message));
  hs_free(&source->data_folders);
  source->data_folders = hs_copy_text(options->data_folders);
  source->seed = options->seed;
  source->seed_given = (given_of(call, HS_SWEEP_OPTIONS) >> HS_SEED_AT & 1) != 0;
  return source->data_folders ? HS_OK : out_of_memory(message);
}
