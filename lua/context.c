/* The small services that the Lua library (lua/library) asks of C; scripts do not see them. */
#include <base/hash.h>
#include <base/trial.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "sweep_inside.h"
#include "values.h"
#include "vm_inside.h"

#define DEFAULT_CACHE_LIMIT ((double)(UINT64_C(2) << 30))

void hs__place_of_function(lua_State *L, int index, char *place, size_t size) {
  lua_Debug where;
  lua_pushvalue(L, index);
  lua_getinfo(L, ">S", &where);
  const char *source = where.source[0] == '@' ? where.source + 1 : where.short_src;
  snprintf(place, size, "%s:%d: ", source, where.linedefined);
}

/* place(function) -> "FILE:LINE: " */
static int place_of(lua_State *L) {
  char place[256];
  luaL_checktype(L, 1, LUA_TFUNCTION);
  hs__place_of_function(L, 1, place, sizeof place);
  lua_pushstring(L, place);
  return 1;
}

static int call_through(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

/* public(function) -> the same as a C function. In 'return hs.sweep{...}' Lua drops the frame of the script when it
 * calls a Lua function, and with it the line that an error should name; a C function is called above that frame. */
static int public_function(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_pushcclosure(L, call_through, 1);
  return 1;
}

/* overrides() -> {name = text} of --set. */
static int overrides(lua_State *L) {
  const hs_sweep_source *source = hs__vm_source(hs__vm_of(L));
  hs__push_params(L, &source->overrides);
  return 1;
}

/* ---- random streams ---------------------------------------------------------------------------------------- */

/* rng(seed, replicate, scope) -> rng object. The scope keeps the streams of two builds, or of a build and a trial,
 * apart, though they use the same names. */
static int new_rng(lua_State *L) {
  hs__random_push(L, (uint64_t)luaL_checkinteger(L, 1), (uint32_t)luaL_checkinteger(L, 2), luaL_checkstring(L, 3));
  return 1;
}

static int random_reset_use(lua_State *L) {
  hs__random_reset_use(L);
  return 0;
}

static int random_was_used(lua_State *L) {
  lua_pushboolean(L, hs__random_was_used(L));
  return 1;
}

/* ---- shared data ------------------------------------------------------------------------------------------- */

/* Bytes that all shared data of this VM may take together: a quarter of its budget. */
static int cache_limit(lua_State *L) {
  size_t memory = hs__vm_of(L)->limits.memory;
  lua_pushnumber(L, memory ? (double)memory / 4 : DEFAULT_CACHE_LIMIT);
  return 1;
}

static int collect(lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT);
  return 0;
}

/* array_bytes(value) -> bytes, or nil if it is no array. */
static int array_bytes(lua_State *L) {
  const hs__array *array = hs__array_test(L, 1);
  if (!array) return 0;
  lua_pushinteger(L, hs__array_length(array) * (int64_t)hs_dtype_size(array->dtype));
  return 1;
}

static int array_freeze(lua_State *L) {
  hs__array_freeze(hs__array_check(L, 1));
  return 0;
}

static void push_hash(lua_State *L, const hs_buffer *bytes) {
  char text[HS_HASH_TEXT_SIZE];
  hs_hash_text(hs_hash_of(bytes->data, bytes->size), text);
  lua_pushstring(L, text);
}

/* array_digest(array) -> hexadecimal digest of type, shape and content. */
static int array_digest(lua_State *L) {
  const hs__array *array = hs__array_check(L, 1);
  int64_t items = array->dimensions > 0 ? array->shape[0] : 1;
  size_t item_size = items > 0 ? (size_t)(hs__array_length(array) / items) * hs_dtype_size(array->dtype) : 0;
  hs_buffer parts = {0};
  hs_put_u32(&parts, (uint32_t)array->dtype);
  for (int i = 0; i < array->dimensions; i++) hs_put_i64(&parts, array->shape[i]);
  if (hs__array_is_contiguous(array)) {
    hs_put_hash(&parts, hs_hash_of(array->data, item_size * (size_t)items));
  } else {
    for (int64_t i = 0; i < items; i++)
      hs_put_hash(&parts,
                  hs_hash_of(array->data + (size_t)(i * array->stride) * hs_dtype_size(array->dtype), item_size));
  }
  push_hash(L, &parts);
  hs_buffer_free(&parts);
  return 1;
}

static int text_digest(lua_State *L) {
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  hs_buffer view = {.data = (unsigned char *)(size_t)text, .size = size}; /* only read */
  push_hash(L, &view);
  return 1;
}

void hs__context_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"place", place_of},
                                       {"public", public_function},
                                       {"overrides", overrides},
                                       {"rng", new_rng},
                                       {"random_reset_use", random_reset_use},
                                       {"random_was_used", random_was_used},
                                       {"cache_limit", cache_limit},
                                       {"collect", collect},
                                       {"array_bytes", array_bytes},
                                       {"array_freeze", array_freeze},
                                       {"array_digest", array_digest},
                                       {"text_digest", text_digest},
                                       {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
