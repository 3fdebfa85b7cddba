/* raise.h: Lua's functions that raise never return. Lua's headers do not say so; compilers and analyzers like to know
 * that what follows `if (!data) luaL_error(...)` has data. */
#ifndef HS_LUA_RAISE_H
#define HS_LUA_RAISE_H

#include <lauxlib.h>
#include <lua.h>

__attribute__((noreturn)) int lua_error(lua_State *L);
__attribute__((noreturn)) int luaL_error(lua_State *L, const char *format, ...);

#endif
