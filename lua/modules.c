/* require: the embedded library, its core in C, and the modules that were found beside the script. No files. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "embedded.h"
#include "vm_inside.h"

#define LOADED_TABLE "hopsweep.loaded"
#define CORE         "hopsweep.core"

static int open_core(lua_State *L) {
  static void (*const parts[])(lua_State *) = {hs__array_open,      hs__random_open, hs__data_open,
                                               hs__corruption_open, hs__model_open,  hs__sequence_open,
                                               hs__bytecode_open,   hs__modules_open};
  lua_newtable(L);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) parts[i](L);
  return 1;
}

static const char *embedded_text(const char *name) {
  for (const hs__embedded_module *module = hs__embedded_modules; module->name; module++)
    if (strcmp(module->name, name) == 0) return module->text;
  return NULL;
}

static const char *script_module_text(const hs_sweep_source *source, const char *name) {
  for (size_t i = 0; source && i < source->module_count; i++)
    if (strcmp(source->module_names[i], name) == 0) return source->module_texts[i];
  return NULL;
}

/* "hopsweep.grid" lives in "@hopsweep/grid.lua": a name that the error messages of vm.c recognise as the library. */
static void push_chunk_name(lua_State *L, const char *name, bool embedded) {
  if (!embedded)
    lua_pushfstring(L, "@%s.lua", name);
  else
    lua_pushfstring(L, "@hopsweep/%s.lua", strcmp(name, "hopsweep") == 0 ? name : name + strlen("hopsweep."));
}

__attribute__((noreturn)) static void unknown_module(lua_State *L, const char *name) {
  const hs_sweep_source *source = hs__vm_source(hs__vm_of(L));
  luaL_Buffer known;
  luaL_buffinit(L, &known);
  luaL_addstring(&known, "hopsweep");
  for (size_t i = 0; source && i < source->module_count; i++) {
    luaL_addstring(&known, ", ");
    luaL_addstring(&known, source->module_names[i]);
  }
  luaL_pushresult(&known);
  luaL_error(L, "require: there is no module '%s'; known are %s (Lua files beside the script)", name,
             lua_tostring(L, -1));
}

/* Pushes the function that makes the module. */
static void push_opener(lua_State *L, const char *name) {
  if (strcmp(name, CORE) == 0) {
    lua_pushcfunction(L, open_core);
    return;
  }
  const char *library = embedded_text(name);
  const char *text = library ? library : script_module_text(hs__vm_source(hs__vm_of(L)), name);
  if (!text) unknown_module(L, name);
  push_chunk_name(L, name, library != NULL);
  if (luaL_loadbufferx(L, text, strlen(text), lua_tostring(L, -1), "t") != LUA_OK) lua_error(L);
}

int hs__require(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  lua_settop(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED_TABLE);
  if (lua_getfield(L, 2, name) == LUA_TBOOLEAN && !lua_toboolean(L, -1))
    return luaL_error(L, "require: module '%s' is needed while it is being loaded (a circle of requires)", name);
  if (!lua_isnil(L, -1)) return 1;
  push_opener(L, name);
  lua_pushboolean(L, 0);
  lua_setfield(L, 2, name); /* false = being loaded */
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1) || (lua_isboolean(L, -1) && !lua_toboolean(L, -1))) {
    lua_pushboolean(L, 1);
    lua_replace(L, -2);
  }
  lua_pushvalue(L, -1);
  lua_setfield(L, 2, name);
  return 1;
}

/* ---- for the hash of the code (library/code.lua) ----------------------------------------------------------- */

/* library_modules() -> {name = module} of the loaded modules that are not the script's. */
static int library_modules(lua_State *L) {
  lua_settop(L, 0);
  lua_newtable(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED_TABLE);
  for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
    const char *name = lua_tostring(L, -2);
    if (!embedded_text(name) && strcmp(name, CORE) != 0) continue;
    lua_pushvalue(L, -1);
    lua_setfield(L, 1, name);
  }
  lua_settop(L, 1);
  return 1;
}

/* module_chunk(name) -> the function that makes a module of the script, not run; nil if there is no such module, or its
 * text is no Lua. */
static int module_chunk(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const char *text = embedded_text(name) ? NULL : script_module_text(hs__vm_source(hs__vm_of(L)), name);
  if (!text) return 0;
  push_chunk_name(L, name, false);
  return luaL_loadbufferx(L, text, strlen(text), lua_tostring(L, -1), "t") == LUA_OK;
}

void hs__modules_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"library_modules", library_modules}, {"module_chunk", module_chunk}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}

/* ---- freezing ---------------------------------------------------------------------------------------------- */

static bool is_frozen(lua_State *L, int index) {
  hs__push_thawed(L, index);
  bool frozen = !lua_rawequal(L, -1, index < 0 ? index - 1 : index);
  lua_pop(L, 1);
  return frozen;
}

void hs__modules_freeze(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED_TABLE);
  int loaded = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, loaded); lua_pop(L, 1)) {
    if (!lua_istable(L, -1) || is_frozen(L, -1)) continue;
    char what[96];
    snprintf(what, sizeof what, "the module '%s'", lua_tostring(L, -2));
    hs__freeze_table(L, -1, what, "keep your own values in locals");
  }
  lua_pop(L, 1);
}
