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

enum { MOST_TRIES = 12 };

/* The values worth trying for one parameter, as far as its declaration allows them. */
typedef struct tries {
  hs_params given[MOST_TRIES]; /* each with this one parameter set */
  size_t count;
} tries;

static int add_try(tries *list, hs__declared by, const hs_parameter *parameter, hs_value value) {
  if (list->count == MOST_TRIES) return HS_OK;
  hs_params *given = &list->given[list->count];
  HS_TRY(hs_params_set(given, parameter->name, &value));
  hs__declared alone = {by.kind, by.id, parameter, 1};
  hs_parameter_value checked;
  if (hs__resolve_parameters(alone, given, &checked, NULL) < 0)
    hs_params_free(given);
  else
    list->count++;
  return HS_OK;
}

static int add_number_tries(tries *list, hs__declared by, const hs_parameter *parameter) {
  static const double NUMBERS[] = {0, 0.385, 1, 1.05, 1.385, 1.5, 2, 2.385, 3, 5, 8};
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
    HS_TRY(add_try(list, by, parameter, (hs_value){.type = HS_VALUE_NUMBER, .number = NUMBERS[i]}));
  return HS_OK;
}

static int add_choice_tries(tries *list, hs__declared by, const hs_parameter *parameter) {
  char *words = hs_copy_text(parameter->choices), *rest = words;
  int status = words ? HS_OK : HS_ERROR_MEMORY;
  for (char *word = strsep(&rest, "|"); word && status >= 0; word = strsep(&rest, "|"))
    status = add_try(list, by, parameter, (hs_value){.type = HS_VALUE_TEXT, .text = word});
  hs_free(&words);
  return status;
}

static int list_tries(tries *list, hs__declared by, const hs_parameter *parameter) {
  *list = (tries){0};
  switch (parameter->type) {
    case HS_TYPE_CHOICE: return add_choice_tries(list, by, parameter);
    case HS_TYPE_FLAG:
      HS_TRY(add_try(list, by, parameter, (hs_value){.type = HS_VALUE_FLAG, .number = 0}));
      return add_try(list, by, parameter, (hs_value){.type = HS_VALUE_FLAG, .number = 1});
    default: return add_number_tries(list, by, parameter);
  }
}

static void free_tries(tries *list) {
  for (size_t i = 0; i < list->count; i++) hs_params_free(&list->given[i]);
}

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
                       const char *choice) {
  hs__solver_subject subject = {.solver = solver, .values = values, .near = 1e-9 + solver->tolerance};
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
  hs_params all = {0};
  hs_buffer choice = {0};
  int status = values ? hs_params_copy(&all, base) : HS_ERROR_MEMORY;
  for (size_t i = 0; i < given->count && status >= 0; i++)
    status = hs_params_set(&all, given->items[i].name, &given->items[i].value);
  for (size_t i = 0; i < all.count; i++) {
    char number[HS_NUMBER_TEXT_SIZE];
    const hs_value *value = &all.items[i].value;
    hs_put_format(&choice, "%s%s = %s", i ? ", " : "", all.items[i].name,
                  value->type == HS_VALUE_TEXT ? value->text : hs_number_text(value->number, number));
  }
  if (status >= 0) status = hs__resolve_parameters(by, &all, values, NULL);
  if (status >= 0) try_values(report, solver, values, hs_buffer_text(&choice));
  hs_buffer_free(&choice);
  hs_params_free(&all);
  hs_free(&values);
  return status;
}

/* Parameters without a default get the first value that is allowed. */
static int make_base(const hs_solver *solver, hs_params *base) {
  hs__declared by = hs__declared_by_solver(solver);
  for (int64_t i = 0; i < solver->parameter_count; i++) {
    const hs_parameter *parameter = &solver->parameters[i];
    if (!(parameter->flags & HS_PARAMETER_REQUIRED)) continue;
    tries list;
    int status = list_tries(&list, by, parameter);
    if (status >= 0 && list.count > 0) status = hs_params_set(base, parameter->name, &list.given[0].items[0].value);
    free_tries(&list);
    HS_TRY(status);
  }
  return HS_OK;
}

static int try_all(hs__report *report, const hs_solver *solver, const hs_params *base) {
  static const hs_params NOTHING = {0};
  HS_TRY(try_given(report, solver, base, &NOTHING));
  for (int64_t i = 0; i < solver->parameter_count; i++) {
    tries list;
    int status = list_tries(&list, hs__declared_by_solver(solver), &solver->parameters[i]);
    for (size_t t = 0; t < list.count && status >= 0; t++) status = try_given(report, solver, base, &list.given[t]);
    free_tries(&list);
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
