/* random.h: rng objects, as the generators and corruptions see them. */
#ifndef HS_LUA_RANDOM_H
#define HS_LUA_RANDOM_H

#include <base/rng.h>
#include <lua.h>

#include "array.h"

#define HS__RANDOM_TYPE "hs.rng"

/* Every fill of an array has a stream of its own, keyed by the number of the fill, so that element i of the first fill
 * is the same however large it is, and so is element i of the second. Single numbers share one further stream. */
typedef struct hs__random {
  hs_hash identity;
  uint64_t fills, singles; /* done so far */
} hs__random;

/* The rng at a stack index, or a Lua error. */
hs__random *hs__random_check(lua_State *L, int index);
/* The stream of the next fill; counts as use. */
hs_rng hs__random_next_fill(lua_State *L, hs__random *random);

/* The value of element `index` of a stream. */
typedef double (*hs__element)(hs_rng rng, uint64_t index, const double *parameters);
/* array[i] = element(rng, i), row-major. */
void hs__random_fill(lua_State *L, hs__array *array, hs_rng rng, hs__element element, const double *parameters);

/* Chooses `count` different positions of 0..length-1 into the front of `positions` (room for `length`), from elements
 * first, first + 1, ... of the stream: the choice of 5 is the beginning of the choice of 10. */
void hs__random_choose(hs_rng rng, uint64_t first, int64_t length, int64_t count, int64_t *positions);

/* Number `name` of the options table at `index` (nil: no options), or `otherwise`; an error outside low..high. */
double hs__option_number(lua_State *L, int index, const char *name, double otherwise, double low, double high);
/* An error where the options table has a name that is not in the list (ended by NULL). */
void hs__check_option_names(lua_State *L, int index, const char *const *known);

/* The generators (lua/random_patterns.c): adds methods to the table on top of the stack. */
void hs__random_pattern_methods(lua_State *L);

#endif
