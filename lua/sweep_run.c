/* Running one trial: Lua computes, this file turns what comes back into a record. */
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "array.h"
#include "sweep.h"
#include "sweep_inside.h"
#include "values.h"

typedef struct trial_call {
  const hs_sweep *sweep;
  const hs_trial *trial;
  hs_record *record;
} trial_call;

/* ---- calling the library ------------------------------------------------------------------------------------- */

/* Pushes the results of runtime.NAME(sweep, cell, seed, replicate). */
static void call_runtime(lua_State *L, const trial_call *call, const char *name, int results) {
  hs__push_runtime(L, call->sweep, name);
  hs__push_sweep(L, call->sweep);
  hs__push_params(L, &call->trial->params);
  lua_pushinteger(L, (lua_Integer)call->sweep->head.seed);
  lua_pushinteger(L, call->trial->replicate);
  lua_call(L, 4, results);
}

static int rehearse(lua_State *L) {
  call_runtime(L, lua_touserdata(L, 1), "rehearse", 0);
  return 0;
}

int hs_sweep_rehearse(hs_sweep *sweep, const hs_trial *trial, char *message) {
  trial_call call = {.sweep = sweep, .trial = trial};
  return hs__sweep_protected(sweep, rehearse, &call, message);
}

/* ---- what came back ------------------------------------------------------------------------------------------ */

/* Raises an error with the place of the function that measured. */
static int complain(lua_State *L, const trial_call *call, const char *what) {
  char place[HS_MESSAGE_SIZE];
  hs__push_sweep(L, call->sweep);
  lua_getfield(L, -1, call->sweep->model_place[0] ? "measure" : "trial");
  hs__place_of_function(L, -1, place, sizeof place);
  lua_pushfstring(L, "%s%s", place, what);
  return lua_error(L);
}

static void take_metrics(lua_State *L, int index, const trial_call *call) {
  char message[HS_MESSAGE_SIZE] = "out of memory";
  hs_params *metrics = &call->record->metrics;
  if (!lua_istable(L, index)) {
    hs_fail(message, HS_ERROR_SCRIPT, "a trial or measure function must return a table of metrics, got a %s",
            luaL_typename(L, index));
    complain(L, call, message);
  }
  if (hs__to_metrics(L, index, metrics, message) < 0) complain(L, call, message);
  for (size_t i = 0; i < metrics->count; i++) {
    if (!hs_params_get(&call->trial->params, metrics->items[i].name)) continue;
    hs_fail(message, HS_ERROR_SCRIPT, "the metric '%s' has the name of a parameter", metrics->items[i].name);
    complain(L, call, message);
  }
}

/* What hs.keep asked for; `first` < 0 = all items. */
typedef struct keep {
  const hs__array *array;
  int64_t first, height, width;
} keep;

static int64_t integer_field(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  lua_Integer value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value;
}

/* The value at `index`: an array, or a table made by hs.keep. `array` is NULL for anything else. */
static keep read_keep(lua_State *L, int index) {
  keep wanted = {.array = hs__array_test(L, index), .first = -1};
  if (wanted.array || !lua_istable(L, index)) return wanted;
  lua_getfield(L, index, "array");
  wanted.array = hs__array_test(L, -1); /* the table holds it */
  lua_pop(L, 1);
  wanted.first = integer_field(L, index, "first");
  wanted.height = integer_field(L, index, "height");
  wanted.width = integer_field(L, index, "width");
  return wanted;
}

/* SQLite takes a value of at most 10^9 bytes. */
static const size_t MOST_KEPT = 900000000;

static int copy_items(const keep *wanted, hs_kept_array *kept) {
  const hs__array *array = wanted->array;
  size_t element = hs_dtype_size(array->dtype);
  int64_t items = array->dimensions > 0 ? array->shape[0] : 1, item = items ? hs__array_length(array) / items : 0;
  if (wanted->first >= 0 && wanted->first < items) items = wanted->first;
  kept->dtype = array->dtype;
  kept->dimensions = array->dimensions;
  memcpy(kept->shape, array->shape, sizeof kept->shape);
  if (array->dimensions > 0) kept->shape[0] = items;
  kept->image[0] = wanted->height;
  kept->image[1] = wanted->width;
  kept->size = (size_t)(items * item) * element;
  if (kept->size > MOST_KEPT) return HS_ERROR_SHAPE;
  kept->data = hs_allocate(kept->size, 1);
  if (!kept->data) return HS_ERROR_MEMORY;
  for (int64_t i = 0; i < items; i++)
    memcpy(kept->data + (size_t)(i * item) * element, array->data + (size_t)(i * array->stride) * element,
           (size_t)item * element);
  return HS_OK;
}

