/* sweep_inside.h: what the files of the sweep (sweep.c, sweep_plan.c, sweep_run.c, model.c, context.c) share. */
#ifndef HS_LUA_SWEEP_INSIDE_H
#define HS_LUA_SWEEP_INSIDE_H

#include <base/buffer.h>
#include <base/hash.h>
#include <stdbool.h>

#include "vm.h"

/* Hashes of cells already met, to leave duplicates out. Zero-initialise; hs__seen_free ends it. */
typedef struct hs__seen {
  hs_hash *slots; /* open addressing; an all-zero slot is free */
  size_t count, capacity;
} hs__seen;

/* HS_OK if the hash is new (it is remembered), HS_END if it was met before, HS_ERROR_MEMORY. */
int hs__seen_add(hs__seen *seen, hs_hash hash);
void hs__seen_free(hs__seen *seen);

/* What leases are grouped by. */
typedef struct hs__grouping {
  char **names; /* parameters that shared data depend on, sorted */
  size_t count;
  bool any, per_replicate;
} hs__grouping;

struct hs_sweep {
  hs_sweep_source source; /* a copy */
  hs__vm *vm;
  int sweep_reference, runtime_reference, iterator_reference; /* in the registry of the VM */
  char model_place[HS_MESSAGE_SIZE];                          /* "FILE:LINE: ", "" for a sweep with a trial function */
  hs__grouping grouping;

  hs_plan_head head;
  hs_params key_options; /* head.options less those for planning */
  bool counted;          /* head.cells and head.trials are known */
  uint64_t *duplicates;  /* numbers of the cells that were met before, ascending */
  size_t duplicate_count, duplicate_capacity;

  /* The enumeration. `replicate` trials of the current cell were handed out. */
  bool started, has_cell;
  uint64_t cell_number;  /* of the next cell, duplicates included */
  size_t next_duplicate; /* index into duplicates */
  uint64_t position;     /* of the next trial */
  uint32_t replicate;
  hs_params cell, description;
  hs_buffer identity; /* of the cell's model */
};

/* Pushes the table that the script returned; the function `name` of library/runtime.lua. */
void hs__push_sweep(lua_State *L, const hs_sweep *sweep);
void hs__push_runtime(lua_State *L, const hs_sweep *sweep, const char *name);
/* Calls a C function in the VM, protected, with one pointer as its argument. */
int hs__sweep_protected(const hs_sweep *sweep, lua_CFunction function, void *argument, char *message);

/* Sets head.code: the hash of what decides the results (library/code.lua), of the script as it is without --set. */
int hs__hash_code(hs_sweep *sweep, char *message);

/* The worst status that a model or a solve of this VM reported since the last reset, and what to say about it. Order:
 * HS_INFEASIBLE, HS_INVALID, HS_NOT_CONVERGED, HS_OK. */
typedef struct hs__outcome {
  int status;
  char text[HS_MESSAGE_SIZE];
  int open_models; /* in this VM, now */
} hs__outcome;

hs__outcome *hs__outcome_of(lua_State *L);
void hs__outcome_reset(lua_State *L);

/* "FILE:LINE: " of the definition of the function at `index`, into `place` of `size` bytes. */
void hs__place_of_function(lua_State *L, int index, char *place, size_t size);

/* Functions of the library's machinery that need the VM: rng, overrides, cache limit, arrays as bytes. */
void hs__context_open(lua_State *L);

#endif
