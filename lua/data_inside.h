/* data_inside.h: data files, from the path to an array. Readers work on bytes in memory and know no Lua, so that every
 * broken file can be tried on them. */
#ifndef HS_LUA_DATA_INSIDE_H
#define HS_LUA_DATA_INSIDE_H

#include <base/buffer.h>
#include <base/record.h>
#include <stddef.h>

#include "vm.h"

/* Reads a whole file, plain or gzip (lua/gzip.c: the door to zlib). More than `limit` bytes are an error, so a small
 * file cannot fill the memory. HS_ERROR_IO, HS_ERROR_FORMAT (damaged gzip), HS_ERROR_MEMORY. */
int hs__gzip_read(const char *path, size_t limit, hs_buffer *content, char *message);

/* What a reader makes of a file: `content` is replaced by the bytes of the array, row-major, native order. */
typedef struct hs__table {
  hs_dtype dtype;
  int dimensions;
  int64_t shape[HS_MAX_DIMENSIONS];
} hs__table;

/* The readers. `path` is for messages only. HS_ERROR_FORMAT with file, place and what was expected; HS_ERROR_MEMORY. */
int hs__read_idx(const char *path, hs_buffer *content, hs__table *table, char *message);
int hs__read_npy(const char *path, hs_buffer *content, hs__table *table, char *message);

enum { HS__MAX_CSV_COLUMNS = 4096 };

/* Which columns of a CSV file are wanted; zero-initialised: all of a file without header. */
typedef struct hs__csv_options {
  bool header;                            /* the first line holds names */
  char separator;                         /* 0 = ',' */
  int wanted;                             /* 0 = all */
  int columns[HS__MAX_CSV_COLUMNS];       /* from 1; 0 where a name is given */
  const char *names[HS__MAX_CSV_COLUMNS]; /* of the header; NULL where a number is given */
} hs__csv_options;

int hs__read_csv(const char *path, const hs__csv_options *options, hs_buffer *content, hs__table *table, char *message);

/* Drops the first `offset` bytes, keeping `size`. */
void hs__keep_bytes(hs_buffer *content, size_t offset, size_t size);

/* Pushes the path of the first of these names that exists (each tried as it is, with .gz and without), searched in
 * the data folders, beside the script and here; raises an error that lists where it looked. */
const char *hs__push_data_path(lua_State *L, int first_name, int last_name);

#endif
