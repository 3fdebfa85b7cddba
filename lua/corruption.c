/* hs.corrupt: damaged copies of patterns. The damage of row i depends on (stream, i) only, and grows with the level:
 * the flips of 10 % are among those of 20 %, and noise of another sd is the same noise, scaled. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "array_inside.h"
#include "random.h"
#include "vm.h"

/* The patterns at stack index 1, as a damaged copy in the making; leaves the copy on the stack. */
static hs__array *copy_patterns(lua_State *L) {
  const hs__array *patterns = hs__array_check(L, 1);
  if (patterns->dimensions > 2)
    luaL_error(L, "hs.corrupt works on a vector or a matrix, not on %s", hs__push_shape(L, patterns));
  hs__array *copy = hs__array_new_like(L, patterns, patterns->dtype);
  hs__plane from = hs__plane_of(patterns), to = hs__plane_of(copy);
  hs__plane_copy(&from, &to); /* of the same dtype: everything fits */
  return copy;
}

static bool has_option(lua_State *L, int index, const char *name) {
  bool has = lua_getfield(L, index, name) != LUA_TNIL;
  lua_pop(L, 1);
  return has;
}

/* {count = n} or {fraction = f}, which is floor(length * f), safe against 0.1 * 10 falling just below 1. */
static int64_t option_count(lua_State *L, int index, int64_t length) {
  bool count = has_option(L, index, "count"), fraction = has_option(L, index, "fraction");
  if (count == fraction) luaL_error(L, "give either count or fraction");
  if (count) return (int64_t)floor(hs__option_number(L, index, "count", 0, 0, (double)length));
  return (int64_t)floor(hs__option_number(L, index, "fraction", 0, 0, 1) * (double)length + 1e-9);
}

/* Changes `count` positions of every row, chosen anew for each: value -> offset + factor * value. */
static void change_chosen(lua_State *L, hs__array *copy, hs_rng rng, int64_t count, double factor, double offset) {
  hs__plane plane = hs__plane_of(copy);
  int64_t *positions = (int64_t *)(void *)hs__array_new(L, HS_INT64, 1, &plane.columns)->data;
  for (int64_t row = 0; row < plane.rows; row++) {
    hs__random_choose(rng, (uint64_t)(row * plane.columns), plane.columns, count, positions);
    for (int64_t i = 0; i < count; i++) {
      double value;
      hs__plane_load(&plane, row, positions[i], 1, &value);
      value = factor == 0 ? offset : offset + factor * value;
      if (!hs__plane_store(&plane, row, positions[i], 1, &value)) hs__misfit(L, copy->dtype);
    }
  }
  lua_pop(L, 1);
}

/* hs.corrupt.flip(x, rng, {count = | fraction =, binary = false}): exactly that many different components of each row
 * change their sign; with binary = true, 0 and 1 change places */
static int corrupt_flip(lua_State *L) {
  static const char *const options[] = {"count", "fraction", "binary", NULL};
  luaL_checktype(L, 3, LUA_TTABLE);
  hs__check_option_names(L, 3, options);
  lua_getfield(L, 3, "binary");
  bool binary = lua_toboolean(L, -1);
  lua_settop(L, 3);
  hs__random *random = hs__random_check(L, 2);
  hs__array *copy = copy_patterns(L);
  int64_t count = option_count(L, 3, hs__plane_of(copy).columns);
  change_chosen(L, copy, hs__random_next_fill(L, random), count, -1, binary ? 1 : 0);
  return 1;
}

