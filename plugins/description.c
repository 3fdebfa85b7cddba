#include "description.h"

#include <base/memory.h>
#include <base/status.h>
#include <string.h>

#include "parameters.h"
#include "suggest.h"

enum { MOST_WORDS = 256 };

static const hs_parameter *solver_parameter(const hs_memory *memory) {
  for (int64_t i = 0; memory && i < memory->parameter_count; i++)
    if (memory->parameters[i].type == HS_TYPE_SOLVER) return &memory->parameters[i];
  return NULL;
}

static int unknown_id(const hs_registry *registry, hs_kind kind, const char *id, char *message) {
  const char *word = kind == HS_KIND_SOLVER ? "solver" : "memory", *words[MOST_WORDS];
  size_t count = 0;
  hs_buffer known = {0};
  for (size_t i = 0; i < hs_registry_count(registry) && count < MOST_WORDS; i++) {
    if (hs_registry_at(registry, i)->kind != kind) continue;
    words[count] = hs_registry_at(registry, i)->id;
    hs_put_format(&known, "%s%s", count ? ", " : "", words[count]);
    count++;
  }
  const char *nearest = hs__nearest(id, words, count);
  if (nearest)
    hs_fail(message, 0, "unknown %s \"%s\": did you mean \"%s\"? known: %s", word, id, nearest, hs_buffer_text(&known));
  else if (count)
    hs_fail(message, 0, "unknown %s \"%s\"; known: %s", word, id, hs_buffer_text(&known));
  else
    hs_fail(message, 0, "unknown %s \"%s\": no %s is loaded: is the plugin folder right? (hopsweep plugins list)", word,
            id, word);
  hs_buffer_free(&known);
  return HS_ERROR_NOT_FOUND;
}

/* The id that the description gives under `key`, or `otherwise` if it gives none. */
static int id_of(const hs_params *description, const char *key, const char *otherwise, const char **id, char *message) {
  const hs_value *value = hs_params_get(description, key);
  if (value && value->type != HS_VALUE_TEXT)
    return hs_fail(message, HS_ERROR_PARAMETER, "%s must be a plugin's id, a text", key);
  *id = value ? value->text : otherwise;
  if (*id) return HS_OK;
  return hs_fail(message, HS_ERROR_PARAMETER, "the description names no %s: write %s = \"...\"", key, key);
}

static int find_solver(const hs_registry *registry, const hs_params *description, const char *key,
                       const char *otherwise, hs__description *parts, char *message) {
  const char *id = NULL;
  HS_TRY(id_of(description, key, otherwise, &id, message));
  const hs_registered *found = hs_registry_find(registry, HS_KIND_SOLVER, id);
  if (!found) return unknown_id(registry, HS_KIND_SOLVER, id, message);
  parts->solver = found->solver;
  return HS_OK;
}

static int find_memory(const hs_registry *registry, const hs_params *description, hs__description *parts,
                       char *message) {
  const char *id = NULL;
  HS_TRY(id_of(description, "memory", "hfy", &id, message));
  const hs_registered *found = hs_registry_find(registry, HS_KIND_MEMORY, id);
  if (!found) return unknown_id(registry, HS_KIND_MEMORY, id, message);
  parts->memory = found->memory;
  const hs_parameter *parameter = solver_parameter(found->memory);
  if (!parameter) return HS_OK;
  return find_solver(registry, description, parameter->name, parameter->default_text, parts, message);
}

/* Another solver that declares this name, so that the message can say where it belongs. */
static const char *home_of(const hs_registry *registry, const char *name) {
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *entry = hs_registry_at(registry, i);
    if (entry->solver && hs__find_parameter(hs__declared_by_solver(entry->solver), name)) return entry->id;
  }
  return NULL;
}

static size_t collect_names(hs__declared declared, const char **words, size_t count, hs_buffer *known) {
  for (int64_t i = 0; i < declared.count && count < MOST_WORDS; i++) {
    words[count] = declared.parameters[i].name;
    hs_put_format(known, "%s%s", count ? ", " : "", words[count]);
    count++;
  }
  return count;
}

