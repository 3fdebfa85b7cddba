#include "parameters.h"

#include <base/buffer.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

#include "suggest.h"

enum { MOST_CHOICES = 64 };

hs__declared hs__declared_by_solver(const hs_solver *solver) {
  return (hs__declared){"solver", solver->id, solver->parameters, solver->parameter_count};
}

hs__declared hs__declared_by_memory(const hs_memory *memory) {
  return (hs__declared){"memory", memory->id, memory->parameters, memory->parameter_count};
}

const hs_parameter *hs__find_parameter(hs__declared declared, const char *name) {
  for (int64_t i = 0; i < declared.count; i++)
    if (strcmp(declared.parameters[i].name, name) == 0) return &declared.parameters[i];
  return NULL;
}

static int wrong_type(hs__declared by, const hs_parameter *parameter, const hs_value *given, char *message) {
  static const char *const WANTED[] = {[HS_TYPE_REAL] = "a number",
                                       [HS_TYPE_INTEGER] = "a whole number",
                                       [HS_TYPE_CHOICE] = "one of the words",
                                       [HS_TYPE_FLAG] = "true or false",
                                       [HS_TYPE_SOLVER] = "the id of a solver"};
  char number[HS_NUMBER_TEXT_SIZE];
  const char *choices = parameter->type == HS_TYPE_CHOICE ? parameter->choices : "";
  const char *wanted = WANTED[parameter->type], *space = *choices ? " " : "";
  switch (given->type) {
    case HS_VALUE_TEXT:
      return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = \"%s\" is a text, but must be %s%s%s", by.kind, by.id,
                     parameter->name, given->text, wanted, space, choices);
    case HS_VALUE_FLAG:
      return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = %s is a flag, but must be %s%s%s", by.kind, by.id,
                     parameter->name, given->number != 0 ? "true" : "false", wanted, space, choices);
    default:
      return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = %s is a number, but must be %s%s%s", by.kind, by.id,
                     parameter->name, hs_number_text(given->number, number), wanted, space, choices);
  }
}

static int out_of_range(hs__declared by, const hs_parameter *parameter, double value, const char *relation,
                        double bound, char *message) {
  char number[HS_NUMBER_TEXT_SIZE], limit[HS_NUMBER_TEXT_SIZE];
  return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = %s %s %s", by.kind, by.id, parameter->name,
                 hs_number_text(value, number), relation, hs_number_text(bound, limit));
}

static int check_range(hs__declared by, const hs_parameter *parameter, double value, char *message) {
  if (!isfinite(value))
    return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = %s, but must be finite", by.kind, by.id, parameter->name,
                   isnan(value) ? "nan"
                   : value > 0  ? "inf"
                                : "-inf");
  if (parameter->type == HS_TYPE_INTEGER && value != floor(value)) {
    char number[HS_NUMBER_TEXT_SIZE];
    return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = %s is not a whole number", by.kind, by.id, parameter->name,
                   hs_number_text(value, number));
  }
  if (value < parameter->minimum)
    return out_of_range(by, parameter, value, "is below its minimum", parameter->minimum, message);
  if (value > parameter->maximum)
    return out_of_range(by, parameter, value, "is above its maximum", parameter->maximum, message);
  if ((parameter->flags & HS_PARAMETER_OPEN_MINIMUM) && value == parameter->minimum)
    return out_of_range(by, parameter, value, "must be greater than", parameter->minimum, message);
  if ((parameter->flags & HS_PARAMETER_OPEN_MAXIMUM) && value == parameter->maximum)
    return out_of_range(by, parameter, value, "must be less than", parameter->maximum, message);
  return HS_OK;
}

static int check_choice(hs__declared by, const hs_parameter *parameter, const char *word, char *message) {
  char copy[HS_MESSAGE_SIZE * 4], *rest = copy;
  const char *words[MOST_CHOICES];
  size_t count = 0;
  if (strlen(parameter->choices) >= sizeof copy)
    return hs_fail(message, HS_ERROR_FORMAT, "%s %s: %s has too many choices", by.kind, by.id, parameter->name);
  strcpy(copy, parameter->choices);
  for (char *next = strsep(&rest, "|"); next && count < MOST_CHOICES; next = strsep(&rest, "|")) {
    if (strcmp(next, word) == 0) return HS_OK;
    words[count++] = next;
  }
  const char *nearest = hs__nearest(word, words, count);
  return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: %s = \"%s\" is none of its choices %s%s%s%s", by.kind, by.id,
                 parameter->name, word, parameter->choices, nearest ? ": did you mean \"" : "", nearest ? nearest : "",
                 nearest ? "\"?" : "");
}

static int take_given(hs__declared by, const hs_parameter *parameter, const hs_value *given, hs_parameter_value *value,
                      char *message) {
  switch (parameter->type) {
    case HS_TYPE_REAL:
    case HS_TYPE_INTEGER:
      if (given->type != HS_VALUE_NUMBER) return wrong_type(by, parameter, given, message);
      value->number = given->number;
      return check_range(by, parameter, given->number, message);
    case HS_TYPE_FLAG:
      if (given->type == HS_VALUE_TEXT || (given->number != 0 && given->number != 1))
        return wrong_type(by, parameter, given, message);
      value->number = given->number;
      return HS_OK;
    default:
      if (given->type != HS_VALUE_TEXT) return wrong_type(by, parameter, given, message);
      value->text = given->text;
      return parameter->type == HS_TYPE_CHOICE ? check_choice(by, parameter, given->text, message) : HS_OK;
  }
}

static int take_default(hs__declared by, const hs_parameter *parameter, hs_parameter_value *value, char *message) {
  if (parameter->flags & HS_PARAMETER_REQUIRED)
    return hs_fail(message, HS_ERROR_PARAMETER, "%s %s: the parameter %s must be given (%s)", by.kind, by.id,
                   parameter->name, parameter->doc);
  if (parameter->type == HS_TYPE_CHOICE || parameter->type == HS_TYPE_SOLVER)
    value->text = parameter->default_text;
  else
    value->number = parameter->default_number;
  return HS_OK;
}

int hs__resolve_parameters(hs__declared declared, const hs_params *given, hs_parameter_value *values, char *message) {
  for (int64_t i = 0; i < declared.count; i++) {
    const hs_parameter *parameter = &declared.parameters[i];
    const hs_value *value = hs_params_get(given, parameter->name);
    values[i] = (hs_parameter_value){.name = parameter->name};
    if (value)
      HS_TRY(take_given(declared, parameter, value, &values[i], message));
    else
      HS_TRY(take_default(declared, parameter, &values[i], message));
  }
  return HS_OK;
}