/* The array of this name, on top of the stack. */
static void take_array(lua_State *L, const char *name, const trial_call *call) {
  char message[HS_MESSAGE_SIZE] = "out of memory";
  keep wanted = read_keep(L, lua_gettop(L));
  int status = HS_OK;
  if (!wanted.array)
    status = hs_fail(message, HS_ERROR_SCRIPT, "the array '%s' is a %s, not an array or hs.keep(array, ...)", name,
                     luaL_typename(L, -1));
  else if (wanted.height > 0 && wanted.array->shape[0] > 0 &&
           hs__array_length(wanted.array) / wanted.array->shape[0] != wanted.height * wanted.width)
    status = hs_fail(message, HS_ERROR_SCRIPT, "the array '%s' has items of %lld elements, not images of %lld x %lld",
                     name, (long long)(hs__array_length(wanted.array) / wanted.array->shape[0]),
                     (long long)wanted.height, (long long)wanted.width);
  if (status >= 0) {
    hs_kept_array *kept = hs_record_add_array(call->record, name);
    status = kept ? copy_items(&wanted, kept) : HS_ERROR_MEMORY;
    if (status == HS_ERROR_SHAPE)
      hs_fail(message, status, "the array '%s' has %zu bytes, at most %zu can be kept: hs.keep(array, {first = ...})",
              name, kept->size, MOST_KEPT);
  }
  if (status < 0) complain(L, call, message);
}

/* In the order of the names: a record has one form. */
static void take_arrays(lua_State *L, int index, const trial_call *call) {
  if (lua_isnil(L, index)) return;
  if (!lua_istable(L, index)) complain(L, call, "the second result must be a table of arrays");
  hs_params names = {0};
  int status = HS_OK;
  for (lua_pushnil(L); status >= 0 && lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING)
      status = hs_params_set_flag(&names, lua_tostring(L, -2), true);
    else
      status = HS_ERROR_SCRIPT;
  }
  lua_settop(L, index);
  lua_createtable(L, (int)names.count, 0); /* a raised error must not leak the names */
  for (size_t i = 0; i < names.count; i++) {
    lua_pushstring(L, names.items[i].name);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  hs_params_free(&names);
  if (status < 0) complain(L, call, "the names of arrays must be texts");
  for (lua_Integer i = 1; lua_rawgeti(L, index + 1, i) == LUA_TSTRING; i++) {
    lua_getfield(L, index, lua_tostring(L, -1));
    take_array(L, lua_tostring(L, -2), call);
    lua_settop(L, index + 1);
  }
}

static int run(lua_State *L) {
  const trial_call *call = lua_touserdata(L, 1);
  hs__outcome_reset(L);
  call_runtime(L, call, "run", 2);
  take_metrics(L, 2, call);
  lua_settop(L, 3);
  take_arrays(L, 3, call);
  return 0;
}

/* ---- the verdict --------------------------------------------------------------------------------------------- */

static int give_verdict(hs_record *record, hs_verdict verdict, const char *text) {
  record->verdict = verdict;
  hs_free(&record->message);
  if (text && !(record->message = hs_copy_text(text))) return HS_ERROR_MEMORY;
  return HS_OK;
}

/* Half a result is none: a failed trial keeps its message only. */
static int fail(hs_record *record, const char *text) {
  hs_params_free(&record->metrics);
  for (size_t i = 0; i < record->array_count; i++) {
    hs_free(&record->arrays[i].name);
    hs_free(&record->arrays[i].data);
  }
  record->array_count = 0;
  return give_verdict(record, HS_VERDICT_FAILED, text);
}

static const hs_param *first_not_finite(const hs_params *metrics) {
  for (size_t i = 0; i < metrics->count; i++)
    if (!isfinite(metrics->items[i].value.number)) return &metrics->items[i];
  return NULL;
}

static int judge(const hs__outcome *outcome, hs_record *record) {
  if (outcome->status == HS_INFEASIBLE) return fail(record, outcome->text);
  if (outcome->status == HS_INVALID) return give_verdict(record, HS_VERDICT_INVALID, outcome->text);
  const hs_param *bad = first_not_finite(&record->metrics);
  if (bad) {
    char text[HS_MESSAGE_SIZE], number[HS_NUMBER_TEXT_SIZE];
    hs_fail(text, HS_INVALID, "the metric '%s' is %s", bad->name, hs_number_text(bad->value.number, number));
    return give_verdict(record, HS_VERDICT_INVALID, text);
  }
  if (outcome->status == HS_NOT_CONVERGED) return give_verdict(record, HS_VERDICT_NOT_CONVERGED, outcome->text);
  return give_verdict(record, HS_VERDICT_OK, NULL);
}

/* A model that a script left open is memory that the collector does not see. */
static int collect_models(lua_State *L) {
  if (hs__outcome_of(L)->open_models > 0) lua_gc(L, LUA_GCCOLLECT);
  return 0;
}

/* Created by the first run, before which there is none to read outside a protected call. */
static int find_outcome(lua_State *L) {
  hs__outcome **outcome = lua_touserdata(L, 1);
  *outcome = hs__outcome_of(L);
  return 0;
}

int hs_sweep_run(hs_sweep *sweep, const hs_trial *trial, hs_record *record, char *message) {
  hs__outcome *outcome;
  HS_TRY(hs__sweep_protected(sweep, find_outcome, &outcome, message));
  trial_call call = {.sweep = sweep, .trial = trial, .record = record};
  char reason[HS_MESSAGE_SIZE] = "";
  int status = hs__sweep_protected(sweep, run, &call, reason);
  record->key = trial->key;
  status = status < 0 ? fail(record, reason) : judge(outcome, record);
  if (outcome->open_models > 0) HS_TRY(hs__sweep_protected(sweep, collect_models, NULL, message));
  return status < 0 ? hs_fail(message, status, "no memory for the record of a trial") : HS_OK;
}
