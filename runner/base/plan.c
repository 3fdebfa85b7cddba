#include "plan.h"

#include "memory.h"
#include "status.h"
#include "trial.h"

static void free_texts(char ***texts, size_t count) {
  for (size_t i = 0; *texts && i < count; i++) hs_free(&(*texts)[i]);
  hs_free(texts);
}

void hs_sweep_source_free(hs_sweep_source *source) {
  hs_free(&source->path);
  hs_free(&source->text);
  hs_free(&source->data_folders);
  hs_params_free(&source->overrides);
  free_texts(&source->module_names, source->module_count);
  free_texts(&source->module_texts, source->module_count);
  source->module_count = 0;
}

void hs_put_sweep_source(hs_buffer *buffer, const hs_sweep_source *source) {
  hs_put_text(buffer, source->path);
  hs_put_text(buffer, source->text);
  hs_put_params(buffer, &source->overrides);
  hs_put_text(buffer, source->data_folders);
  hs_put_u64(buffer, source->seed);
  hs_put_u8(buffer, source->seed_given);
  hs_put_u32(buffer, (uint32_t)source->module_count);
  for (size_t i = 0; i < source->module_count; i++) {
    hs_put_text(buffer, source->module_names[i]);
    hs_put_text(buffer, source->module_texts[i]);
  }
}

static int get_modules(hs_reader *reader, hs_sweep_source *source) {
  size_t count = hs_get_u32(reader);
  if (count > hs_reader_left(reader)) return HS_ERROR_FORMAT;
  source->module_names = hs_allocate(count, sizeof(char *));
  source->module_texts = hs_allocate(count, sizeof(char *));
  if (!source->module_names || !source->module_texts) return HS_ERROR_MEMORY;
  source->module_count = count;
  for (size_t i = 0; i < count; i++) {
    source->module_names[i] = hs_get_text(reader);
    source->module_texts[i] = hs_get_text(reader);
  }
  return HS_OK;
}

int hs_get_sweep_source(hs_reader *reader, hs_sweep_source *source) {
  *source = (hs_sweep_source){0};
  source->path = hs_get_text(reader);
  source->text = hs_get_text(reader);
  int status = hs_get_params(reader, &source->overrides);
  source->data_folders = hs_get_text(reader);
  source->seed = hs_get_u64(reader);
  source->seed_given = hs_get_u8(reader) != 0;
  if (status == HS_OK) status = get_modules(reader, source);
  if (status == HS_OK && reader->failed) status = HS_ERROR_FORMAT;
  if (status < 0) hs_sweep_source_free(source);
  return status;
}

void hs_plan_head_free(hs_plan_head *head) {
  hs_free(&head->name);
  hs_free(&head->description);
  hs_free(&head->parameter_order);
  hs_params_free(&head->options);
}

void hs_put_plan_head(hs_buffer *buffer, const hs_plan_head *head) {
  hs_put_text(buffer, head->name);
  hs_put_text(buffer, head->description);
  hs_put_i64(buffer, head->revision);
  hs_put_u64(buffer, head->seed);
  hs_put_u32(buffer, head->repeats);
  hs_put_u64(buffer, head->cells);
  hs_put_u64(buffer, head->trials);
  hs_put_params(buffer, &head->options);
  hs_put_text(buffer, head->parameter_order);
  hs_put_hash(buffer, head->code);
}

int hs_get_plan_head(hs_reader *reader, hs_plan_head *head) {
  *head = (hs_plan_head){0};
  head->name = hs_get_text(reader);
  head->description = hs_get_text(reader);
  head->revision = hs_get_i64(reader);
  head->seed = hs_get_u64(reader);
  head->repeats = hs_get_u32(reader);
  head->cells = hs_get_u64(reader);
  head->trials = hs_get_u64(reader);
  int status = hs_get_params(reader, &head->options);
  head->parameter_order = hs_get_text(reader);
  head->code = hs_get_hash(reader);
  if (status == HS_OK && reader->failed) status = HS_ERROR_FORMAT;
  if (status < 0) hs_plan_head_free(head);
  return status;
}
