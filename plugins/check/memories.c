/* check/memories.c: which solvers and patterns a memory is tried with. */
#include <base/params.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "tries.h"

static const char *solver_parameter(const hs_memory *memory) {
  for (int64_t i = 0; i < memory->parameter_count; i++)
    if (memory->parameters[i].type == HS_TYPE_SOLVER) return memory->parameters[i].name;
  return NULL;
}

static void try_description(hs__report *report, const hs_registry *registry, const hs_params *description,
                            const char *memory, const char *choice) {
  hs__memory_subject subject = {.registry = registry, .description = description};
  for (int binary = 0; binary < 2; binary++) {
    subject.binary = binary;
    snprintf(subject.label, sizeof subject.label, "memory %s (%s%s%s patterns)", memory, choice, *choice ? ", " : "",
             binary ? "binary" : "real");
    hs__run_memory_checks(report, hs__memory_checks, &subject);
    hs__report_mode(report, subject.label);
  }
}

/* Tries `given` over the memory's defaults, if that is a description at all: a solver with a parameter that has no
 * default cannot be used as it is. Returns whether it was. */
static bool try_given(hs__report *report, const hs_registry *registry, const hs_memory *memory,
                      const hs_params *given) {
  hs_params description = {0};
  hs_buffer choice = {0};
  bool tried = hs_params_copy(&description, given) >= 0 &&
               hs_params_set_text(&description, "memory", memory->id) >= 0 &&
               hs_registry_check_model(registry, &description, NULL, NULL) >= 0;
  hs__put_choice(&choice, given);
  if (tried) try_description(report, registry, &description, memory->id, hs_buffer_text(&choice));
  hs_buffer_free(&choice);
  hs_params_free(&description);
  return tried;
}

/* A memory that uses a solver is tried with every solver that its folders offer; the first that works is left in
 * `base`, for what comes after. */
static void try_solvers(hs__report *report, const hs_registry *registry, const hs_memory *memory, hs_params *base) {
  const char *name = solver_parameter(memory);
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *entry = hs_registry_at(registry, i);
    hs_params given = {0};
    if (entry->kind != HS_KIND_SOLVER || hs_params_set_text(&given, name, entry->id) < 0) continue;
    bool tried = try_given(report, registry, memory, &given);
    if (tried && base->count == 0) hs_params_copy(base, &given);
    hs_params_free(&given);
  }
  if (base->count == 0)
    hs__report_result(report, memory->id, "works with a solver", HS_ERROR_NOT_FOUND,
                      "no folder offers a solver that needs no parameters");
}

static void try_values(hs__report *report, const hs_registry *registry, const hs_memory *memory,
                       const hs_params *base) {
  for (int64_t i = 0; i < memory->parameter_count; i++) {
    hs__tries list;
    int status = hs__list_tries(&list, hs__declared_by_memory(memory), &memory->parameters[i]);
    for (size_t t = 0; t < list.count && status >= 0; t++) {
      hs_params given = {0};
      status = hs__merge(&given, base, &list.given[t]);
      if (status >= 0) try_given(report, registry, memory, &given);
      hs_params_free(&given);
    }
    hs__tries_free(&list);
    if (status < 0) hs__report_result(report, memory->id, "can be tried", status, "");
  }
}

void hs__check_memory(hs__report *report, const hs_registry *registry, const hs_memory *memory) {
  hs_params base = {0};
  if (memory->flags & HS_MEMORY_USES_SOLVER)
    try_solvers(report, registry, memory, &base);
  else
    try_given(report, registry, memory, &base);
  if (base.count > 0 || !(memory->flags & HS_MEMORY_USES_SOLVER)) try_values(report, registry, memory, &base);
  hs_params_free(&base);
}
