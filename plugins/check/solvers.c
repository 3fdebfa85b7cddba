/* check/solvers.c: which choices of parameters a solver is tried with. */
#include <base/memory.h>
#include <base/params.h>
#include <base/status.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../parameters.h"
#include "../single.h"
#include "check.h"
#include "tries.h"

/* What p sums to and how short a row may be. A k that is fixed is a k. */
static void set_total(hs__solver_subject *subject) {
  subject->total = subject->solver->total;
  subject->least = 1;
  if (subject->total > 0) return;
  subject->capped = true;
  for (int64_t i = 0; i < subject->solver->parameter_count; i++)
    if (strcmp(subject->values[i].name, "k") == 0) subject->total = subject->values[i].number;
  subject->least = (int64_t)ceil(subject->total);
}

static void try_values(hs__report *report, const hs_solver *solver, const hs_parameter_value *values,
                       const hs_parameter_value *base, const char *choice) {
  hs__solver_subject subject = {.solver = solver, .values = values, .base = base, .near = 1e-9 + solver->tolerance};
  snprintf(subject.label, sizeof subject.label, "solver %s%s%s%s", solver->id, *choice ? " (" : "", choice,
           *choice ? ")" : "");
  set_total(&subject);
  hs__run_solver_checks(report, hs__solver_row_checks, &subject);
  hs__run_solver_checks(report, hs__solver_same_checks, &subject);
  hs__run_solver_checks(report, hs__solver_optimum_checks, &subject);
  hs__report_mode(report, subject.label);
}

/* Tries one choice: `given` over `base`, everything else at its default. */
static int try_given(hs__report *report, const hs_solver *solver, const hs_params *base, const hs_params *given) {
  hs__declared by = hs__declared_by_solver(solver);
  hs_parameter_value *values = hs_allocate((size_t)solver->parameter_count, sizeof *values);
  hs_parameter_value *base_values = hs_allocate((size_t)solver->parameter_count, sizeof *values);
  hs_params all = {0};
  hs_buffer choice = {0};
  int status = values && base_values ? hs__merge(&all, base, given) : HS_ERROR_MEMORY;
  if (status >= 0) status = hs__resolve_parameters(by, &all, values, NULL);
  if (status >= 0) status = hs__resolve_parameters(by, base, base_values, NULL);
  hs__put_choice(&choice, &all);
  if (status >= 0) try_values(report, solver, values, base_values, hs_buffer_text(&choice));
  hs_buffer_free(&choice);
  hs_params_free(&all);
  hs_free(&values);
  hs_free(&base_values);
  return status;
}

/* Parameters without a default get the first value that is allowed. */
static int make_base(const hs_solver *solver, hs_params *base) {
  hs__declared by = hs__declared_by_solver(solver);
  for (int64_t i = 0; i < solver->parameter_count; i++) {
    const hs_parameter *parameter = &solver->parameters[i];
    if (!(parameter->flags & HS_PARAMETER_REQUIRED)) continue;
    hs__tries list;
    int status = hs__list_tries(&list, by, parameter);
    if (status >= 0 && list.count > 0) status = hs_params_set(base, parameter->name, &list.given[0].items[0].value);
    hs__tries_free(&list);
    HS_TRY(status);
  }
  return HS_OK;
}

static int try_all(hs__report *report, const hs_solver *solver, const hs_params *base) {
  static const hs_params NOTHING = {0};
  HS_TRY(try_given(report, solver, base, &NOTHING));
  for (int64_t i = 0; i < solver->parameter_count; i++) {
    hs__tries list;
    int status = hs__list_tries(&list, hs__declared_by_solver(solver), &solver->parameters[i]);
    for (size_t t = 0; t < list.count && status >= 0; t++) status = try_given(report, solver, base, &list.given[t]);
    hs__tries_free(&list);
    HS_TRY(status);
  }
  return HS_OK;
}

void hs__check_solver(hs__report *report, const hs_solver *solver) {
  hs_params base = {0};
  int status = make_base(solver, &base);
  if (status >= 0) status = try_all(report, solver, &base);
  if (status < 0) hs__report_result(report, solver->id, "can be tried", status, "");
  hs_params_free(&base);
}
