/* Models as scripts and the library see them: opened from a description through the services of the runner, closed when
 * their scope ends. */
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "sweep_inside.h"
#include "values.h"

#define MODEL_TYPE "hs.model"

/* Stored patterns and values are borrowed by the model, so they hang on the userdata as user values. */
enum { PATTERNS = 1, VALUES = 2, USER_VALUES = 2 };

typedef struct model {
  void *handle;
  int64_t columns; /* of the patterns */
} model;

/* ---- outcomes ---------------------------------------------------------------------------------------------- */

static const char outcome_key = 0;

hs__outcome *hs__outcome_of(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &outcome_key) == LUA_TNIL) {
    memset(lua_newuserdatauv(L, sizeof(hs__outcome), 0), 0, sizeof(hs__outcome));
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &outcome_key);
    lua_remove(L, -2);
  }
  hs__outcome *outcome = lua_touserdata(L, -1);
  lua_pop(L, 1); /* the registry keeps it */
  return outcome;
}

void hs__outcome_reset(lua_State *L) {
  hs__outcome *outcome = hs__outcome_of(L);
  outcome->status = HS_OK;
  outcome->text[0] = 0;
}

/* Not a matter of the numbers: an infeasible row has no result at all, an invalid one a wrong result. */
static int rank_of(int status) {
  static const int order[] = {HS_OK, HS_NOT_CONVERGED, HS_INVALID, HS_INFEASIBLE};
  for (int i = 0; i < (int)(sizeof order / sizeof *order); i++)
    if (order[i] == status) return i;
  return 0;
}

/* Remembers the outcome if it is worse than what was there; returns where to say what happened, or NULL. */
static char *worse_outcome(lua_State *L, int status) {
  hs__outcome *outcome = hs__outcome_of(L);
  if (rank_of(status) <= rank_of(outcome->status)) return NULL;
  outcome->status = status;
  return outcome->text;
}

static void note_reports(lua_State *L, const hs_retrieve_report *reports, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    if (reports[i].status == HS_OK) continue;
    char *text = worse_outcome(L, reports[i].status);
    if (text)
      snprintf(text, HS_MESSAGE_SIZE, "query %lld: %s (certificate %.3g)", (long long)i + 1,
               hs_status_text(reports[i].status), reports[i].certificate);
  }
}

/* ---- errors ------------------------------------------------------------------------------------------------ */

/* Raises `message`; in front of it the place of the function at `place` (none there: the VM finds the place). */
static int raise(lua_State *L, int place, const char *message) {
  char where[HS_MESSAGE_SIZE] = "";
  if (lua_isfunction(L, place)) hs__place_of_function(L, place, where, sizeof where);
  lua_pushfstring(L, "%s%s", where, message);
  return lua_error(L);
}

static void need(lua_State *L, bool offered, const char *what) {
  if (!offered) luaL_error(L, "%s is not available here: this program was started without plugins", what);
}

static int free_params(lua_State *L) {
  hs_params_free(lua_touserdata(L, 1));
  return 0;
}

