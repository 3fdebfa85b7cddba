#include "options.h"

#include <base/clock.h>
#include <base/memory.h>
#include <base/params.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "values.h"

/* ---- lists of texts ------------------------------------------------------------------------------------------- */

int hs_text_list_add(hs_text_list *list, const char *text, size_t length) {
  HS_TRY(hs_grow(&list->items, &list->capacity, list->count + 2, sizeof *list->items));
  char *copy = hs_allocate(length + 1, 1);
  if (!copy) return HS_ERROR_MEMORY;
  memcpy(copy, text, length);
  list->items[list->count++] = copy;
  list->items[list->count] = NULL;
  return HS_OK;
}

int hs_text_list_split(hs_text_list *list, const char *text, char separator) {
  while (*text) {
    const char *end = strchrnul(text, separator);
    if (end > text) HS_TRY(hs_text_list_add(list, text, (size_t)(end - text)));
    text = *end ? end + 1 : end;
  }
  return HS_OK;
}

void hs_text_list_free(hs_text_list *list) {
  for (size_t i = 0; i < list->count; i++) hs_free(&list->items[i]);
  hs_free(&list->items);
  list->count = list->capacity = 0;
}

/* ---- one value ------------------------------------------------------------------------------------------------ */

/* Each sets its field or returns HS_ERROR_USAGE; the sentence is written in one place, by refuse(). */
typedef int (*set_value)(const hs_option *option, const char *text, void *field);

static int set_text(const hs_option *option, const char *text, void *field) {
  (void)option;
  char *copy = hs_copy_text(text), **place = field;
  if (!copy) return HS_ERROR_MEMORY;
  hs_free(place);
  *place = copy;
  return *text ? HS_OK : HS_ERROR_USAGE;
}

static int add_text(const hs_option *option, const char *text, void *field) {
  (void)option;
  return *text ? hs_text_list_add(field, text, strlen(text)) : HS_ERROR_USAGE;
}

static int add_names(const hs_option *option, const char *text, void *field) {
  (void)option;
  return *text ? hs_text_list_split(field, text, ',') : HS_ERROR_USAGE;
}

static int set_integer(const hs_option *option, const char *text, void *field) {
  int64_t value;
  if (!hs_parse_integer(text, &value)) return HS_ERROR_USAGE;
  if ((double)value < option->minimum || (double)value > option->maximum) return HS_ERROR_USAGE;
  *(int *)field = (int)value;
  return HS_OK;
}

static int set_whole(const hs_option *option, const char *text, void *field) {
  (void)option;
  return hs_parse_whole(text, field) ? HS_OK : HS_ERROR_USAGE;
}

static int set_duration(const hs_option *option, const char *text, void *field) {
  double value = hs_duration_parse(text);
  if (value < option->minimum || value > option->maximum) return HS_ERROR_USAGE;
  *(double *)field = value;
  return HS_OK;
}

static int set_size(const hs_option *option, const char *text, void *field) {
  double size;
  if (!hs_parse_size(text, &size) || size < option->minimum) return HS_ERROR_USAGE;
  *(double *)field = size;
  return HS_OK;
}

static int set_choice(const hs_option *option, const char *text, void *field) {
  const char *word = option->choices;
  size_t length = strlen(text);
  for (int index = 0; word; index++) {
    const char *end = strchrnul(word, '|');
    if ((size_t)(end - word) == length && memcmp(word, text, length) == 0) {
      *(int *)field = index;
      return HS_OK;
    }
    word = *end ? end + 1 : NULL;
  }
  return HS_ERROR_USAGE;
}

static int set_halt(const hs_option *option, const char *text, void *field) {
  (void)option;
  return hs_parse_halt(text, field) ? HS_OK : HS_ERROR_USAGE;
}

static const set_value SETTERS[] = {
    [HS_OPTION_TEXT] = set_text,         [HS_OPTION_PATH] = set_text,   [HS_OPTION_LIST] = add_text,
    [HS_OPTION_PATHS] = add_text,        [HS_OPTION_NAMES] = add_names, [HS_OPTION_INTEGER] = set_integer,
    [HS_OPTION_WHOLE] = set_whole,       [HS_OPTION_SIZE] = set_size,   [HS_OPTION_CHOICE] = set_choice,
    [HS_OPTION_DURATION] = set_duration, [HS_OPTION_HALT] = set_halt,
};

static const char *expectation(const hs_option *option, char text[160]) {
  char low[HS_NUMBER_TEXT_SIZE], high[HS_NUMBER_TEXT_SIZE];
  hs_number_text(option->minimum, low);
  hs_number_text(option->maximum, high);
  switch (option->type) {
    case HS_OPTION_INTEGER: snprintf(text, 160, "a whole number from %s to %s", low, high); break;
    case HS_OPTION_WHOLE: snprintf(text, 160, "a whole number from 0"); break;
    case HS_OPTION_DURATION:
      snprintf(text, 160, "a time such as 90s, 5m or 2h");
      if (option->minimum > 0) snprintf(text + strlen(text), 100, ", from %s s to %s s", low, high);
      break;
    case HS_OPTION_SIZE: snprintf(text, 160, "a size such as 512M or 4G"); break;
    case HS_OPTION_CHOICE: snprintf(text, 160, "one of %s", option->choices); break;
    case HS_OPTION_HALT: snprintf(text, 160, "now|soon,fail=N or N%%, such as soon,fail=10 or now,fail=5%%"); break;
    default: snprintf(text, 160, "a text that is not empty"); break;
  }
  return text;
}

