/* check/check.h: what the parts of the conformance suite share. One check is one function: HS_OK says that the plugin
 * keeps the promise, HS_ERROR_UNSUPPORTED that it makes none here; anything else is a fault, described in a sentence.
 */
#ifndef HS_PLUGINS_CHECK_CHECK_H
#define HS_PLUGINS_CHECK_CHECK_H

#include "../registry.h"

enum { HS__LABEL_SIZE = 160 };

/* The report as it grows. */
typedef struct hs__report {
  hs_buffer *lines;
  int failed;
  bool mode_changed; /* a check since the last hs__report_mode found the floating-point mode changed */
} hs__report;

/* Appends "ok   LABEL: PROMISE" or "FAIL LABEL: PROMISE: FAULT". */
void hs__report_result(hs__report *report, const char *label, const char *promise, int status, const char *fault);

/* A solver with one choice of parameters. */
typedef struct hs__solver_subject {
  const hs_solver *solver;
  const hs_parameter_value *values;
  const hs_parameter_value *base; /* another choice of parameters, for instances with several sets */
  double total;                   /* what p sums to */
  int64_t least;                  /* the fewest scores that a row may have */
  bool capped;                    /* entries may not exceed 1: p sums to k */
  double near;                    /* how far two ways to the same p may end up apart */
  char label[HS__LABEL_SIZE];
} hs__solver_subject;

/* A memory with its solver; patterns of one kind. */
typedef struct hs__memory_subject {
  const hs_registry *registry;
  const hs_params *description;
  bool binary; /* patterns of -1 and 1, otherwise real ones */
  char label[HS__LABEL_SIZE];
} hs__memory_subject;

typedef struct hs__solver_check {
  const char *promise;
  int (*run)(const hs__solver_subject *subject, char *fault);
} hs__solver_check;

typedef struct hs__memory_check {
  const char *promise;
  int (*run)(const hs__memory_subject *subject, char *fault);
} hs__memory_check;

/* Tables, ended by a NULL promise. */
extern const hs__solver_check hs__solver_row_checks[];     /* check/rows.c: form, sums, bad rows */
extern const hs__solver_check hs__solver_same_checks[];    /* check/same.c: what must not change p */
extern const hs__solver_check hs__solver_optimum_checks[]; /* check/optimum.c */
extern const hs__memory_check hs__memory_checks[];         /* check/recall.c */

/* Runs a table on a subject, one line per check. */
void hs__run_solver_checks(hs__report *report, const hs__solver_check *checks, const hs__solver_subject *subject);
void hs__run_memory_checks(hs__report *report, const hs__memory_check *checks, const hs__memory_subject *subject);
/* One line on whether the checks since the last call left rounding and exceptions as they were. */
void hs__report_mode(hs__report *report, const char *label);

/* Everything about one solver: several choices of parameters. Everything about one memory. */
void hs__check_solver(hs__report *report, const hs_solver *solver);
void hs__check_memory(hs__report *report, const hs_registry *registry, const hs_memory *memory);

#endif
