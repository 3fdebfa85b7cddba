/* help.c: `hopsweep help`, and --help of every command, made from the tables that the parser uses. */
#include <base/status.h>
#include <string.h>

#include "command.h"
#include "output.h"

enum { DOC_COLUMN = 30, WIDTH = 110 };

/* Breaks `text` at spaces; lines after the first begin at `column`. */
static void put_wrapped(hs_buffer *out, const char *text, int column) {
  int at = column;
  for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
    int word = (int)strcspn(text, " ");
    if (at > column && at + 1 + word > WIDTH) {
      hs_put_format(out, "\n%*s", column, "");
      at = column;
    }
    hs_put_format(out, "%s%.*s", at > column ? " " : "", word, text);
    at += word + (at > column);
    text += word;
  }
  hs_put_bytes(out, "\n", 1);
}

static void put_option(hs_buffer *out, const hs_option *option) {
  size_t start = out->size;
  if (option->letter)
    hs_put_format(out, "  -%c, --%s", option->letter, option->name);
  else
    hs_put_format(out, "      --%s", option->name);
  if (option->argument) hs_put_format(out, " %s", option->argument);
  int used = (int)(out->size - start);
  if (used >= DOC_COLUMN - 1) {
    hs_put_bytes(out, "\n", 1);
    used = 0;
  }
  hs_put_format(out, "%*s", DOC_COLUMN - used, "");
  put_wrapped(out, option->doc, DOC_COLUMN);
}

static void put_options(hs_buffer *out, const hs_command *command) {
  hs_put_format(out, "\nOptions\n");
  for (size_t g = 0; g < HS_MAX_GROUPS; g++)
    for (size_t i = 0; i < command->groups[g].count; i++) put_option(out, &command->groups[g].options[i]);
  static const hs_option help = {.name = "help", .letter = 'h', .doc = "this page"};
  put_option(out, &help);
}

static void put_command(hs_buffer *out, const hs_command *command) {
  bool options = command->groups[0].count > 0;
  hs_put_format(out, "Usage: hopsweep %s %s%s\n\n%s.\n", command->name, command->arguments, options ? " [options]" : "",
                command->summary);
  if (command->details) hs_put_format(out, "%s\n", command->details);
  put_options(out, command);
  hs_put_format(out, "\nExample\n%s\n\nExit codes\n%s\n", command->example,
                command->exit_codes ? command->exit_codes
                                    : "  0 done · 2 usage · 3 configuration or launch · 5 store · 6 internal");
}

static void put_program(hs_buffer *out) {
  hs_put_format(out,
                "hopsweep: runs sweeps of associative-memory experiments, in parallel, into one SQLite file.\n\n"
                "Usage: hopsweep COMMAND ...\n"
                "       hopsweep SWEEP.lua ...          the same as hopsweep run SWEEP.lua ...\n\nCommands\n");
  for (size_t i = 0; i < HS_COMMAND_COUNT; i++)
    hs_put_format(out, "  %-10s %s\n", HS_COMMANDS[i]->name, HS_COMMANDS[i]->summary);
  hs_put_format(out,
                "\nExamples\n"
                "  hopsweep run sweeps/demo.lua -j 2\n"
                "  mpirun -n 64 hopsweep run sweeps/mnist_metastable.lua --store m.db\n"
                "  hopsweep table m.db --by solver,beta --metric size_1\n\n"
                "hopsweep help COMMAND explains a command.\n");
}

int hs_help_print(const hs_command *command, char *message) {
  hs_buffer out = {0};
  if (command)
    put_command(&out, command);
  else
    put_program(&out);
  int status = hs_output_write(&out, message);
  hs_buffer_free(&out);
  return status;
}

static int run_help(hs_call *call) {
  const hs_command *command = NULL;
  if (call->argument_count) {
    command = hs_command_find(call->arguments[0]);
    if (!command) return hs_command_unknown(call->arguments[0], call->message);
  }
  HS_TRY(hs_help_print(command, call->message));
  return HS_EXIT_OK;
}

const hs_command hs_command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "Explains the program or one command",
    .example = "  hopsweep help run",
    .most_arguments = 1,
    .run = run_help,
};
