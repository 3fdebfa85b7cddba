/* hash.h: 128-bit content hashes (XXH3): trial keys, group keys, digests of data and code.
 * Not cryptographic: it tells apart what people make, not what an adversary forges. */
#ifndef HS_BASE_HASH_H
#define HS_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hs_hash {
  uint64_t high, low;
} hs_hash;

enum { HS_HASH_TEXT_SIZE = 33 };

hs_hash hs_hash_of(const void *bytes, size_t size);
bool hs_hash_equal(hs_hash a, hs_hash b);
/* 32 lower-case hexadecimal digits and a 0. */
void hs_hash_text(hs_hash hash, char text[HS_HASH_TEXT_SIZE]);
/* HS_OK, or HS_ERROR_FORMAT if the text is not 32 hexadecimal digits. */
int hs_hash_parse(const char *text, hs_hash *hash);

#endif
