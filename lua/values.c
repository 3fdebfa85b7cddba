#include "values.h"

#include <base/status.h>
#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>

static void push_number(lua_State *L, double number) {
  lua_Integer whole;
  if (lua_numbertointeger(floor(number), &whole) && (double)whole == number)
    lua_pushinteger(L, whole);
  else
    lua_pushnumber(L, number);
}

void hs__push_params(lua_State *L, const hs_params *params) {
  lua_createtable(L, 0, (int)params->count);
  for (size_t i = 0; i < params->count; i++) {
    const hs_value *value = &params->items[i].value;
    if (value->type == HS_VALUE_TEXT)
      lua_pushstring(L, value->text);
    else if (value->type == HS_VALUE_FLAG)
      lua_pushboolean(L, value->number != 0);
    else
      push_number(L, value->number);
    lua_setfield(L, -2, params->items[i].name);
  }
}

static int set_number(lua_State *L, const char *what, const char *name, hs_params *params, char *message) {
  double number = lua_tonumber(L, -1);
  if (lua_isinteger(L, -1) && (lua_Integer)number != lua_tointeger(L, -1))
    return hs_fail(message, HS_ERROR_SCRIPT, "%s: %s = %lld does not fit into a double", what, name,
                   (long long)lua_tointeger(L, -1));
  return hs_params_set_number(params, name, number);
}

/* The value on top of the stack. */
static int set_value(lua_State *L, const char *what, const char *name, hs_params *params, char *message) {
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER: return set_number(L, what, name, params, message);
    case LUA_TSTRING: return hs_params_set_text(params, name, lua_tostring(L, -1));
    case LUA_TBOOLEAN: return hs_params_set_flag(params, name, lua_toboolean(L, -1));
    default:
      return hs_fail(message, HS_ERROR_SCRIPT, "%s: %s is a %s, not a number, text or flag", what, name,
                     luaL_typename(L, -1));
  }
}

static int set_metric(lua_State *L, const char *what, const char *name, hs_params *params, char *message) {
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER: return hs_params_set_number(params, name, lua_tonumber(L, -1));
    case LUA_TBOOLEAN: return hs_params_set_number(params, name, lua_toboolean(L, -1));
    default:
      return hs_fail(message, HS_ERROR_SCRIPT, "%s '%s' is a %s, not a number", what, name, luaL_typename(L, -1));
  }
}

/* Texts go into JSON, tables and keys; bytes that are no UTF-8 would make those unreadable, and a 0 would cut them. */
static bool is_plain_utf8(const char *text, size_t size) {
  const unsigned char *at = (const unsigned char *)text, *end = at + size;
  while (at < end) {
    int more = *at < 0x80                  ? 0
               : *at >= 0xc2 && *at < 0xe0 ? 1
               : *at >= 0xe0 && *at < 0xf0 ? 2
               : *at >= 0xf0 && *at < 0xf5 ? 3
                                           : -1;
    if (*at == 0 || more < 0 || end - at <= more) return false;
    for (at++; more > 0; more--, at++)
      if ((*at & 0xc0) != 0x80) return false;
  }
  return true;
}

static bool has_bad_text(lua_State *L, int index) {
  size_t size;
  if (lua_type(L, index) != LUA_TSTRING) return false;
  const char *text = lua_tolstring(L, index, &size);
  return !is_plain_utf8(text, size);
}

typedef int (*setter)(lua_State *L, const char *what, const char *name, hs_params *params, char *message);

static int each_field(lua_State *L, int index, const char *what, setter set, hs_params *params, char *message) {
  index = lua_absindex(L, index);
  if (!lua_istable(L, index))
    return hs_fail(message, HS_ERROR_SCRIPT, "%s: wants a table, got a %s", what, luaL_typename(L, index));
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    int status;
    if (lua_type(L, -2) != LUA_TSTRING)
      status = hs_fail(message, HS_ERROR_SCRIPT, "%s: a name must be a text, got a %s", what, luaL_typename(L, -2));
    else if (has_bad_text(L, -2) || has_bad_text(L, -1))
      status = hs_fail(message, HS_ERROR_SCRIPT, "%s: a name or text holds bytes that are not UTF-8", what);
    else
      status = set(L, what, lua_tostring(L, -2), params, message);
    if (status < 0) {
      lua_pop(L, 2);
      return status;
    }
  }
  return HS_OK;
}

int hs__to_params(lua_State *L, int index, const char *what, hs_params *params, char *message) {
  return each_field(L, index, what, set_value, params, message);
}

int hs__to_metrics(lua_State *L, int index, hs_params *params, char *message) {
  enum { MOST = 2000 }; /* as many columns as SQLite's tables and views can have */
  HS_TRY(each_field(L, index, "the metric", set_metric, params, message));
  if (params->count <= MOST) return HS_OK;
  return hs_fail(message, HS_ERROR_SCRIPT, "%zu metrics in one trial, at most %d: keep long lists with hs.keep",
                 params->count, MOST);
}
