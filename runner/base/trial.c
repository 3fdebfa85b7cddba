#include "trial.h"

#include "status.h"

void hs_trial_free(hs_trial *trial) { hs_params_free(&trial->params); }

hs_hash hs_trial_key(const char *sweep, int64_t revision, uint64_t seed, const hs_params *options,
                     const hs_params *params, uint32_t replicate, const char *model_identity) {
  hs_buffer bytes = {0};
  hs_put_text(&bytes, sweep);
  hs_put_i64(&bytes, revision);
  hs_put_u64(&bytes, seed);
  hs_params_put_json(options, &bytes);
  hs_params_put_json(params, &bytes);
  hs_put_u32(&bytes, replicate);
  hs_put_text(&bytes, model_identity);
  hs_hash key = hs_hash_of(bytes.data, bytes.size);
  hs_buffer_free(&bytes);
  return key;
}

void hs_put_hash(hs_buffer *buffer, hs_hash hash) {
  hs_put_u64(buffer, hash.high);
  hs_put_u64(buffer, hash.low);
}

hs_hash hs_get_hash(hs_reader *reader) {
  hs_hash hash;
  hash.high = hs_get_u64(reader);
  hash.low = hs_get_u64(reader);
  return hash;
}

void hs_put_trial(hs_buffer *buffer, const hs_trial *trial) {
  hs_put_hash(buffer, trial->key);
  hs_put_hash(buffer, trial->group);
  hs_put_u64(buffer, trial->position);
  hs_put_u32(buffer, trial->replicate);
  hs_put_params(buffer, &trial->params);
}

int hs_get_trial(hs_reader *reader, hs_trial *trial) {
  trial->key = hs_get_hash(reader);
  trial->group = hs_get_hash(reader);
  trial->position = hs_get_u64(reader);
  trial->replicate = hs_get_u32(reader);
  HS_TRY(hs_get_params(reader, &trial->params));
  return reader->failed ? HS_ERROR_FORMAT : HS_OK;
}
