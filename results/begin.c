/* begin.c: entering a sweep and a run, and ending the run: the provenance of everything that is recorded. */
#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "internal.h"

/* The latest run of the same sweep and revision, against which this run is held. */
typedef struct former {
  int64_t run_id; /* 0 = none, or nothing was recorded at this revision */
  char *code, *script, *fingerprint, *script_path;
} former;

static void free_former(former *before) {
  hs_free(&before->code);
  hs_free(&before->script);
  hs_free(&before->fingerprint);
  hs_free(&before->script_path);
}

static int read_former(hs_store *store, former *before, char *message) {
  int64_t recorded = 0;
  HS_TRY(hs__sql_int(store, &recorded, message,
                     "SELECT EXISTS(SELECT 1 FROM trials WHERE sweep_id = ? AND revision = ?)", "ii", store->sweep_id,
                     store->revision));
  if (!recorded) return HS_OK;
  sqlite3_stmt *statement;
  int status = hs__sql_query(store, &statement, message,
                             "SELECT id, code, script, fingerprint, script_path FROM runs WHERE sweep_id = ?"
                             " AND revision = ? ORDER BY id DESC LIMIT 1",
                             "ii", store->sweep_id, store->revision);
  if (status == HS_OK) status = hs__sql_step(store, statement, message);
  if (status == HS_OK) {
    before->run_id = sqlite3_column_int64(statement, 0);
    before->code = hs__column_copy(statement, 1);
    before->script = hs__column_copy(statement, 2);
    before->fingerprint = hs__column_copy(statement, 3);
    before->script_path = hs__column_copy(statement, 4);
  }
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

/* Looks for the change in the script, then in the modules; *file is the name of the one that has it. */
static int find_change(hs_store *store, const former *before, const hs_sweep_source *source, const char **file,
                       char text[HS__CHANGE_SIZE], char *message) {
  *file = source->path ? source->path : "the script";
  if (hs__first_change(before->script ? before->script : "", source->text ? source->text : "", text)) return HS_OK;
  for (size_t i = 0; i < source->module_count; i++) {
    char *old = NULL;
    HS_TRY(hs__sql_text(store, &old, message, "SELECT text FROM modules WHERE run_id = ? AND name = ?", "it",
                        before->run_id, source->module_names[i]));
    *file = source->module_names[i];
    bool changed = hs__first_change(old ? old : "", source->module_texts[i], text);
    hs_free(&old);
    if (changed) return HS_OK;
  }
  *file = "the code";
  snprintf(text, HS__CHANGE_SIZE, "what its functions hold differs");
  return HS_OK;
}

static int check_code(hs_store *store, const hs_run_info *info, const former *before, const char *code, char *message) {
  if (info->keep_results || !before->code || strcmp(before->code, code) == 0) return HS_OK;
  const char *file;
  char change[HS__CHANGE_SIZE];
  HS_TRY(find_change(store, before, info->source, &file, change, message));
  return hs_fail(message, HS_ERROR_CHANGED, "%s: %s; raise `revision`, or run with --keep-results", file, change);
}

static int check_fingerprint(const hs_run_info *info, const former *before, char *message) {
  const char *now = info->fingerprint ? info->fingerprint : "";
  if (info->new_fingerprint || !before->fingerprint || strcmp(before->fingerprint, now) == 0) return HS_OK;
  return hs_fail(message, HS_ERROR_CHANGED,
                 "the numerics changed: results were made with %.70s, now it is %.70s; --new-fingerprint goes on",
                 before->fingerprint, now);
}

static int check_former(hs_store *store, const hs_run_info *info, const char *code, char *message) {
  former before = {0};
  int status = read_former(store, &before, message);
  if (status == HS_OK && before.run_id) status = check_code(store, info, &before, code, message);
  if (status == HS_OK && before.run_id) status = check_fingerprint(info, &before, message);
  free_former(&before);
  return status;
}

static char *json_of(const hs_params *params) {
  hs_buffer text = {0};
  hs_params_put_json(params, &text);
  hs_buffer_text(&text);
  if (!text.failed) return (char *)text.data;
  hs_buffer_free(&text);
  return NULL;
}

static int enter_sweep(hs_store *store, const hs_plan_head *plan, const char *options, char *message) {
  char seed[24];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)plan->seed);
  HS_TRY(hs__sql_run(store, message, "INSERT OR IGNORE INTO sweeps(name) VALUES(?)", "t", plan->name));
  HS_TRY(hs__sql_int(store, &store->sweep_id, message, "SELECT id FROM sweeps WHERE name = ?", "t", plan->name));
  int64_t former_revision = plan->revision;
  HS_TRY(
      hs__sql_int(store, &former_revision, message, "SELECT revision FROM sweeps WHERE id = ?", "i", store->sweep_id));
  store->revision = plan->revision;
  HS_TRY(hs__sql_run(store, message,
                     "UPDATE sweeps SET description = ?, revision = ?, seed = ?, planned = ?, cells = ?, repeats = ?,"
                     " options = ?, parameter_order = ? WHERE id = ?",
                     "titiiitti", plan->description, plan->revision, seed, (int64_t)plan->trials, (int64_t)plan->cells,
                     (int64_t)plan->repeats, options, plan->parameter_order, store->sweep_id));
  if (former_revision == plan->revision) return HS_OK;
  /* Rows of other revisions stay in the store and do not count. */
  HS_TRY(hs__sql_run(store, message,
                     "UPDATE trials SET position = NULL WHERE sweep_id = ? AND revision <> ? AND position IS NOT NULL",
                     "ii", store->sweep_id, store->revision));
  HS_TRY(hs__recount(store, message));
  return hs__catalog_recount_metrics(store, message);
}