/* A description at `index` as params, in a userdata: Lua frees them whatever is raised. */
static hs_params *check_description(lua_State *L, int index) {
  char message[HS_MESSAGE_SIZE] = "out of memory";
  hs_params *params = lua_newuserdatauv(L, sizeof *params, 0);
  *params = (hs_params){0};
  if (luaL_newmetatable(L, "hs.params_block")) {
    lua_pushcfunction(L, free_params);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  if (hs__to_params(L, index, "a model description", params, message) < 0) luaL_error(L, "%s", message);
  return params;
}

/* ---- open, prepare, close ---------------------------------------------------------------------------------- */

static int model_close(lua_State *L) {
  model *self = luaL_checkudata(L, 1, MODEL_TYPE);
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  if (!self->handle) return 0;
  services->model_close(services->context, &self->handle);
  self->handle = NULL;
  hs__outcome_of(L)->open_models--;
  return 0;
}

/* model_open(description, patterns [, values [, function]]) -> model. The function's place stands in front of errors:
 * it is where the description was written. */
static int model_open(lua_State *L) {
  enum { PLACE = 4 };
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  lua_settop(L, PLACE);
  need(L, services->model_open && services->model_store && services->model_close, "a model");
  hs_matrix patterns = hs__array_matrix(L, hs__array_check(L, 2)), values = {0};
  if (!lua_isnil(L, 3)) values = hs__array_matrix(L, hs__array_check(L, 3));
  const hs_params *description = check_description(L, 1);
  model *self = lua_newuserdatauv(L, sizeof *self, USER_VALUES);
  *self = (model){.columns = patterns.columns};
  luaL_setmetatable(L, MODEL_TYPE);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, PATTERNS);
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, -2, VALUES);
  char message[HS_MESSAGE_SIZE] = "";
  hs__outcome *outcome = hs__outcome_of(L);
  int status = services->model_open(services->context, description, &self->handle, message);
  if (self->handle) outcome->open_models++;
  if (status >= 0)
    status = services->model_store(services->context, self->handle, &patterns, values.data ? &values : NULL, message);
  return status < 0 ? raise(L, PLACE, message) : 1;
}

static model *check_model(lua_State *L) {
  model *self = luaL_checkudata(L, 1, MODEL_TYPE);
  if (!self->handle) luaL_error(L, "this model is closed");
  return self;
}

static hs_matrix check_states(lua_State *L, const model *self, const char *what) {
  hs_matrix states = hs__array_matrix(L, hs__array_check(L, 2));
  if (states.columns != self->columns)
    luaL_error(L, "%s have %d components, but the stored patterns have %d", what, (int)states.columns,
               (int)self->columns);
  return states;
}

static void prepare(lua_State *L, const model *self, int64_t queries, int64_t steps, int place) {
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  char message[HS_MESSAGE_SIZE] = "";
  need(L, services->model_prepare, "a model");
  if (services->model_prepare(services->context, self->handle, queries, steps, message) < 0) raise(L, place, message);
}

/* model_prepare(model, queries, steps, function) */
static int model_prepare(lua_State *L) {
  const model *self = check_model(L);
  hs_matrix queries = check_states(L, self, "the queries");
  prepare(L, self, queries.rows, luaL_checkinteger(L, 3), 4);
  return 0;
}

/* ---- retrieve ---------------------------------------------------------------------------------------------- */

typedef struct column {
  const char *name;
  hs_dtype dtype;
  double (*read)(const hs_retrieve_report *report);
} column;

static double read_steps(const hs_retrieve_report *report) { return report->steps; }
static double read_fixed(const hs_retrieve_report *report) { return report->fixed; }
static double read_support(const hs_retrieve_report *report) { return (double)report->support; }
static double read_best(const hs_retrieve_report *report) { return (double)report->best + 1; }
static double read_certificate(const hs_retrieve_report *report) { return report->certificate; }
static double read_status(const hs_retrieve_report *report) { return report->status; }
static double read_iterations(const hs_retrieve_report *report) { return report->iterations; }

/* The fields of a retrieval result: one number per query. `best` counts from 1, as the rows of arrays do; 0 = none. */
static const column columns[] = {
    {"steps", HS_INT32, read_steps},
    {"fixed", HS_UINT8, read_fixed},
    {"support", HS_INT64, read_support},
    {"best", HS_INT64, read_best},
    {"certificate", HS_FLOAT64, read_certificate},
    {"status", HS_INT32, read_status},
    {"iterations", HS_INT32, read_iterations},
};

/* Into the table on top. */
static void set_columns(lua_State *L, const hs_retrieve_report *reports, int64_t queries) {
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    hs__array *array = hs__array_new(L, columns[c].dtype, 1, &queries);
    for (int64_t i = 0; i < queries; i++) hs__array_set(array, i, columns[c].read(&reports[i]));
    lua_setfield(L, -2, columns[c].name);
  }
}

