#include "declarations.h"

#include <base/status.h>
#include <math.h>
#include <string.h>

/* Whose declaration is looked at, for messages. */
typedef struct owner {
  const char *kind, *id;
} owner;

bool hs__is_identifier(const char *text) {
  if (!text || *text < 'a' || *text > 'z') return false;
  return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == 0;
}

static int check_names(owner who, const hs_parameter *parameters, int64_t index, char *message) {
  const char *name = parameters[index].name;
  if (!hs__is_identifier(name))
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %lld has the name \"%s\": use [a-z][a-z0-9_-]*",
                   who.kind, who.id, (long long)index, name ? name : "");
  if (!parameters[index].doc || !parameters[index].unit)
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s has no doc or no unit (\"\" if it has none)",
                   who.kind, who.id, name);
  if (strcmp(name, "memory") == 0)
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: the parameter name \"memory\" is reserved", who.kind, who.id);
  for (int64_t i = 0; i < index; i++)
    if (strcmp(parameters[i].name, name) == 0)
      return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s is declared twice", who.kind, who.id, name);
  return HS_OK;
}

static bool inside(const hs_parameter *parameter, double number) {
  if (!isfinite(number) || number < parameter->minimum || number > parameter->maximum) return false;
  if ((parameter->flags & HS_PARAMETER_OPEN_MINIMUM) && number == parameter->minimum) return false;
  return !((parameter->flags & HS_PARAMETER_OPEN_MAXIMUM) && number == parameter->maximum);
}

static int check_number(owner who, const hs_parameter *parameter, char *message) {
  if (!(parameter->minimum <= parameter->maximum))
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: its minimum %g exceeds its maximum %g", who.kind,
                   who.id, parameter->name, parameter->minimum, parameter->maximum);
  if (parameter->flags & HS_PARAMETER_REQUIRED) return HS_OK;
  bool whole = parameter->default_number == floor(parameter->default_number);
  if (inside(parameter, parameter->default_number) && (whole || parameter->type == HS_TYPE_REAL)) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: its default %g is not a value it allows", who.kind,
                 who.id, parameter->name, parameter->default_number);
}

static bool is_choice(const char *choices, const char *word) {
  size_t length = strlen(word);
  for (const char *at = choices; *at;) {
    size_t size = strcspn(at, "|");
    if (size == length && strncmp(at, word, size) == 0) return true;
    at += size + (at[size] == '|');
  }
  return false;
}

static int check_choice(owner who, const hs_parameter *parameter, char *message) {
  const char *choices = parameter->choices;
  if (!choices || !*choices || *choices == '|' || strstr(choices, "||") || choices[strlen(choices) - 1] == '|')
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: choices must be words separated by '|'", who.kind,
                   who.id, parameter->name);
  if (parameter->flags & HS_PARAMETER_REQUIRED) return HS_OK;
  if (parameter->default_text && is_choice(choices, parameter->default_text)) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: its default is none of its choices %s", who.kind,
                 who.id, parameter->name, choices);
}

static int check_type(owner who, const hs_parameter *parameter, bool solver_allowed, char *message) {
  switch (parameter->type) {
    case HS_TYPE_REAL:
    case HS_TYPE_INTEGER: return check_number(who, parameter, message);
    case HS_TYPE_CHOICE: return check_choice(who, parameter, message);
    case HS_TYPE_FLAG:
      if (parameter->default_number == 0 || parameter->default_number == 1) return HS_OK;
      return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: a flag's default is 0 or 1", who.kind, who.id,
                     parameter->name);
    case HS_TYPE_SOLVER:
      if (!solver_allowed)
        return hs_fail(message, HS_ERROR_FORMAT,
                       "%s %s: parameter %s: a memory that HS_MEMORY_USES_SOLVER may have "
                       "one parameter of type SOLVER, nobody else",
                       who.kind, who.id, parameter->name);
      if ((parameter->flags & HS_PARAMETER_REQUIRED) || hs__is_identifier(parameter->default_text)) return HS_OK;
      return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s: its default is no solver id", who.kind, who.id,
                     parameter->name);
    default:
      return hs_fail(message, HS_ERROR_FORMAT, "%s %s: parameter %s has the unknown type %d", who.kind, who.id,
                     parameter->name, parameter->type);
  }
}

/* `solvers`: how many parameters of type SOLVER there must be. */
static int check_parameters(owner who, const hs_parameter *parameters, int64_t count, int solvers, char *message) {
  int found = 0;
  for (int64_t i = 0; i < count; i++) {
    HS_TRY(check_names(who, parameters, i, message));
    HS_TRY(check_type(who, &parameters[i], found < solvers, message));
    found += parameters[i].type == HS_TYPE_SOLVER;
  }
  if (found == solvers) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT, "%s %s: HS_MEMORY_USES_SOLVER, but no parameter of type SOLVER", who.kind,
                 who.id);
}

static int check_words(owner who, const char *version, const char *doc, const char *reference, char *message) {
  if (!hs__is_identifier(who.id))
    return hs_fail(message, HS_ERROR_FORMAT, "a %s has the id \"%s\": use [a-z][a-z0-9_-]*", who.kind,
                   who.id ? who.id : "");
  if (version && doc && reference) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT, "%s %s: version, doc and reference must be given", who.kind, who.id);
}

static int missing(owner who, const char *function, char *message) {
  return hs_fail(message, HS_ERROR_FORMAT, "%s %s: the function %s() is missing", who.kind, who.id, function);
}

int hs__check_solver_declaration(const hs_solver *solver, char *message) {
  owner who = {"solver", solver->id};
  HS_TRY(check_words(who, solver->version, solver->doc, solver->reference, message));
  if (!solver->create) return missing(who, "create", message);
  if (!solver->destroy) return missing(who, "destroy", message);
  if (!solver->prepare) return missing(who, "prepare", message);
  if (!solver->solve) return missing(who, "solve", message);
  if (!solver->omega) return missing(who, "omega", message);
  if (!(solver->tolerance >= 0) || isinf(solver->tolerance) || !(solver->total >= 0) || isinf(solver->total))
    return hs_fail(message, HS_ERROR_FORMAT, "solver %s: total and tolerance must be finite and not negative",
                   solver->id);
  HS_TRY(check_parameters(who, solver->parameters, solver->parameter_count, 0, message));
  bool counts = solver->total > 0;
  for (int64_t i = 0; i < solver->parameter_count; i++) {
    counts = counts || strcmp(solver->parameters[i].name, "k") == 0;
    if (strcmp(solver->parameters[i].name, "solver") == 0)
      return hs_fail(message, HS_ERROR_FORMAT, "solver %s: the parameter name \"solver\" is reserved", solver->id);
  }
  if (counts) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT, "solver %s: total is 0, but no parameter \"k\" says what p sums to",
                 solver->id);
}

int hs__check_memory_declaration(const hs_memory *memory, char *message) {
  owner who = {"memory", memory->id};
  HS_TRY(check_words(who, memory->version, memory->doc, memory->reference, message));
  if (!memory->create) return missing(who, "create", message);
  if (!memory->destroy) return missing(who, "destroy", message);
  if (!memory->store) return missing(who, "store", message);
  if (!memory->prepare) return missing(who, "prepare", message);
  if (!memory->retrieve) return missing(who, "retrieve", message);
  if (!memory->energy) return missing(who, "energy", message);
  int solvers = (memory->flags & HS_MEMORY_USES_SOLVER) ? 1 : 0;
  return check_parameters(who, memory->parameters, memory->parameter_count, solvers, message);
}
