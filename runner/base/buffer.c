#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "status.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the wire encoding is written for little-endian machines");

void hs_buffer_clear(hs_buffer *buffer) {
  buffer->size = 0;
  buffer->failed = false;
}

void hs_buffer_free(hs_buffer *buffer) {
  free(buffer->data);
  memset(buffer, 0, sizeof *buffer);
}

static bool reserve(hs_buffer *buffer, size_t more) {
  if (buffer->failed) return false;
  if (more > SIZE_MAX - buffer->size || hs_grow(&buffer->data, &buffer->capacity, buffer->size + more, 1) != HS_OK)
    buffer->failed = true;
  return !buffer->failed;
}

void hs_put_bytes(hs_buffer *buffer, const void *bytes, size_t size) {
  if (size == 0 || !reserve(buffer, size)) return;
  memcpy(buffer->data + buffer->size, bytes, size);
  buffer->size += size;
}

void hs_put_u8(hs_buffer *buffer, uint8_t value) { hs_put_bytes(buffer, &value, sizeof value); }
void hs_put_u32(hs_buffer *buffer, uint32_t value) { hs_put_bytes(buffer, &value, sizeof value); }
void hs_put_u64(hs_buffer *buffer, uint64_t value) { hs_put_bytes(buffer, &value, sizeof value); }
void hs_put_i64(hs_buffer *buffer, int64_t value) { hs_put_bytes(buffer, &value, sizeof value); }
void hs_put_double(hs_buffer *buffer, double value) { hs_put_bytes(buffer, &value, sizeof value); }

void hs_put_blob(hs_buffer *buffer, const void *bytes, size_t size) {
  if (size > UINT32_MAX) {
    buffer->failed = true;
    return;
  }
  hs_put_u32(buffer, (uint32_t)size);
  hs_put_bytes(buffer, bytes, size);
}

void hs_put_text(hs_buffer *buffer, const char *text) { hs_put_blob(buffer, text, text ? strlen(text) : 0); }

void hs_put_format(hs_buffer *buffer, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) buffer->failed = true;
  if (length >= 0 && reserve(buffer, (size_t)length + 1)) {
    vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, again);
    buffer->size += (size_t)length;
  }
  va_end(again);
}

const char *hs_buffer_text(hs_buffer *buffer) {
  if (!reserve(buffer, 1)) return "";
  buffer->data[buffer->size] = 0;
  return (const char *)buffer->data;
}

hs_reader hs_reader_of(const void *bytes, size_t size) { return (hs_reader){.data = bytes, .size = size}; }

size_t hs_reader_left(const hs_reader *reader) { return reader->failed ? 0 : reader->size - reader->at; }

const void *hs_get_bytes(hs_reader *reader, size_t size) {
  if (reader->failed || size > reader->size - reader->at) {
    reader->failed = true;
    return NULL;
  }
  const void *bytes = reader->data + reader->at;
  reader->at += size;
  return bytes;
}

static void get_number(hs_reader *reader, void *value, size_t size) {
  const void *bytes = hs_get_bytes(reader, size);
  if (bytes)
    memcpy(value, bytes, size);
  else
    memset(value, 0, size);
}

uint8_t hs_get_u8(hs_reader *reader) {
  uint8_t value;
  get_number(reader, &value, sizeof value);
  return value;
}

uint32_t hs_get_u32(hs_reader *reader) {
  uint32_t value;
  get_number(reader, &value, sizeof value);
  return value;
}

uint64_t hs_get_u64(hs_reader *reader) {
  uint64_t value;
  get_number(reader, &value, sizeof value);
  return value;
}

int64_t hs_get_i64(hs_reader *reader) {
  int64_t value;
  get_number(reader, &value, sizeof value);
  return value;
}

double hs_get_double(hs_reader *reader) {
  double value;
  get_number(reader, &value, sizeof value);
  return value;
}

const void *hs_get_blob(hs_reader *reader, size_t *size) {
  *size = hs_get_u32(reader);
  const void *bytes = hs_get_bytes(reader, *size);
  if (!bytes) *size = 0;
  return bytes;
}

char *hs_get_text(hs_reader *reader) {
  size_t size;
  const void *bytes = hs_get_blob(reader, &size);
  if (!bytes) return NULL;
  char *text = malloc(size + 1);
  if (!text) {
    reader->failed = true;
    return NULL;
  }
  memcpy(text, bytes, size);
  text[size] = 0;
  return text;
}
