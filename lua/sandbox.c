/* The globals of a guest: an allow-list, read-only from the start. Two decisions that scripts feel:
 *
 * - There are no new globals: assigning to one is an error that asks for `local`. A global that one trial leaves
 *   behind for the next would make results depend on the schedule.
 * - Nothing shows an address: tostring(table) is "table", because addresses differ in every run. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "vm_inside.h"

/* ---- read-only tables -------------------------------------------------------------------------------------- */

#define BEHIND_GUARD "__frozen"

static int refuse_write(lua_State *L) {
  return luaL_error(L, "%s is read-only (assignment to '%s'): %s", lua_tostring(L, lua_upvalueindex(1)),
                    luaL_tolstring(L, 2, NULL), lua_tostring(L, lua_upvalueindex(2)));
}

static void move_content(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, from); /* clearing a field during a traversal is allowed */
  }
}

void hs__freeze_table(lua_State *L, int index, const char *what, const char *remedy) {
  index = lua_absindex(L, index);
  lua_newtable(L);
  int content = lua_gettop(L);
  move_content(L, index, content);
  if (lua_getmetatable(L, index)) lua_setmetatable(L, content);
  lua_createtable(L, 0, 4);
  lua_pushvalue(L, content);
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, content);
  lua_setfield(L, -2, BEHIND_GUARD);
  lua_pushstring(L, what);
  lua_pushstring(L, remedy);
  lua_pushcclosure(L, refuse_write, 2);
  lua_setfield(L, -2, "__newindex");
  lua_pushliteral(L, "read-only");
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, index);
  lua_pop(L, 1);
}

void hs__push_thawed(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (luaL_getmetafield(L, index, BEHIND_GUARD) == LUA_TNIL) lua_pushvalue(L, index);
}

/* ---- functions that replace those of the base library ---------------------------------------------------- */

static int safe_setmetatable(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isnil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, 2) != LUA_TNIL) /* finalizers run at times that differ, and outside the instruction budget */
      return luaL_error(L, "a metatable with __gc is not allowed in a sweep");
  }
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "this metatable cannot be changed");
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static int safe_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 3);
  if (luaL_getmetafield(L, 1, BEHIND_GUARD) != LUA_TNIL) return luaL_error(L, "this table is read-only");
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 1;
}

/* After a caught error: an exhausted budget goes on upwards. The error value is on top. */
static int rethrow_if_exhausted(lua_State *L) { return hs__vm_of(L)->exhausted ? lua_error(L) : 0; }

static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
  if (status != LUA_OK && status != LUA_YIELD) {
    rethrow_if_exhausted(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
  }
  return lua_gettop(L) - (int)extra;
}

static int safe_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

/* The handler is called after the error has unwound: while an error of the instruction budget is on its way no hook
 * runs, so a handler inside it could loop for ever. */
static int finish_xpcall(lua_State *L, int status, lua_KContext handler) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)handler;
  rethrow_if_exhausted(L);
  lua_pushvalue(L, (int)handler);
  lua_insert(L, -2);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) rethrow_if_exhausted(L);
  lua_pushboolean(L, 0);
  lua_insert(L, -2);
  return 2;
}

static int safe_xpcall(lua_State *L) {
  enum { HANDLER = 2 };
  luaL_checktype(L, HANDLER, LUA_TFUNCTION);
  int arguments = lua_gettop(L) - HANDLER;
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, HANDLER + 1, 2); /* function, handler, true, function, arguments... */
  return finish_xpcall(L, lua_pcallk(L, arguments, LUA_MULTRET, 0, HANDLER, finish_xpcall), HANDLER);
}

static int safe_resume(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  if (!lua_toboolean(L, 1)) rethrow_if_exhausted(L);
  return lua_gettop(L);
}

/* load(text [, name [, "t" [, environment]]]): source text only, never bytecode. */
static int safe_load(lua_State *L) {
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  const char *name = luaL_optstring(L, 2, text);
  if (luaL_loadbufferx(L, text, size, name, "t") != LUA_OK) {
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (lua_gettop(L) > 4) {
    lua_pushvalue(L, 4);
    lua_setupvalue(L, -2, 1);
  }
  return 1;
}

/* How much memory is in use depends on which trials ran before, so "count" is not offered. */
static int safe_collectgarbage(lua_State *L) {
  static const char *const options[] = {"collect", NULL};
  luaL_checkoption(L, 1, "collect", options);
  lua_pushinteger(L, lua_gc(L, LUA_GCCOLLECT));
  return 1;
}

static int safe_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  int type = lua_type(L, 1);
  bool has_address = type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD || type == LUA_TUSERDATA;
  if (has_address && luaL_getmetafield(L, 1, "__tostring") == LUA_TNIL) {
    if (luaL_getmetafield(L, 1, "__name") != LUA_TSTRING) lua_pushstring(L, luaL_typename(L, 1));
  } else {
    luaL_tolstring(L, 1, NULL);
  }
  return 1;
}