int hs_option_set(const hs_option *option, const char *label, const char *text, void *field, char *message) {
  int status = SETTERS[option->type](option, text, field);
  if (status == HS_ERROR_MEMORY) return hs_fail(message, status, "%s: out of memory", label);
  char wanted[160];
  if (status < 0) return hs_fail(message, status, "%s: \"%s\" is not %s", label, text, expectation(option, wanted));
  return HS_OK;
}

bool hs_option_is_list(const hs_option *option) {
  return option->type == HS_OPTION_LIST || option->type == HS_OPTION_PATHS || option->type == HS_OPTION_NAMES;
}

void hs_option_clear(const hs_option *option, void *field) {
  if (hs_option_is_list(option)) hs_text_list_free(field);
  if (option->type == HS_OPTION_TEXT || option->type == HS_OPTION_PATH) hs_free((char **)field);
}

/* ---- a command line ------------------------------------------------------------------------------------------- */

/* Where an option was found. */
typedef struct found_option {
  const hs_option *option; /* NULL = unknown */
  size_t group, index;
} found_option;

/* By long name (of `length` letters), or by letter if name is NULL. */
static found_option find_option(const hs_option_group *groups, const char *name, size_t length, char letter) {
  for (size_t g = 0; g < HS_MAX_GROUPS; g++)
    for (size_t i = 0; i < groups[g].count; i++) {
      const hs_option *option = &groups[g].options[i];
      bool same = name ? strlen(option->name) == length && memcmp(option->name, name, length) == 0
                       : letter && option->letter == letter;
      if (same) return (found_option){option, g, i};
    }
  return (found_option){0};
}

static void *field_of(const hs_option_group *groups, const found_option *found, hs_parsed *parsed) {
  return (char *)parsed->values + groups[found->group].base + found->option->offset;
}

static int unknown_option(const hs_option_group *groups, const char *name, size_t length, char *message) {
  char word[48], hint[64];
  snprintf(word, sizeof word, "%.*s", (int)length, name);
  hs_guess guess = hs_guess_begin(word);
  for (size_t g = 0; g < HS_MAX_GROUPS; g++)
    for (size_t i = 0; i < groups[g].count; i++) hs_guess_consider(&guess, groups[g].options[i].name);
  return hs_fail(message, HS_ERROR_USAGE, "unknown option --%s%s", word,
                 hs_guess_text(&guess, "--", hint, sizeof hint));
}

/* Sets a flag, or a value that is `attached` ("=value") or the next word. *at moves on past what was used. */
static int take_option(const hs_option_group *groups, const found_option *found, const char *attached, int argc,
                       char **argv, int *at, hs_parsed *parsed, char *message) {
  const hs_option *option = found->option;
  void *field = field_of(groups, found, parsed);
  parsed->given[found->group] |= UINT64_C(1) << found->index;
  if (option->type == HS_OPTION_FLAG) {
    if (attached) return hs_fail(message, HS_ERROR_USAGE, "--%s takes no value", option->name);
    *(bool *)field = true;
    return HS_OK;
  }
  if (!attached && *at + 1 >= argc)
    return hs_fail(message, HS_ERROR_USAGE, "--%s needs a value: --%s %s", option->name, option->name,
                   option->argument);
  char label[64];
  snprintf(label, sizeof label, "--%s", option->name);
  return hs_option_set(option, label, attached ? attached : argv[++*at], field, message);
}

static int take_long(const hs_option_group *groups, int argc, char **argv, int *at, hs_parsed *parsed, char *message) {
  const char *name = argv[*at] + 2, *equals = strchr(name, '=');
  size_t length = equals ? (size_t)(equals - name) : strlen(name);
  found_option found = find_option(groups, name, length, 0);
  if (!found.option) return unknown_option(groups, name, length, message);
  return take_option(groups, &found, equals ? equals + 1 : NULL, argc, argv, at, parsed, message);
}

/* -j4, -j 4, -q, -qv. */
static int take_short(const hs_option_group *groups, int argc, char **argv, int *at, hs_parsed *parsed, char *message) {
  for (const char *letter = argv[*at] + 1; *letter; letter++) {
    found_option found = find_option(groups, NULL, 0, *letter);
    if (!found.option) return hs_fail(message, HS_ERROR_USAGE, "unknown option -%c", *letter);
    bool flag = found.option->type == HS_OPTION_FLAG;
    const char *attached = flag || !letter[1] ? NULL : letter + 1;
    HS_TRY(take_option(groups, &found, attached, argc, argv, at, parsed, message));
    if (!flag) break;
  }
  return HS_OK;
}

static int take_argument(const char *text, hs_parsed *parsed, char *message) {
  int status = hs_text_list_add(&parsed->arguments, text, strlen(text));
  return status < 0 ? hs_fail(message, status, "out of memory") : HS_OK;
}

int hs_options_parse(const hs_option_group *groups, int argc, char **argv, hs_parsed *parsed, char *message) {
  bool only_arguments = false;
  for (int at = 0; at < argc; at++) {
    const char *word = argv[at];
    if (only_arguments || word[0] != '-' || !word[1]) {
      HS_TRY(take_argument(word, parsed, message));
    } else if (strcmp(word, "--") == 0) {
      only_arguments = true;
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
      parsed->help = true;
      return HS_OK;
    } else if (word[1] == '-') {
      HS_TRY(take_long(groups, argc, argv, &at, parsed, message));
    } else {
      HS_TRY(take_short(groups, argc, argv, &at, parsed, message));
    }
  }
  return HS_OK;
}

void hs_options_free(const hs_option_group *groups, hs_parsed *parsed) {
  for (size_t g = 0; g < HS_MAX_GROUPS; g++)
    for (size_t i = 0; i < groups[g].count; i++) {
      found_option found = {&groups[g].options[i], g, i};
      hs_option_clear(found.option, field_of(groups, &found, parsed));
    }
  hs_text_list_free(&parsed->arguments);
}
