/* check/memories.c: which solvers and patterns a memory is tried with. */
#include <base/params.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static const char *solver_parameter(const hs_memory *memory) {
  for (int64_t i = 0; i < memory->parameter_count; i++)
    if (memory->parameters[i].type == HS_TYPE_SOLVER) return memory->parameters[i].name;
  return NULL;
}

static void try_description(hs__report *report, const hs_registry *registry, const hs_params *description,
                            const char *memory, const char *solver) {
  hs__memory_subject subject = {.registry = registry, .description = description};
  for (int binary = 0; binary < 2; binary++) {
    subject.binary = binary;
    snprintf(subject.label, sizeof subject.label, "memory %s%s%s (%s patterns)", memory, solver ? " with " : "",
             solver ? solver : "", binary ? "binary" : "real");
    hs__run_memory_checks(report, hs__memory_checks, &subject);
    hs__report_mode(report, subject.label);
  }
}

/* A memory that uses a solver is tried with every solver that its folders offer. */
static void try_solvers(hs__report *report, const hs_registry *registry, hs_params *description,
                        const hs_memory *memory) {
  const char *name = solver_parameter(memory);
  size_t tried = 0;
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *entry = hs_registry_at(registry, i);
    if (entry->kind != HS_KIND_SOLVER || hs_params_set_text(description, name, entry->id) < 0) continue;
    /* A solver with a parameter that has no default cannot be used as it is. */
    if (hs_registry_check_model(registry, description, NULL, NULL) < 0) continue;
    try_description(report, registry, description, memory->id, entry->id);
    tried++;
  }
  if (tried == 0)
    hs__report_result(report, memory->id, "works with a solver", HS_ERROR_NOT_FOUND,
                      "no folder offers a solver that needs no parameters");
}

void hs__check_memory(hs__report *report, const hs_registry *registry, const hs_memory *memory) {
  hs_params description = {0};
  int status = hs_params_set_text(&description, "memory", memory->id);
  if (status < 0)
    hs__report_result(report, memory->id, "can be tried", status, "");
  else if (memory->flags & HS_MEMORY_USES_SOLVER)
    try_solvers(report, registry, &description, memory);
  else
    try_description(report, registry, &description, memory->id, NULL);
  hs_params_free(&description);
}
