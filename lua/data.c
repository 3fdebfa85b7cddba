/* Data files for scripts: hs.load_idx, hs.load_npy, hs.load_csv, hs.find_data, and the digests of what was read. */
#include <base/file.h>
#include <base/hash.h>
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_inside.h"
#include "data_inside.h"
#include "vm_inside.h"

void hs__keep_bytes(hs_buffer *content, size_t offset, size_t size) {
  if (size > 0) memmove(content->data, content->data + offset, size);
  content->size = size;
}

/* ---- finding files ----------------------------------------------------------------------------------------- */

static bool ends_with_gz(const char *name) {
  size_t length = strlen(name);
  return length > 3 && strcmp(name + length - 3, ".gz") == 0;
}

/* Replaces the path on top of the stack by one that exists: itself, with .gz, or without. */
static bool settle_path(lua_State *L) {
  const char *path = lua_tostring(L, -1);
  if (access(path, F_OK) == 0) return true;
  if (ends_with_gz(path))
    lua_pushlstring(L, path, strlen(path) - 3);
  else
    lua_pushfstring(L, "%s.gz", path);
  bool exists = access(lua_tostring(L, -1), F_OK) == 0;
  lua_remove(L, exists ? -2 : -1);
  return exists;
}

/* Tries folder/name; leaves the path that exists on the stack, or nothing. */
static bool try_folder(lua_State *L, const char *folder, size_t length, const char *name) {
  if (name[0] == '/' || length == 0) {
    lua_pushstring(L, name);
  } else {
    lua_pushlstring(L, folder, length);
    lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), name);
    lua_remove(L, -2);
  }
  if (settle_path(L)) return true;
  lua_pop(L, 1);
  return false;
}

/* Pushes "a:b:FOLDER OF THE SCRIPT:." */
static const char *push_folders(lua_State *L) {
  const hs_sweep_source *source = hs__vm_source(hs__vm_of(L));
  const char *data_folders = source && source->data_folders ? source->data_folders : "";
  const char *path = source && source->path ? source->path : "";
  const char *slash = strrchr(path, '/');
  lua_pushlstring(L, slash ? path : ".", slash ? (size_t)(slash - path) + (slash == path) : 1);
  lua_pushfstring(L, "%s%s%s%s", data_folders, data_folders[0] ? ":" : "", lua_tostring(L, -1), slash ? ":." : "");
  lua_remove(L, -2);
  return lua_tostring(L, -1);
}

static bool try_folders(lua_State *L, const char *folders, const char *name) {
  if (name[0] == '/') return try_folder(L, "", 0, name);
  for (const char *at = folders; *at;) {
    size_t length = strcspn(at, ":");
    if (length && try_folder(L, at, length, name)) return true;
    at += length + (at[length] == ':');
  }
  return false;
}

const char *hs__push_data_path(lua_State *L, int first_name, int last_name) {
  const char *folders = push_folders(L);
  for (int i = first_name; i <= last_name; i++)
    if (try_folders(L, folders, luaL_checkstring(L, i))) return lua_tostring(L, -1);
  luaL_Buffer names;
  luaL_buffinit(L, &names);
  for (int i = first_name; i <= last_name; i++) {
    if (i > first_name) luaL_addstring(&names, " or ");
    lua_pushvalue(L, i);
    luaL_addvalue(&names);
  }
  luaL_pushresult(&names);
  luaL_error(L, "data file %s not found (nor with .gz) in %s; name its folder with --data-dir or HOPSWEEP_DATA",
             lua_tostring(L, -1), folders);
  return NULL;
}

/* hs.find_data(name, ...): the path of the first that exists */
static int find_data(lua_State *L) {
  int names = lua_gettop(L);
  luaL_checkstring(L, 1);
  hs__push_data_path(L, 1, names);
  return 1;
}

/* ---- loading ----------------------------------------------------------------------------------------------- */

/* Adds the line "name digest bytes", once. */
static void remember_digest(hs__vm *vm, const char *name, const hs_buffer *content) {
  char digest[HS_HASH_TEXT_SIZE];
  hs_hash_text(hs_hash_of(content->data, content->size), digest);
  hs_buffer line = {0};
  hs_put_format(&line, "%s %s %zu\n", name, digest, content->size);
  if (!strstr(hs_buffer_text(&vm->digests), hs_buffer_text(&line))) hs_put_bytes(&vm->digests, line.data, line.size);
  hs_buffer_free(&line);
}

