/* values.h: what people write for sizes, counts and limits, on the command line and in the configuration file. */
#ifndef HS_RUNNER_COMMANDS_VALUES_H
#define HS_RUNNER_COMMANDS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "../run.h"

/* "17", "-3": the whole text must be the number. false leaves *value as it was; so do all functions below. */
bool hs_parse_integer(const char *text, int64_t *value);
/* "17", "0x2f": 0 .. 2^64 - 1. */
bool hs_parse_whole(const char *text, uint64_t *value);
/* "4G", "512M", "1.5GiB", "4096": bytes; K, M, G and T are powers of 1024. */
bool hs_parse_size(const char *text, double *bytes);
/* "soon,fail=10", "now,fail=5%". N is a whole number from 1, the percentage lies in (0, 100]. */
bool hs_parse_halt(const char *text, hs_halt *halt);
/* "1.5 GiB" into text[32]; returns text. */
const char *hs_size_text(double bytes, char text[32]);

#endif
