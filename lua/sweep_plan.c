/* Planning: the cells are counted and duplicates found (by a walk, where the library cannot tell at once), then the
 * space is walked lazily to hand out trials. */
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <string.h>

#include "sweep.h"
#include "sweep_inside.h"
#include "values.h"

/* ---- enumeration in Lua -------------------------------------------------------------------------------------- */

static int start(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  luaL_unref(L, LUA_REGISTRYINDEX, sweep->iterator_reference);
  sweep->iterator_reference = LUA_NOREF;
  hs__push_runtime(L, sweep, "each");
  hs__push_sweep(L, sweep);
  lua_pushinteger(L, (lua_Integer)sweep->head.seed);
  lua_call(L, 2, 1);
  sweep->iterator_reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

/* The next cell, duplicates included, into sweep->cell; has_cell is false at the end. */
static int step(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, sweep->iterator_reference);
  lua_call(L, 0, 1);
  hs_params_free(&sweep->cell);
  sweep->has_cell = !lua_isnil(L, -1);
  if (!sweep->has_cell) return 0;
  char message[HS_MESSAGE_SIZE] = "out of memory";
  if (hs__to_params(L, -1, "a cell of the space", &sweep->cell, message) < 0) return luaL_error(L, "%s", message);
  return 0;
}

static int begin(hs_sweep *sweep, char *message) {
  HS_TRY(hs__sweep_protected(sweep, start, sweep, message));
  sweep->started = true;
  sweep->has_cell = false;
  sweep->cell_number = sweep->position = 0;
  sweep->next_duplicate = 0;
  sweep->replicate = 0;
  return HS_OK;
}

void hs_sweep_rewind(hs_sweep *sweep) { sweep->started = false; }

/* ---- counting ------------------------------------------------------------------------------------------------ */

static int note_duplicate(hs_sweep *sweep, uint64_t number) {
  HS_TRY(hs_grow(&sweep->duplicates, &sweep->duplicate_capacity, sweep->duplicate_count + 1, sizeof number));
  sweep->duplicates[sweep->duplicate_count++] = number;
  return HS_OK;
}

static int walk(hs_sweep *sweep, hs__seen *seen, hs_buffer *text, char *message) {
  for (uint64_t number = 0;; number++) {
    HS_TRY(hs__sweep_protected(sweep, step, sweep, message));
    if (!sweep->has_cell) return HS_OK;
    hs_buffer_clear(text);
    hs_params_put_json(&sweep->cell, text);
    int status = text->failed ? HS_ERROR_MEMORY : hs__seen_add(seen, hs_hash_of(text->data, text->size));
    if (status == HS_END) status = note_duplicate(sweep, number);
    if (status < 0) return hs_fail(message, status, "no memory to count the cells of %s", sweep->head.name);
  }
}

/* The number of cells where the library knows it without a walk; 0 elsewhere. */
static int known_size(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  hs__push_runtime(L, sweep, "size");
  hs__push_sweep(L, sweep);
  lua_call(L, 1, 1);
  sweep->head.cells = lua_isinteger(L, -1) ? (uint64_t)lua_tointeger(L, -1) : 0;
  return 0;
}

static int count_by_walking(hs_sweep *sweep, char *message) {
  hs__seen seen = {0};
  hs_buffer text = {0};
  sweep->duplicate_count = 0;
  int status = begin(sweep, message);
  if (status >= 0) status = walk(sweep, &seen, &text, message);
  sweep->head.cells = seen.count;
  sweep->started = false;
  hs__seen_free(&seen);
  hs_buffer_free(&text);
  return status;
}

static int count(hs_sweep *sweep, char *message) {
  HS_TRY(hs__hash_code(sweep, message)); /* first: functions of the space may change tables that trials see */
  HS_TRY(hs__sweep_protected(sweep, known_size, sweep, message));
  if (sweep->head.cells == 0) HS_TRY(count_by_walking(sweep, message));
  sweep->head.trials = sweep->head.cells * sweep->head.repeats;
  if (sweep->head.cells == 0)
    return hs_fail(message, HS_ERROR_SCRIPT, "%s: the space of the sweep '%s' is empty", sweep->source.path,
                   sweep->head.name);
  sweep->counted = true;
  return HS_OK;
}

int hs_sweep_head(hs_sweep *sweep, const hs_plan_head **head, char *message) {
  if (!sweep->counted) HS_TRY(count(sweep, message));
  *head = &sweep->head;
  return HS_OK;
}

/* ---- the model of a cell ------------------------------------------------------------------------------------- */

