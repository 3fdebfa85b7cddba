#include <base/status.h>
#include <fenv.h>
#include <string.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "check.h"

void hs__report_result(hs__report *report, const char *label, const char *promise, int status, const char *fault) {
  if (status == HS_ERROR_UNSUPPORTED) {
    hs_put_format(report->lines, "ok   %s: %s (not offered)\n", label, promise);
  } else if (status >= 0) {
    hs_put_format(report->lines, "ok   %s: %s\n", label, promise);
  } else {
    report->failed++;
    hs_put_format(report->lines, "FAIL %s: %s: %s\n", label, promise, *fault ? fault : hs_status_text(status));
  }
}

/* Rounding, and on x86 also flush-to-zero and the exception masks; not the sticky flags, which any sum may set. */
static unsigned floating_point_mode(void) {
  unsigned mode = (unsigned)fegetround();
#if defined(__SSE2__)
  mode = mode << 16 | (_mm_getcsr() & 0xFFC0u);
#endif
  return mode;
}

/* The floating-point mode before a check, which a plugin must leave as it is. */
typedef struct mode_watch {
  fenv_t environment;
  unsigned mode;
} mode_watch;

static mode_watch watch_mode(void) {
  mode_watch watch = {.mode = floating_point_mode()};
  fegetenv(&watch.environment);
  return watch;
}

static void end_watch(const mode_watch *watch, hs__report *report) {
  if (floating_point_mode() == watch->mode) return;
  report->mode_changed = true;
  fesetenv(&watch->environment);
}

void hs__run_solver_checks(hs__report *report, const hs__solver_check *checks, const hs__solver_subject *subject) {
  for (; checks->promise; checks++) {
    char fault[HS_MESSAGE_SIZE] = "";
    mode_watch watch = watch_mode();
    int status = checks->run(subject, fault);
    end_watch(&watch, report);
    hs__report_result(report, subject->label, checks->promise, status, fault);
  }
}

void hs__run_memory_checks(hs__report *report, const hs__memory_check *checks, const hs__memory_subject *subject) {
  for (; checks->promise; checks++) {
    char fault[HS_MESSAGE_SIZE] = "";
    mode_watch watch = watch_mode();
    int status = checks->run(subject, fault);
    end_watch(&watch, report);
    hs__report_result(report, subject->label, checks->promise, status, fault);
  }
}

void hs__report_mode(hs__report *report, const char *label) {
  hs__report_result(report, label, "leaves the floating-point mode alone", report->mode_changed ? HS_ERROR_INTERNAL : 0,
                    "rounding, flush-to-zero or exception masks were changed");
  report->mode_changed = false;
}
