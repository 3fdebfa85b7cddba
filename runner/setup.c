#include "setup.h"

#include <base/memory.h>
#include <base/status.h>

int hs__setup_make(const hs_sweep_source *source, const hs_settings *settings, hs_cpu_level level, hs__setup *setup) {
  hs_buffer folders = {0};
  for (size_t i = 0; i < settings->plugin_folder_count; i++)
    hs_put_format(&folders, "%s%s", i ? ":" : "", settings->plugin_folders[i]);
  hs_buffer_text(&folders);
  if (folders.failed) {
    hs_buffer_free(&folders);
    return HS_ERROR_MEMORY;
  }
  *setup = (hs__setup){
      .source = *source,
      .plugin_folders = (char *)folders.data,
      .level = level,
      .threads = settings->threads,
      .memory_limit = (uint64_t)settings->memory_limit,
      .trial_timeout = settings->trial_timeout,
      .crash_limit = (uint32_t)settings->crash_limit,
  };
  return HS_OK;
}

void hs__setup_free(hs__setup *setup) {
  hs_sweep_source_free(&setup->source);
  hs_free(&setup->plugin_folders);
}

void hs__put_setup(hs_buffer *buffer, const hs__setup *setup) {
  hs_put_sweep_source(buffer, &setup->source);
  hs_put_text(buffer, setup->plugin_folders);
  hs_put_u32(buffer, (uint32_t)setup->level);
  hs_put_u32(buffer, (uint32_t)setup->threads);
  hs_put_u64(buffer, setup->memory_limit);
  hs_put_double(buffer, setup->trial_timeout);
  hs_put_u32(buffer, setup->crash_limit);
}

int hs__get_setup(hs_reader *reader, hs__setup *setup) {
  *setup = (hs__setup){0};
  HS_TRY(hs_get_sweep_source(reader, &setup->source));
  setup->plugin_folders = hs_get_text(reader);
  setup->level = (hs_cpu_level)hs_get_u32(reader);
  setup->threads = (int32_t)hs_get_u32(reader);
  setup->memory_limit = hs_get_u64(reader);
  setup->trial_timeout = hs_get_double(reader);
  setup->crash_limit = hs_get_u32(reader);
  if (!reader->failed) return HS_OK;
  hs__setup_free(setup);
  return HS_ERROR_FORMAT;
}
