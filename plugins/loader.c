#include "loader.h"

#include <base/buffer.h>
#include <base/memory.h>
#include <base/status.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "declarations.h"

/* A size beyond this is not a descriptor of any version, but foreign bytes. */
enum { LARGEST_DESCRIPTOR = 1 << 16, MOST_DESCRIPTORS = 1 << 12, MOST_PARAMETERS = 1 << 12 };

void hs__copy_sized(void *to, size_t known, const void *from) {
  uint64_t size;
  memcpy(&size, from, sizeof size);
  memset(to, 0, known);
  memcpy(to, from, size < known ? (size_t)size : known);
}

/* Why dlopen failed; the linker's sentence usually begins with the path. */
static const char *open_reason(const char *path) {
  const char *reason = dlerror();
  if (!reason) return "the dynamic linker gives no reason";
  size_t length = strlen(path);
  if (strncmp(reason, path, length) == 0 && reason[length] == ':') reason += length + 1;
  while (*reason == ' ') reason++;
  return reason;
}

static int open_failed(const char *path, char *message) {
  const char *reason = open_reason(path);
  if (strstr(reason, "cannot open shared object file") || strstr(reason, "undefined symbol"))
    return hs_fail(message, HS_ERROR_FORMAT, "%s: a dependency is missing: %s: see `ldd -r` on it", path, reason);
  return hs_fail(message, HS_ERROR_FORMAT, "%s: not a plugin for this machine: %s", path, reason);
}

/* A name without a slash would be searched for in the linker's own folders. */
static void *open_object(const char *path) {
  if (strchr(path, '/')) return dlopen(path, RTLD_NOW | RTLD_LOCAL);
  hs_buffer local = {0};
  hs_put_format(&local, "./%s", path);
  void *object = dlopen(hs_buffer_text(&local), RTLD_NOW | RTLD_LOCAL);
  hs_buffer_free(&local);
  return object;
}

static int find_descriptor(const char *path, const void **descriptor, char *message) {
  if (access(path, F_OK) != 0) return hs_fail(message, HS_ERROR_NOT_FOUND, "%s: no such file", path);
  void *object = open_object(path);
  if (!object) return open_failed(path, message);
  *descriptor = dlsym(object, HS_PLUGIN_SYMBOL);
  if (!*descriptor)
    return hs_fail(message, HS_ERROR_FORMAT,
                   "%s: not a hopsweep plugin: it exports no %s (is HS_PLUGIN_EXPORT missing?)", path,
                   HS_PLUGIN_SYMBOL);
  return HS_OK;
}

/* The head up to `build` has the same place in every version, so it can be read before the size is trusted. */
static int check_header(const char *path, const hs_plugin *plugin, char *message) {
  if (plugin->magic != HS_ABI_MAGIC)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: %s is no plugin descriptor: magic 0x%08x instead of 0x%08x", path,
                   HS_PLUGIN_SYMBOL, plugin->magic, HS_ABI_MAGIC);
  if (plugin->major != HS_ABI_MAJOR)
    return hs_fail(message, HS_ERROR_VERSION,
                   "%s: plugin has ABI major %u, this program has %u: recompile it against this program's headers",
                   path, plugin->major, HS_ABI_MAJOR);
  if (plugin->draft != HS_ABI_DRAFT)
    return hs_fail(message, HS_ERROR_VERSION,
                   "%s: plugin has ABI %u draft %u, this program has draft %u: recompile it against this program's "
                   "headers",
                   path, plugin->major, plugin->draft, HS_ABI_DRAFT);
  if (plugin->build != (uint32_t)HS_ABI_BUILD)
    return hs_fail(message, HS_ERROR_VERSION,
                   "%s: plugin has build bits 0x%x, this program has 0x%x: recompile it for this machine", path,
                   plugin->build, (uint32_t)HS_ABI_BUILD);
  if (plugin->size < offsetof(hs_plugin, solver_count) + sizeof plugin->solver_count ||
      plugin->size > LARGEST_DESCRIPTOR)
    return hs_fail(message, HS_ERROR_FORMAT,
                   "%s: %s says it has %llu bytes: truncated or damaged: recompile it against this program's headers",
                   path, HS_PLUGIN_SYMBOL, (unsigned long long)plugin->size);
  return HS_OK;
}

static int check_contents(const char *path, const hs_plugin *plugin, char *message) {
  if (plugin->solver_count < 0 || plugin->solver_count > MOST_DESCRIPTORS || plugin->memory_count < 0 ||
      plugin->memory_count > MOST_DESCRIPTORS)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: declares %lld solvers and %lld memories", path,
                   (long long)plugin->solver_count, (long long)plugin->memory_count);
  if (plugin->solver_count + plugin->memory_count == 0)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: declares neither a solver nor a memory", path);
  if ((plugin->solver_count && !plugin->solvers) || (plugin->memory_count && !plugin->memories))
    return hs_fail(message, HS_ERROR_FORMAT, "%s: its table of descriptors is NULL", path);
  return HS_OK;
}

