#include "vm.h"

#include <base/buffer.h>
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm_inside.h"

enum {
  HOOK_INTERVAL = 1000,  /* instructions between two looks at the budget */
  PLACE_SEARCH = 64,     /* frames searched for the script's own line */
  ARRAY_SLACK = 64 << 20 /* bytes of new arrays before the collector is asked to look for dead ones */
};

hs__vm *hs__vm_of(lua_State *L) { return *(hs__vm **)lua_getextraspace(L); }
lua_State *hs__vm_state(hs__vm *vm) { return vm->L; }
const hs_sweep_source *hs__vm_source(const hs__vm *vm) { return vm->source; }
const hs_lua_services *hs__vm_services(const hs__vm *vm) { return &vm->services; }
const char *hs__vm_traceback(const hs__vm *vm) { return vm->traceback ? vm->traceback : ""; }

/* ---- memory ----------------------------------------------------------------------------------------------- */

static bool within_budget(const hs__vm *vm, size_t more) {
  return !vm->limits.memory || (more <= vm->limits.memory && vm->memory_used <= vm->limits.memory - more);
}

/* lua_Alloc: `old_size` is a type tag, not a size, when there is no block yet. */
static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
  hs__vm *vm = context;
  size_t before = block ? old_size : 0;
  if (new_size == 0) {
    free(block);
    vm->memory_used -= before;
    return NULL;
  }
  if (new_size > before && !within_budget(vm, new_size - before)) return NULL;
  void *moved = realloc(block, new_size);
  if (moved) vm->memory_used += new_size - before;
  return moved;
}

static int refuse_array(lua_State *L, size_t bytes) {
  const hs__vm *vm = hs__vm_of(L);
  const double mebibyte = 1 << 20;
  char what[HS_MESSAGE_SIZE];
  snprintf(what, sizeof what, "an array of %.1f MiB does not fit into the memory budget of %.1f MiB (%.1f MiB in use)",
           (double)bytes / mebibyte, (double)vm->limits.memory / mebibyte, (double)vm->memory_used / mebibyte);
  return luaL_error(L, "%s", what);
}

void hs__vm_charge(lua_State *L, size_t bytes) {
  hs__vm *vm = hs__vm_of(L);
  bool fits = within_budget(vm, bytes);
  if (!fits || vm->arrays_used + bytes > 2 * vm->arrays_at_last_sweep + ARRAY_SLACK) {
    lua_gc(L, LUA_GCCOLLECT);
    vm->arrays_at_last_sweep = vm->arrays_used;
    fits = within_budget(vm, bytes);
  }
  if (!fits) refuse_array(L, bytes);
  vm->memory_used += bytes;
  vm->arrays_used += bytes;
}

void hs__vm_discharge(hs__vm *vm, size_t bytes) {
  vm->memory_used -= bytes;
  vm->arrays_used -= bytes;
}

/* ---- instructions ----------------------------------------------------------------------------------------- */

/* Raises again at every look once the budget is spent, so a pcall in a loop only delays the end; our pcall
 * (lua/sandbox.c) does not even do that. */
static void count_instructions(lua_State *L, lua_Debug *activation) {
  (void)activation;
  hs__vm *vm = hs__vm_of(L);
  vm->instructions_used += HOOK_INTERVAL;
  if (vm->instructions_used <= vm->limits.instructions) return;
  vm->exhausted = true;
  lua_pushfstring(L, "the script ran for more than %I instructions in one call; is there an endless loop?",
                  (lua_Integer)vm->limits.instructions);
  lua_error(L);
}

/* ---- errors with their place ------------------------------------------------------------------------------ */

static bool is_script_frame(const lua_Debug *frame) {
  return frame->currentline > 0 && frame->source[0] == '@' && strncmp(frame->source, "@hopsweep/", 10) != 0;
}

/* The length of "SHORT_SRC:LINE: " if `what` begins so, otherwise 0. */
static size_t place_length(const char *what, const char *short_source) {
  size_t length = strlen(short_source);
  if (strncmp(what, short_source, length) != 0 || what[length] != ':') return 0;
  size_t digits = strspn(what + length + 1, "0123456789");
  return digits && strncmp(what + length + 1 + digits, ": ", 2) == 0 ? length + 1 + digits + 2 : 0;
}

/* Skips a place inside the embedded library: a user cannot look there. */
static const char *without_library_place(const char *what) {
  if (strncmp(what, "hopsweep/", 9) != 0) return what;
  const char *end = strstr(what, ".lua:");
  if (!end) return what;
  size_t digits = strspn(end + 5, "0123456789");
  return digits && strncmp(end + 5 + digits, ": ", 2) == 0 ? end + 5 + digits + 2 : what;
}

/* Writes "FILE:LINE: what": the place that the message names, or the innermost line of the script that is running. */
static void put_placed_message(lua_State *L, const char *what, hs_buffer *text) {
  what = without_library_place(what);
  lua_Debug frame, first;
  bool found = false;
  for (int level = 0; level < PLACE_SEARCH && lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (!is_script_frame(&frame)) continue;
    if (place_length(what, frame.short_src)) {
      hs_put_format(text, "%s%s", frame.source + 1, what + strlen(frame.short_src));
      return;
    }
    if (!found) first = frame;
    found = true;
  }
  if (found) hs_put_format(text, "%s:%d: ", first.source + 1, first.currentline);
  hs_put_format(text, "%s", what);
}

