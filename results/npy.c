/* npy.c: a kept array as an NPY file, format 1.0 (numpy.lib.format): magic, length, a Python dictionary, the bytes. */
#include <base/memory.h>
#include <base/status.h>
#include <ctype.h>
#include <string.h>

#include "internal.h"
#include "queries.h"

static const char *numpy_type(hs_dtype dtype) {
  switch (dtype) {
    case HS_FLOAT32: return "<f4";
    case HS_FLOAT64: return "<f8";
    case HS_INT32: return "<i4";
    case HS_INT64: return "<i8";
    case HS_UINT8: return "|u1";
  }
  return NULL;
}

/* The whole header is a multiple of 64 bytes and ends with a newline. */
static void put_header(hs_buffer *npy, const char *type, const char *shape) {
  hs_buffer header = {0};
  hs_put_format(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }", type, shape,
                shape[0] && !strchr(shape, ',') ? "," : "");
  while ((10 + header.size + 1) % 64 && !header.failed) hs_put_bytes(&header, " ", 1);
  hs_put_bytes(&header, "\n", 1);
  hs_put_bytes(npy, "\x93NUMPY\x01\x00", 8);
  hs_put_u8(npy, (uint8_t)(header.size & 0xff));
  hs_put_u8(npy, (uint8_t)(header.size >> 8));
  hs_put_bytes(npy, header.data, header.size);
  if (header.failed) npy->failed = true;
  hs_buffer_free(&header);
}

/* A prefix of keys is a range of blobs: "3fa" is [3fa0..., 3faf...]. */
static int find_trial(hs_store *store, const char *key, int64_t *id, char *message) {
  size_t digits = strlen(key);
  hs_hash first, last;
  char low[HS_HASH_TEXT_SIZE], high[HS_HASH_TEXT_SIZE];
  memset(low, '0', 32), memset(high, 'f', 32);
  low[32] = high[32] = 0;
  for (size_t i = 0; i < digits && i < 32; i++) low[i] = high[i] = (char)tolower((unsigned char)key[i]);
  if (digits == 0 || digits > 32 || hs_hash_parse(low, &first) < 0 || hs_hash_parse(high, &last) < 0)
    return hs_fail(message, HS_ERROR_USAGE, "\"%.40s\" is no key; list shows them", key);
  int64_t count = 0;
  HS_TRY(
      hs__sql_int(store, &count, message, "SELECT count(*) FROM trials WHERE key BETWEEN ? AND ?", "hh", first, last));
  if (count == 0) return hs_fail(message, HS_ERROR_NOT_FOUND, "no trial has the key %s; list shows them", key);
  if (count > 1)
    return hs_fail(message, HS_ERROR_USAGE, "%lld trials have keys that begin with %s; give more digits",
                   (long long)count, key);
  return hs__sql_int(store, id, message, "SELECT id FROM trials WHERE key BETWEEN ? AND ?", "hh", first, last);
}

static int fail_no_array(hs_store *store, int64_t id, const char *name, char *message) {
  char *known = NULL;
  HS_TRY(
      hs__sql_text(store, &known, message, "SELECT group_concat(name, ', ') FROM arrays WHERE trial_id = ?", "i", id));
  int status = hs_fail(message, HS_ERROR_NOT_FOUND, "the trial kept no array \"%.60s\"; it has: %.120s", name,
                       known ? known : "none");
  hs_free(&known);
  return status;
}

static int put_array(hs_store *store, int64_t id, const char *name, hs_buffer *npy, char *message) {
  sqlite3_stmt *statement;
  HS_TRY(hs__sql_query(store, &statement, message,
                       "SELECT dtype, shape, data FROM arrays WHERE trial_id = ? AND name = ?", "it", id, name));
  int status = hs__sql_step(store, statement, message);
  const char *type = status == HS_OK ? numpy_type((hs_dtype)sqlite3_column_int(statement, 0)) : NULL;
  if (status == HS_OK && !type) status = hs_fail(message, HS_ERROR_FORMAT, "array \"%.60s\": unknown type", name);
  if (status == HS_OK) {
    put_header(npy, type, hs__column_text(statement, 1));
    hs_put_bytes(npy, sqlite3_column_blob(statement, 2), (size_t)sqlite3_column_bytes(statement, 2));
    if (npy->failed) status = hs_fail(message, HS_ERROR_MEMORY, "no memory for the array");
  }
  sqlite3_finalize(statement);
  return status == HS_END ? fail_no_array(store, id, name, message) : status;
}

int hs_query_array(hs_store *store, const char *key, const char *name, hs_buffer *npy, char *message) {
  int64_t id = 0;
  HS_TRY(find_trial(store, key, &id, message));
  return put_array(store, id, name, npy, message);
}
