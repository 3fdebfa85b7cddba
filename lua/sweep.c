/* A sweep script, loaded: its VM, the table that it returned and the head of its plan. */
#include "sweep.h"

#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <string.h>

#include "sweep_inside.h"
#include "values.h"
#include "vm_inside.h"

void hs__push_sweep(lua_State *L, const hs_sweep *sweep) { lua_rawgeti(L, LUA_REGISTRYINDEX, sweep->sweep_reference); }

void hs__push_runtime(lua_State *L, const hs_sweep *sweep, const char *name) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, sweep->runtime_reference);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

int hs__sweep_protected(const hs_sweep *sweep, lua_CFunction function, void *argument, char *message) {
  lua_State *L = hs__vm_state(sweep->vm);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, argument);
  return hs__vm_call(sweep->vm, 1, 0, message);
}

/* ---- reading the table ------------------------------------------------------------------------------------- */

static char *copy_field(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  char *copy = hs_copy_text(lua_tostring(L, -1));
  lua_pop(L, 1);
  if (!copy) luaL_error(L, "out of memory");
  return copy;
}

static lua_Integer integer_field(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  lua_Integer value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value;
}

/* Names of the space, joined by ','. */
static char *parameter_order(lua_State *L, int table) {
  lua_getfield(L, table, "space");
  lua_getfield(L, -1, "names");
  luaL_Buffer joined;
  luaL_buffinit(L, &joined);
  for (lua_Integer i = 1; lua_rawgeti(L, table + 2, i) != LUA_TNIL; i++) {
    if (i > 1) {
      lua_pushliteral(L, ",");
      lua_insert(L, -2);
      lua_concat(L, 2);
    }
    luaL_addvalue(&joined);
  }
  lua_pop(L, 1);
  luaL_pushresult(&joined);
  char *copy = hs_copy_text(lua_tostring(L, -1));
  if (!copy) luaL_error(L, "out of memory");
  lua_settop(L, table);
  return copy;
}

static void read_options(lua_State *L, int table, const char *field, hs_params *options) {
  char message[HS_MESSAGE_SIZE] = "out of memory";
  lua_getfield(L, table, field);
  if (hs__to_params(L, -1, "hs.options", options, message) < 0) luaL_error(L, "%s", message);
  lua_settop(L, table);
}

static void read_grouping(lua_State *L, int table, hs_sweep *sweep) {
  hs__grouping *grouping = &sweep->grouping;
  hs__push_runtime(L, sweep, "grouping");
  lua_pushvalue(L, table);
  lua_call(L, 1, 2);
  if (lua_istable(L, -2)) {
    grouping->any = true;
    grouping->per_replicate = lua_toboolean(L, -1);
    size_t count = (size_t)lua_rawlen(L, -2);
    grouping->names = hs_allocate(count, sizeof *grouping->names);
    if (!grouping->names) luaL_error(L, "out of memory");
    for (; grouping->count < count; grouping->count++) {
      lua_rawgeti(L, -2, (lua_Integer)grouping->count + 1);
      grouping->names[grouping->count] = hs_copy_text(lua_tostring(L, -1));
      if (!grouping->names[grouping->count]) luaL_error(L, "out of memory");
      lua_pop(L, 1);
    }
  }
  lua_settop(L, table);
}

static void read_model_place(lua_State *L, int table, hs_sweep *sweep) {
  if (lua_getfield(L, table, "model") == LUA_TFUNCTION)
    hs__place_of_function(L, -1, sweep->model_place, sizeof sweep->model_place);
  lua_settop(L, table);
}

static int read_sweep(lua_State *L) {
  enum { TABLE = 1 };
  hs_sweep *sweep = lua_touserdata(L, 1);
  hs__push_sweep(L, sweep);
  lua_replace(L, TABLE);
  hs_plan_head *head = &sweep->head;
  head->name = copy_field(L, TABLE, "name");
  head->description = copy_field(L, TABLE, "description");
  head->revision = integer_field(L, TABLE, "revision");
  head->seed = sweep->source.seed_given ? sweep->source.seed : (uint64_t)integer_field(L, TABLE, "seed");
  lua_Integer repeats = integer_field(L, TABLE, "repeats");
  if (repeats > UINT32_MAX) luaL_error(L, "hs.sweep: repeats = %I is too large", repeats);
  head->repeats = (uint32_t)repeats;
  head->parameter_order = parameter_order(L, TABLE);
  read_options(L, TABLE, "options", &head->options);
  read_options(L, TABLE, "key_options", &sweep->key_options);
  read_grouping(L, TABLE, sweep);
  read_model_place(L, TABLE, sweep);
  return 0;
}

/* ---- loading the script ------------------------------------------------------------------------------------ */

static int copy_source(const hs_sweep_source *source, hs_sweep_source *copy) {
  hs_buffer bytes = {0};
  hs_put_sweep_source(&bytes, source);
  hs_reader reader = hs_reader_of(bytes.data, bytes.size);
  int status = bytes.failed ? HS_ERROR_MEMORY : hs_get_sweep_source(&reader, copy);
  hs_buffer_free(&bytes);
  return status;
}