/* The message handler of every call: puts the place in front and remembers the traceback. */
static int explain_error(lua_State *L) {
  hs__vm *vm = hs__vm_of(L);
  hs_buffer text = {0};
  hs__push_text(L, 1); /* an error value may be a table */
  put_placed_message(L, lua_tostring(L, -1), &text);
  char message[HS_MESSAGE_SIZE];
  hs_fail(message, HS_ERROR_SCRIPT, "%s", hs_buffer_text(&text));
  hs_buffer_free(&text); /* before anything below can raise */
  luaL_traceback(L, L, message, 1);
  hs_free(&vm->traceback);
  vm->traceback = hs_copy_text(lua_tostring(L, -1));
  lua_pushstring(L, message);
  return 1;
}

/* Takes the error value off the stack. */
static int report_error(hs__vm *vm, int lua_status, char *message) {
  const char *path = vm->source && vm->source->path ? vm->source->path : "script";
  const char *what = lua_type(vm->L, -1) == LUA_TSTRING ? lua_tostring(vm->L, -1) : "an error that is not a text";
  int status = HS_ERROR_SCRIPT;
  if (lua_status == LUA_ERRMEM)
    status = hs_fail(message, HS_ERROR_SCRIPT, "%s: the script needs more memory than its budget of %.1f MiB", path,
                     (double)vm->limits.memory / 1048576);
  else if (lua_status == LUA_ERRERR)
    status = hs_fail(message, HS_ERROR_SCRIPT, "%s: %s (while another error was being handled)", path, what);
  else
    hs_fail(message, HS_ERROR_SCRIPT, "%s", what);
  lua_pop(vm->L, 1);
  return status;
}

/* ---- calls ------------------------------------------------------------------------------------------------ */

int hs__vm_call(hs__vm *vm, int arguments, int results, char *message) {
  lua_State *L = vm->L;
  int base = lua_gettop(L) - arguments;
  lua_pushcfunction(L, explain_error);
  lua_insert(L, base);
  if (vm->depth++ == 0) {
    vm->instructions_used = 0;
    vm->exhausted = false;
  }
  int status = lua_pcall(L, arguments, results, base);
  vm->depth--;
  lua_remove(L, base);
  return status == LUA_OK ? HS_OK : report_error(vm, status, message);
}

/* A syntax error comes with the shortened name of the chunk; people get the whole one. */
static int report_syntax_error(hs__vm *vm, int lua_status, const char *chunk_name, char *message) {
  const char *what = lua_tostring(vm->L, -1);
  const char *rest = what ? strchr(what, ':') : NULL;
  if (lua_status != LUA_ERRSYNTAX || strncmp(what, "...", 3) != 0 || !rest || chunk_name[0] != '@')
    return report_error(vm, lua_status, message);
  hs_fail(message, HS_ERROR_SCRIPT, "%s%s", chunk_name + 1, rest);
  lua_pop(vm->L, 1);
  return HS_ERROR_SCRIPT;
}

int hs__vm_run_chunk(hs__vm *vm, const char *text, const char *chunk_name, int results, char *message) {
  int status = luaL_loadbufferx(vm->L, text, strlen(text), chunk_name, "t");
  if (status != LUA_OK) return report_syntax_error(vm, status, chunk_name, message);
  return hs__vm_call(vm, 0, results, message);
}

/* ---- life -------------------------------------------------------------------------------------------------- */

static int open_guest(lua_State *L) {
  hs__sandbox_open(L);
  return 0;
}

static int freeze_guest(lua_State *L) {
  hs__modules_freeze(L);
  return 0;
}

int hs__vm_new(const hs_sweep_source *source, const hs_lua_services *services, const hs_lua_limits *limits, hs__vm **vm,
               char *message) {
  hs__vm *fresh = hs_allocate(1, sizeof *fresh);
  if (!fresh) return hs_fail(message, HS_ERROR_MEMORY, "no memory for a Lua state");
  fresh->source = source;
  if (services) fresh->services = *services;
  if (limits) fresh->limits = *limits;
  fresh->L = lua_newstate(allocate, fresh);
  if (!fresh->L) {
    hs_free(&fresh);
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for a Lua state");
  }
  *(hs__vm **)lua_getextraspace(fresh->L) = fresh;
  lua_pushcfunction(fresh->L, open_guest);
  int status = hs__vm_call(fresh, 0, 0, message);
  if (status != HS_OK) {
    hs__vm_free(&fresh);
    return status;
  }
  if (fresh->limits.instructions) lua_sethook(fresh->L, count_instructions, LUA_MASKCOUNT, HOOK_INTERVAL);
  *vm = fresh;
  return HS_OK;
}

void hs__vm_free(hs__vm **vm) {
  if (!*vm) return;
  lua_close((*vm)->L);
  hs_free(&(*vm)->traceback);
  hs_buffer_free(&(*vm)->digests);
  hs_free(vm);
}

void hs__vm_freeze_globals(hs__vm *vm) {
  lua_pushcfunction(vm->L, freeze_guest);
  hs__vm_call(vm, 0, 0, NULL);
}
