/* vm_inside.h: the VM's own state, for the files of this room that keep something per VM. */
#ifndef HS_LUA_VM_INSIDE_H
#define HS_LUA_VM_INSIDE_H

#include <base/buffer.h>

#include "vm.h"

struct hs__vm {
  lua_State *L;
  const hs_sweep_source *source; /* the caller's; outlives the VM */
  hs_lua_services services;
  hs_lua_limits limits;
  size_t memory_used;          /* by Lua and by arrays */
  size_t arrays_used;          /* the arrays' part of it */
  size_t arrays_at_last_sweep; /* arrays_used just after the last full collection for their sake */
  uint64_t instructions_used;  /* since the outermost call began */
  bool exhausted;              /* the instruction budget is spent: nothing may swallow that error */
  int depth;                   /* of nested hs__vm_call */
  char *traceback;             /* of the last error; NULL = none */
  bool random_used;            /* lua/random.c */
  hs_buffer digests;           /* lua/data.c: lines "name digest bytes" */
};

/* Counts bytes of an array against the budget, collecting garbage first where that helps; raises a Lua error beyond
 * the budget. The collector cannot see how heavy arrays are, so this is also where it is asked to work. */
void hs__vm_charge(lua_State *L, size_t bytes);
void hs__vm_discharge(hs__vm *vm, size_t bytes);

/* Builds the allow-listed globals and installs them (lua/sandbox.c). Runs in a protected call. */
void hs__sandbox_open(lua_State *L);
/* Makes the table at `index` read-only, in place: its content moves behind a guard. `what` names it in the error
 * ("the table 'string'"), followed by `remedy`. */
void hs__freeze_table(lua_State *L, int index, const char *what, const char *remedy);
/* Pushes the table behind the guard if the one at `index` is frozen, otherwise that table itself. */
void hs__push_thawed(lua_State *L, int index);

/* Functions with an order of their own, the same in every run (lua/order.c): pairs, next and table.sort. */
int hs__sorted_pairs(lua_State *L);
int hs__first_pair(lua_State *L);
int hs__stable_sort(lua_State *L);

/* require and what it knows (lua/modules.c). */
int hs__require(lua_State *L);
void hs__modules_freeze(lua_State *L);

/* Pushes the value at `index` as text, as the scripts' own tostring does: without addresses. */
void hs__push_text(lua_State *L, int index);

#endif
