#include "registry.h"

#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"
#include "registry_files.h"

struct hs_registry {
  hs__loaded **files;
  char **real_paths; /* one for each of files: a file reached by two names is loaded once */
  hs_registered *entries;
  char **faults;
  size_t file_count, file_capacity, path_capacity, entry_count, entry_capacity, fault_count, fault_capacity;
};

static int no_memory(char *message) { return hs_fail(message, HS_ERROR_MEMORY, "no memory for the plugin registry"); }

static int add_fault(hs_registry *registry, const char *fault) {
  HS_TRY(hs_grow(&registry->faults, &registry->fault_capacity, registry->fault_count + 1, sizeof(char *)));
  char *copy = hs_copy_text(fault);
  if (!copy) return HS_ERROR_MEMORY;
  registry->faults[registry->fault_count++] = copy;
  return HS_OK;
}

static int compare_entries(const void *a, const void *b) {
  const hs_registered *one = a, *two = b;
  int order = strcmp(one->id, two->id);
  return order ? order : (int)one->kind - (int)two->kind;
}

static int add_entry(hs_registry *registry, hs_registered entry, char *message) {
  const hs_registered *other = hs_registry_find(registry, entry.kind, entry.id);
  if (other)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: the id \"%s\" is already taken by %s: remove or rename one",
                   entry.file, entry.id, other->file);
  if (hs_grow(&registry->entries, &registry->entry_capacity, registry->entry_count + 1, sizeof entry) < 0)
    return no_memory(message);
  registry->entries[registry->entry_count++] = entry;
  qsort(registry->entries, registry->entry_count, sizeof entry, compare_entries);
  return HS_OK;
}

static int add_entries(hs_registry *registry, const hs__loaded *loaded, char *message) {
  for (int64_t i = 0; i < loaded->header.solver_count; i++) {
    const hs_solver *solver = &loaded->solvers[i];
    hs_registered entry = {.kind = HS_KIND_SOLVER, .id = solver->id, .file = loaded->path, .solver = solver};
    HS_TRY(add_entry(registry, entry, message));
  }
  for (int64_t i = 0; i < loaded->header.memory_count; i++) {
    const hs_memory *memory = &loaded->memories[i];
    hs_registered entry = {.kind = HS_KIND_MEMORY, .id = memory->id, .file = loaded->path, .memory = memory};
    HS_TRY(add_entry(registry, entry, message));
  }
  return HS_OK;
}

static bool is_loaded(const hs_registry *registry, const char *real_path) {
  for (size_t i = 0; i < registry->file_count; i++)
    if (strcmp(registry->real_paths[i], real_path) == 0) return true;
  return false;
}

/* Takes ownership of both on success. */
static int keep_file(hs_registry *registry, hs__loaded *loaded, char *real_path, char *message) {
  size_t wanted = registry->file_count + 1;
  if (hs_grow(&registry->files, &registry->file_capacity, wanted, sizeof loaded) < 0 ||
      hs_grow(&registry->real_paths, &registry->path_capacity, wanted, sizeof real_path) < 0)
    return no_memory(message);
  registry->files[registry->file_count] = loaded;
  registry->real_paths[registry->file_count++] = real_path;
  return HS_OK;
}

int hs__registry_add_file(hs_registry *registry, const char *path, char *message) {
  char *real_path = realpath(path, NULL);
  if (!real_path) return hs_fail(message, HS_ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
  if (is_loaded(registry, real_path)) {
    hs_free(&real_path);
    return HS_OK;
  }
  hs__loaded *loaded = NULL;
  int status = hs__load_plugin(path, &loaded, message);
  if (status >= 0) status = keep_file(registry, loaded, real_path, message);
  if (status < 0) {
    hs__loaded_free(&loaded);
    hs_free(&real_path);
    return status;
  }
  return add_entries(registry, loaded, message);
}

static int is_plugin_name(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 3 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 3, ".so") == 0;
}

