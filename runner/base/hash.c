#include "hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "status.h"

hs_hash hs_hash_of(const void *bytes, size_t size) {
  XXH128_hash_t hash = XXH3_128bits(bytes, size);
  return (hs_hash){.high = hash.high64, .low = hash.low64};
}

bool hs_hash_equal(hs_hash a, hs_hash b) { return a.high == b.high && a.low == b.low; }

void hs_hash_text(hs_hash hash, char text[HS_HASH_TEXT_SIZE]) {
  snprintf(text, HS_HASH_TEXT_SIZE, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
}

/* Exactly 16 hexadecimal digits: what strtoull takes besides (spaces, signs, 0x) was ruled out before. */
static uint64_t parse_half(const char *digits) {
  char half[17] = {0};
  memcpy(half, digits, 16);
  return strtoull(half, NULL, 16);
}

int hs_hash_parse(const char *text, hs_hash *hash) {
  if (strlen(text) != HS_HASH_TEXT_SIZE - 1 || strspn(text, "0123456789abcdef") != HS_HASH_TEXT_SIZE - 1)
    return HS_ERROR_FORMAT;
  *hash = (hs_hash){.high = parse_half(text), .low = parse_half(text + 16)};
  return HS_OK;
}
