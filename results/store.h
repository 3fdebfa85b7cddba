/* store.h: the durable store: one SQLite file, one writer, any number of readers.
 *
 * Guarantees: a record that hs_store_commit returned HS_OK for survives any kill and (synchronous=FULL) a power cut;
 * a key is recorded once; a transaction of a writer that lost the store to another epoch fails. Docs: docs/store.md.
 * Thread class: one handle = one thread at a time (the runner gives it to its store thread).
 */
#ifndef HS_RESULTS_STORE_H
#define HS_RESULTS_STORE_H

#include <base/plan.h>
#include <base/record.h>
#include <base/trial.h>
#include <stdbool.h>

typedef struct hs_store hs_store;

typedef enum hs_store_mode {
  HS_STORE_READ,  /* must exist; never writes, never blocks the writer */
  HS_STORE_WRITE, /* takes the writer's lock; created if missing */
} hs_store_mode;

typedef struct hs_store_options {
  double lock_wait; /* seconds to wait for another writer to leave; then HS_ERROR_BUSY names host, pid, age */
  bool take_over;   /* break a lock of another host that cannot be checked */
} hs_store_options;

/* Errors: HS_ERROR_NOT_FOUND, HS_ERROR_FORMAT (a file that is not ours: never touched), HS_ERROR_VERSION,
 * HS_ERROR_BUSY, HS_ERROR_IO, HS_ERROR_STORE. A file that this call created and could not finish is removed.
 * options may be NULL. */
int hs_store_open(const char *path, hs_store_mode mode, const hs_store_options *options, hs_store **store,
                  char *message);
/* A clean end: leaves journal_mode=DELETE and no lock. A store that this handle created and for which hs_store_begin
 * never succeeded is removed again, so that a call that fails leaves nothing behind. */
void hs_store_close(hs_store **store);

/* A sign of life for hosts that cannot see this one's kernel lock. Every transaction gives one; a writer that may be
 * silent for longer calls this about every ten seconds. */
void hs_store_heartbeat(hs_store *store);

/* What a run writes down about itself. Borrowed during the call. */
typedef struct hs_run_info {
  const hs_plan_head *plan;
  const hs_sweep_source *source;
  const char *fingerprint;     /* numerics: BLAS build, core, threads, dispatch level, libm */
  const char *plugins;         /* lines of hs_registry_put_identity */
  const char *program_version; /* and git revision */
  const char *host, *cpu, *command_line;
  int32_t ranks;
  bool keep_results;    /* go on although the code changed */
  bool new_fingerprint; /* go on although the numerics changed */
} hs_run_info;

/* Enters the sweep (by name) and this run. HS_ERROR_CHANGED: the code hash differs at the same revision and results
 * exist (the message shows the first changed line), or the fingerprint differs. A raised revision, a grown space or
 * other options are no change. Several sweeps may share one store. Sets *run_id. */
int hs_store_begin(hs_store *store, const hs_run_info *info, int64_t *run_id, char *message);

/* Calls visit once for every trial recorded for the current sweep and revision: what the run subtracts from its plan.
 * position is UINT64_MAX for a trial that the plan before this one did not have. */
typedef void (*hs_store_visit)(void *context, hs_hash key, hs_verdict verdict, uint32_t attempt, uint64_t position);
int hs_store_each_done(hs_store *store, hs_store_visit visit, void *context, char *message);

/* Where each planned trial stands: after a change of the plan, rows already stored take their new position. Trials that
 * are stored but no longer planned keep their rows and are left out of lists (position NULL). */
int hs_store_replace_positions(hs_store *store, const hs_hash *keys, size_t count, char *message);

/* Group commit: all records or none. A key that exists is replaced only if its verdict was not ok (a retry).
 * `trials[i]` belongs to `records[i]`. HS_ERROR_STORE names the reason (disk full, read-only, lost epoch). */
int hs_store_commit(hs_store *store, const hs_trial *const *trials, const hs_record *const *records, size_t count,
                    char *message);

/* Ends the run: how it ended ("complete", "interrupted", ...) and digests of its data. */
int hs_store_finish(hs_store *store, const char *how, const char *digests, char *message);

/* ---- reading ------------------------------------------------------------------------------------------------- */

typedef struct hs_store_sweep {
  char *name, *description, *started, *ended; /* of the latest run, ISO 8601; ended NULL = on, or killed */
  char *how;                                  /* how it ended */
  int64_t revision;
  uint64_t planned;                  /* trials of the latest plan */
  uint64_t counts[HS_VERDICT_COUNT]; /* recorded, of the latest plan and revision */
  uint64_t recorded;                 /* their sum */
  double cpu_seconds, wall_seconds;  /* summed over records */
  bool running;                      /* a writer holds the store now */
  char *writer;                      /* "host pid 123, since ..." or NULL */
} hs_store_sweep;

/* Instant also on 10^6 rows: from counters. sweep NULL = the latest. hs_store_sweep_free empties it. */
int hs_store_status(hs_store *store, const char *sweep, hs_store_sweep *status, char *message);
void hs_store_sweep_free(hs_store_sweep *status);

#endif