static int check_descriptor_size(const char *path, const char *what, int64_t index, const void *descriptor,
                                 size_t least, char *message) {
  uint64_t size = 0;
  if (descriptor) memcpy(&size, descriptor, sizeof size);
  if (descriptor && size >= least && size <= LARGEST_DESCRIPTOR) return HS_OK;
  return hs_fail(message, HS_ERROR_FORMAT,
                 "%s: descriptor of %s %lld has %llu bytes, at least %zu are needed: .size must be its sizeof", path,
                 what, (long long)index, (unsigned long long)size, least);
}

/* Parameters are one array of the plugin's own element size. */
static int copy_parameters(const char *path, const char *id, const hs_parameter **parameters, int64_t count,
                           char *message) {
  const hs_parameter *theirs = *parameters;
  *parameters = NULL; /* from here on: ours or nothing */
  if (count < 0 || count > MOST_PARAMETERS || (count && !theirs))
    return hs_fail(message, HS_ERROR_FORMAT, "%s: %s declares %lld parameters without a table", path, id ? id : "?",
                   (long long)count);
  hs_parameter *ours = hs_allocate((size_t)count, sizeof *ours);
  if (!ours) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its descriptors", path);
  *parameters = ours;
  const unsigned char *at = (const unsigned char *)theirs;
  for (int64_t i = 0; i < count; i++) {
    HS_TRY(check_descriptor_size(path, "parameter", i, at, offsetof(hs_parameter, default_text), message));
    if (((const hs_parameter *)(const void *)at)->size != theirs->size)
      return hs_fail(message, HS_ERROR_FORMAT, "%s: the parameters of %s have different sizes", path, id ? id : "?");
    hs__copy_sized(&ours[i], sizeof *ours, at);
    at += theirs->size;
  }
  return HS_OK;
}

static int prefix_path(const char *path, int status, char *message) {
  if (status >= 0 || !message) return status;
  char fault[HS_MESSAGE_SIZE];
  memcpy(fault, message, sizeof fault);
  return hs_fail(message, status, "%s: %s", path, fault);
}

static int copy_solvers(hs__loaded *loaded, char *message) {
  const hs_plugin *header = &loaded->header;
  loaded->solvers = hs_allocate((size_t)header->solver_count, sizeof *loaded->solvers);
  if (!loaded->solvers) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its descriptors", loaded->path);
  for (int64_t i = 0; i < header->solver_count; i++) {
    hs_solver *solver = &loaded->solvers[i];
    HS_TRY(check_descriptor_size(loaded->path, "solver", i, header->solvers[i], offsetof(hs_solver, create), message));
    hs__copy_sized(solver, sizeof *solver, header->solvers[i]);
    HS_TRY(copy_parameters(loaded->path, solver->id, &solver->parameters, solver->parameter_count, message));
    HS_TRY(prefix_path(loaded->path, hs__check_solver_declaration(solver, message), message));
  }
  return HS_OK;
}

static int copy_memories(hs__loaded *loaded, char *message) {
  const hs_plugin *header = &loaded->header;
  loaded->memories = hs_allocate((size_t)header->memory_count, sizeof *loaded->memories);
  if (!loaded->memories) return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory for its descriptors", loaded->path);
  for (int64_t i = 0; i < header->memory_count; i++) {
    hs_memory *memory = &loaded->memories[i];
    HS_TRY(check_descriptor_size(loaded->path, "memory", i, header->memories[i], offsetof(hs_memory, create), message));
    hs__copy_sized(memory, sizeof *memory, header->memories[i]);
    HS_TRY(copy_parameters(loaded->path, memory->id, &memory->parameters, memory->parameter_count, message));
    HS_TRY(prefix_path(loaded->path, hs__check_memory_declaration(memory, message), message));
  }
  return HS_OK;
}

static int load_into(hs__loaded *loaded, char *message) {
  const void *descriptor = NULL;
  HS_TRY(find_descriptor(loaded->path, &descriptor, message));
  HS_TRY(check_header(loaded->path, descriptor, message));
  hs__copy_sized(&loaded->header, sizeof loaded->header, descriptor);
  HS_TRY(check_contents(loaded->path, &loaded->header, message));
  HS_TRY(copy_solvers(loaded, message));
  return copy_memories(loaded, message);
}

int hs__load_plugin(const char *path, hs__loaded **loaded, char *message) {
  *loaded = hs_allocate(1, sizeof **loaded);
  if (!*loaded || !((*loaded)->path = hs_copy_text(path))) {
    hs_free(loaded);
    return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory to load it", path);
  }
  int status = load_into(*loaded, message);
  if (status < 0) hs__loaded_free(loaded);
  return status;
}

void hs__loaded_free(hs__loaded **loaded) {
  if (!*loaded) return;
  /* A descriptor that was not reached has no table of parameters: its copy is still zero. */
  for (int64_t i = 0; (*loaded)->solvers && i < (*loaded)->header.solver_count; i++)
    hs_free(&(*loaded)->solvers[i].parameters);
  for (int64_t i = 0; (*loaded)->memories && i < (*loaded)->header.memory_count; i++)
    hs_free(&(*loaded)->memories[i].parameters);
  hs_free(&(*loaded)->solvers);
  hs_free(&(*loaded)->memories);
  hs_free(&(*loaded)->path);
  hs_free(loaded);
}
