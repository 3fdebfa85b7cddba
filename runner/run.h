/* run.h: `hopsweep run` and `hopsweep plan`, as the commands call them. */
#ifndef HS_RUNNER_RUN_H
#define HS_RUNNER_RUN_H

#include <base/plan.h>
#include <base/trial.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit codes; programs rely on them. */
typedef enum hs_exit {
  HS_EXIT_OK = 0,     /* all trials ok */
  HS_EXIT_TRIALS = 1, /* some trials not ok */
  HS_EXIT_USAGE = 2,
  HS_EXIT_CONFIG = 3,      /* configuration, sweep script or launch */
  HS_EXIT_INTERRUPTED = 4, /* resumable: the same command goes on */
  HS_EXIT_STORE = 5,
  HS_EXIT_INTERNAL = 6
} hs_exit;

int hs_exit_of(int status); /* the exit code that goes with an error status */

typedef enum hs_progress_mode {
  HS_PROGRESS_AUTO,
  HS_PROGRESS_BAR,
  HS_PROGRESS_LINES,
  HS_PROGRESS_NONE
} hs_progress_mode;

/* --halt now|soon,fail=N|N%: stop when so many trials are not ok. */
typedef struct hs_halt {
  bool on, now;
  double count, percent; /* one of them > 0 */
} hs_halt;

/* Everything of a run that configuration file, environment and command line decide; texts are owned by the struct's
 * maker and outlive the call. Zero is not a default: hs_settings_default fills it. */
typedef struct hs_settings {
  const char *store;    /* path */
  int processes;        /* -j; 1 = this process alone; 0 = not given */
  double trial_timeout; /* seconds; 0 = none */
  int max_retries;      /* further attempts of a trial that crashed or timed out */
  int crash_limit;      /* executors one trial may cost before it is left as crashed */
  hs_halt halt;
  hs_progress_mode progress;
  double progress_interval; /* seconds between lines */
  double memory_limit;      /* bytes per executor; 0 = a fair share of the machine or cgroup */
  int threads;              /* BLAS threads per executor */
  bool retry;               /* stored trials that failed, crashed, timed out or were invalid run again */
  bool keep_results, new_fingerprint, take_over;
  const char *const *plugin_folders;
  size_t plugin_folder_count;
  const char *data_folders; /* "a:b:c" */
  const char *command_line; /* for provenance */
  const char *log;          /* file, or NULL */
} hs_settings;

void hs_settings_default(hs_settings *settings);

/* Runs the sweep to its end on this rank; every rank of an MPI job calls it. Returns the exit code; whatever there is
 * to say was said through log.h. */
int hs_run(const hs_sweep_source *source, const hs_settings *settings);

/* Reads a script and the Lua files beside it into a source (path, text, modules). HS_ERROR_NOT_FOUND, HS_ERROR_IO. */
int hs_sweep_source_read(const char *path, hs_sweep_source *source, char *message);

/* Plans in an executor without running: head first, then every trial. visit returns false to stop. */
typedef bool (*hs_plan_visit)(void *context, const hs_trial *trial);
int hs_plan(const hs_sweep_source *source, const hs_settings *settings, hs_plan_head *head, hs_plan_visit visit,
            void *context, char *message);

/* Replaces this process by the executor program with these arguments (NULL-terminated), BLAS configured: how commands
 * that need plugins or Lua are run. Returns only on failure, with a status. */
int hs_exec_executor(const char *const *arguments, const hs_settings *settings, char *message);

#endif
