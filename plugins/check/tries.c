#include "tries.h"

#include <base/memory.h>
#include <base/status.h>
#include <string.h>

static int add_try(hs__tries *list, hs__declared by, const hs_parameter *parameter, hs_value value) {
  if (list->count == HS__MOST_TRIES) return HS_OK;
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

static int add_number_tries(hs__tries *list, hs__declared by, const hs_parameter *parameter) {
  static const double NUMBERS[] = {0, 0.385, 1, 1.05, 1.385, 1.5, 2, 2.385, 3, 5, 8};
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
    HS_TRY(add_try(list, by, parameter, (hs_value){.type = HS_VALUE_NUMBER, .number = NUMBERS[i]}));
  return HS_OK;
}

static int add_choice_tries(hs__tries *list, hs__declared by, const hs_parameter *parameter) {
  char *words = hs_copy_text(parameter->choices), *rest = words;
  int status = words ? HS_OK : HS_ERROR_MEMORY;
  for (char *word = strsep(&rest, "|"); word && status >= 0; word = strsep(&rest, "|"))
    status = add_try(list, by, parameter, (hs_value){.type = HS_VALUE_TEXT, .text = word});
  hs_free(&words);
  return status;
}

int hs__list_tries(hs__tries *list, hs__declared by, const hs_parameter *parameter) {
  *list = (hs__tries){0};
  switch (parameter->type) {
    case HS_TYPE_CHOICE: return add_choice_tries(list, by, parameter);
    case HS_TYPE_FLAG:
      HS_TRY(add_try(list, by, parameter, (hs_value){.type = HS_VALUE_FLAG, .number = 0}));
      return add_try(list, by, parameter, (hs_value){.type = HS_VALUE_FLAG, .number = 1});
    case HS_TYPE_SOLVER: return HS_OK;
    default: return add_number_tries(list, by, parameter);
  }
}

void hs__tries_free(hs__tries *list) {
  for (size_t i = 0; i < list->count; i++) hs_params_free(&list->given[i]);
}

void hs__put_choice(hs_buffer *text, const hs_params *params) {
  char number[HS_NUMBER_TEXT_SIZE];
  for (size_t i = 0; i < params->count; i++) {
    const hs_value *value = &params->items[i].value;
    hs_put_format(text, "%s%s = %s", i ? ", " : "", params->items[i].name,
                  value->type == HS_VALUE_TEXT ? value->text : hs_number_text(value->number, number));
  }
}

int hs__merge(hs_params *all, const hs_params *base, const hs_params *given) {
  HS_TRY(hs_params_copy(all, base));
  for (size_t i = 0; i < given->count; i++) HS_TRY(hs_params_set(all, given->items[i].name, &given->items[i].value));
  return HS_OK;
}
