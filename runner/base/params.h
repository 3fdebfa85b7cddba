/* params.h: named values, sorted by name: the parameters of a trial, options, a model description, metrics.
 *
 * A value is a number (1 and 1.0 are one value; finite), a text or a flag. The canonical text is JSON with sorted
 * names and shortest round-trip numbers: equal params give equal bytes, so it is what keys hash and stores keep.
 */
#ifndef HS_BASE_PARAMS_H
#define HS_BASE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

typedef enum hs_value_type { HS_VALUE_NUMBER = 1, HS_VALUE_TEXT = 2, HS_VALUE_FLAG = 3 } hs_value_type;

typedef struct hs_value {
  hs_value_type type;
  double number; /* NUMBER, and 0 or 1 for FLAG */
  char *text;    /* TEXT: owned by the params; otherwise NULL */
} hs_value;

typedef struct hs_param {
  char *name;
  hs_value value;
} hs_param;

/* Zero-initialise to start empty; hs_params_free ends it. Items ascend by name (byte order). Read `items` freely;
 * change only through the functions below. */
typedef struct hs_params {
  hs_param *items;
  size_t count, capacity;
} hs_params;

void hs_params_free(hs_params *params); /* empties; the struct itself is the caller's */

/* Set or replace; name and text are copied. HS_OK or HS_ERROR_MEMORY. */
int hs_params_set_number(hs_params *params, const char *name, double number);
int hs_params_set_text(hs_params *params, const char *name, const char *text);
int hs_params_set_flag(hs_params *params, const char *name, bool flag);
int hs_params_set(hs_params *params, const char *name, const hs_value *value);
int hs_params_copy(hs_params *to, const hs_params *from); /* `to` is replaced */
void hs_params_remove(hs_params *params, const char *name);

/* NULL where there is no such name. */
const hs_value *hs_params_get(const hs_params *params, const char *name);
bool hs_params_equal(const hs_params *a, const hs_params *b);

/* Appends the canonical JSON object; a number that is not finite is written as null (metrics only). */
void hs_params_put_json(const hs_params *params, hs_buffer *text);
/* Reads a flat JSON object; null is read as NaN. HS_ERROR_FORMAT names the fault in message. `params` is replaced. */
int hs_params_parse_json(const char *text, hs_params *params, char *message);

/* Shortest decimal form that reads back as the same double, e.g. "0.1", "60000", "1e-05", into text[32]. */
enum { HS_NUMBER_TEXT_SIZE = 32 };
const char *hs_number_text(double number, char text[HS_NUMBER_TEXT_SIZE]);
/* Appends a JSON string with quotes. What is not UTF-8 becomes U+FFFD, so that the result is always JSON: texts that
 * must stay apart, those in keys, are refused earlier if they are not UTF-8. */
void hs_put_json_text(hs_buffer *buffer, const char *text);

/* The wire form, for buffers between processes: bit-exact, also for NaN and infinities. */
void hs_put_params(hs_buffer *buffer, const hs_params *params);
int hs_get_params(hs_reader *reader, hs_params *params); /* `params` is replaced; HS_ERROR_FORMAT or _MEMORY */

#endif
