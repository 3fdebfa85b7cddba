#include "params.h"

#include <cjson/cJSON.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "status.h"

static void free_item(hs_param *item) {
  hs_free(&item->name);
  hs_free(&item->value.text);
}

void hs_params_free(hs_params *params) {
  for (size_t i = 0; i < params->count; i++) free_item(&params->items[i]);
  hs_free(&params->items);
  params->count = params->capacity = 0;
}

/* Position of the first item whose name is not before `name`. */
static size_t lower_bound(const hs_params *params, const char *name) {
  size_t low = 0, high = params->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(params->items[middle].name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool is_at(const hs_params *params, size_t at, const char *name) {
  return at < params->count && strcmp(params->items[at].name, name) == 0;
}

/* -0 and 0 are one value, and so are all true flags: equal params must have equal bytes. */
static double canonical_number(const hs_value *value) {
  if (value->type == HS_VALUE_FLAG) return value->number != 0;
  return value->number == 0 ? 0 : value->number;
}

int hs_params_set(hs_params *params, const char *name, const hs_value *value) {
  hs_value copy = {.type = value->type, .number = canonical_number(value)};
  copy.text = hs_copy_text(value->text);
  if (value->text && !copy.text) return HS_ERROR_MEMORY;
  size_t at = lower_bound(params, name);
  if (is_at(params, at, name)) {
    hs_free(&params->items[at].value.text);
    params->items[at].value = copy;
    return HS_OK;
  }
  char *name_copy = hs_copy_text(name);
  if (!name_copy || hs_grow(&params->items, &params->capacity, params->count + 1, sizeof *params->items) != HS_OK) {
    hs_free(&name_copy);
    hs_free(&copy.text);
    return HS_ERROR_MEMORY;
  }
  memmove(params->items + at + 1, params->items + at, (params->count - at) * sizeof *params->items);
  params->items[at] = (hs_param){.name = name_copy, .value = copy};
  params->count++;
  return HS_OK;
}

int hs_params_set_number(hs_params *params, const char *name, double number) {
  return hs_params_set(params, name, &(hs_value){.type = HS_VALUE_NUMBER, .number = number});
}

int hs_params_set_text(hs_params *params, const char *name, const char *text) {
  return hs_params_set(params, name, &(hs_value){.type = HS_VALUE_TEXT, .text = (char *)text});
}

int hs_params_set_flag(hs_params *params, const char *name, bool flag) {
  return hs_params_set(params, name, &(hs_value){.type = HS_VALUE_FLAG, .number = flag});
}

void hs_params_remove(hs_params *params, const char *name) {
  size_t at = lower_bound(params, name);
  if (!is_at(params, at, name)) return;
  free_item(&params->items[at]);
  memmove(params->items + at, params->items + at + 1, (--params->count - at) * sizeof *params->items);
}

int hs_params_copy(hs_params *to, const hs_params *from) {
  hs_params copy = {0};
  for (size_t i = 0; i < from->count; i++) {
    int status = hs_params_set(&copy, from->items[i].name, &from->items[i].value);
    if (status < 0) {
      hs_params_free(&copy);
      return status;
    }
  }
  hs_params_free(to);
  *to = copy;
  return HS_OK;
}

const hs_value *hs_params_get(const hs_params *params, const char *name) {
  size_t at = lower_bound(params, name);
  return is_at(params, at, name) ? &params->items[at].value : NULL;
}

/* By bits: a NaN equals itself, and there is only one zero. */
static bool same_bits(double a, double b) {
  uint64_t bits_a, bits_b;
  memcpy(&bits_a, &a, sizeof a);
  memcpy(&bits_b, &b, sizeof b);
  return bits_a == bits_b;
}

static bool value_equal(const hs_value *a, const hs_value *b) {
  if (a->type != b->type) return false;
  return a->type == HS_VALUE_TEXT ? strcmp(a->text, b->text) == 0 : same_bits(a->number, b->number);
}

bool hs_params_equal(const hs_params *a, const hs_params *b) {
  if (a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (strcmp(a->items[i].name, b->items[i].name) != 0 || !value_equal(&a->items[i].value, &b->items[i].value))
      return false;
  return true;
}

const char *hs_number_text(double number, char text[HS_NUMBER_TEXT_SIZE]) {
  if (number == floor(number) && fabs(number) < 1e15) {
    snprintf(text, HS_NUMBER_TEXT_SIZE, "%lld", (long long)number); /* several times faster than "%.0f" */
    return text;
  }
  if (isnan(number)) return strcpy(text, "nan"); /* printf would show its sign */
  /* Every decimal of up to 15 digits survives a normal double; subnormal ones have fewer digits to keep. */
  for (int digits = fabs(number) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
    snprintf(text, HS_NUMBER_TEXT_SIZE, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  return text;
}

/* The bytes of the UTF-8 character at `at`, 0 if there is none: too long a form, a surrogate, beyond U+10FFFF, cut. */
static size_t character_size(const unsigned char *at) {
  if (at[0] < 0x80) return 1;
  size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
  unsigned char low = 0x80, high = 0xbf; /* what the second byte may be */
  if (at[0] == 0xe0) low = 0xa0;
  if (at[0] == 0xed) high = 0x9f;
  if (at[0] == 0xf0) low = 0x90;
  if (at[0] == 0xf4) high = 0x8f;
  if (at[1] < low || at[1] > high) return 0;
  for (size_t i = 2; i < size; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  return size;
}

void hs_put_json_text(hs_buffer *buffer, const char *text) {
  hs_put_bytes(buffer, "\"", 1);
  const char *plain = text; /* the start of what needs no escape: appended in one piece, for speed */
  for (const char *at = text; *at; at++) {
    unsigned char byte = (unsigned char)*at;
    size_t size = character_size((const unsigned char *)at);
    if (byte != '"' && byte != '\\' && byte >= 0x20 && size) {
      at += size - 1;
      continue;
    }
    hs_put_bytes(buffer, plain, (size_t)(at - plain));
    plain = at + 1;
    if (!size)
      hs_put_bytes(buffer, "\xef\xbf\xbd", 3); /* U+FFFD */
    else if (byte < 0x20)
      hs_put_format(buffer, "\\u%04x", byte);
    else
      hs_put_bytes(buffer, (char[]){'\\', *at}, 2);
  }
  hs_put_bytes(buffer, plain, strlen(plain));
  hs_put_bytes(buffer, "\"", 1);
}

static void put_json_value(hs_buffer *buffer, const hs_value *value) {
  char number[HS_NUMBER_TEXT_SIZE];
  if (value->type == HS_VALUE_TEXT) {
    hs_put_json_text(buffer, value->text);
    return;
  }
  const char *word = value->number != 0 ? "true" : "false";
  if (value->type == HS_VALUE_NUMBER) word = isfinite(value->number) ? hs_number_text(value->number, number) : "null";
  hs_put_bytes(buffer, word, strlen(word));
}

void hs_params_put_json(const hs_params *params, hs_buffer *text) {
  hs_put_bytes(text, "{", 1);
  for (size_t i = 0; i < params->count; i++) {
    if (i) hs_put_bytes(text, ",", 1);
    hs_put_json_text(text, params->items[i].name);
    hs_put_bytes(text, ":", 1);
    put_json_value(text, &params->items[i].value);
  }
  hs_put_bytes(text, "}", 1);
}

static int set_json_item(hs_params *params, const cJSON *item, char *message) {
  if (cJSON_IsNumber(item) && !isfinite(item->valuedouble))
    return hs_fail(message, HS_ERROR_FORMAT, "\"%s\" is a number too large for a double", item->string);
  if (cJSON_IsNumber(item)) return hs_params_set_number(params, item->string, item->valuedouble);
  if (cJSON_IsString(item)) return hs_params_set_text(params, item->string, item->valuestring);
  if (cJSON_IsBool(item)) return hs_params_set_flag(params, item->string, cJSON_IsTrue(item));
  if (cJSON_IsNull(item)) return hs_params_set_number(params, item->string, NAN);
  return hs_fail(message, HS_ERROR_FORMAT, "\"%s\" is neither a number, a text nor a flag", item->string);
}

int hs_params_parse_json(const char *text, hs_params *params, char *message) {
  cJSON *root = cJSON_ParseWithOpts(text, NULL, true); /* true: nothing may follow the object */
  hs_params parsed = {0};
  int status = HS_OK;
  if (!cJSON_IsObject(root)) status = hs_fail(message, HS_ERROR_FORMAT, "not a JSON object: %.60s", text);
  for (const cJSON *item = root ? root->child : NULL; item && status == HS_OK; item = item->next)
    status = set_json_item(&parsed, item, message);
  cJSON_Delete(root);
  if (status != HS_OK) {
    hs_params_free(&parsed);
    return status;
  }
  hs_params_free(params);
  *params = parsed;
  return HS_OK;
}

void hs_put_params(hs_buffer *buffer, const hs_params *params) {
  hs_put_u32(buffer, (uint32_t)params->count);
  for (size_t i = 0; i < params->count; i++) {
    const hs_value *value = &params->items[i].value;
    hs_put_text(buffer, params->items[i].name);
    hs_put_u8(buffer, (uint8_t)value->type);
    if (value->type == HS_VALUE_TEXT)
      hs_put_text(buffer, value->text);
    else
      hs_put_double(buffer, value->number);
  }
}

static int get_param(hs_reader *reader, hs_params *params) {
  char *name = hs_get_text(reader);
  hs_value value = {.type = (hs_value_type)hs_get_u8(reader)};
  if (value.type == HS_VALUE_TEXT)
    value.text = hs_get_text(reader);
  else
    value.number = hs_get_double(reader);
  int status = HS_OK;
  if (reader->failed || value.type < HS_VALUE_NUMBER || value.type > HS_VALUE_FLAG)
    status = HS_ERROR_FORMAT;
  else
    status = hs_params_set(params, name, &value);
  hs_free(&name);
  hs_free(&value.text);
  return status;
}

int hs_get_params(hs_reader *reader, hs_params *params) {
  hs_params_free(params);
  uint32_t count = hs_get_u32(reader);
  for (uint32_t i = 0; i < count; i++) {
    int status = get_param(reader, params);
    if (status < 0) {
      hs_params_free(params);
      return status;
    }
  }
  return reader->failed ? HS_ERROR_FORMAT : HS_OK;
}
