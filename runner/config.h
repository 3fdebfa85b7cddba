/* config.h: the configuration file (libconfig syntax; docs/hopsweep.cfg shows every key).
 *
 * Its keys are the configurable options of the command line with '_' for '-': one table drives both, with the same
 * ranges and the same words in errors. Unknown keys are errors, so that a misspelt one is never silently ignored. */
#ifndef HS_RUNNER_CONFIG_H
#define HS_RUNNER_CONFIG_H

#include "commands/options.h"

/* The first that exists of: `chosen` (--config), $HOPSWEEP_CONFIG (these two must exist: HS_ERROR_LAUNCH),
 * ./hopsweep.cfg, $XDG_CONFIG_HOME/hopsweep/hopsweep.cfg or ~/.config/hopsweep/hopsweep.cfg, /etc/hopsweep.cfg.
 * *path is fresh (free with hs_free), NULL where there is none. */
int hs_config_find(const char *chosen, char **path, char *message);

/* A table of options and where its values go. What `given` marks was said on the command line: the file's value is
 * checked and dropped; lists are appended to. */
typedef struct hs_config_section {
  const hs_option *options;
  size_t count;
  void *values;
  uint64_t given;
} hs_config_section;

/* Relative paths in the file count from the file's own folder. HS_ERROR_LAUNCH: "FILE:LINE: what". */
int hs_config_apply(const char *path, const hs_config_section *sections, size_t count, char *message);

/* The key of an option: its name with '_' for '-'. */
const char *hs_config_key(const hs_option *option, char key[48]);

#endif
