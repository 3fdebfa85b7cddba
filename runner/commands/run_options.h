/* run_options.h: the options that commands share, in three tables, and how defaults, configuration file, environment
 * and command line become one hs_settings. */
#ifndef HS_RUNNER_COMMANDS_RUN_OPTIONS_H
#define HS_RUNNER_COMMANDS_RUN_OPTIONS_H

#include "command.h"

/* The fields of all three tables. Settings only point to texts; these lie here. hs_options_free gives back what the
 * parser put in, hs_run_options_free the rest. */
typedef struct hs_run_options {
  hs_settings settings;
  hs_text_list plugin_path, data_dir, set;
  char *store, *log, *config;
  int progress;
  uint64_t seed;
  bool quiet, verbose;
  char *data_folders; /* data_dir joined by ':' */
} hs_run_options;

enum { HS_SET_AT, HS_SEED_AT }; /* places in HS_SWEEP_OPTIONS */
enum { HS_MACHINE_OPTION_COUNT = 8, HS_SWEEP_OPTION_COUNT = 2, HS_RUN_OPTION_COUNT = 12 };
extern const hs_option HS_MACHINE_OPTIONS[HS_MACHINE_OPTION_COUNT]; /* folders, threads, log: any command that works */
extern const hs_option HS_SWEEP_OPTIONS[HS_SWEEP_OPTION_COUNT];     /* --set and --seed: what reads a sweep */
extern const hs_option HS_RUN_OPTIONS[HS_RUN_OPTION_COUNT];         /* `run` alone */

void hs_run_options_default(hs_run_options *options);

/* Completes options that the command line of `call` began, and fills options->settings: what the command line left open
 * comes from the configuration file, else the default. Folders of command line, environment (HOPSWEEP_PLUGIN_PATH,
 * HOPSWEEP_DATA) and file are all searched, in this order. Opens the log. Errors: HS_ERROR_LAUNCH with file and line,
 * HS_ERROR_IO, HS_ERROR_MEMORY. */
int hs_run_options_complete(const hs_call *call, hs_run_options *options, char *message);
void hs_run_options_free(hs_run_options *options);

/* Reads a sweep script with --set, --seed and the data folders. hs_sweep_source_free ends *source also after an error.
 * HS_ERROR_USAGE: --set without "name=". */
int hs_run_options_source(const hs_call *call, const hs_run_options *options, hs_sweep_source *source, char *message);

#endif