/* The limits of {clamp = {low, high}}, infinite without it. */
static void option_clamp(lua_State *L, int index, double limits[2]) {
  limits[0] = -HUGE_VAL;
  limits[1] = HUGE_VAL;
  if (lua_getfield(L, index, "clamp") != LUA_TNIL) {
    luaL_checktype(L, -1, LUA_TTABLE);
    for (int i = 0; i < 2; i++) {
      int is_number;
      lua_geti(L, -1, i + 1);
      limits[i] = lua_tonumberx(L, -1, &is_number);
      if (!is_number) luaL_error(L, "clamp needs two numbers: clamp = {low, high}");
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
}

/* hs.corrupt.gaussian(x, rng, {sd =, clamp = {low, high}}): normal noise is added, then the values are clamped */
static int corrupt_gaussian(lua_State *L) {
  static const char *const options[] = {"sd", "clamp", NULL};
  luaL_checktype(L, 3, LUA_TTABLE);
  hs__check_option_names(L, 3, options);
  lua_settop(L, 3);
  hs__random *random = hs__random_check(L, 2);
  double sd = hs__option_number(L, 3, "sd", -1, 0, HUGE_VAL), limits[2], chunk[HS__CHUNK];
  if (sd < 0) return luaL_error(L, "hs.corrupt.gaussian needs {sd = ...}");
  option_clamp(L, 3, limits);
  hs__array *copy = copy_patterns(L);
  hs_rng rng = hs__random_next_fill(L, random);
  hs__plane plane = hs__plane_of(copy);
  for (int64_t row = 0; row < plane.rows; row++)
    for (int64_t column = 0; column < plane.columns; column += HS__CHUNK) {
      int64_t count = plane.columns - column < HS__CHUNK ? plane.columns - column : HS__CHUNK;
      hs__plane_load(&plane, row, column, count, chunk);
      for (int64_t i = 0; i < count; i++) {
        double value = chunk[i] + sd * hs_rng_normal(rng, (uint64_t)(row * plane.columns + column + i));
        chunk[i] = value < limits[0] ? limits[0] : value > limits[1] ? limits[1] : value;
      }
      if (!hs__plane_store(&plane, row, column, count, chunk)) return hs__misfit(L, copy->dtype);
    }
  return 1;
}

/* ---- masks ------------------------------------------------------------------------------------------------- */

typedef enum mask_place { MASK_LOWER, MASK_UPPER, MASK_LEFT, MASK_RIGHT, MASK_RANDOM } mask_place;

/* A row as a picture: height x width pixels. Without {image = {h, w}} it is one column of `length` pixels. */
typedef struct picture {
  int64_t height, width;
} picture;

static picture option_image(lua_State *L, int index, int64_t length) {
  picture image = {length, 1};
  if (lua_getfield(L, index, "image") != LUA_TNIL) {
    int64_t shape[HS_MAX_DIMENSIONS];
    if (hs__check_shape(L, lua_gettop(L), shape) != 2 || shape[0] < 1 || length % shape[0] != 0 ||
        length / shape[0] != shape[1])
      luaL_error(L, "image = {height, width}: their product must be the %I components of a row", (lua_Integer)length);
    image = (picture){shape[0], shape[1]};
  }
  lua_pop(L, 1);
  return image;
}

/* Whether pixel (y, x) lies in the hidden part, of `rows` pixel rows or `columns` pixel columns. */
static bool is_hidden(mask_place place, picture image, int64_t y, int64_t x, int64_t rows, int64_t columns) {
  switch (place) {
    case MASK_LOWER: return y >= image.height - rows;
    case MASK_UPPER: return y < rows;
    case MASK_LEFT: return x < columns;
    case MASK_RIGHT: return x >= image.width - columns;
    case MASK_RANDOM: break;
  }
  return false;
}

static void hide_part(lua_State *L, hs__array *copy, mask_place place, picture image, double fraction, double fill) {
  hs__plane plane = hs__plane_of(copy);
  int64_t rows = (int64_t)floor(fraction * (double)image.height + 1e-9);
  int64_t columns = (int64_t)floor(fraction * (double)image.width + 1e-9);
  for (int64_t row = 0; row < plane.rows; row++)
    for (int64_t pixel = 0; pixel < plane.columns; pixel++)
      if (is_hidden(place, image, pixel / image.width, pixel % image.width, rows, columns) &&
          !hs__plane_store(&plane, row, pixel, 1, &fill))
        hs__misfit(L, copy->dtype);
}

/* hs.corrupt.mask(x [, rng], {fraction =, fill = 0, where = "lower", image = {h, w}}): sets part of every row to
 * `fill`. where: "lower", "upper" (last, first components; whole pixel rows of an image), "left", "right" (of an
 * image), "random" (floor(D * fraction) components of each row; needs the rng) */
static int corrupt_mask(lua_State *L) {
  static const char *const options[] = {"fraction", "fill", "where", "image", NULL};
  static const char *const places[] = {"lower", "upper", "left", "right", "random", NULL};
  if (lua_istable(L, 2)) {
    lua_pushnil(L);
    lua_insert(L, 2);
  }
  luaL_checktype(L, 3, LUA_TTABLE);
  hs__check_option_names(L, 3, options);
  lua_settop(L, 3);
  lua_getfield(L, 3, "where");
  mask_place place = (mask_place)luaL_checkoption(L, 4, "lower", places);
  lua_settop(L, 3);
  double fraction = hs__option_number(L, 3, "fraction", -1, 0, 1);
  double fill = hs__option_number(L, 3, "fill", 0, -HUGE_VAL, HUGE_VAL);
  if (fraction < 0) return luaL_error(L, "hs.corrupt.mask needs {fraction = ...}");
  if ((place == MASK_LEFT || place == MASK_RIGHT) && !has_option(L, 3, "image"))
    return luaL_error(L, "where = \"%s\" needs image = {height, width}", places[place]);
  hs__random *random = place == MASK_RANDOM ? hs__random_check(L, 2) : NULL;
  hs__array *copy = copy_patterns(L);
  int64_t length = hs__plane_of(copy).columns;
  picture image = option_image(L, 3, length);
  if (random)
    change_chosen(L, copy, hs__random_next_fill(L, random), (int64_t)floor(fraction * (double)length + 1e-9), 0, fill);
  else
    hide_part(L, copy, place, image, fraction, fill);
  return 1;
}

void hs__corruption_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"flip", corrupt_flip}, {"gaussian", corrupt_gaussian}, {"mask", corrupt_mask}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "corrupt");
}
