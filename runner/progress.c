#include "progress.h"

#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_SIZE = 512, WIDEST = 240, NARROWEST_BAR = 10, WIDEST_BAR = 40 };

static const double REDRAW_SECONDS = 0.1;

/* The rate forgets with this time constant, or a third of the time so far where that is longer: trials of minutes need
 * a longer memory than trials of milliseconds. */
static const double SHORTEST_MEMORY = 20, MEMORY_SHARE = 1.0 / 3;

struct hs_progress {
  hs_progress_mode mode; /* BAR, LINES or NONE */
  double interval;
  bool begun;
  double start, last_update, last_draw;
  uint64_t last_done, last_line_done;
  double recent_done, recent_seconds; /* both fade alike; their quotient is the recent rate */
  char line[LINE_SIZE + 8];           /* what stands on the terminal */
};

/* The log calls back without a context, so the one bar that is shown is known here. The lock keeps the bar and a log
 * line from being written into each other. */
static pthread_mutex_t terminal = PTHREAD_MUTEX_INITIALIZER;
static hs_progress *shown;

static void put_terminal(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written; /* a terminal that is gone shows nothing, and the run goes on */
}

static void step_aside(void) {
  pthread_mutex_lock(&terminal);
  if (shown && shown->line[0]) put_terminal("\r\033[K");
}

static void come_back(void) {
  if (shown && shown->line[0]) put_terminal(shown->line);
  pthread_mutex_unlock(&terminal);
}

hs_progress *hs_progress_new(hs_progress_mode mode, double interval) {
  hs_progress *progress = hs_allocate(1, sizeof *progress);
  if (!progress) return NULL;
  if (mode == HS_PROGRESS_AUTO) mode = isatty(STDERR_FILENO) ? HS_PROGRESS_BAR : HS_PROGRESS_LINES;
  progress->mode = mode;
  progress->interval = interval;
  if (mode == HS_PROGRESS_BAR) {
    shown = progress;
    hs_log_set_bystander(step_aside, come_back);
  }
  return progress;
}

/* ---- rate ----------------------------------------------------------------------------------------------------- */

static void measure(hs_progress *progress, const hs_progress_state *state, double now) {
  if (!progress->begun) {
    progress->begun = true;
    progress->start = progress->last_update = progress->last_draw = now;
    progress->last_done = state->done;
    return;
  }
  double step = now - progress->last_update;
  if (step <= 0) return;
  double memory = fmax(SHORTEST_MEMORY, MEMORY_SHARE * (now - progress->start));
  double kept = exp(-step / memory);
  uint64_t done = state->done > progress->last_done ? state->done - progress->last_done : 0;
  progress->recent_done = kept * progress->recent_done + (double)done;
  progress->recent_seconds = kept * progress->recent_seconds + step;
  progress->last_done = state->done;
  progress->last_update = now;
}

/* Trials per second; 0 = not known yet. */
static double rate_of(const hs_progress *progress) {
  return progress->recent_seconds > 0 ? progress->recent_done / progress->recent_seconds : 0;
}

/* ---- text ----------------------------------------------------------------------------------------------------- */

/* printf at the end of a text; what does not fit is cut. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size, const char *format, ...) {
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, size - used, format, arguments);
  va_end(arguments);
}

static int percent_of(const hs_progress_state *state) {
  /* Rounded down: 100 % means that nothing is missing. */
  return state->planned ? (int)(100.0 * (double)state->done / (double)state->planned) : 100;
}

static void append_counts(char *text, size_t size, const hs_progress_state *state, const char *separator) {
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    if (state->counts[verdict] || verdict == HS_VERDICT_OK)
      append(text, size, "%s%llu %s", separator, (unsigned long long)state->counts[verdict], hs_verdict_word(verdict));
}

static bool all_ok(const hs_progress_state *state) {
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    if (verdict != HS_VERDICT_OK && state->counts[verdict]) return false;
  return true;
}

static void append_rate(char *text, size_t size, double rate) {
  if (rate <= 0) return;
  if (rate >= 0.1)
    append(text, size, ", %.*f trials/s", rate < 10 ? 2 : rate < 100 ? 1 : 0, rate);
  else
    append(text, size, ", %.2f trials/min", 60 * rate);
}

static void append_left(char *text, size_t size, const hs_progress_state *state, double rate, const char *about) {
  char duration[32];
  if (rate <= 0 || state->done >= state->planned) return;
  append(text, size, ", %s%s left", about, hs_duration_text((double)(state->planned - state->done) / rate, duration));
}

