/* main.c: finds the command, parses its options, runs it, and turns what comes back into an exit code. */
#include <base/buffer.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/first_rank.h"

static int say(int status, const char *message) {
  bool same_on_all = status == HS_ERROR_USAGE || status == HS_ERROR_LAUNCH;
  if (hs_is_first_rank() || !same_on_all) hs_log_error("%s", message[0] ? message : hs_status_text(status));
  return hs_exit_of(status);
}

/* A word as a shell would take it back. */
static void put_word(hs_buffer *line, const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./=:,%@^";
  if (*word && word[strspn(word, plain)] == 0) {
    hs_put_bytes(line, word, strlen(word));
    return;
  }
  hs_put_bytes(line, "'", 1);
  for (; *word; word++) hs_put_bytes(line, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
  hs_put_bytes(line, "'", 1);
}

static void put_command_line(hs_buffer *line, int argc, char **argv) {
  for (int i = 0; i < argc; i++) {
    if (i) hs_put_bytes(line, " ", 1);
    put_word(line, argv[i]);
  }
}

static int check_arguments(const hs_command *command, size_t count, char *message) {
  if (count < command->least_arguments)
    return hs_fail(message, HS_ERROR_USAGE, "something is missing: hopsweep %s %s", command->name, command->arguments);
  if (count > command->most_arguments)
    return hs_fail(message, HS_ERROR_USAGE, "too many words: hopsweep %s %s", command->name, command->arguments);
  return HS_OK;
}

/* Parses and runs; returns an exit code or a negative status. */
static int parse_and_run(const hs_command *command, hs_parsed *parsed, int argc, char **argv, const char *line,
                         char *message) {
  HS_TRY(hs_options_parse(command->groups, argc, argv, parsed, message));
  if (parsed->help) {
    HS_TRY(hs_help_print(command, message));
    return HS_EXIT_OK;
  }
  HS_TRY(check_arguments(command, parsed->arguments.count, message));
  hs_call call = {.command = command,
                  .values = parsed->values,
                  .parsed = parsed,
                  .arguments = (const char *const *)parsed->arguments.items,
                  .argument_count = parsed->arguments.count,
                  .command_line = line,
                  .message = message};
  return command->run(&call);
}

static int call_command(const hs_command *command, int argc, char **argv, const char *line) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_parsed parsed = {.values = hs_allocate(1, command->values_size)};
  if (!parsed.values) return say(HS_ERROR_MEMORY, "out of memory");
  if (command->defaults) command->defaults(parsed.values);
  int result = parse_and_run(command, &parsed, argc, argv, line, message);
  hs_options_free(command->groups, &parsed);
  hs_free(&parsed.values);
  return result < 0 ? say(result, message) : result;
}

/* `hopsweep sweep.lua ...` means run. */
static bool is_script(const char *word) {
  size_t length = strlen(word);
  return length > 4 && strcmp(word + length - 4, ".lua") == 0;
}

static const hs_command *command_of(const char *word) {
  if (strcmp(word, "--version") == 0) return &hs_command_version;
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return &hs_command_help;
  return is_script(word) ? &hs_command_run : hs_command_find(word);
}

/* Started with a standard descriptor closed, the next file opened would become it: a store that is also stderr. */
static void open_standard_descriptors(void) {
  for (int opened = open("/dev/null", O_RDWR); opened >= 0; opened = open("/dev/null", O_RDWR))
    if (opened > STDERR_FILENO) {
      close(opened);
      return;
    }
}

int main(int argc, char **argv) {
  char message[HS_MESSAGE_SIZE] = "";
  open_standard_descriptors();
  if (argc < 2) return say(HS_ERROR_USAGE, "which command? hopsweep help lists them; hopsweep SWEEP.lua runs a sweep");
  const hs_command *command = command_of(argv[1]);
  if (!command) {
    hs_command_unknown(argv[1], message);
    return say(HS_ERROR_USAGE, message);
  }
  hs_buffer line = {0};
  put_command_line(&line, argc, argv);
  int skip = is_script(argv[1]) ? 1 : 2;
  int result = call_command(command, argc - skip, argv + skip, hs_buffer_text(&line));
  hs_buffer_free(&line);
  return result;
}
