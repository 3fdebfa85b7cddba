/* record.h: what a trial leaves: verdict, metrics, arrays, timings. */
#ifndef HS_BASE_RECORD_H
#define HS_BASE_RECORD_H

#include <hopsweep/solver.h>
#include <stdint.h>

#include "buffer.h"
#include "hash.h"
#include "params.h"

/* X(code, NAME, "word"). The words are what stores and tables show. */
#define HS_VERDICT_LIST(X)                                                               \
  X(0, OK, "ok")                                                                         \
  X(1, NOT_CONVERGED, "not_converged") /* a solver missed its certificate tolerance */   \
  X(2, INVALID, "invalid")             /* NaN or infinity in a result */                 \
  X(3, FAILED, "failed")               /* an error was raised; the message says which */ \
  X(4, TIMEOUT, "timeout")             /* killed at --trial-timeout */                   \
  X(5, CRASHED, "crashed")             /* its executor died: a signal, exit or out of memory */

typedef enum hs_verdict {
#define HS_VERDICT_ENUM(code, name, word) HS_VERDICT_##name = (code),
  HS_VERDICT_LIST(HS_VERDICT_ENUM)
#undef HS_VERDICT_ENUM
      HS_VERDICT_COUNT
} hs_verdict;

const char *hs_verdict_word(int verdict); /* "unknown" outside the list */
int hs_verdict_parse(const char *word);   /* -1 if there is no such word */

enum { HS_MAX_DIMENSIONS = 4 };

/* A kept array. `data` is owned by the record: bytes in row-major order, little-endian. */
typedef struct hs_kept_array {
  char *name;
  hs_dtype dtype;
  int dimensions;
  int64_t shape[HS_MAX_DIMENSIONS];
  int64_t image[2]; /* rows are pictures of this height and width; 0, 0 = they are not */
  unsigned char *data;
  size_t size; /* bytes */
} hs_kept_array;

/* Zero-initialise; hs_record_free ends it. */
typedef struct hs_record {
  hs_hash key;
  hs_verdict verdict;
  uint32_t attempt; /* from 1 */
  int32_t rank;
  hs_params metrics; /* NUMBER values only; NaN is allowed and makes the verdict `invalid` */
  hs_kept_array *arrays;
  size_t array_count, array_capacity;
  double started;     /* seconds since the epoch */
  double wall, cpu;   /* seconds */
  char *message;      /* NULL = none */
  char *error_output; /* tail of what the trial printed, NULL = nothing; kept for verdicts other than ok */
} hs_record;

void hs_record_free(hs_record *record);
/* Appends an empty array with this name (copied); the caller fills it. NULL without memory. */
hs_kept_array *hs_record_add_array(hs_record *record, const char *name);
size_t hs_dtype_size(hs_dtype dtype); /* 0 for an unknown one */

void hs_put_record(hs_buffer *buffer, const hs_record *record);
int hs_get_record(hs_reader *reader, hs_record *record); /* HS_ERROR_FORMAT, HS_ERROR_MEMORY */

#endif
