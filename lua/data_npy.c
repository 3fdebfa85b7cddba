/* NPY files (NumPy's format, versions 1 to 3): a magic, a version, the length of a header, the header (a Python dict as
 * text), then the elements. */
#include <base/status.h>
#include <stdlib.h>
#include <string.h>

#include "data_inside.h"

static const struct npy_type {
  const char *name;
  hs_dtype dtype;
} npy_types[] = {{"<f4", HS_FLOAT32}, {"<f8", HS_FLOAT64}, {"<i4", HS_INT32},
                 {"<i8", HS_INT64},   {"|u1", HS_UINT8},   {"|b1", HS_UINT8}};

/* The text after "'key':" in the header, spaces skipped; NULL if the key is missing. */
static const char *value_of(const char *header, const char *key) {
  const char *found = strstr(header, key);
  if (!found) return NULL;
  found += strlen(key);
  found += strspn(found, " ");
  if (*found != ':') return NULL;
  return found + 1 + strspn(found + 1, " ");
}

static int read_type(const char *path, const char *header, hs__table *table, char *message) {
  const char *value = value_of(header, "'descr'");
  for (size_t i = 0; value && i < sizeof npy_types / sizeof *npy_types; i++)
    if (value[0] == '\'' && strncmp(value + 1, npy_types[i].name, 3) == 0 && value[4] == '\'') {
      table->dtype = npy_types[i].dtype;
      return HS_OK;
    }
  return hs_fail(
      message, HS_ERROR_FORMAT,
      "%s: header: element type %.9s cannot be read; convert it with a.astype('<f4') (or <f8, <i4, <i8, |u1)", path,
      value ? value : "(missing)");
}

static int read_order(const char *path, const char *header, char *message) {
  const char *value = value_of(header, "'fortran_order'");
  if (value && strncmp(value, "False", 5) == 0) return HS_OK;
  if (value && strncmp(value, "True", 4) == 0)
    return hs_fail(message, HS_ERROR_FORMAT,
                   "%s: header: the array is stored by columns; save it with np.save(..., np.ascontiguousarray(a))",
                   path);
  return hs_fail(message, HS_ERROR_FORMAT, "%s: header: 'fortran_order' is missing", path);
}

/* Reads "(3, 4)" or "(5,)"; "()" is one number. */
static int read_shape(const char *path, const char *header, hs__table *table, char *message) {
  const char *at = value_of(header, "'shape'");
  if (!at || *at != '(') return hs_fail(message, HS_ERROR_FORMAT, "%s: header: 'shape' is missing", path);
  at++;
  for (table->dimensions = 0;; at += strspn(at, ", ")) {
    at += strspn(at, " ");
    if (*at == ')') break;
    char *end;
    long long extent = strtoll(at, &end, 10);
    if (end == at || extent < 0 || (*end != ',' && *end != ')'))
      return hs_fail(message, HS_ERROR_FORMAT, "%s: header: the shape cannot be understood", path);
    if (table->dimensions == HS_MAX_DIMENSIONS)
      return hs_fail(message, HS_ERROR_FORMAT, "%s: header: more than %d dimensions", path, HS_MAX_DIMENSIONS);
    table->shape[table->dimensions++] = extent;
    at = end;
  }
  if (table->dimensions == 0) table->shape[table->dimensions++] = 1;
  return HS_OK;
}

/* Where the header begins and how long it is. */
static int find_header(const char *path, const hs_buffer *content, size_t *start, size_t *length, char *message) {
  const unsigned char *bytes = content->data;
  if (content->size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset 0: not an NPY file: it does not begin with \\x93NUMPY", path);
  if (bytes[6] < 1 || bytes[6] > 3)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset 6: NPY version %d; 1 to 3 can be read", path, bytes[6]);
  *start = bytes[6] == 1 ? 10 : 12;
  *length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
  if (*start == 12 && content->size >= 12) *length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
  if (content->size < *start || content->size - *start < *length)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset %zu: the NPY header is cut off", path, content->size);
  return HS_OK;
}

static int read_header(const char *path, const hs_buffer *content, size_t start, size_t length, hs__table *table,
                       char *message) {
  char *header = strndup((const char *)content->data + start, length);
  if (!header) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its header", path);
  int status = read_type(path, header, table, message);
  if (status == HS_OK) status = read_order(path, header, message);
  if (status == HS_OK) status = read_shape(path, header, table, message);
  free(header);
  return status;
}

int hs__read_npy(const char *path, hs_buffer *content, hs__table *table, char *message) {
  size_t start = 0, length = 0;
  HS_TRY(find_header(path, content, &start, &length, message));
  HS_TRY(read_header(path, content, start, length, table, message));
  uint64_t expected = hs_dtype_size(table->dtype);
  for (int d = 0; d < table->dimensions; d++) {
    uint64_t extent = (uint64_t)table->shape[d];
    if (extent && expected > INT64_MAX / extent)
      return hs_fail(message, HS_ERROR_FORMAT, "%s: header: the shape multiplies to an absurd number", path);
    expected *= extent;
  }
  size_t left = content->size - start - length;
  if (left != expected)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: offset %zu: the header promises %llu bytes of data, %zu %s", path,
                   start + length, (unsigned long long)expected, left,
                   left < expected ? "are there (truncated?)" : "follow");
  hs__keep_bytes(content, start + length, left);
  return HS_OK;
}
