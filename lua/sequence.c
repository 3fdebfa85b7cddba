/* core.sampler: points of the unit cube for :sample, as a function that gives the next point's coordinates. */
#include <base/buffer.h>
#include <base/distributions.h>
#include <base/hash.h>
#include <base/memory.h>
#include <base/rng.h>
#include <base/status.h>
#include <lauxlib.h>

#include "vm.h"

#define SAMPLER_TYPE "hs.sampler"

enum { MAX_DIMENSIONS = 1000 };

typedef enum sampler_method { RANDOM, LATIN, SOBOL, HALTON } sampler_method;

/* The next point is number `at`. Point i of a random sampler is elements i * dimensions ... of its stream, so a
 * shorter sample is a prefix of a longer one; Sobol and Halton are prefixes of one sequence anyway. */
typedef struct sampler {
  sampler_method method;
  int dimensions;
  uint64_t points, at;
  hs_rng rng;
  uint64_t *strata;      /* LATIN: points x dimensions, the stratum of each coordinate */
  hs_sequence *sequence; /* SOBOL, HALTON */
  double *point;
} sampler;

static int free_sampler(lua_State *L) {
  sampler *self = luaL_checkudata(L, 1, SAMPLER_TYPE);
  hs_free(&self->strata);
  hs_free(&self->point);
  if (self->sequence) hs_sequence_free(&self->sequence);
  return 0;
}

/* A stream of its own for each use: seed and label, and nothing of the schedule. */
static hs_rng stream_of(uint64_t seed, const char *label) {
  hs_buffer identity = {0};
  hs_put_text(&identity, "sample");
  hs_put_u64(&identity, seed);
  hs_put_text(&identity, label);
  hs_rng rng = hs_rng_of(hs_hash_of(identity.data, identity.size));
  hs_buffer_free(&identity);
  return rng;
}

/* One random permutation of the strata per dimension (Fisher-Yates). Its numbers come from the upper half of the
 * stream; the lower half places the points inside their strata. */
static void shuffle_strata(sampler *self) {
  uint64_t element = UINT64_C(1) << 63;
  size_t dimensions = (size_t)self->dimensions;
  for (size_t d = 0; d < dimensions; d++) {
    uint64_t *column = self->strata + d;
    for (uint64_t i = 0; i < self->points; i++) column[i * dimensions] = i;
    for (uint64_t i = self->points; i > 1; i--) {
      uint64_t j = hs_rng_below(self->rng, element++, i);
      uint64_t swap = column[(i - 1) * dimensions];
      column[(i - 1) * dimensions] = column[j * dimensions];
      column[j * dimensions] = swap;
    }
  }
}

static void prepare(lua_State *L, sampler *self) {
  self->point = hs_allocate((size_t)self->dimensions, sizeof *self->point);
  int status = self->point ? HS_OK : HS_ERROR_MEMORY;
  if (status == HS_OK && self->method == LATIN) {
    self->strata = hs_allocate(self->points * (size_t)self->dimensions, sizeof *self->strata);
    if (self->strata)
      shuffle_strata(self);
    else
      status = HS_ERROR_MEMORY;
  } else if (status == HS_OK && self->method != RANDOM) {
    hs_sequence_kind kind = self->method == SOBOL ? HS_SEQUENCE_SOBOL : HS_SEQUENCE_HALTON;
    status = hs_sequence_new(kind, self->dimensions, &self->sequence);
  }
  if (status == HS_ERROR_ARGUMENT)
    luaL_error(L, ":sample: %d parameters are too many for this method (sobol: 40, halton: 1229)", self->dimensions);
  if (status < 0) luaL_error(L, ":sample: out of memory");
}

static double coordinate(const sampler *self, int d) {
  uint64_t element = self->at * (uint64_t)self->dimensions + (uint64_t)d;
  double uniform = hs_rng_uniform(self->rng, element);
  if (self->method == RANDOM) return uniform;
  return ((double)self->strata[element] + uniform) / (double)self->points;
}

static int next_point(lua_State *L) {
  sampler *self = lua_touserdata(L, lua_upvalueindex(1));
  luaL_checkstack(L, self->dimensions, "too many dimensions");
  if (self->sequence) hs_sequence_next(self->sequence, self->point);
  for (int d = 0; d < self->dimensions; d++) lua_pushnumber(L, self->sequence ? self->point[d] : coordinate(self, d));
  self->at++;
  return self->dimensions;
}

/* sampler(method, dimensions, points, seed, label) -> function() -> coordinates in [0, 1) */
static int new_sampler(lua_State *L) {
  static const char *const methods[] = {"random", "lhs", "sobol", "halton", NULL};
  int method = luaL_checkoption(L, 1, NULL, methods);
  lua_Integer dimensions = luaL_checkinteger(L, 2), points = luaL_checkinteger(L, 3);
  luaL_argcheck(L, dimensions >= 1 && dimensions <= MAX_DIMENSIONS, 2, "1 to 1000 dimensions");
  luaL_argcheck(L, points >= 1, 3, "at least one point");
  hs_rng rng = stream_of((uint64_t)luaL_checkinteger(L, 4), luaL_checkstring(L, 5));
  sampler *self = lua_newuserdatauv(L, sizeof *self, 0);
  *self = (sampler){
      .method = (sampler_method)method, .dimensions = (int)dimensions, .points = (uint64_t)points, .rng = rng};
  luaL_setmetatable(L, SAMPLER_TYPE);
  prepare(L, self);
  lua_pushcclosure(L, next_point, 1);
  return 1;
}

void hs__sequence_open(lua_State *L) {
  luaL_newmetatable(L, SAMPLER_TYPE);
  lua_pushcfunction(L, free_sampler);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  lua_pushcfunction(L, new_sampler);
  lua_setfield(L, -2, "sampler");
}
