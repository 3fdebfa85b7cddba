/* model.c: hs_model: a memory with its solver and its workspace; see registry.h. */
#include <base/memory.h>
#include <base/status.h>
#include <string.h>

#include "description.h"
#include "host/host.h"
#include "matrices.h"
#include "parameters.h"
#include "registry.h"

struct hs_model {
  const hs_registry *registry;
  hs_params description; /* texts of the values point into it */
  hs__description parts;
  hs_host host;
  void *instance;
  hs__workspace workspace;
  hs_matrix patterns;                       /* as stored; rows 0 = nothing is stored */
  int64_t prepared_queries, prepared_steps; /* 0 = not prepared since the last store */
};

/* ---- the table of functions that a memory receives: its context is the registry --------------------------- */

static int32_t open_solver(void *context, const char *id, const hs_parameter_value *values, int64_t count,
                           hs_host_solver **solver, char *message) {
  const hs_registered *found = hs_registry_find(context, HS_KIND_SOLVER, id);
  *solver = NULL;
  if (!found) return hs_fail(message, HS_ERROR_NOT_FOUND, "unknown solver \"%s\"", id);
  return hs__host_solver_open(found->solver, values, count, solver, message);
}

static hs_host host_of(const hs_registry *registry) {
  return (hs_host){.size = sizeof(hs_host),
                   .context = (void *)(uintptr_t)registry, /* read-only all the same: see open_solver */
                   .solver_open = open_solver,
                   .solver_close = hs__host_solver_close,
                   .solver_descriptor = hs__host_solver_descriptor,
                   .solver_prepare = hs__host_solver_prepare,
                   .solver_tile = hs__host_solver_tile,
                   .solver_omega = hs__host_solver_omega};
}

/* ---- life -------------------------------------------------------------------------------------------------- */

/* A plugin that fails without a sentence still deserves one. */
static int from_plugin(const hs_model *model, const char *function, int status, char *message) {
  if (status < 0 && message && !*message)
    hs_fail(message, 0, "memory %s: %s() failed: %s", model->parts.memory->id, function, hs_status_text(status));
  return status;
}

static void silence(char *message) {
  if (message) *message = 0;
}

static int open_model(hs_model *model, const hs_params *description, char *message) {
  if (hs_params_copy(&model->description, description) < 0)
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for a model");
  HS_TRY(hs__describe_model(model->registry, &model->description, &model->parts, message));
  model->host = host_of(model->registry);
  const hs__description *parts = &model->parts;
  silence(message);
  int status = parts->memory->create(&model->host, parts->memory_values, parts->solver_values,
                                     parts->solver ? parts->solver->parameter_count : 0, &model->instance, message);
  return from_plugin(model, "create", status, message);
}

int hs_model_open(const hs_registry *registry, const hs_params *description, hs_model **model, char *message) {
  *model = hs_allocate(1, sizeof **model);
  if (!*model) return hs_fail(message, HS_ERROR_MEMORY, "no memory for a model");
  (*model)->registry = registry;
  int status = open_model(*model, description, message);
  if (status < 0) {
    (*model)->instance = NULL; /* create() cleans up behind itself when it fails */
    hs_model_free(model);
    return status;
  }
  return HS_OK;
}

void hs_model_free(hs_model **model) {
  hs_model *old = *model;
  if (!old) return;
  if (old->instance) old->parts.memory->destroy(old->instance);
  hs__workspace_free(&old->workspace);
  hs__description_free(&old->parts);
  hs_params_free(&old->description);
  hs_free(model);
}

/* ---- work -------------------------------------------------------------------------------------------------- */

int hs_model_store(hs_model *model, const hs_matrix *patterns, const hs_matrix *values, char *message) {
  HS_TRY(hs__check_matrix("patterns", patterns, message));
  if (patterns->rows == 0 || patterns->columns == 0)
    return hs_fail(message, HS_ERROR_SHAPE, "memory %s: there are no patterns to store", model->parts.memory->id);
  if (values) {
    HS_TRY(hs__check_matrix("values", values, message));
    HS_TRY(hs__check_columns("values", values, "patterns", patterns->columns, message));
    if (values->rows != patterns->rows)
      return hs_fail(message, HS_ERROR_SHAPE, "there are %lld values for %lld patterns", (long long)values->rows,
                     (long long)patterns->rows);
  }
  model->patterns.rows = 0;
  model->prepared_queries = model->prepared_steps = 0;
  silence(message);
  int status = model->parts.memory->store(model->instance, patterns, values, message);
  if (status >= 0) model->patterns = *patterns;
  return from_plugin(model, "store", status, message);
}