void hs__data_put_digests(hs__vm *vm, hs_buffer *text) { hs_put_bytes(text, vm->digests.data, vm->digests.size); }

/* A reader bound to its options. */
typedef struct format {
  int (*read)(const char *path, hs_buffer *content, hs__table *table, char *message);
  const hs__csv_options *csv; /* for CSV, instead of `read` */
} format;

static int read_file(hs__vm *vm, const format *wanted, const char *path, const char *name, hs_buffer *content,
                     hs__table *table, char *message) {
  size_t limit = SIZE_MAX;
  if (vm->limits.memory) limit = vm->limits.memory > vm->memory_used ? vm->limits.memory - vm->memory_used : 0;
  HS_TRY(hs__gzip_read(path, limit, content, message));
  remember_digest(vm, name, content);
  if (wanted->csv) return hs__read_csv(path, wanted->csv, content, table, message);
  return wanted->read(path, content, table, message);
}

/* Finds, reads and pushes. Between reading and adopting nothing may raise, or the content would leak. */
static int load(lua_State *L, const format *wanted) {
  const char *name = luaL_checkstring(L, 1);
  const char *path = hs__push_data_path(L, 1, 1);
  lua_gc(L, LUA_GCCOLLECT); /* room for what is coming */
  hs_buffer content = {0};
  hs__table table = {0};
  char message[HS_MESSAGE_SIZE];
  if (read_file(hs__vm_of(L), wanted, path, name, &content, &table, message) < 0) {
    hs_buffer_free(&content);
    return luaL_error(L, "%s", message);
  }
  unsigned char *fitting = realloc(content.data, content.size ? content.size : 1);
  if (fitting) content.data = fitting;
  hs__array_adopt(L, table.dtype, table.dimensions, table.shape, content.data);
  return 1;
}

/* hs.load_idx(name): an array of 1 to 4 dimensions */
static int load_idx(lua_State *L) { return load(L, &(format){.read = hs__read_idx}); }

/* hs.load_npy(name) */
static int load_npy(lua_State *L) { return load(L, &(format){.read = hs__read_npy}); }

static void read_wanted_columns(lua_State *L, int list, hs__csv_options *options) {
  luaL_checktype(L, list, LUA_TTABLE);
  lua_Integer count = luaL_len(L, list);
  if (count < 1 || count > HS__MAX_CSV_COLUMNS)
    luaL_error(L, "columns: a list of 1 to %d columns", HS__MAX_CSV_COLUMNS);
  options->wanted = (int)count;
  for (int i = 0; i < options->wanted; i++) {
    if (lua_geti(L, list, i + 1) == LUA_TNUMBER) {
      options->columns[i] = (int)lua_tointeger(L, -1);
      if (options->columns[i] < 1) luaL_error(L, "columns: numbers count from 1");
    } else {
      options->names[i] = luaL_checkstring(L, -1); /* lives as long as the list holds it */
    }
    lua_pop(L, 1);
  }
}

/* hs.load_csv(name [, {header = false, columns = {...}, separator = ","}]): a float64 matrix. Columns are numbers from
 * 1, or names of the header. */
static int load_csv(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 2);
  hs__csv_options *options = lua_newuserdatauv(L, sizeof *options, 0);
  *options = (hs__csv_options){0};
  if (!lua_isnil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_getfield(L, 2, "header");
    options->header = lua_toboolean(L, -1);
    lua_getfield(L, 2, "separator");
    const char *separator = luaL_optstring(L, -1, ",");
    if (strlen(separator) != 1 || strchr("\"\n\r", separator[0])) return luaL_error(L, "separator: one character");
    options->separator = separator[0];
    if (lua_getfield(L, 2, "columns") != LUA_TNIL) read_wanted_columns(L, lua_gettop(L), options);
  }
  return load(L, &(format){.csv = options});
}

void hs__data_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"load_idx", load_idx}, {"load_npy", load_npy}, {"load_csv", load_csv}, {"find_data", find_data}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
