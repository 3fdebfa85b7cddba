/* sweep.h: a sweep script as a guest: loaded into a VM of its own, planned, and its trials run.
 *
 * The room knows neither plugins nor BLAS nor stores: what it needs of them is handed in as hs_lua_services.
 * Thread class: one VM = one thread at a time.
 */
#ifndef HS_LUA_SWEEP_H
#define HS_LUA_SWEEP_H

#include <base/plan.h>
#include <base/record.h>
#include <base/trial.h>
#include <hopsweep/memory.h>

/* Functions of the runner. `context` comes back unchanged. All may be NULL except where a script uses them: then the
 * script gets an error that says so. Errors as in plugins/registry.h. */
typedef struct hs_lua_services {
  void *context;
  /* Validates a model description; appends its identity. */
  int (*model_check)(void *context, const hs_params *description, hs_buffer *identity, char *message);
  int (*model_open)(void *context, const hs_params *description, void **model, char *message);
  void (*model_close)(void *context, void **model);
  int (*model_store)(void *context, void *model, const hs_matrix *patterns, const hs_matrix *values, char *message);
  int (*model_prepare)(void *context, void *model, int64_t queries, int64_t steps, char *message);
  int (*model_retrieve)(void *context, void *model, const hs_retrieve_request *request, hs_retrieve_result *result,
                        char *message);
  int (*model_energy)(void *context, void *model, const hs_matrix *states, double *energies, char *message);
  /* One solve of `rows` score rows (float32 or float64 matrix) -> p (rows x length, float64), for hs.solve. */
  int (*solve)(void *context, const hs_params *description, const hs_matrix *scores, hs_matrix *p, char *message);
  /* c = a * b, each transposed if asked. */
  int (*matmul)(void *context, const hs_matrix *a, const hs_matrix *b, int transpose_a, int transpose_b, hs_matrix *c,
                char *message);
} hs_lua_services;

typedef struct hs_lua_limits {
  size_t memory;         /* bytes the VM itself may hold (arrays are counted); 0 = no limit */
  uint64_t instructions; /* per call into the script (plan step, trial, measure); 0 = no limit */
} hs_lua_limits;

typedef struct hs_sweep hs_sweep;

/* Runs the script; it must return an hs.sweep. The source is copied. Errors: HS_ERROR_SCRIPT with "FILE:LINE: what"
 * (syntax, run-time, an unknown --set option, a value of the wrong type), HS_ERROR_MEMORY. */
int hs_sweep_open(const hs_sweep_source *source, const hs_lua_services *services, const hs_lua_limits *limits,
                  hs_sweep **sweep, char *message);
void hs_sweep_free(hs_sweep **sweep);

/* The head of the plan; owned by the sweep. The first call counts cells exactly (walks the space once) and hashes the
 * code; where --set is in force, it loads the script a second time for that, without it. */
int hs_sweep_head(hs_sweep *sweep, const hs_plan_head **head, char *message);

/* The next trial of the plan: HS_OK, HS_END after the last, or an error. Validates the model of each cell the first
 * time it is met. Order: cells in the order of the space, replicates innermost; duplicates are left out.
 * hs_sweep_rewind starts again. */
int hs_sweep_next(hs_sweep *sweep, hs_trial *trial, char *message);
void hs_sweep_rewind(hs_sweep *sweep);

/* Builds the shared data of this trial and opens, stores and prepares its model, then throws the model away: finds
 * missing files and impossible parameters before anything runs. The data stay cached. */
int hs_sweep_rehearse(hs_sweep *sweep, const hs_trial *trial, char *message);

/* Runs one trial. Fills verdict, metrics, arrays and message (the rest of the record is the caller's). An error in
 * the script is the verdict `failed` and HS_OK; only a broken VM is an error. Shared data are cached between
 * trials. */
int hs_sweep_run(hs_sweep *sweep, const hs_trial *trial, hs_record *record, char *message);

/* Digest of each data artefact built so far, as lines "name digest bytes": provenance. */
void hs_sweep_put_digests(const hs_sweep *sweep, hs_buffer *text);

#endif
