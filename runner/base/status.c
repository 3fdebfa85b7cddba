#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct status_entry {
  int code;
  const char *name, *text;
} STATUS_TABLE[] = {
#define STATUS_ENTRY(code, name, text) {code, #name, text},
    HS_STATUS_LIST(STATUS_ENTRY)
#undef STATUS_ENTRY
};

static const struct status_entry *find_status(int status) {
  for (size_t i = 0; i < sizeof STATUS_TABLE / sizeof *STATUS_TABLE; i++)
    if (STATUS_TABLE[i].code == status) return &STATUS_TABLE[i];
  return NULL;
}

const char *hs_status_name(int status) {
  const struct status_entry *entry = find_status(status);
  return entry ? entry->name : "UNKNOWN";
}

const char *hs_status_text(int status) {
  const struct status_entry *entry = find_status(status);
  return entry ? entry->text : "unknown status";
}

#undef hs_fail
int hs_fail(char *message, int status, const char *format, ...) {
  if (!message) return status;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(message, HS_MESSAGE_SIZE, format, arguments);
  va_end(arguments);
  if (length >= HS_MESSAGE_SIZE) memcpy(message + HS_MESSAGE_SIZE - 4, "...", 4);
  return status;
}
