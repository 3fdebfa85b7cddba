/* clock.h: the one place that asks what time it is. */
#ifndef HS_BASE_CLOCK_H
#define HS_BASE_CLOCK_H

double hs_clock_now(void);  /* monotonic seconds */
double hs_clock_wall(void); /* seconds since the epoch */
double hs_clock_cpu(void);  /* CPU seconds of this process */
/* "12 s", "3 min 20 s", "2 h 05 min" into text[32], "unknown" if negative or not finite; returns text. */
const char *hs_duration_text(double seconds, char text[32]);
/* "5m", "90s", "2h", "1.5" (seconds) -> seconds; -1 if it is not a duration. */
double hs_duration_parse(const char *text);

#endif
