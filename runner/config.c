#include "config.h"

#include <base/file.h>
#include <base/memory.h>
#include <base/params.h>
#include <base/status.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/nearest.h"
#include "run.h"

/* ---- where it is ---------------------------------------------------------------------------------------------- */

static int must_exist(const char *file, const char *who, char **path, char *message) {
  if (access(file, R_OK) != 0)
    return hs_fail(message, HS_ERROR_LAUNCH, "%s: the configuration file that %s names cannot be read", file, who);
  *path = hs_copy_text(file);
  return *path ? HS_OK : hs_fail(message, HS_ERROR_MEMORY, "out of memory");
}

/* prefix + "/" + rest if that file can be read, else NULL. */
static char *path_if_readable(const char *prefix, const char *rest) {
  if (!prefix || !*prefix) return NULL;
  char *path = hs_path_join(prefix, rest);
  if (path && access(path, R_OK) != 0) hs_free(&path);
  return path;
}

int hs_config_find(const char *chosen, char **path, char *message) {
  const char *named = getenv("HOPSWEEP_CONFIG"), *configs = getenv("XDG_CONFIG_HOME");
  if (chosen) return must_exist(chosen, "--config", path, message);
  if (named && *named) return must_exist(named, "HOPSWEEP_CONFIG", path, message);
  *path = path_if_readable(".", "hopsweep.cfg");
  if (!*path && configs && *configs) *path = path_if_readable(configs, "hopsweep/hopsweep.cfg");
  if (!*path && !(configs && *configs)) *path = path_if_readable(getenv("HOME"), ".config/hopsweep/hopsweep.cfg");
  if (!*path) *path = path_if_readable("/etc", "hopsweep.cfg");
  return HS_OK;
}

/* ---- what it says --------------------------------------------------------------------------------------------- */

/* One setting of the file on its way into a field. */
typedef struct config_entry {
  const config_setting_t *setting;
  const char *folder; /* of the file */
  const hs_option *option;
  char label[224]; /* "FILE:LINE: key" */
  void *field;
} config_entry;

const char *hs_config_key(const hs_option *option, char key[48]) {
  snprintf(key, 48, "%s", option->name);
  for (char *c = key; *c; c++)
    if (*c == '-') *c = '_';
  return key;
}

static const char *wanted_form(const hs_option *option) {
  switch (option->type) {
    case HS_OPTION_INTEGER: return "a whole number";
    case HS_OPTION_DURATION: return "seconds, or a text such as \"5m\"";
    case HS_OPTION_SIZE: return "bytes, or a text such as \"4G\"";
    case HS_OPTION_PATHS: return "a list of texts, such as [\"a\", \"b\"]";
    default: return "a text in quotes";
  }
}

static int wrong_type(const config_entry *entry, char *message) {
  return hs_fail(message, HS_ERROR_LAUNCH, "%s wants %s", entry->label, wanted_form(entry->option));
}

static bool is_path(const hs_option *option) {
  return option->type == HS_OPTION_PATH || option->type == HS_OPTION_PATHS;
}

/* Hands one text to the parser of the command line. */
static int apply_text(const config_entry *entry, const char *text, char *message) {
  char *path = is_path(entry->option) && *text ? hs_path_join(entry->folder, text) : NULL;
  int status = hs_option_set(entry->option, entry->label, path ? path : text, entry->field, message);
  hs_free(&path);
  return status == HS_ERROR_USAGE ? HS_ERROR_LAUNCH : status;
}

static bool takes_numbers(hs_option_type type) {
  return type == HS_OPTION_INTEGER || type == HS_OPTION_DURATION || type == HS_OPTION_SIZE;
}

static int apply_number(const config_entry *entry, char *message) {
  char text[HS_NUMBER_TEXT_SIZE];
  hs_option_type type = entry->option->type;
  bool whole = config_setting_type(entry->setting) != CONFIG_TYPE_FLOAT;
  if (!takes_numbers(type) || (type == HS_OPTION_INTEGER && !whole)) return wrong_type(entry, message);
  if (whole)
    snprintf(text, sizeof text, "%lld", config_setting_get_int64(entry->setting));
  else
    snprintf(text, sizeof text, "%.6f", config_setting_get_float(entry->setting));
  return apply_text(entry, text, message);
}