/* Pushes a table with the arrays that `result` then points to. */
static void push_result(lua_State *L, const hs_retrieve_request *request, hs_retrieve_result *result) {
  const hs_matrix *queries = request->queries;
  lua_createtable(L, 0, (int)(sizeof columns / sizeof *columns) + 2);
  hs__array *states = hs__array_new(L, queries->dtype, 2, (int64_t[]){queries->rows, queries->columns});
  lua_setfield(L, -2, "states");
  *result->states = hs__array_matrix(L, states);
  if (request->flags & HS_RETRIEVE_ENERGY) {
    hs__array *energies = hs__array_new(L, HS_FLOAT64, 2, (int64_t[]){queries->rows, request->steps + 1});
    lua_setfield(L, -2, "energies");
    result->energies = (double *)energies->data;
  }
}

/* model_retrieve(model, queries, steps, energy [, function]) -> {states, steps, fixed, support, best, ...} */
static int model_retrieve(lua_State *L) {
  enum { PLACE = 5 };
  lua_settop(L, PLACE);
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  const model *self = check_model(L);
  need(L, services->model_retrieve, "a model");
  hs_matrix queries = check_states(L, self, "the queries"), states;
  hs_retrieve_request request = {.size = sizeof request, .queries = &queries, .steps = luaL_checkinteger(L, 3)};
  if (lua_toboolean(L, 4)) request.flags |= HS_RETRIEVE_ENERGY;
  prepare(L, self, queries.rows, request.steps, PLACE);
  hs_retrieve_report *reports = lua_newuserdatauv(L, ((size_t)queries.rows + 1) * sizeof *reports, 0);
  memset(reports, 0, (size_t)queries.rows * sizeof *reports);
  hs_retrieve_result result = {.size = sizeof result, .states = &states, .reports = reports};
  push_result(L, &request, &result);
  char message[HS_MESSAGE_SIZE] = "";
  if (services->model_retrieve(services->context, self->handle, &request, &result, message) < 0)
    raise(L, PLACE, message);
  note_reports(L, reports, queries.rows);
  set_columns(L, reports, queries.rows);
  return 1;
}

/* model_energy(model, states) -> float64 array, one energy per row */
static int model_energy(lua_State *L) {
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  const model *self = check_model(L);
  hs_matrix states = check_states(L, self, "the states");
  need(L, services->model_energy, "an energy");
  prepare(L, self, states.rows, 1, 0);
  double *energies = (double *)hs__array_new(L, HS_FLOAT64, 1, &states.rows)->data;
  char message[HS_MESSAGE_SIZE] = "";
  if (services->model_energy(services->context, self->handle, &states, energies, message) < 0)
    return luaL_error(L, "%s", message);
  return 1;
}

/* ---- one solve --------------------------------------------------------------------------------------------- */

/* solve(description, scores) -> p in float64, of the shape of the scores */
static int solve(lua_State *L) {
  const hs_lua_services *services = hs__vm_services(hs__vm_of(L));
  need(L, services->solve, "hs.solve");
  const hs__array *scores = hs__array_check(L, 2);
  hs_matrix rows = hs__array_matrix(L, scores);
  const hs_params *description = check_description(L, 1);
  hs_matrix p = hs__array_matrix(L, hs__array_new(L, HS_FLOAT64, scores->dimensions, scores->shape));
  char message[HS_MESSAGE_SIZE] = "";
  int status = services->solve(services->context, description, &rows, &p, message);
  if (status < 0) return luaL_error(L, "%s", message);
  char *text = worse_outcome(L, status);
  if (text) snprintf(text, HS_MESSAGE_SIZE, "hs.solve: %s", hs_status_text(status));
  return 1;
}

void hs__model_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"model_open", model_open},
                                       {"model_close", model_close},
                                       {"model_prepare", model_prepare},
                                       {"model_retrieve", model_retrieve},
                                       {"model_energy", model_energy},
                                       {"solve", solve},
                                       {NULL, NULL}};
  static const luaL_Reg events[] = {{"__gc", model_close}, {"__close", model_close}, {NULL, NULL}};
  luaL_newmetatable(L, MODEL_TYPE);
  luaL_setfuncs(L, events, 0);
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
  hs__context_open(L);
}
