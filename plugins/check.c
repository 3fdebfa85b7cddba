#include "check.h"

#include <base/status.h>

#include "check/check.h"
#include "registry_files.h"

/* The file under test comes first: what the folders offer under the same ids, an installed version of it perhaps, is
 * passed over. */
static int gather_plugins(hs_registry *registry, const char *file, const char *const *folders, size_t count,
                          char *message) {
  HS_TRY(hs__registry_add_file(registry, file, message));
  for (size_t i = 0; i < count; i++) {
    int status = hs__registry_add_folder(registry, folders[i], message);
    if (status < 0 && status != HS_ERROR_FORMAT) return status;
  }
  return HS_OK;
}

static bool is_from(const hs_registered *entry, const hs__loaded *loaded) {
  for (int64_t i = 0; i < loaded->header.solver_count; i++)
    if (entry->solver == &loaded->solvers[i]) return true;
  for (int64_t i = 0; i < loaded->header.memory_count; i++)
    if (entry->memory == &loaded->memories[i]) return true;
  return false;
}

static int check_entries(const hs_registry *registry, const hs__loaded *loaded, hs_buffer *lines) {
  hs__report report = {.lines = lines};
  hs__report_result(&report, loaded->path, "header and declarations", HS_OK, "");
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *entry = hs_registry_at(registry, i);
    if (!is_from(entry, loaded)) continue;
    if (entry->solver)
      hs__check_solver(&report, entry->solver);
    else
      hs__check_memory(&report, registry, entry->memory);
  }
  return report.failed;
}

int hs_check_plugin(const char *file, const char *const *folders, size_t count, hs_buffer *report, char *message) {
  hs_registry *registry = NULL;
  HS_TRY(hs__registry_new(&registry, message));
  int status = gather_plugins(registry, file, folders, count, message);
  if (status >= 0) status = check_entries(registry, hs__registry_file(registry, 0), report);
  if (status >= 0 && report->failed) status = hs_fail(message, HS_ERROR_MEMORY, "no memory for the report");
  hs_registry_free(&registry);
  return status;
}
