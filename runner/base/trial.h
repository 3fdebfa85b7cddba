/* trial.h: the unit of work: one cell of the space and one replicate of it. */
#ifndef HS_BASE_TRIAL_H
#define HS_BASE_TRIAL_H

#include <stdint.h>

#include "buffer.h"
#include "hash.h"
#include "params.h"

/* Immutable once planned. Zero-initialise; hs_trial_free ends it. */
typedef struct hs_trial {
  hs_hash key;        /* of everything that decides the result: see hs_trial_key */
  hs_hash group;      /* of what its shared data depend on: trials of a group want the same executor */
  uint64_t position;  /* in the plan, from 0 */
  uint32_t replicate; /* from 1 */
  hs_params params;   /* of the cell */
} hs_trial;

void hs_trial_free(hs_trial *trial);

/* The key hashes canonical bytes: sweep name, revision and seed, options, params, replicate and the identity of the
 * model ("hfy/1+entmax/2": ids and numerics revisions; "" where the sweep has none). */
hs_hash hs_trial_key(const char *sweep, int64_t revision, uint64_t seed, const hs_params *options,
                     const hs_params *params, uint32_t replicate, const char *model_identity);

/* The wire form. */
void hs_put_hash(hs_buffer *buffer, hs_hash hash);
hs_hash hs_get_hash(hs_reader *reader);
void hs_put_trial(hs_buffer *buffer, const hs_trial *trial);
int hs_get_trial(hs_reader *reader, hs_trial *trial); /* HS_ERROR_FORMAT, HS_ERROR_MEMORY */

#endif
