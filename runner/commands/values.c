#include "values.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool hs_parse_integer(const char *text, int64_t *value) {
  char *end;
  errno = 0;
  long long number = strtoll(text, &end, 10);
  if (end == text || *end || errno || isspace((unsigned char)text[0])) return false;
  *value = number;
  return true;
}

bool hs_parse_whole(const char *text, uint64_t *value) {
  if (!isdigit((unsigned char)text[0])) return false; /* strtoull takes "-1" for the largest number */
  bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, hexadecimal ? 16 : 10);
  if (*end || errno) return false;
  *value = number;
  return true;
}

/* A plain decimal number: strtod alone would also take "inf", "1e3" and hexadecimal. */
static bool parse_decimal(const char *text, double *value, const char **end) {
  size_t length = strspn(text, "0123456789.");
  char *stop;
  *value = strtod(text, &stop);
  *end = stop;
  return length > 0 && stop == text + length;
}

bool hs_parse_size(const char *text, double *bytes) {
  static const char units[] = "KMGT";
  const char *end;
  double value;
  if (!parse_decimal(text, &value, &end)) return false;
  const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
  if (unit) {
    for (int i = 0; i <= unit - units; i++) value *= 1024;
    end++;
    if (*end == 'i') end++;
  }
  if (*end == 'B') end++;
  if (*end || !(value < 1e18)) return false;
  *bytes = value;
  return true;
}

bool hs_parse_halt(const char *text, hs_halt *halt) {
  hs_halt parsed = {.on = true, .now = strncmp(text, "now,", 4) == 0};
  if (!parsed.now && strncmp(text, "soon,", 5) != 0) return false;
  const char *rest = strchr(text, ',') + 1, *end;
  double value;
  if (strncmp(rest, "fail=", 5) != 0 || !parse_decimal(rest + 5, &value, &end)) return false;
  if (strcmp(end, "%") == 0) {
    if (!(value > 0 && value <= 100)) return false;
    parsed.percent = value;
  } else {
    if (*end || value < 1 || value > 1e15 || value != (double)(uint64_t)value) return false;
    parsed.count = value;
  }
  *halt = parsed;
  return true;
}

const char *hs_size_text(double bytes, char text[32]) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
  snprintf(text, 32, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
  return text;
}