static int insert_run(hs_store *store, const hs_run_info *info, const char *code, const char *options, char *message) {
  char started[HS__TIME_SIZE], seed[24];
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)info->plan->seed);
  char *overrides = json_of(&info->source->overrides);
  int status = hs__sql_run(
      store, message,
      "INSERT INTO runs(sweep_id, revision, started, epoch, script_path, script, code, options, overrides, seed,"
      " plugins, fingerprint, program_version, host, cpu, command_line, ranks)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      "iiti"
      "tttttttttttt"
      "i",
      store->sweep_id, store->revision, hs__time_text(hs_clock_wall(), started), store->epoch, info->source->path,
      info->source->text, code, options, overrides, seed, info->plugins, info->fingerprint ? info->fingerprint : "",
      info->program_version, info->host, info->cpu, info->command_line, (int64_t)info->ranks);
  hs_free(&overrides);
  HS_TRY(status);
  store->run_id = sqlite3_last_insert_rowid(store->database);
  for (size_t i = 0; i < info->source->module_count; i++)
    HS_TRY(hs__sql_run(store, message, "INSERT OR REPLACE INTO modules VALUES(?,?,?)", "itt", store->run_id,
                       info->source->module_names[i], info->source->module_texts[i]));
  return hs__sql_run(store, message, "UPDATE sweeps SET latest_run = ? WHERE id = ?", "ii", store->run_id,
                     store->sweep_id);
}

static int enter(hs_store *store, const hs_run_info *info, const char *code, const char *options, char *message) {
  /* Whoever is still "on" was killed: the lock is ours. */
  HS_TRY(hs__sql_run(store, message, "UPDATE runs SET how = 'killed' WHERE how IS NULL", ""));
  HS_TRY(enter_sweep(store, info->plan, options, message));
  HS_TRY(check_former(store, info, code, message));
  HS_TRY(insert_run(store, info, code, options, message));
  return hs__catalog_begin(store, info->plan->parameter_order, message);
}

int hs_store_begin(hs_store *store, const hs_run_info *info, int64_t *run_id, char *message) {
  char code[HS_HASH_TEXT_SIZE];
  hs_hash_text(info->plan->code, code);
  char *options = json_of(&info->plan->options);
  if (!options) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status = hs__sql_begin(store, message);
  if (status >= 0) status = hs__sql_end(store, enter(store, info, code, options, message), message);
  hs_free(&options);
  HS_TRY(status);
  store->begun = true;
  if (run_id) *run_id = store->run_id;
  return HS_OK;
}

int hs_store_finish(hs_store *store, const char *how, const char *digests, char *message) {
  char ended[HS__TIME_SIZE];
  hs__time_text(hs_clock_wall(), ended);
  HS_TRY(hs__sql_begin(store, message));
  int status = hs__sql_run(store, message, "UPDATE runs SET ended = ?, how = ?, digests = ? WHERE id = ?", "ttti",
                           ended, how, digests, store->run_id);
  return hs__sql_end(store, status, message);
}