static int apply_list(const config_entry *entry, char *message) {
  if (!hs_option_is_list(entry->option)) return wrong_type(entry, message);
  for (int i = 0; i < config_setting_length(entry->setting); i++) {
    const char *text = config_setting_get_string_elem(entry->setting, i);
    if (!text) return wrong_type(entry, message);
    HS_TRY(apply_text(entry, text, message));
  }
  return HS_OK;
}

static int apply_entry(const config_entry *entry, char *message) {
  switch (config_setting_type(entry->setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
    case CONFIG_TYPE_FLOAT: return apply_number(entry, message);
    case CONFIG_TYPE_STRING:
      if (entry->option->type == HS_OPTION_INTEGER) return wrong_type(entry, message);
      return apply_text(entry, config_setting_get_string(entry->setting), message);
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST: return apply_list(entry, message);
    default: return wrong_type(entry, message);
  }
}

/* What the command line decided already still has to be right in the file: it is parsed and dropped. */
static int check_entry(const config_entry *entry, char *message) {
  union {
    int integer;
    double number;
    char *text;
    hs_halt halt;
  } dropped = {.halt = {0}};
  config_entry checked = *entry;
  checked.field = &dropped;
  int status = apply_entry(&checked, message);
  hs_option_clear(checked.option, checked.field);
  return status;
}

static int unknown_key(const config_entry *entry, const hs_config_section *sections, size_t count, char *message) {
  char keys[HS_MAX_GROUPS * HS_MAX_GROUP_OPTIONS][48], hint[64];
  size_t known = 0;
  hs_guess guess = hs_guess_begin(config_setting_name(entry->setting));
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < sections[s].count; i++)
      if (sections[s].options[i].configurable)
        hs_guess_consider(&guess, hs_config_key(&sections[s].options[i], keys[known++]));
  return hs_fail(message, HS_ERROR_LAUNCH, "%s is no key of a configuration file%s", entry->label,
                 hs_guess_text(&guess, "", hint, sizeof hint));
}

static int apply_setting(config_entry *entry, const hs_config_section *sections, size_t count, char *message) {
  char key[48];
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < sections[s].count; i++) {
      const hs_option *option = &sections[s].options[i];
      if (!option->configurable || strcmp(hs_config_key(option, key), config_setting_name(entry->setting)) != 0)
        continue;
      entry->option = option;
      entry->field = (char *)sections[s].values + option->offset;
      bool given = (sections[s].given >> i & 1) != 0 && !hs_option_is_list(option);
      return given ? check_entry(entry, message) : apply_entry(entry, message);
    }
  return unknown_key(entry, sections, count, message);
}

static int read_config(config_t *config, const char *path, char *message) {
  char *text = NULL;
  if (hs_file_read(path, &text, NULL, message) < 0) return HS_ERROR_LAUNCH;
  int good = config_read_string(config, text);
  hs_free(&text);
  if (good) return HS_OK;
  return hs_fail(message, HS_ERROR_LAUNCH, "%s:%d: %s", path, config_error_line(config), config_error_text(config));
}

static int apply_all(const config_t *config, const char *path, const char *folder, const hs_config_section *sections,
                     size_t count, char *message) {
  const config_setting_t *root = config_root_setting(config);
  for (int i = 0; i < config_setting_length(root); i++) {
    config_entry entry = {.setting = config_setting_get_elem(root, (unsigned)i), .folder = folder};
    snprintf(entry.label, sizeof entry.label, "%.140s:%d: %.60s", path, (int)config_setting_source_line(entry.setting),
             config_setting_name(entry.setting));
    HS_TRY(apply_setting(&entry, sections, count, message));
  }
  return HS_OK;
}

int hs_config_apply(const char *path, const hs_config_section *sections, size_t count, char *message) {
  config_t config;
  config_init(&config);
  char *folder = hs_path_folder(path);
  int status = folder ? read_config(&config, path, message) : hs_fail(message, HS_ERROR_MEMORY, "out of memory");
  if (status == HS_OK) status = apply_all(&config, path, folder, sections, count, message);
  hs_free(&folder);
  config_destroy(&config);
  return status;
}
