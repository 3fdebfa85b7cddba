/* values.h: Lua tables as hs_params and back. */
#ifndef HS_LUA_VALUES_H
#define HS_LUA_VALUES_H

#include <base/params.h>
#include <lua.h>

/* Pushes a fresh table; whole numbers become integers, as the library does it with the values of a space. */
void hs__push_params(lua_State *L, const hs_params *params);

/* Adds the fields of the table at `index`, whose keys must be texts and whose values numbers, texts or flags. `what`
 * names the table in messages. Raises no Lua error, so the params stay the caller's: HS_ERROR_SCRIPT, HS_ERROR_MEMORY.
 */
int hs__to_params(lua_State *L, int index, const char *what, hs_params *params, char *message);

/* The same for metrics: numbers, NaN and infinities included, and flags, which become 0 or 1. */
int hs__to_metrics(lua_State *L, int index, hs_params *params, char *message);

#endif