static int load_runtime(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  lua_pushcfunction(L, hs__require);
  lua_pushliteral(L, "hopsweep.runtime");
  lua_call(L, 1, 1);
  sweep->runtime_reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

/* Takes what the script returned: the value under the pointer to the sweep. */
static int keep_sweep(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 2);
  hs__push_runtime(L, sweep, "is_sweep");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  if (!lua_toboolean(L, -1))
    return luaL_error(L, "%s: the script must end with 'return hs.sweep{...}', but it returned a %s",
                      sweep->source.path, luaL_typename(L, 1));
  lua_pushvalue(L, 1);
  sweep->sweep_reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static int run_script(hs_sweep *sweep, char *message) {
  lua_State *L = hs__vm_state(sweep->vm);
  hs_buffer chunk = {0};
  hs_put_format(&chunk, "@%s", sweep->source.path);
  int status = hs__vm_run_chunk(sweep->vm, sweep->source.text, hs_buffer_text(&chunk), 1, message);
  hs_buffer_free(&chunk);
  HS_TRY(status);
  lua_pushcfunction(L, keep_sweep);
  lua_insert(L, -2);
  lua_pushlightuserdata(L, sweep);
  return hs__vm_call(sweep->vm, 2, 0, message);
}

static int open_sweep(hs_sweep *sweep, const hs_lua_services *services, const hs_lua_limits *limits, char *message) {
  HS_TRY(hs__vm_new(&sweep->source, services, limits, &sweep->vm, message));
  HS_TRY(hs__sweep_protected(sweep, load_runtime, sweep, message));
  HS_TRY(run_script(sweep, message));
  hs__vm_freeze_globals(sweep->vm);
  return hs__sweep_protected(sweep, read_sweep, sweep, message);
}

int hs_sweep_open(const hs_sweep_source *source, const hs_lua_services *services, const hs_lua_limits *limits,
                  hs_sweep **sweep, char *message) {
  hs_sweep *fresh = hs_allocate(1, sizeof *fresh);
  if (!fresh || copy_source(source, &fresh->source) < 0) {
    hs_free(&fresh);
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for the sweep %s", source->path);
  }
  fresh->sweep_reference = fresh->runtime_reference = fresh->iterator_reference = LUA_NOREF;
  int status = open_sweep(fresh, services, limits, message);
  if (status < 0) {
    hs_sweep_free(&fresh);
    return status;
  }
  *sweep = fresh;
  return HS_OK;
}

void hs_sweep_free(hs_sweep **sweep) {
  hs_sweep *self = *sweep;
  if (!self) return;
  hs__vm_free(&self->vm);
  hs_sweep_source_free(&self->source);
  hs_plan_head_free(&self->head);
  hs_params_free(&self->key_options);
  for (size_t i = 0; i < self->grouping.count; i++) hs_free(&self->grouping.names[i]);
  hs_free(&self->grouping.names);
  hs_free(&self->duplicates);
  hs_params_free(&self->cell);
  hs_params_free(&self->description);
  hs_buffer_free(&self->identity);
  hs_free(sweep);
}

/* ---- the code ---------------------------------------------------------------------------------------------- */

static int read_code(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  hs__push_runtime(L, sweep, "code");
  hs__push_sweep(L, sweep);
  lua_call(L, 1, 1);
  size_t size;
  const char *digest = lua_tolstring(L, -1, &size);
  sweep->head.code = hs_hash_of(digest, size);
  return 0;
}

/* Functions may hold values that follow from options. Those are in the keys of the trials; in the hash of the code they
 * would make every --set a change of the code. So it is that of the defaults, unless the script needs its --set. */
int hs__hash_code(hs_sweep *sweep, char *message) {
  hs_sweep_source plain = sweep->source;
  plain.overrides = (hs_params){0};
  char reason[HS_MESSAGE_SIZE];
  hs_sweep *defaults = NULL;
  if (sweep->source.overrides.count > 0 &&
      hs_sweep_open(&plain, &sweep->vm->services, &sweep->vm->limits, &defaults, reason) < 0)
    defaults = NULL;
  hs_sweep *hashed = defaults ? defaults : sweep;
  int status = hs__sweep_protected(hashed, read_code, hashed, message);
  sweep->head.code = hashed->head.code;
  hs_sweep_free(&defaults);
  return status;
}

/* ---- digests ----------------------------------------------------------------------------------------------- */

typedef struct digests_request {
  const hs_sweep *sweep;
  hs_buffer *text;
} digests_request;

static int put_digests(lua_State *L) {
  const digests_request *request = lua_touserdata(L, 1);
  hs__push_runtime(L, request->sweep, "digests");
  lua_call(L, 0, 1);
  size_t size;
  const char *lines = lua_tolstring(L, -1, &size);
  hs_put_bytes(request->text, lines, size);
  return 0;
}

void hs_sweep_put_digests(const hs_sweep *sweep, hs_buffer *text) {
  digests_request request = {.sweep = sweep, .text = text};
  hs_put_bytes(text, sweep->vm->digests.data, sweep->vm->digests.size); /* of the files that were read */
  if (hs__sweep_protected(sweep, put_digests, &request, NULL) < 0) text->failed = true;
}
