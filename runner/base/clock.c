#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double hs_clock_now(void) { return seconds_of(CLOCK_MONOTONIC); }
double hs_clock_wall(void) { return seconds_of(CLOCK_REALTIME); }
double hs_clock_cpu(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

const char *hs_duration_text(double seconds, char text[32]) {
  if (!(seconds >= 0 && seconds < 1e12)) return strcpy(text, "unknown"); /* an estimate from nothing */
  long whole = (long)(seconds + 0.5);
  if (seconds < 10)
    snprintf(text, 32, "%.1f s", seconds);
  else if (whole < 60)
    snprintf(text, 32, "%ld s", whole);
  else if (whole < 3600)
    snprintf(text, 32, "%ld min %02ld s", whole / 60, whole % 60);
  else
    snprintf(text, 32, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  return text;
}

double hs_duration_parse(const char *text) {
  char *end;
  double value = strtod(text, &end);
  if (end == text || !(value >= 0) || value > 1e9) return -1;
  double unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : 1;
  if (*end == 'h' || *end == 'm' || *end == 's') end++;
  return *end ? -1 : value * unit;
}
