/* buffer.h: growing bytes, and a reader that never runs past their end. The one encoding of everything that
 * crosses a process border: little-endian fixed-size integers, doubles as their bits, strings and blobs with a
 * 32-bit length in front. */
#ifndef HS_BASE_BUFFER_H
#define HS_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise to start empty; hs_buffer_free ends it. A failed allocation sets `failed`, and everything put
 * afterwards is ignored: check once, at the end. */
typedef struct hs_buffer {
  unsigned char *data;
  size_t size, capacity;
  bool failed;
} hs_buffer;

void hs_buffer_clear(hs_buffer *buffer); /* empties, keeps the memory, forgets `failed` */
void hs_buffer_free(hs_buffer *buffer);

void hs_put_bytes(hs_buffer *buffer, const void *bytes, size_t size);
void hs_put_u8(hs_buffer *buffer, uint8_t value);
void hs_put_u32(hs_buffer *buffer, uint32_t value);
void hs_put_u64(hs_buffer *buffer, uint64_t value);
void hs_put_i64(hs_buffer *buffer, int64_t value);
void hs_put_double(hs_buffer *buffer, double value);
void hs_put_blob(hs_buffer *buffer, const void *bytes, size_t size);
void hs_put_text(hs_buffer *buffer, const char *text); /* NULL is written as "" */

/* Plain text: appended without a length. */
void hs_put_format(hs_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes as a C string: appends a 0 that does not count; "" if the buffer failed. */
const char *hs_buffer_text(hs_buffer *buffer);

/* A view on bytes that somebody else owns. Reading past the end sets `failed` and gives zeroes. */
typedef struct hs_reader {
  const unsigned char *data;
  size_t size, at;
  bool failed;
} hs_reader;

hs_reader hs_reader_of(const void *bytes, size_t size);
size_t hs_reader_left(const hs_reader *reader);
uint8_t hs_get_u8(hs_reader *reader);
uint32_t hs_get_u32(hs_reader *reader);
uint64_t hs_get_u64(hs_reader *reader);
int64_t hs_get_i64(hs_reader *reader);
double hs_get_double(hs_reader *reader);
/* Points into the reader's bytes; *size is set; NULL (and *size 0) past the end. */
const void *hs_get_blob(hs_reader *reader, size_t *size);
const void *hs_get_bytes(hs_reader *reader, size_t size);
/* A fresh copy, ended by 0, to be freed with hs_free; NULL past the end or without memory. */
char *hs_get_text(hs_reader *reader);

#endif
