/* vm.h: the Lua VM as a guest: what it may see, how much it may use, and how C calls into it. */
#ifndef HS_LUA_VM_H
#define HS_LUA_VM_H

#include <base/plan.h>
#include <base/rng.h>
#include <stdbool.h>

#include "raise.h"
#include "sweep.h"

typedef struct hs__vm hs__vm;

/* `source` is not copied: it must outlive the VM. `services` and `limits` are copied; NULL = none.
 * A VM with allow-listed globals (no os, io, load from files, no clock, no collectgarbage tuning), sorted pairs,
 * math.random removed (with an error that names rng), unknown globals raising errors, memory and instruction budgets,
 * and `require` that knows the embedded library ("hopsweep" and its parts) and the modules of the source. */
int hs__vm_new(const hs_sweep_source *source, const hs_lua_services *services, const hs_lua_limits *limits, hs__vm **vm,
               char *message);
void hs__vm_free(hs__vm **vm);
lua_State *hs__vm_state(hs__vm *vm);
hs__vm *hs__vm_of(lua_State *L); /* the VM that a state belongs to */
const hs_sweep_source *hs__vm_source(const hs__vm *vm);
const hs_lua_services *hs__vm_services(const hs__vm *vm);

/* Runs a chunk under its name ("@sweeps/x.lua"), leaving `results` values. Errors become HS_ERROR_SCRIPT with
 * "FILE:LINE: what" in message (256 bytes) and the whole traceback in hs__vm_traceback. */
int hs__vm_run_chunk(hs__vm *vm, const char *text, const char *chunk_name, int results, char *message);
/* lua_call for `arguments` values above a function on the stack, protected, with a fresh instruction budget. */
int hs__vm_call(hs__vm *vm, int arguments, int results, char *message);
const char *hs__vm_traceback(const hs__vm *vm);

/* After loading: the tables of required modules can no longer be changed (globals never could). */
void hs__vm_freeze_globals(hs__vm *vm);

/* Pushes an rng object: the stream (sweep seed, replicate, name, extra). lua/random.c. */
void hs__random_push(lua_State *L, uint64_t seed, uint32_t replicate, const char *name);
/* Whether any stream made since the last call of hs__random_reset_use drew a number. */
bool hs__random_was_used(lua_State *L);
void hs__random_reset_use(lua_State *L);

/* The parts of the module "hopsweep" that are written in C: each adds functions to the table on top of the stack. */
void hs__random_open(lua_State *L);     /* rng objects and generators */
void hs__data_open(lua_State *L);       /* hs.load_idx, hs.load_npy, hs.load_csv, hs.find_data, data digests */
void hs__corruption_open(lua_State *L); /* hs.corrupt.flip, .gaussian, .mask */
void hs__model_open(lua_State *L);      /* hs.hfy, hs.memory, hs.solve, retrieval results */
void hs__sequence_open(lua_State *L);   /* low-discrepancy points for :sample */

/* The parts that only the library uses. */
void hs__bytecode_open(lua_State *L); /* functions and tables taken apart (lua/bytecode.c) */
void hs__modules_open(lua_State *L);  /* the modules that there are (lua/modules.c) */

/* Digest of each data file read so far, as lines "name digest bytes" (lua/data.c). */
void hs__data_put_digests(hs__vm *vm, hs_buffer *text);

#endif
