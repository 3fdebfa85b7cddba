/* IDX files, the format of MNIST: two zero bytes, a type, the number of dimensions, their sizes, then the elements, all
 * big-endian. */
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "data_inside.h"

static const struct idx_type {
  unsigned char code;
  int size; /* bytes of an element in the file */
  hs_dtype dtype;
} idx_types[] = {
    {0x08, 1, HS_UINT8}, {0x09, 1, HS_INT32},   {0x0B, 2, HS_INT32},
    {0x0C, 4, HS_INT32}, {0x0D, 4, HS_FLOAT32}, {0x0E, 8, HS_FLOAT64},
};

static const struct idx_type *find_type(unsigned char code) {
  for (size_t i = 0; i < sizeof idx_types / sizeof *idx_types; i++)
    if (idx_types[i].code == code) return &idx_types[i];
  return NULL;
}

static uint64_t big_endian(const unsigned char *bytes, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; i++) value = value << 8 | bytes[i];
  return value;
}

/* Decodes one element into native order. */
static void decode(const struct idx_type *type, const unsigned char *bytes, hs_buffer *elements) {
  uint64_t raw = big_endian(bytes, type->size);
  uint32_t low = (uint32_t)raw;
  if (type->size == 1) low = (uint32_t)(int32_t)(int8_t)raw;
  if (type->size == 2) low = (uint32_t)(int32_t)(int16_t)raw;
  if (type->size == 8)
    hs_put_bytes(elements, &raw, sizeof raw);
  else
    hs_put_bytes(elements, &low, sizeof low);
}

static int decode_all(const char *path, const struct idx_type *type, size_t offset, hs_buffer *content, char *message) {
  if (type->dtype == HS_UINT8) {
    hs__keep_bytes(content, offset, content->size - offset);
    return HS_OK;
  }
  hs_buffer elements = {0};
  for (size_t at = offset; at < content->size; at += (size_t)type->size) decode(type, content->data + at, &elements);
  hs_buffer_free(content);
  *content = elements;
  return elements.failed ? hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its elements", path) : HS_OK;
}

/* Reads the sizes and checks that exactly their product follows. */
static int read_sizes(const char *path, const hs_buffer *content, const struct idx_type *type, hs__table *table,
                      char *message) {
  size_t header = 4 + 4 * (size_t)table->dimensions;
  if (content->size < header)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset %zu: the IDX header of %zu bytes is cut off", path,
                   content->size, header);
  uint64_t expected = (uint64_t)type->size;
  for (int d = 0; d < table->dimensions; d++) {
    uint64_t extent = big_endian(content->data + 4 + 4 * d, 4);
    table->shape[d] = (int64_t)extent;
    if (extent && expected > INT64_MAX / extent)
      return hs_fail(message, HS_ERROR_FORMAT,
                     "%s: offset %d: the sizes in this IDX header multiply to an absurd number", path, 4 + 4 * d);
    expected *= extent;
  }
  size_t left = content->size - header;
  if (left < expected)
    return hs_fail(message, HS_ERROR_FORMAT,
                   "%s: offset %zu: the file is truncated: its header promises %llu bytes of data, %zu are there", path,
                   content->size, (unsigned long long)expected, left);
  if (left > expected)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset %zu: %zu bytes follow the end of the data", path,
                   header + (size_t)expected, left - (size_t)expected);
  return HS_OK;
}

int hs__read_idx(const char *path, hs_buffer *content, hs__table *table, char *message) {
  if (content->size < 4)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset %zu: an IDX file begins with 4 bytes, these are cut off", path,
                   content->size);
  const unsigned char *magic = content->data;
  const struct idx_type *type = find_type(magic[2]);
  if (magic[0] || magic[1] || !type)
    return hs_fail(message, HS_ERROR_FORMAT,
                   "%s: offset 0: not an IDX file: it begins with %02x %02x %02x %02x instead of 00 00 and a type "
                   "(08, 09, 0b, 0c, 0d, 0e)",
                   path, magic[0], magic[1], magic[2], magic[3]);
  table->dtype = type->dtype;
  table->dimensions = magic[3];
  if (table->dimensions < 1 || table->dimensions > HS_MAX_DIMENSIONS)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset 3: %d dimensions; 1 to %d can be read", path,
                   table->dimensions, HS_MAX_DIMENSIONS);
  HS_TRY(read_sizes(path, content, type, table, message));
  return decode_all(path, type, 4 + 4 * (size_t)table->dimensions, content, message);
}
