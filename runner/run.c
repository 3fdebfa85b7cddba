#include "run.h"

#include <base/file.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"
#include "memory_share.h"
#include "rank.h"
#include "signals.h"

/* ---- the sweep's files ---- */

static int add_module(hs_sweep_source *source, const char *folder, const char *file, char *message) {
  size_t stem = strlen(file) - strlen(".lua");
  char **names = realloc(source->module_names, (source->module_count + 1) * sizeof *names);
  if (names) source->module_names = names;
  char **texts = realloc(source->module_texts, (source->module_count + 1) * sizeof *texts);
  if (texts) source->module_texts = texts;
  char *name = hs_copy_text(file), *path = hs_path_join(folder, file), *text = NULL;
  int status = names && texts && name && path ? HS_OK : HS_ERROR_MEMORY;
  if (status == HS_OK) status = hs_file_read(path, &text, NULL, message);
  hs_free(&path);
  if (status < 0) {
    hs_free(&name);
    return status;
  }
  name[stem] = 0;
  source->module_names[source->module_count] = name;
  source->module_texts[source->module_count++] = text;
  return HS_OK;
}

/* Other Lua files beside the script are its modules. Only those that the script names are taken: a folder of sweeps is
 * not one program, and editing a neighbour must not change the code's hash. */
static int is_wanted(const hs_sweep_source *source, const char *file) {
  const char *ending = strrchr(file, '.');
  char quoted[2][260];
  if (!ending || strcmp(ending, ".lua") != 0 || strlen(file) > 250) return 0;
  for (int i = 0; i < 2; i++) hs_fail(quoted[i], 0, i ? "'%.*s'" : "\"%.*s\"", (int)(ending - file), file);
  for (size_t i = 0; i <= source->module_count; i++) {
    const char *text = i < source->module_count ? source->module_texts[i] : source->text;
    if (strstr(text, quoted[0]) || strstr(text, quoted[1])) return 1;
  }
  return 0;
}

static int is_known(const hs_sweep_source *source, const char *file) {
  for (size_t i = 0; i < source->module_count; i++)
    if (strncmp(source->module_names[i], file, strlen(file) - strlen(".lua")) == 0 &&
        strlen(source->module_names[i]) == strlen(file) - strlen(".lua"))
      return 1;
  return 0;
}

/* Repeats until no module names a further one. Names are taken in sorted order, so the source is always the same. */
static int read_modules(hs_sweep_source *source, const char *script, char *message) {
  char *folder = hs_path_folder(source->path);
  if (!folder) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the sweep");
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, NULL, alphasort), status = HS_OK;
  for (int changed = 1; changed && status == HS_OK;) {
    changed = 0;
    for (int i = 0; i < count && status == HS_OK; i++) {
      const char *file = entries[i]->d_name;
      if (strcmp(file, script) == 0 || !is_wanted(source, file) || is_known(source, file)) continue;
      status = add_module(source, folder, file, message);
      changed = 1;
    }
  }
  for (int i = 0; i < count; i++) free(entries[i]);
  free(entries);
  hs_free(&folder);
  return status;
}

int hs_sweep_source_read(const char *path, hs_sweep_source *source, char *message) {
  *source = (hs_sweep_source){.path = hs_copy_text(path), .data_folders = hs_copy_text("")};
  if (!source->path || !source->data_folders) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the sweep");
  const char *slash = strrchr(path, '/');
  int status = hs_file_read(path, &source->text, NULL, message);
  if (status == HS_OK) status = read_modules(source, slash ? slash + 1 : path, message);
  if (status < 0) hs_sweep_source_free(source);
  return status;
}

/* ---- the run ---- */

/* OpenBLAS, Lua and the plugins take more than half of it before any data; below, BLAS spins on failing allocations. */
static const double LEAST_MEMORY = 256e6;

static int as_rank(hs__rank *rank, const hs_sweep_source *source, const hs_settings *settings) {
  hs_settings own = *settings;
  if (own.memory_limit <= 0) own.memory_limit = (double)hs__memory_share(hs__launch_local_ranks());
  if (own.memory_limit > 0 && own.memory_limit < LEAST_MEMORY) own.memory_limit = LEAST_MEMORY;
  return rank->rank == 0 ? hs__coordinator_run(rank, source, &own) : hs__worker_run(rank);
}

static int start_rank(hs__rank *rank, hs__launch_kind kind, char *message) {
  *rank = (hs__rank){.size = 1, .level = hs_cpu_detect()};
  HS_TRY(hs__keeper_start(&rank->keeper, message)); /* before MPI_Init and before any thread */
  if (kind != HS__LAUNCH_RANK) return HS_OK;
  HS_TRY(hs__transport_start(&rank->transport, message));
  rank->rank = hs__transport_rank(rank->transport);
  rank->size = hs__transport_size(rank->transport);
  return HS_OK;
}

int hs_run(const hs_sweep_source *source, const hs_settings *settings) {
  char message[HS_MESSAGE_SIZE];
  hs__launch_kind kind;
  hs__rank rank;
  const char *level = getenv("HOPSWEEP_CPU");
  if (level && hs_cpu_level_parse(level) < 0) {
    hs_log_error("HOPSWEEP_CPU=%s: known are portable, avx2 and avx512", level);
    return HS_EXIT_CONFIG;
  }
  int status = hs__launch_detect(settings, &kind, message);
  if (status == HS_OK && kind == HS__LAUNCH_LAUNCHER) return hs__launch_mpirun(settings->processes);
  if (status >= 0) status = start_rank(&rank, kind, message);
  if (status < 0) {
    hs_log_error("%s", message);
    return hs_exit_of(status);
  }
  if (rank.rank == 0) hs__launch_say_started();
  hs__signals_install(); /* after MPI_Init, which installs handlers of its own */
  int exit_code = as_rank(&rank, source, settings);
  hs__keeper_stop(&rank.keeper);
  hs__transport_stop(&rank.transport);
  if (rank.rank != 0) return HS_EXIT_OK; /* rank 0 alone carries the code */
  return hs__launch_hand_over(exit_code);
}

/* ---- commands that need the executor program ---- */

int hs_exec_executor(const char *const *arguments, const hs_settings *settings, char *message) {
  char *path = hs__executor_path();
  if (!path) return hs_fail(message, HS_ERROR_LAUNCH, "hopsweep-executor is not beside the hopsweep program");
  hs__executor_environment(hs_cpu_detect(), settings->threads);
  execv(path, (char *const *)(size_t)arguments);
  int status = hs_fail(message, HS_ERROR_LAUNCH, "%s: %s", path, strerror(errno));
  hs_free(&path);
  return status;
}