/* By bytes: alphasort would follow the locale. */
static int compare_names(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_file_or_fault(hs_registry *registry, const char *folder, const char *name, char *message) {
  char *path = hs_path_join(folder, name), fault[HS_MESSAGE_SIZE] = "";
  if (!path) return no_memory(message);
  size_t files_before = registry->file_count;
  int status = hs__registry_add_file(registry, path, fault);
  hs_free(&path);
  if (status >= 0) return HS_OK;
  /* A file that was loaded and then failed claims an id that is taken. */
  if (registry->file_count > files_before || status == HS_ERROR_MEMORY) return hs_fail(message, status, "%s", fault);
  return add_fault(registry, fault) < 0 ? no_memory(message) : HS_OK;
}

int hs__registry_add_folder(hs_registry *registry, const char *folder, char *message) {
  struct dirent **names = NULL;
  int count = scandir(folder, &names, is_plugin_name, compare_names);
  if (count < 0 && errno == ENOENT) return HS_OK;
  if (count < 0) {
    char fault[HS_MESSAGE_SIZE];
    hs_fail(fault, 0, "%s: cannot be read: %s", folder, strerror(errno));
    return add_fault(registry, fault) < 0 ? no_memory(message) : HS_OK;
  }
  /* The first error is the answer, but the files after it are loaded all the same. */
  int status = HS_OK;
  for (int i = 0; i < count; i++) {
    int added = add_file_or_fault(registry, folder, names[i]->d_name, status < 0 ? NULL : message);
    if (status >= 0) status = added;
    free(names[i]);
  }
  free(names);
  return status;
}

int hs__registry_new(hs_registry **registry, char *message) {
  *registry = hs_allocate(1, sizeof **registry);
  return *registry ? HS_OK : no_memory(message);
}

int hs_registry_open(const char *const *folders, size_t count, hs_registry **registry, char *message) {
  HS_TRY(hs__registry_new(registry, message));
  for (size_t i = 0; i < count; i++) {
    int status = hs__registry_add_folder(*registry, folders[i], message);
    if (status < 0) {
      hs_registry_free(registry);
      return status;
    }
  }
  return HS_OK;
}

void hs_registry_free(hs_registry **registry) {
  hs_registry *old = *registry;
  if (!old) return;
  for (size_t i = 0; i < old->file_count; i++) {
    hs__loaded_free(&old->files[i]);
    hs_free(&old->real_paths[i]);
  }
  for (size_t i = 0; i < old->fault_count; i++) hs_free(&old->faults[i]);
  hs_free(&old->files);
  hs_free(&old->real_paths);
  hs_free(&old->entries);
  hs_free(&old->faults);
  hs_free(registry);
}

const hs__loaded *hs__registry_file(const hs_registry *registry, size_t index) {
  return index < registry->file_count ? registry->files[index] : NULL;
}

size_t hs_registry_count(const hs_registry *registry) { return registry->entry_count; }

const hs_registered *hs_registry_at(const hs_registry *registry, size_t index) {
  return index < registry->entry_count ? &registry->entries[index] : NULL;
}

const hs_registered *hs_registry_find(const hs_registry *registry, hs_kind kind, const char *id) {
  hs_registered wanted = {.kind = kind, .id = id};
  if (registry->entry_count == 0) return NULL;
  return bsearch(&wanted, registry->entries, registry->entry_count, sizeof wanted, compare_entries);
}

size_t hs_registry_fault_count(const hs_registry *registry) { return registry->fault_count; }

const char *hs_registry_fault(const hs_registry *registry, size_t index) {
  return index < registry->fault_count ? registry->faults[index] : NULL;
}

static uint32_t numerics_of(const hs_registered *entry) {
  return entry->solver ? entry->solver->numerics : entry->memory->numerics;
}

void hs_registry_put_identity(const hs_registry *registry, hs_buffer *text) {
  for (size_t i = 0; i < registry->entry_count; i++) {
    const hs_registered *entry = &registry->entries[i];
    const char *version = entry->solver ? entry->solver->version : entry->memory->version;
    hs_put_format(text, "%s %u %s\n", entry->id, numerics_of(entry), version);
  }
}

int hs_registry_check_model(const hs_registry *registry, const hs_params *description, hs_buffer *identity,
                            char *message) {
  hs__description parts;
  HS_TRY(hs__describe_model(registry, description, &parts, message));
  if (identity) {
    hs_put_format(identity, "%s/%u", parts.memory->id, parts.memory->numerics);
    if (parts.solver) hs_put_format(identity, "+%s/%u", parts.solver->id, parts.solver->numerics);
  }
  hs__description_free(&parts);
  return identity && identity->failed ? no_memory(message) : HS_OK;
}
