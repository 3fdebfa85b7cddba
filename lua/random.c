/* rng objects: named, counter-based streams for scripts. rng("noise", 3) is a stream of its own; it never depends on
 * what else was drawn. */
#include "random.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "array_inside.h"
#include "vm_inside.h"

/* ---- identities -------------------------------------------------------------------------------------------- */

/* What an identity was derived for; part of the hashed bytes. */
enum { ROOT = 'R', NAMED = 'N', FILL = 'F', SINGLES = 'S' };

static hs_hash derive(hs_hash parent, unsigned char purpose, uint64_t number) {
  unsigned char bytes[25];
  memcpy(bytes, &parent.high, 8);
  memcpy(bytes + 8, &parent.low, 8);
  bytes[16] = purpose;
  memcpy(bytes + 17, &number, 8);
  return hs_hash_of(bytes, sizeof bytes);
}

/* Folds the value at a stack index, a text or a number, into an identity. 1 and 1.0 are one value. */
static hs_hash fold_value(lua_State *L, hs_hash parent, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    double number = lua_tonumber(L, index) + 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &number, 8);
    return derive(parent, NAMED, bits);
  }
  if (lua_type(L, index) != LUA_TSTRING)
    luaL_error(L, "rng(name, ...): a stream is named by texts and numbers, not by a %s", luaL_typename(L, index));
  size_t size;
  const char *text = lua_tolstring(L, index, &size);
  hs_hash hash = hs_hash_of(text, size);
  return derive(derive(parent, NAMED, hash.high), ROOT, hash.low);
}

static void push_metatable(lua_State *L);

static void push_random(lua_State *L, hs_hash identity) {
  hs__random *random = lua_newuserdatauv(L, sizeof *random, 0);
  *random = (hs__random){.identity = identity};
  push_metatable(L);
  lua_setmetatable(L, -2);
}

void hs__random_push(lua_State *L, uint64_t seed, uint32_t replicate, const char *name) {
  hs_hash identity = derive((hs_hash){seed, replicate}, ROOT, 1);
  lua_pushstring(L, name);
  identity = fold_value(L, identity, -1);
  lua_pop(L, 1);
  push_random(L, identity);
}

hs__random *hs__random_check(lua_State *L, int index) { return luaL_checkudata(L, index, HS__RANDOM_TYPE); }

bool hs__random_was_used(lua_State *L) { return hs__vm_of(L)->random_used; }
void hs__random_reset_use(lua_State *L) { hs__vm_of(L)->random_used = false; }

/* rng(name, ...): another stream. Making one draws nothing. */
static int meta_call(lua_State *L) {
  hs_hash identity = hs__random_check(L, 1)->identity;
  int top = lua_gettop(L);
  if (top < 2) return luaL_error(L, "rng(name, ...): give the stream a name, for example rng(\"noise\")");
  for (int i = 2; i <= top; i++) identity = fold_value(L, identity, i);
  push_random(L, identity);
  return 1;
}

static int meta_tostring(lua_State *L) {
  char text[HS_HASH_TEXT_SIZE];
  hs_hash_text(hs__random_check(L, 1)->identity, text);
  lua_pushfstring(L, "rng %s", text);
  return 1;
}

/* ---- drawing ----------------------------------------------------------------------------------------------- */

hs_rng hs__random_next_fill(lua_State *L, hs__random *random) {
  hs__vm_of(L)->random_used = true;
  return hs_rng_of(derive(random->identity, FILL, random->fills++));
}

void hs__random_fill(lua_State *L, hs__array *array, hs_rng rng, hs__element element, const double *parameters) {
  hs__plane plane = hs__plane_of(array);
  double chunk[HS__CHUNK];
  uint64_t index = 0;
  for (int64_t row = 0; row < plane.rows; row++)
    for (int64_t column = 0; column < plane.columns; column += HS__CHUNK) {
      int64_t count = plane.columns - column < HS__CHUNK ? plane.columns - column : HS__CHUNK;
      for (int64_t i = 0; i < count; i++) chunk[i] = element(rng, index++, parameters);
      if (!hs__plane_store(&plane, row, column, count, chunk)) hs__misfit(L, array->dtype);
    }
}

void hs__random_choose(hs_rng rng, uint64_t first, int64_t length, int64_t count, int64_t *positions) {
  for (int64_t i = 0; i < length; i++) positions[i] = i;
  for (int64_t i = 0; i < count; i++) {
    int64_t other = i + (int64_t)hs_rng_below(rng, first + (uint64_t)i, (uint64_t)(length - i));
    int64_t chosen = positions[other];
    positions[other] = positions[i];
    positions[i] = chosen;
  }
}

/* One number if there is no shape at `index`, otherwise an array of that shape. */
static int draw(lua_State *L, int index, hs_dtype otherwise, hs__element element, const double *parameters) {
  hs__random *random = hs__random_check(L, 1);
  if (lua_isnoneornil(L, index)) {
    hs__vm_of(L)->random_used = true;
    double value = element(hs_rng_of(derive(random->identity, SINGLES, 0)), random->singles++, parameters);
    if (otherwise == HS_INT64)
      lua_pushinteger(L, (lua_Integer)value);
    else
      lua_pushnumber(L, value);
    return 1;
  }
  int64_t shape[HS_MAX_DIMENSIONS];
  int dimensions = hs__check_shape(L, index, shape);
  hs_dtype dtype = hs__check_dtype(L, index + 1, otherwise);
  hs__array *array = hs__array_new(L, dtype, dimensions, shape);
  hs__random_fill(L, array, hs__random_next_fill(L, random), element, parameters);
  return 1;
}