static void write_line(hs_progress *progress, const hs_progress_state *state) {
  char line[LINE_SIZE] = "";
  double rate = rate_of(progress);
  append(line, sizeof line, "%llu/%llu trials (%d %%)", (unsigned long long)state->done,
         (unsigned long long)state->planned, percent_of(state));
  append_counts(line, sizeof line, state, ", ");
  append(line, sizeof line, ", %llu running", (unsigned long long)state->running);
  append_rate(line, sizeof line, rate);
  append_left(line, sizeof line, state, rate, "about ");
  hs_log_info("%s", line);
  progress->last_line_done = state->done;
}

/* ---- bar ------------------------------------------------------------------------------------------------------ */

static int terminal_width(void) {
  struct winsize size;
  int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return width < WIDEST ? width : WIDEST;
}

/* "[=====>    ]" of `width` characters, brackets included; a bar that is too short to say anything is left out. */
static void append_bar(char *text, size_t size, const hs_progress_state *state, int width) {
  if (width < NARROWEST_BAR) return;
  int inside = (width < WIDEST_BAR ? width : WIDEST_BAR) - 3;
  double share = state->planned ? fmin(1, (double)state->done / (double)state->planned) : 1;
  int filled = (int)(share * inside);
  append(text, size, "[");
  for (int i = 0; i < inside; i++) append(text, size, "%c", i < filled ? '=' : i == filled ? '>' : ' ');
  append(text, size, "] ");
}

static void draw_bar(hs_progress *progress, const hs_progress_state *state, const char *ending) {
  char facts[LINE_SIZE] = "", line[LINE_SIZE] = "";
  append(facts, sizeof facts, "%d %% %llu/%llu", percent_of(state), (unsigned long long)state->done,
         (unsigned long long)state->planned);
  if (!all_ok(state)) append_counts(facts, sizeof facts, state, ", ");
  append(facts, sizeof facts, "%s", ending);
  int width = terminal_width() - 1; /* the last column makes some terminals scroll */
  append_bar(line, sizeof line, state, width - (int)strlen(facts));
  append(line, sizeof line, "%s", facts);
  line[width > 0 ? width : 0] = 0;
  pthread_mutex_lock(&terminal);
  snprintf(progress->line, sizeof progress->line, "\r%s\033[K", line);
  put_terminal(progress->line);
  pthread_mutex_unlock(&terminal);
}

static void draw_running_bar(hs_progress *progress, const hs_progress_state *state) {
  char ending[128] = "";
  double rate = rate_of(progress);
  append_rate(ending, sizeof ending, rate);
  append_left(ending, sizeof ending, state, rate, "");
  draw_bar(progress, state, ending);
}

/* ---- when ----------------------------------------------------------------------------------------------------- */

void hs_progress_update(hs_progress *progress, const hs_progress_state *state, double now) {
  if (!progress || progress->mode == HS_PROGRESS_NONE) return;
  bool first = !progress->begun;
  bool bar = progress->mode == HS_PROGRESS_BAR;
  /* What happens between two looks is counted by the next one, so a quick return loses nothing. */
  if (!first && now - progress->last_draw < (bar ? REDRAW_SECONDS : progress->interval)) return;
  measure(progress, state, now);
  progress->last_draw = now;
  if (bar)
    draw_running_bar(progress, state);
  else if (!first)
    write_line(progress, state);
}

static void finish_bar(hs_progress *progress, const hs_progress_state *state, double now) {
  char ending[64] = "", duration[32];
  if (progress->begun) snprintf(ending, sizeof ending, ", in %s", hs_duration_text(now - progress->start, duration));
  draw_bar(progress, state, ending);
  pthread_mutex_lock(&terminal);
  put_terminal("\n");
  shown = NULL;
  pthread_mutex_unlock(&terminal);
  hs_log_set_bystander(NULL, NULL);
}

void hs_progress_finish(hs_progress **progress, const hs_progress_state *state, double now) {
  hs_progress *ending = *progress;
  if (!ending) return;
  if (ending->mode == HS_PROGRESS_BAR) finish_bar(ending, state, now);
  if (ending->mode == HS_PROGRESS_LINES && ending->last_line_done != state->done) {
    measure(ending, state, now);
    write_line(ending, state);
  }
  hs_free(progress);
}