void hs__push_text(lua_State *L, int index) {
  index = lua_absindex(L, index);
  lua_pushcfunction(L, safe_tostring);
  lua_pushvalue(L, index);
  lua_call(L, 1, 1);
}

/* True if the format has a conversion %p. */
static bool asks_for_address(const char *format) {
  for (const char *at = strchr(format, '%'); at; at = strchr(at, '%')) {
    at++;
    if (*at == '%') {
      at++;
      continue;
    }
    at += strspn(at, "-+ #0123456789.");
    if (*at == 'p') return true;
  }
  return false;
}

/* string.format without addresses: neither %p, nor those that %s would show. Upvalue: the original. */
static int safe_format(lua_State *L) {
  if (asks_for_address(luaL_checkstring(L, 1)))
    return luaL_error(L, "string.format: %%p shows an address, which differs in every run");
  for (int i = lua_gettop(L); i > 1; i--) {
    if (lua_type(L, i) <= LUA_TSTRING && lua_type(L, i) != LUA_TLIGHTUSERDATA) continue;
    hs__push_text(L, i);
    lua_replace(L, i);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/* Standard output belongs to the commands' tables. */
static int print_to_stderr(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer line;
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&line, '\t');
    hs__push_text(L, i);
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  fputs(lua_tostring(L, -1), stderr);
  return 0;
}

static int no_global_random(lua_State *L) {
  return luaL_error(L,
                    "math.random is not available: its numbers would depend on the order of trials; "
                    "use the rng that your function receives, for example rng:uniform()");
}

static int unknown_global(lua_State *L) { return luaL_error(L, "unknown global '%s'", luaL_tolstring(L, 2, NULL)); }

/* ---- the libraries ----------------------------------------------------------------------------------------- */

static const luaL_Reg own_functions[] = {
    {"setmetatable", safe_setmetatable},
    {"rawset", safe_rawset},
    {"pcall", safe_pcall},
    {"xpcall", safe_xpcall},
    {"load", safe_load},
    {"collectgarbage", safe_collectgarbage},
    {"tostring", safe_tostring},
    {"print", print_to_stderr},
    {"pairs", hs__sorted_pairs},
    {"next", hs__first_pair},
    {"require", hs__require},
    {NULL, NULL},
};

/* Copies the harmless functions of the base library from the table at `base` into the one on top. */
static void copy_base_functions(lua_State *L, int base) {
  static const char *const harmless[] = {"assert", "error",  "getmetatable", "ipairs",   "rawequal", "rawget",
                                         "rawlen", "select", "tonumber",     "_VERSION", "type"};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    lua_getfield(L, base, harmless[i]);
    lua_setfield(L, -2, harmless[i]);
  }
}

static void remove_field(lua_State *L, const char *name) {
  lua_pushnil(L);
  lua_setfield(L, -2, name);
}

/* Each of these changes the library table on top of the stack. */
static void adjust_string(lua_State *L) {
  remove_field(L, "dump");
  lua_getfield(L, -1, "format");
  lua_pushcclosure(L, safe_format, 1);
  lua_setfield(L, -2, "format");
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushliteral(L, "read-only");
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 2);
}

static void adjust_table(lua_State *L) {
  lua_pushcfunction(L, hs__stable_sort);
  lua_setfield(L, -2, "sort");
}

static void adjust_math(lua_State *L) {
  lua_pushcfunction(L, no_global_random);
  lua_setfield(L, -2, "random");
  lua_pushcfunction(L, no_global_random);
  lua_setfield(L, -2, "randomseed");
}

static void adjust_coroutine(lua_State *L) {
  lua_getfield(L, -1, "resume");
  lua_pushcclosure(L, safe_resume, 1);
  lua_setfield(L, -2, "resume");
}

static void leave_as_it_is(lua_State *L) { (void)L; }

static const struct library {
  const char *name;
  lua_CFunction open;
  void (*adjust)(lua_State *L);
} libraries[] = {
    {"string", luaopen_string, adjust_string}, {"table", luaopen_table, adjust_table},
    {"math", luaopen_math, adjust_math},       {"coroutine", luaopen_coroutine, adjust_coroutine},
    {"utf8", luaopen_utf8, leave_as_it_is},
};

static void open_libraries(lua_State *L) {
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    lua_pushcfunction(L, libraries[i].open);
    lua_call(L, 0, 1);
    libraries[i].adjust(L);
    char what[64];
    snprintf(what, sizeof what, "the library '%s'", libraries[i].name);
    hs__freeze_table(L, -1, what, "write your own function instead");
    lua_setfield(L, -2, libraries[i].name);
  }
}

void hs__sandbox_open(lua_State *L) {
  lua_pushcfunction(L, luaopen_base);
  lua_call(L, 0, 1);
  int base = lua_gettop(L);
  lua_newtable(L);
  copy_base_functions(L, base);
  luaL_setfuncs(L, own_functions, 0);
  open_libraries(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, unknown_global);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  hs__freeze_table(L, -1, "the table of globals", "write 'local' in front of the name");
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pop(L, 1);
}
