/* Order that is the same in every run. Lua's own pairs follows hash values and addresses, and its table.sort may ask
 * the clock for a pivot: both would let results depend on the run. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "vm_inside.h"

/* ---- sorted pairs ------------------------------------------------------------------------------------------ */

/* A key as the comparison sees it; the text belongs to the key, which the table being traversed holds. */
typedef struct key {
  int type; /* LUA_TNUMBER < LUA_TSTRING < LUA_TBOOLEAN in the order of key_rank */
  bool is_integer;
  lua_Integer integer;
  lua_Number number; /* also set for integers */
  const char *text;
  size_t length;
} key;

static int key_rank(int type) { return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2; }

/* A float key is never whole within the integers' range (Lua normalises those), so mixed ties cannot arise. */
static int compare_numbers(const key *a, const key *b) {
  if (a->is_integer && b->is_integer) return (a->integer > b->integer) - (a->integer < b->integer);
  return (a->number > b->number) - (a->number < b->number);
}

static int compare_texts(const key *a, const key *b) {
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, shorter);
  return order ? order : (a->length > b->length) - (a->length < b->length);
}

static int compare_keys(const void *first, const void *second) {
  const key *a = first, *b = second;
  if (a->type != b->type) return key_rank(a->type) - key_rank(b->type);
  if (a->type == LUA_TNUMBER) return compare_numbers(a, b);
  if (a->type == LUA_TSTRING) return compare_texts(a, b);
  return (int)(a->integer - b->integer);
}

static key key_at(lua_State *L, int index) {
  key found = {.type = lua_type(L, index), .is_integer = lua_isinteger(L, index)};
  switch (found.type) {
    case LUA_TNUMBER:
      found.integer = lua_tointeger(L, index);
      found.number = lua_tonumber(L, index);
      break;
    case LUA_TSTRING: found.text = lua_tolstring(L, index, &found.length); break;
    case LUA_TBOOLEAN: found.integer = lua_toboolean(L, index); break;
    default:
      luaL_error(L, "pairs: a %s as a key has no order that is the same in every run; use ipairs over a list",
                 luaL_typename(L, index));
  }
  return found;
}

static void push_key(lua_State *L, const key *found) {
  if (found->type == LUA_TSTRING)
    lua_pushlstring(L, found->text, found->length);
  else if (found->type == LUA_TBOOLEAN)
    lua_pushboolean(L, (int)found->integer);
  else if (found->is_integer)
    lua_pushinteger(L, found->integer);
  else
    lua_pushnumber(L, found->number);
}

/* Pushes a list of the keys of the table at `table`, in order. */
static void push_sorted_keys(lua_State *L, int table) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) count++;
  key *keys = lua_newuserdatauv(L, (count + 1) * sizeof *keys, 0);
  size_t at = 0;
  bool sorted = true;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1), at++) {
    keys[at] = key_at(L, -2);
    sorted = sorted && (at == 0 || compare_keys(&keys[at - 1], &keys[at]) < 0);
  }
  if (!sorted) qsort(keys, count, sizeof *keys, compare_keys);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    push_key(L, &keys[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_remove(L, -2);
}

/* Upvalues: the sorted keys, the position in them, the table. Keys whose value has gone are passed over. */
static int next_sorted(lua_State *L) {
  lua_Integer position = lua_tointeger(L, lua_upvalueindex(2));
  for (;;) {
    lua_settop(L, 0);
    if (lua_rawgeti(L, lua_upvalueindex(1), ++position) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(3)) != LUA_TNIL) break;
  }
  lua_pushinteger(L, position);
  lua_replace(L, lua_upvalueindex(2));
  return 2;
}

int hs__sorted_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  hs__push_thawed(L, 1);
  lua_replace(L, 1);
  push_sorted_keys(L, 1);
  lua_pushinteger(L, 0);
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, next_sorted, 3);
  lua_pushvalue(L, 1);
  return 2;
}

/* next(t): the first pair in the order of pairs, or nil for an empty table. next(t, key) would have to sort at every
 * step, so it is refused. */
int hs__first_pair(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isnoneornil(L, 2))
    return luaL_error(L, "next(table, key) is not available: write 'for k, v in pairs(table)'");
  hs__push_thawed(L, 1);
  lua_replace(L, 1);
  key first = {0};
  bool found = false;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    key here = key_at(L, -2);
    if (!found || compare_keys(&here, &first) < 0) first = here;
    found = true;
  }
  if (!found) {
    lua_pushnil(L);
    return 1;
  }
  push_key(L, &first);
  lua_pushvalue(L, -1);
  lua_rawget(L, 1);
  return 2;
}

/* ---- table.sort: a stable merge sort ----------------------------------------------------------------------- */

/* The stack of a sort: 1 the list, 2 the comparison or nil, 3 and 4 two working lists. */
enum { COMPARISON = 2, FIRST_WORK = 3, SECOND_WORK = 4 };

/* Whether item `b` must come before item `a` of the working list `from`. */
static bool must_swap(lua_State *L, int from, lua_Integer a, lua_Integer b) {
  bool plain = lua_isnil(L, COMPARISON);
  if (!plain) lua_pushvalue(L, COMPARISON);
  lua_rawgeti(L, from, b);
  lua_rawgeti(L, from, a);
  bool before;
  if (plain) {
    before = lua_compare(L, -2, -1, LUA_OPLT);
    lua_pop(L, 2);
  } else {
    lua_call(L, 2, 1);
    before = lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  return before;
}

static void merge_runs(lua_State *L, int from, int to, lua_Integer start, lua_Integer middle, lua_Integer end) {
  lua_Integer left = start, right = middle;
  for (lua_Integer at = start; at < end; at++) {
    bool take_right = left >= middle || (right < end && must_swap(L, from, left, right));
    lua_rawgeti(L, from, take_right ? right++ : left++);
    lua_rawseti(L, to, at);
  }
}

int hs__stable_sort(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  if (!lua_isnoneornil(L, COMPARISON)) luaL_checktype(L, COMPARISON, LUA_TFUNCTION);
  lua_settop(L, COMPARISON);
  lua_newtable(L);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, 1, i);
    lua_rawseti(L, FIRST_WORK, i);
  }
  int from = FIRST_WORK, to = SECOND_WORK;
  for (lua_Integer width = 1; width < count; width *= 2) {
    for (lua_Integer start = 1; start <= count; start += 2 * width) {
      lua_Integer middle = start + width <= count ? start + width : count + 1;
      lua_Integer end = middle + width <= count ? middle + width : count + 1;
      merge_runs(L, from, to, start, middle, end);
    }
    from = from == FIRST_WORK ? SECOND_WORK : FIRST_WORK;
    to = to == FIRST_WORK ? SECOND_WORK : FIRST_WORK;
  }
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, from, i);
    lua_seti(L, 1, i);
  }
  return 0;
}
