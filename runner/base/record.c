#include "record.h"

#include <string.h>

#include "memory.h"
#include "status.h"
#include "trial.h"

static const char *const VERDICT_WORDS[] = {
#define VERDICT_WORD(code, name, word) [code] = (word),
    HS_VERDICT_LIST(VERDICT_WORD)
#undef VERDICT_WORD
};

const char *hs_verdict_word(int verdict) {
  return verdict >= 0 && verdict < HS_VERDICT_COUNT ? VERDICT_WORDS[verdict] : "unknown";
}

int hs_verdict_parse(const char *word) {
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    if (strcmp(VERDICT_WORDS[verdict], word) == 0) return verdict;
  return -1;
}

size_t hs_dtype_size(hs_dtype dtype) {
  switch (dtype) {
    case HS_FLOAT32:
    case HS_INT32: return 4;
    case HS_FLOAT64:
    case HS_INT64: return 8;
    case HS_UINT8: return 1;
  }
  return 0;
}

void hs_record_free(hs_record *record) {
  hs_params_free(&record->metrics);
  for (size_t i = 0; i < record->array_count; i++) {
    hs_free(&record->arrays[i].name);
    hs_free(&record->arrays[i].data);
  }
  hs_free(&record->arrays);
  record->array_count = record->array_capacity = 0;
  hs_free(&record->message);
  hs_free(&record->error_output);
}

hs_kept_array *hs_record_add_array(hs_record *record, const char *name) {
  if (hs_grow(&record->arrays, &record->array_capacity, record->array_count + 1, sizeof *record->arrays) != HS_OK)
    return NULL;
  hs_kept_array *array = &record->arrays[record->array_count];
  *array = (hs_kept_array){.name = hs_copy_text(name)};
  if (!array->name) return NULL;
  record->array_count++;
  return array;
}

static void put_array(hs_buffer *buffer, const hs_kept_array *array) {
  hs_put_text(buffer, array->name);
  hs_put_u8(buffer, (uint8_t)array->dtype);
  hs_put_u8(buffer, (uint8_t)array->dimensions);
  for (int d = 0; d < array->dimensions; d++) hs_put_i64(buffer, array->shape[d]);
  hs_put_i64(buffer, array->image[0]);
  hs_put_i64(buffer, array->image[1]);
  hs_put_blob(buffer, array->data, array->size);
}

/* True if the shape is sane and describes exactly `size` bytes. */
static bool shape_fits(const hs_kept_array *array, size_t size) {
  size_t bytes = hs_dtype_size(array->dtype);
  if (bytes == 0) return false;
  for (int d = 0; d < array->dimensions; d++) {
    if (array->shape[d] < 0 || (array->shape[d] > 0 && bytes > UINT32_MAX / (size_t)array->shape[d])) return false;
    bytes *= (size_t)array->shape[d];
  }
  return bytes == size;
}

static int get_array(hs_reader *reader, hs_record *record) {
  char *name = hs_get_text(reader);
  hs_kept_array *array = name ? hs_record_add_array(record, name) : NULL;
  hs_free(&name);
  if (!array) return reader->failed ? HS_ERROR_FORMAT : HS_ERROR_MEMORY;
  array->dtype = (hs_dtype)hs_get_u8(reader);
  array->dimensions = hs_get_u8(reader);
  if (array->dimensions > HS_MAX_DIMENSIONS) return HS_ERROR_FORMAT;
  for (int d = 0; d < array->dimensions; d++) array->shape[d] = hs_get_i64(reader);
  array->image[0] = hs_get_i64(reader);
  array->image[1] = hs_get_i64(reader);
  const void *bytes = hs_get_blob(reader, &array->size);
  if (reader->failed || !shape_fits(array, array->size)) return HS_ERROR_FORMAT;
  array->data = hs_allocate(array->size, 1);
  if (!array->data) return HS_ERROR_MEMORY;
  if (array->size) memcpy(array->data, bytes, array->size);
  return HS_OK;
}

void hs_put_record(hs_buffer *buffer, const hs_record *record) {
  hs_put_hash(buffer, record->key);
  hs_put_u8(buffer, (uint8_t)record->verdict);
  hs_put_u32(buffer, record->attempt);
  hs_put_u32(buffer, (uint32_t)record->rank);
  hs_put_params(buffer, &record->metrics);
  hs_put_double(buffer, record->started);
  hs_put_double(buffer, record->wall);
  hs_put_double(buffer, record->cpu);
  hs_put_text(buffer, record->message);
  hs_put_text(buffer, record->error_output);
  hs_put_u32(buffer, (uint32_t)record->array_count);
  for (size_t i = 0; i < record->array_count; i++) put_array(buffer, &record->arrays[i]);
}

/* NULL stands for the empty text inside a record. */
static char *get_optional_text(hs_reader *reader) {
  char *text = hs_get_text(reader);
  if (text && !*text) hs_free(&text);
  return text;
}

static int get_record_body(hs_reader *reader, hs_record *record) {
  record->key = hs_get_hash(reader);
  record->verdict = (hs_verdict)hs_get_u8(reader);
  record->attempt = hs_get_u32(reader);
  record->rank = (int32_t)hs_get_u32(reader);
  HS_TRY(hs_get_params(reader, &record->metrics));
  record->started = hs_get_double(reader);
  record->wall = hs_get_double(reader);
  record->cpu = hs_get_double(reader);
  record->message = get_optional_text(reader);
  record->error_output = get_optional_text(reader);
  uint32_t arrays = hs_get_u32(reader);
  for (uint32_t i = 0; i < arrays; i++) HS_TRY(get_array(reader, record));
  return reader->failed || record->verdict >= HS_VERDICT_COUNT ? HS_ERROR_FORMAT : HS_OK;
}

int hs_get_record(hs_reader *reader, hs_record *record) {
  *record = (hs_record){0};
  int status = get_record_body(reader, record);
  if (status < 0) hs_record_free(record);
  return status;
}