static double uniform_double(hs_rng rng, uint64_t index, const double *parameters) {
  (void)parameters;
  return hs_rng_uniform(rng, index);
}

/* Rounded down to 24 bits, so that also a float32 is never 1. */
static double uniform_float(hs_rng rng, uint64_t index, const double *parameters) {
  (void)parameters;
  return ((double)(hs_rng_bits(rng, index) >> 41) + 0.5) * 0x1p-23;
}

static double normal(hs_rng rng, uint64_t index, const double *parameters) {
  (void)parameters;
  return hs_rng_normal(rng, index);
}

static double whole_number(hs_rng rng, uint64_t index, const double *parameters) {
  return parameters[0] + (double)hs_rng_below(rng, index, (uint64_t)(parameters[1] - parameters[0]) + 1);
}

/* rng:uniform([shape [, dtype]]): in (0, 1), both ends excluded */
static int method_uniform(lua_State *L) {
  bool wide = lua_isnoneornil(L, 2) || hs__check_dtype(L, 3, HS_FLOAT32) == HS_FLOAT64;
  return draw(L, 2, HS_FLOAT32, wide ? uniform_double : uniform_float, NULL);
}

/* rng:normal([shape [, dtype]]): mean 0, variance 1 */
static int method_normal(lua_State *L) { return draw(L, 2, HS_FLOAT32, normal, NULL); }

/* rng:integer(low, high [, shape [, dtype]]): whole numbers, both ends included */
static int method_integer(lua_State *L) {
  double limits[2] = {(double)luaL_checkinteger(L, 2), (double)luaL_checkinteger(L, 3)};
  if (!(limits[0] <= limits[1]) || fabs(limits[0]) > 0x1p52 || fabs(limits[1]) > 0x1p52)
    return luaL_error(L, "rng:integer(low, high): low must not be above high, and both within 2^52");
  return draw(L, 4, HS_INT64, whole_number, limits);
}

/* Pushes `count` different whole numbers of 1..length in random order. */
static int push_choice(lua_State *L, int64_t length, int64_t count) {
  hs__random *random = hs__random_check(L, 1);
  int64_t *positions = hs__array_new(L, HS_INT64, 1, &length)->block->bytes;
  hs__array *chosen = hs__array_new(L, HS_INT64, 1, &count);
  hs__random_choose(hs__random_next_fill(L, random), 0, length, count, positions);
  for (int64_t i = 0; i < count; i++) ((int64_t *)(void *)chosen->data)[i] = positions[i] + 1;
  return 1;
}

/* rng:permutation(n): 1..n in random order */
static int method_permutation(lua_State *L) {
  lua_Integer length = luaL_checkinteger(L, 2);
  luaL_argcheck(L, length >= 0, 2, "must not be negative");
  return push_choice(L, length, length);
}

/* rng:choice(n, k): k different numbers of 1..n; those for k are the first of those for k + 1 */
static int method_choice(lua_State *L) {
  lua_Integer length = luaL_checkinteger(L, 2), count = luaL_checkinteger(L, 3);
  if (count < 0 || count > length)
    return luaL_error(L, "rng:choice(n, k): cannot choose %I different numbers out of %I", count, length);
  return push_choice(L, length, count);
}

/* ---- options ----------------------------------------------------------------------------------------------- */

/* The value is on top of the stack. */
static int refuse_option(lua_State *L, const char *name, double low, double high) {
  char low_text[HS_NUMBER_TEXT_SIZE], high_text[HS_NUMBER_TEXT_SIZE];
  return luaL_error(L, "%s = %s: expected a number from %s to %s", name, luaL_tolstring(L, -1, NULL),
                    hs_number_text(low, low_text), hs_number_text(high, high_text));
}

double hs__option_number(lua_State *L, int index, const char *name, double otherwise, double low, double high) {
  if (lua_isnoneornil(L, index)) return otherwise;
  luaL_checktype(L, index, LUA_TTABLE);
  double value = otherwise;
  if (lua_getfield(L, index, name) != LUA_TNIL) {
    int is_number;
    value = lua_tonumberx(L, -1, &is_number);
    if (!is_number || !(value >= low && value <= high)) refuse_option(L, name, low, high);
  }
  lua_pop(L, 1);
  return value;
}

void hs__check_option_names(lua_State *L, int index, const char *const *known) {
  if (lua_isnoneornil(L, index)) return;
  luaL_checktype(L, index, LUA_TTABLE);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "[a number]";
    const char *const *candidate = known;
    while (*candidate && strcmp(*candidate, name) != 0) candidate++;
    if (!*candidate) luaL_error(L, "unknown option '%s'", name);
  }
}

/* Made when it is first needed, so that the runner may push an rng whatever the script requires. */
static void push_metatable(lua_State *L) {
  static const luaL_Reg methods[] = {{"uniform", method_uniform}, {"normal", method_normal},
                                     {"integer", method_integer}, {"permutation", method_permutation},
                                     {"choice", method_choice},   {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__call", meta_call}, {"__tostring", meta_tostring}, {NULL, NULL}};
  if (!luaL_newmetatable(L, HS__RANDOM_TYPE)) return;
  luaL_setfuncs(L, metamethods, 0);
  lua_pushliteral(L, "read-only");
  lua_setfield(L, -2, "__metatable");
  luaL_newlib(L, methods);
  hs__random_pattern_methods(L);
  hs__freeze_table(L, -1, "the methods of an rng", "write your own function instead");
  lua_setfield(L, -2, "__index");
}

/* Scripts receive their rng; the module offers none. */
void hs__random_open(lua_State *L) {
  push_metatable(L);
  lua_pop(L, 1);
}
