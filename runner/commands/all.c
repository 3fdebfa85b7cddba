/* all.c: the list of commands. */
#include <base/status.h>
#include <string.h>

#include "command.h"
#include "nearest.h"

const hs_command *const HS_COMMANDS[] = {
    &hs_command_run,    &hs_command_plan,    &hs_command_status, &hs_command_list,
    &hs_command_table,  &hs_command_plot,    &hs_command_export, &hs_command_plugins,
    &hs_command_doctor, &hs_command_version, &hs_command_help,
};
const size_t HS_COMMAND_COUNT = HS_COUNT_OF(HS_COMMANDS);

const hs_command *hs_command_find(const char *name) {
  for (size_t i = 0; i < HS_COMMAND_COUNT; i++)
    if (strcmp(HS_COMMANDS[i]->name, name) == 0) return HS_COMMANDS[i];
  return NULL;
}

int hs_command_unknown(const char *name, char *message) {
  char hint[64];
  hs_guess guess = hs_guess_begin(name);
  for (size_t i = 0; i < HS_COMMAND_COUNT; i++) hs_guess_consider(&guess, HS_COMMANDS[i]->name);
  return hs_fail(message, HS_ERROR_USAGE, "unknown command \"%s\"%s", name,
                 hs_guess_text(&guess, "", hint, sizeof hint));
}
