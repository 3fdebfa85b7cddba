/* command.h: what a command is: one constant table entry per file of this folder. main.c finds it by name, parses its
 * options into a zeroed struct of its own, and runs it. */
#ifndef HS_RUNNER_COMMANDS_COMMAND_H
#define HS_RUNNER_COMMANDS_COMMAND_H

#include "../run.h"
#include "options.h"

/* One call of a command. */
typedef struct hs_call {
  const struct hs_command *command;
  void *values; /* the command's struct, filled */
  const hs_parsed *parsed;
  const char *const *arguments;
  size_t argument_count;
  const char *command_line; /* as typed, for provenance */
  char *message;            /* HS_MESSAGE_SIZE bytes */
} hs_call;

typedef struct hs_command {
  const char *name;
  const char *arguments; /* for the usage line: "STORE" */
  const char *summary;   /* one line */
  const char *details;   /* further lines of the help, or NULL */
  const char *example;
  const char *exit_codes; /* NULL = those that all commands share */
  size_t least_arguments, most_arguments;
  hs_option_group groups[HS_MAX_GROUPS];
  size_t values_size;
  void (*defaults)(void *values); /* NULL = zeroes will do */
  /* An hs_exit, or a negative status with the sentence in call->message. */
  int (*run)(hs_call *call);
} hs_command;

extern const hs_command hs_command_run, hs_command_plan, hs_command_status, hs_command_list, hs_command_table,
    hs_command_export, hs_command_plot, hs_command_plugins, hs_command_doctor, hs_command_version, hs_command_help;

/* All of them, in the order of the help. */
extern const hs_command *const HS_COMMANDS[];
extern const size_t HS_COMMAND_COUNT;
const hs_command *hs_command_find(const char *name);
/* HS_ERROR_USAGE: no such command, and the nearest. */
int hs_command_unknown(const char *name, char *message);

/* Prints the help of one command, or of the program (NULL), to stdout. */
int hs_help_print(const hs_command *command, char *message);

#define HS_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