static int describe(lua_State *L) {
  hs_sweep *sweep = lua_touserdata(L, 1);
  hs_params_free(&sweep->description);
  hs__push_runtime(L, sweep, "describe");
  hs__push_sweep(L, sweep);
  hs__push_params(L, &sweep->cell);
  lua_call(L, 2, 1);
  char message[HS_MESSAGE_SIZE] = "out of memory";
  if (hs__to_params(L, -1, "a model description", &sweep->description, message) < 0)
    return luaL_error(L, "%s", message);
  return 0;
}

/* Appends " (in the cell {...})" to a message. */
static int with_cell(const hs_sweep *sweep, const char *what, int status, char *message) {
  hs_buffer cell = {0};
  hs_params_put_json(&sweep->cell, &cell);
  hs_fail(message, status, "%s (cell %s)", what, hs_buffer_text(&cell));
  hs_buffer_free(&cell);
  return status;
}

/* Validates the model of the current cell and keeps its identity. */
static int check_model(hs_sweep *sweep, char *message) {
  hs_buffer_clear(&sweep->identity);
  if (!sweep->model_place[0]) return HS_OK;
  char reason[HS_MESSAGE_SIZE] = "", placed[2 * HS_MESSAGE_SIZE];
  int status = hs__sweep_protected(sweep, describe, sweep, reason);
  if (status < 0) return with_cell(sweep, reason, status, message);
  const hs_lua_services *services = hs__vm_services(sweep->vm);
  if (!services->model_check)
    return hs_fail(message, HS_ERROR_SCRIPT, "%smodels are not available: no plugins are loaded", sweep->model_place);
  status = services->model_check(services->context, &sweep->description, &sweep->identity, reason);
  if (status >= 0) return HS_OK;
  snprintf(placed, sizeof placed, "%s%s", sweep->model_place, reason);
  return with_cell(sweep, placed, status, message);
}

/* ---- trials -------------------------------------------------------------------------------------------------- */

/* On to the next cell that was not met before. */
static int next_cell(hs_sweep *sweep, char *message) {
  for (;;) {
    HS_TRY(hs__sweep_protected(sweep, step, sweep, message));
    if (!sweep->has_cell) return HS_END;
    uint64_t number = sweep->cell_number++;
    bool duplicate =
        sweep->next_duplicate < sweep->duplicate_count && sweep->duplicates[sweep->next_duplicate] == number;
    if (!duplicate) break;
    sweep->next_duplicate++;
  }
  sweep->replicate = 0;
  return check_model(sweep, message);
}

/* All-zero for a sweep without shared data: such trials have no preference for an executor. */
static int group_of(const hs_sweep *sweep, const hs_params *cell, uint32_t replicate, hs_hash *group) {
  const hs__grouping *grouping = &sweep->grouping;
  *group = (hs_hash){0};
  if (!grouping->any) return HS_OK;
  hs_params parts = {0};
  int status = HS_OK;
  for (size_t i = 0; i < grouping->count && status >= 0; i++) {
    const hs_value *value = hs_params_get(cell, grouping->names[i]);
    if (value) status = hs_params_set(&parts, grouping->names[i], value);
  }
  hs_buffer text = {0};
  hs_params_put_json(&parts, &text);
  if (grouping->per_replicate) hs_put_u32(&text, replicate);
  if (text.failed) status = HS_ERROR_MEMORY;
  *group = hs_hash_of(text.data, text.size);
  hs_buffer_free(&text);
  hs_params_free(&parts);
  return status;
}

static int fill(hs_sweep *sweep, hs_trial *trial) {
  const hs_plan_head *head = &sweep->head;
  trial->replicate = ++sweep->replicate;
  trial->position = sweep->position++;
  trial->key = hs_trial_key(head->name, head->revision, head->seed, &sweep->key_options, &sweep->cell, trial->replicate,
                            hs_buffer_text(&sweep->identity));
  HS_TRY(group_of(sweep, &sweep->cell, trial->replicate, &trial->group));
  return hs_params_copy(&trial->params, &sweep->cell);
}

int hs_sweep_next(hs_sweep *sweep, hs_trial *trial, char *message) {
  if (!sweep->counted) HS_TRY(count(sweep, message));
  if (!sweep->started) HS_TRY(begin(sweep, message));
  if (!sweep->has_cell || sweep->replicate == sweep->head.repeats) {
    int status = next_cell(sweep, message);
    if (status != HS_OK) return status;
  }
  int status = fill(sweep, trial);
  return status < 0 ? hs_fail(message, status, "no memory for the plan of %s", sweep->head.name) : HS_OK;
}
