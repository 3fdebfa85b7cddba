/* options.h: one parser for the options of all commands, driven by tables.
 *
 * An option names a field of the command's own struct of values; parsing writes there. Ownership: a struct of values
 * begins zeroed (or with defaults), everything the parser puts into it is its own copy, and hs_options_free gives it
 * back. The same tables drive `hopsweep help`, and those of `run` the configuration file (../config.h).
 */
#ifndef HS_RUNNER_COMMANDS_OPTIONS_H
#define HS_RUNNER_COMMANDS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hs_option_type {
  HS_OPTION_FLAG,     /* bool; takes no value */
  HS_OPTION_TEXT,     /* char *, NULL = not given */
  HS_OPTION_PATH,     /* the same, a file or folder */
  HS_OPTION_LIST,     /* hs_text_list; may be given several times */
  HS_OPTION_PATHS,    /* the same, folders */
  HS_OPTION_NAMES,    /* the same, and each value may be a list "a,b,c" */
  HS_OPTION_INTEGER,  /* int in [minimum, maximum] */
  HS_OPTION_WHOLE,    /* uint64_t */
  HS_OPTION_DURATION, /* double, seconds in [minimum, maximum] */
  HS_OPTION_SIZE,     /* double, bytes */
  HS_OPTION_CHOICE,   /* int: position of the word in `choices` */
  HS_OPTION_HALT      /* hs_halt */
} hs_option_type;

typedef struct hs_option {
  const char *name; /* without "--" */
  char letter;      /* short form, or 0 */
  bool configurable;
  hs_option_type type;
  size_t offset;        /* of the field in the struct of values */
  const char *argument; /* its name in the help; NULL for a flag */
  const char *doc;
  const char *choices; /* CHOICE: words separated by '|' */
  double minimum, maximum;
} hs_option;

/* What every command that prints rows offers; the field is an int. */
#define HS_FORMAT_OPTION(at)                                                                                \
  {                                                                                                         \
    .name = "format", .letter = 'f', .type = HS_OPTION_CHOICE, .offset = (at), .argument = "text|csv|json", \
    .doc = "text for people (default), csv and json for programs", .choices = "text|csv|json"               \
  }

/* `base` is the offset of the group's own struct inside the command's. */
typedef struct hs_option_group {
  const hs_option *options;
  size_t count, base;
} hs_option_group;

enum { HS_MAX_GROUPS = 3, HS_MAX_GROUP_OPTIONS = 64 };

/* A copy of every text. Zero-initialise; hs_text_list_free ends it. Items are followed by a NULL. */
typedef struct hs_text_list {
  char **items;
  size_t count, capacity;
} hs_text_list;

int hs_text_list_add(hs_text_list *list, const char *text, size_t length);
/* Adds the parts between separators; empty parts are left out. */
int hs_text_list_split(hs_text_list *list, const char *text, char separator);
void hs_text_list_free(hs_text_list *list);

/* What a command line said. */
typedef struct hs_parsed {
  void *values;                  /* the command's struct */
  uint64_t given[HS_MAX_GROUPS]; /* bit i: option i of that group was given */
  hs_text_list arguments;        /* everything that is not an option */
  bool help;                     /* --help or -h was among it: the rest was not looked at */
} hs_parsed;

/* Accepts --name value, --name=value, -x value, -xvalue, flags together (-qv) and "--" before arguments that begin with
 * '-'. An unambiguous spelling is wanted: no abbreviations, but the nearest name is suggested. HS_ERROR_USAGE,
 * HS_ERROR_MEMORY. */
int hs_options_parse(const hs_option_group *groups, int argc, char **argv, hs_parsed *parsed, char *message);
void hs_options_free(const hs_option_group *groups, hs_parsed *parsed);

/* Puts one value into its field (freeing what was there; lists grow). `label` is what the message calls the option:
 * "--threads". HS_ERROR_USAGE says what is expected; HS_ERROR_MEMORY. */
int hs_option_set(const hs_option *option, const char *label, const char *text, void *field, char *message);
void hs_option_clear(const hs_option *option, void *field);
bool hs_option_is_list(const hs_option *option);

#endif
