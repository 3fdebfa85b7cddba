/* doctor.c: `hopsweep doctor`: what is wrong with this machine or allocation. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"

/* Copies what the executor says and counts its problems. */
static void relay(hs_doctor *doctor, int descriptor) {
  char line[1024];
  FILE *lines = fdopen(descriptor, "r");
  if (!lines) {
    close(descriptor);
    return;
  }
  while (fgets(line, sizeof line, lines)) {
    doctor->problems += strncmp(line, "PROBLEM", 7) == 0;
    fputs(line, stdout);
  }
  fclose(lines);
}

/* BLAS and plugins are loaded by the executor program alone, so it is asked. */
static void ask_executor(hs_doctor *doctor, const char *const *words, const hs_settings *settings) {
  int ends[2], status = 0;
  fflush(NULL);
  if (pipe(ends) != 0) return;
  pid_t child = fork();
  if (child == 0) {
    char message[HS_MESSAGE_SIZE] = "";
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    hs_exec_executor(words, settings, message);
    fprintf(stderr, "%s\n", message);
    _exit(HS_EXIT_INTERNAL);
  }
  close(ends[1]);
  relay(doctor, ends[0]);
  if (child > 0) waitpid(child, &status, 0);
  bool answered =
      child > 0 && WIFEXITED(status) && (WEXITSTATUS(status) == HS_EXIT_OK || WEXITSTATUS(status) == HS_EXIT_CONFIG);
  if (!answered)
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "the executor program failed at \"%s\" → see above, or install again",
                  words[1]);
}

static int examine_executor(hs_doctor *doctor, const hs_settings *settings, char *message) {
  static const char *const blas[] = {"hopsweep-executor", "blas", NULL};
  const char **words = hs_allocate(settings->plugin_folder_count + 6, sizeof *words);
  if (!words) return hs_fail(message, HS_ERROR_MEMORY, "out of memory");
  words[0] = "hopsweep-executor";
  words[1] = "plugins";
  words[2] = "doctor";
  words[3] = "text";
  words[4] = "";
  for (size_t i = 0; i < settings->plugin_folder_count; i++) words[5 + i] = settings->plugin_folders[i];
  ask_executor(doctor, blas, settings);
  ask_executor(doctor, words, settings);
  hs_free(&words);
  return HS_OK;
}

static int examine_all(hs_call *call, hs_run_options *options, hs_doctor *doctor) {
  HS_TRY(hs_run_options_complete(call, options, call->message));
  hs_examine_cores(doctor, &options->settings);
  HS_TRY(examine_executor(doctor, &options->settings, call->message));
  hs_examine_launch(doctor);
  hs_examine_memory(doctor);
  hs_examine_data(doctor, options);
  hs_examine_programs(doctor);
  if (call->argument_count) hs_examine_store(doctor, call->arguments[0]);
  if (fflush(stdout) != 0 || ferror(stdout))
    return hs_fail(call->message, HS_ERROR_IO, "standard output: cannot be written");
  return doctor->problems ? HS_EXIT_CONFIG : HS_EXIT_OK;
}

static int run_doctor(hs_call *call) {
  hs_run_options *options = call->values;
  hs_doctor doctor = {0};
  int result = examine_all(call, options, &doctor);
  hs_run_options_free(options);
  return result;
}

static void defaults(void *values) { hs_run_options_default(values); }

const hs_command hs_command_doctor = {
    .name = "doctor",
    .arguments = "[STORE]",
    .summary = "Says what is wrong with this machine or allocation, and what to do about it",
    .details =
        "Looks at cores, BLAS speed, plugins, Slurm and MPI, memory, data folders, gnuplot and the store's disk.",
    .example = "  hopsweep doctor\n  srun --mpi=pmix -n 1 hopsweep doctor /scratch/m.db",
    .exit_codes = "  0 nothing is wrong · 2 usage · 3 a problem was found · 6 internal",
    .most_arguments = 1,
    .groups = {{HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, 0}},
    .values_size = sizeof(hs_run_options),
    .defaults = defaults,
    .run = run_doctor,
};