static int check_stored(const hs_model *model, char *message) {
  if (model->patterns.rows > 0) return HS_OK;
  return hs_fail(message, HS_ERROR_ARGUMENT, "memory %s: store patterns first", model->parts.memory->id);
}

int hs_model_prepare(hs_model *model, int64_t queries, int64_t steps, char *message) {
  HS_TRY(check_stored(model, message));
  if (queries < 1 || steps < 1)
    return hs_fail(message, HS_ERROR_ARGUMENT, "memory %s: cannot prepare for %lld queries and %lld steps",
                   model->parts.memory->id, (long long)queries, (long long)steps);
  if (queries < model->prepared_queries) queries = model->prepared_queries;
  if (steps < model->prepared_steps) steps = model->prepared_steps;
  if (queries == model->prepared_queries && steps == model->prepared_steps) return HS_OK;
  hs_memory_bounds bounds = {.size = sizeof bounds, .queries = queries, .steps = steps};
  size_t size = 0;
  silence(message);
  model->prepared_queries = model->prepared_steps = 0;
  int status = model->parts.memory->prepare(model->instance, &bounds, &size, message);
  HS_TRY(from_plugin(model, "prepare", status, message));
  if (hs__workspace_resize(&model->workspace, size) < 0)
    return hs_fail(message, HS_ERROR_MEMORY, "memory %s: no memory for a workspace of %zu bytes",
                   model->parts.memory->id, size);
  model->prepared_queries = queries;
  model->prepared_steps = steps;
  return HS_OK;
}

static int check_retrieval(const hs_model *model, const hs_retrieve_request *request, const hs_retrieve_result *result,
                           char *message) {
  HS_TRY(check_stored(model, message));
  HS_TRY(hs__check_matrix("queries", request->queries, message));
  HS_TRY(hs__check_matrix("states", result->states, message));
  HS_TRY(hs__check_columns("queries", request->queries, "patterns", model->patterns.columns, message));
  HS_TRY(hs__check_columns("states", result->states, "patterns", model->patterns.columns, message));
  if (request->steps < 1) return hs_fail(message, HS_ERROR_ARGUMENT, "retrieval needs at least one step");
  if (result->states->rows != request->queries->rows)
    return hs_fail(message, HS_ERROR_SHAPE, "there are %lld states for %lld queries", (long long)result->states->rows,
                   (long long)request->queries->rows);
  if (!result->reports || ((request->flags & HS_RETRIEVE_ENERGY) && !result->energies))
    return hs_fail(message, HS_ERROR_ARGUMENT, "retrieval needs room for its reports, and for energies if asked for");
  return HS_OK;
}

int hs_model_retrieve(hs_model *model, const hs_retrieve_request *request, hs_retrieve_result *result, char *message) {
  HS_TRY(check_retrieval(model, request, result, message));
  if (request->queries->rows == 0) return HS_OK;
  HS_TRY(hs_model_prepare(model, request->queries->rows, request->steps, message));
  const hs_memory *memory = model->parts.memory;
  silence(message);
  int status = memory->retrieve(model->instance, request, result, hs__workspace_bytes(&model->workspace), message);
  HS_TRY(hs__workspace_check(&model->workspace, memory->id, message));
  return from_plugin(model, "retrieve", status, message);
}

int hs_model_energy(hs_model *model, const hs_matrix *states, double *energies, char *message) {
  HS_TRY(check_stored(model, message));
  HS_TRY(hs__check_matrix("states", states, message));
  HS_TRY(hs__check_columns("states", states, "patterns", model->patterns.columns, message));
  if (states->rows == 0) return HS_OK;
  HS_TRY(hs_model_prepare(model, states->rows, 1, message));
  const hs_memory *memory = model->parts.memory;
  silence(message);
  int status = memory->energy(model->instance, states, energies, hs__workspace_bytes(&model->workspace), message);
  HS_TRY(hs__workspace_check(&model->workspace, memory->id, message));
  return from_plugin(model, "energy", status, message);
}
