/* Defaults that depend on nothing, and those that depend on the machine. */
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

void hs_settings_default(hs_settings *settings) {
  *settings = (hs_settings){
      .max_retries = 0,
      .crash_limit = 3,
      .progress = HS_PROGRESS_AUTO,
      .progress_interval = 30,
      .threads = 1,
      .data_folders = "",
      .command_line = "",
  };
}

int hs_exit_of(int status) {
  switch (status) {
    case HS_ERROR_USAGE: return HS_EXIT_USAGE;
    case HS_ERROR_INTERRUPTED:
    case HS_ERROR_LOST: return HS_EXIT_INTERRUPTED;
    case HS_ERROR_STORE:
    case HS_ERROR_BUSY:
    case HS_ERROR_CHANGED: return HS_EXIT_STORE;
    case HS_ERROR_INTERNAL:
    case HS_ERROR_MEMORY: return HS_EXIT_INTERNAL;
    default: return status < 0 ? HS_EXIT_CONFIG : HS_EXIT_OK;
  }
}