static int unknown_parameter(const hs_registry *registry, const hs__description *parts, const char *name,
                             char *message) {
  const char *words[MOST_WORDS], *home = home_of(registry, name);
  size_t count = 0;
  hs_buffer known = {0}, owner = {0};
  if (parts->memory) {
    hs_put_format(&owner, "memory %s", parts->memory->id);
    count = collect_names(hs__declared_by_memory(parts->memory), words, count, &known);
  }
  if (parts->solver) {
    hs_put_format(&owner, "%ssolver %s", parts->memory ? " with " : "", parts->solver->id);
    count = collect_names(hs__declared_by_solver(parts->solver), words, count, &known);
  }
  const char *nearest = hs__nearest(name, words, count);
  if (home)
    hs_fail(message, 0, "%s: unknown parameter \"%s\" (it belongs to solver %s); known: %s", hs_buffer_text(&owner),
            name, home, hs_buffer_text(&known));
  else if (nearest)
    hs_fail(message, 0, "%s: unknown parameter \"%s\": did you mean \"%s\"? known: %s", hs_buffer_text(&owner), name,
            nearest, hs_buffer_text(&known));
  else
    hs_fail(message, 0, "%s: unknown parameter \"%s\"; known: %s", hs_buffer_text(&owner), name,
            count ? hs_buffer_text(&known) : "none");
  hs_buffer_free(&known);
  hs_buffer_free(&owner);
  return HS_ERROR_PARAMETER;
}

/* Every name must have exactly one home: a value that reaches nobody, or the wrong one, would be a silent error. */
static int check_homes(const hs_registry *registry, const hs_params *description, const hs__description *parts,
                       char *message) {
  for (size_t i = 0; i < description->count; i++) {
    const char *name = description->items[i].name;
    if (strcmp(name, parts->memory ? "memory" : "solver") == 0) continue;
    bool of_memory = parts->memory && hs__find_parameter(hs__declared_by_memory(parts->memory), name);
    bool of_solver = parts->solver && hs__find_parameter(hs__declared_by_solver(parts->solver), name);
    if (!of_memory && !of_solver) return unknown_parameter(registry, parts, name, message);
    if (of_memory && of_solver)
      return hs_fail(message, HS_ERROR_PARAMETER, "memory %s and solver %s both declare %s: they cannot be combined",
                     parts->memory->id, parts->solver->id, name);
  }
  return HS_OK;
}

static int resolve(hs__declared declared, const hs_params *description, hs_parameter_value **values, char *message) {
  *values = hs_allocate((size_t)declared.count, sizeof **values);
  if (!*values) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the parameters of %s", declared.id);
  return hs__resolve_parameters(declared, description, *values, message);
}

static int resolve_all(const hs_registry *registry, const hs_params *description, hs__description *parts,
                       char *message) {
  HS_TRY(check_homes(registry, description, parts, message));
  if (parts->memory)
    HS_TRY(resolve(hs__declared_by_memory(parts->memory), description, &parts->memory_values, message));
  if (parts->solver)
    HS_TRY(resolve(hs__declared_by_solver(parts->solver), description, &parts->solver_values, message));
  return HS_OK;
}

int hs__describe_model(const hs_registry *registry, const hs_params *description, hs__description *parts,
                       char *message) {
  *parts = (hs__description){0};
  int status = find_memory(registry, description, parts, message);
  if (status >= 0) status = resolve_all(registry, description, parts, message);
  if (status < 0) hs__description_free(parts);
  return status;
}

int hs__describe_solver(const hs_registry *registry, const hs_params *description, hs__description *parts,
                        char *message) {
  *parts = (hs__description){0};
  int status = find_solver(registry, description, "solver", NULL, parts, message);
  if (status >= 0) status = resolve_all(registry, description, parts, message);
  if (status < 0) hs__description_free(parts);
  return status;
}

void hs__description_free(hs__description *parts) {
  hs_free(&parts->memory_values);
  hs_free(&parts->solver_values);
  *parts = (hs__description){0};
}
