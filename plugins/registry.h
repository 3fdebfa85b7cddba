/* registry.h: the plugins that were loaded, by id, and models opened from them.
 *
 * A *model description* is an hs_params with "memory" (an id; "hfy" if absent) and the parameters of that memory; for
 * a memory that uses a solver, also "solver" and that solver's own parameters, all in one flat list:
 * {memory="hfy", solver="entmax", alpha=1.5, beta=0.1}. Whatever neither declares is an error, and so is a value for
 * a name that both declare.
 */
#ifndef HS_PLUGINS_REGISTRY_H
#define HS_PLUGINS_REGISTRY_H

#include <base/buffer.h>
#include <base/params.h>
#include <hopsweep/plugin.h>

typedef struct hs_registry hs_registry;

/* Loads every *.so of the folders, in order of name; a missing folder is skipped. A file that cannot be used is
 * remembered as a fault, not an error, unless it claims an id that is already taken (HS_ERROR_FORMAT).
 * A file that is reached twice, through a link or a folder named twice, is loaded once.
 * hs_registry_free closes no shared object: plugins are never unloaded. */
int hs_registry_open(const char *const *folders, size_t count, hs_registry **registry, char *message);
void hs_registry_free(hs_registry **registry);

/* What was loaded, sorted by id. `file` is the path it came from. */
typedef struct hs_registered {
  hs_kind kind;
  const char *id, *file;
  const hs_solver *solver; /* kind SOLVER */
  const hs_memory *memory; /* kind MEMORY */
} hs_registered;

size_t hs_registry_count(const hs_registry *registry);
const hs_registered *hs_registry_at(const hs_registry *registry, size_t index);
const hs_registered *hs_registry_find(const hs_registry *registry, hs_kind kind, const char *id);
/* Files that were passed over, one sentence each (path and reason). */
size_t hs_registry_fault_count(const hs_registry *registry);
const char *hs_registry_fault(const hs_registry *registry, size_t index);

/* One line per plugin "id numerics version", sorted: ranks compare its hash, stores keep it. */
void hs_registry_put_identity(const hs_registry *registry, hs_buffer *text);

/* Validates a description; on success appends its identity ("hfy/1+entmax/2") to `identity` (may be NULL).
 * HS_ERROR_NOT_FOUND (unknown id; the message lists the known ones, and the nearest), HS_ERROR_PARAMETER (names
 * the plugin, the parameter, the value, the range). */
int hs_registry_check_model(const hs_registry *registry, const hs_params *description, hs_buffer *identity,
                            char *message);

/* ---- models: a memory with its solver, ready to work. One thread at a time. -------------------------------- */

typedef struct hs_model hs_model;

/* The registry must outlive the model. */
int hs_model_open(const hs_registry *registry, const hs_params *description, hs_model **model, char *message);
void hs_model_free(hs_model **model);
/* Patterns (N x D) and values (N x D, or NULL) are borrowed until the next store or free. */
int hs_model_store(hs_model *model, const hs_matrix *patterns, const hs_matrix *values, char *message);
/* Checks bounds and allocates: refuses what the stored patterns make impossible (HS_ERROR_PARAMETER: k > N). */
int hs_model_prepare(hs_model *model, int64_t queries, int64_t steps, char *message);
/* prepares by itself if needed; workspaces carry canaries: HS_ERROR_INTERNAL names the plugin that overran. */
int hs_model_retrieve(hs_model *model, const hs_retrieve_request *request, hs_retrieve_result *result, char *message);
/* energies[b] of every row of `states`. Rows beyond those prepared for prepare the model again. */
int hs_model_energy(hs_model *model, const hs_matrix *states, double *energies, char *message);

/* ---- a solver alone ---------------------------------------------------------------------------------------- */

/* Solves every row of `scores` (float32 or float64, B x n) with the solver that the description names
 * ({solver="entmax", alpha=1.5}), in double and without pruning, and writes p (float64, B x n, overwritten) densely.
 * Returns HS_OK or the worst note of the rows (NOT_CONVERGED, INFEASIBLE, INVALID: a row of the latter two stays 0).
 * Errors: those of hs_registry_check_model, HS_ERROR_SHAPE, HS_ERROR_MEMORY, those of the plugin, HS_ERROR_INTERNAL
 * for a plugin that wrote past its workspace or returned a malformed row. Aliasing of scores and p: none. */
int hs_registry_solve(const hs_registry *registry, const hs_params *description, const hs_matrix *scores, hs_matrix *p,
                      char *message);

#endif
