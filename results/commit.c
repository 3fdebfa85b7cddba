/* commit.c: group commit. One transaction holds the records of a group with everything that belongs to
 * them, the counters included; nothing of it is seen before, all of it is there after. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "internal.h"

static const char *const COMMIT_SQL[HS__COMMIT_STATEMENT_COUNT] = {
    [HS__INSERT_TRIAL] =
        "INSERT OR IGNORE INTO trials(sweep_id, key, revision, position, replicate, params, verdict,"
        " attempt, rank, run_id, started, wall, cpu, message, error_output)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [HS__FIND_TRIAL] = "SELECT id, verdict, position, wall, cpu FROM trials WHERE sweep_id = ? AND key = ?",
    [HS__UPDATE_TRIAL] =
        "UPDATE trials SET revision = ?, position = ?, replicate = ?, params = ?, verdict = ?,"
        " attempt = ?, rank = ?, run_id = ?, started = ?, wall = ?, cpu = ?, message = ?,"
        " error_output = ? WHERE id = ?",
    [HS__DELETE_METRICS] = "DELETE FROM metrics WHERE trial_id = ?",
    [HS__DELETE_ARRAYS] = "DELETE FROM arrays WHERE trial_id = ?",
    [HS__INSERT_METRIC] = "INSERT INTO metrics VALUES(?,?,?)",
    [HS__INSERT_ARRAY] = "INSERT INTO arrays(trial_id, name, dtype, shape, image, data) VALUES(?,?,?,?,?,?)",
    [HS__ADD_COUNT] =
        "INSERT INTO counts VALUES(?,?,?,?,?) ON CONFLICT(sweep_id, verdict) DO UPDATE SET"
        " trials = trials + excluded.trials, wall = wall + excluded.wall, cpu = cpu + excluded.cpu",
};

/* What a group changes in the counters, per verdict. */
typedef struct tally {
  int64_t trials[HS_VERDICT_COUNT];
  double wall[HS_VERDICT_COUNT], cpu[HS_VERDICT_COUNT];
} tally;

typedef struct commit_group {
  hs_store *store;
  char *message;
  tally change;
  hs_buffer json;
  bool new_names;
} commit_group;

static void count(tally *change, int verdict, int64_t sign, double wall, double cpu) {
  if (verdict < 0 || verdict >= HS_VERDICT_COUNT) return;
  change->trials[verdict] += sign;
  change->wall[verdict] += (double)sign * wall;
  change->cpu[verdict] += (double)sign * cpu;
}

static int prepare_statements(hs_store *store, char *message) {
  for (int i = 0; i < HS__COMMIT_STATEMENT_COUNT; i++)
    if (!store->commit[i]) HS_TRY(hs__sql_prepare(store, COMMIT_SQL[i], &store->commit[i], message));
  return HS_OK;
}

/* Both the column names of new parameters and metrics, before the rows that use them. */
static int meet_names(commit_group *group, const hs_trial *trial, const hs_record *record) {
  hs_store *store = group->store;
  for (size_t i = 0; i < trial->params.count; i++) {
    const char *name = trial->params.items[i].name;
    if (hs__names_find(&store->parameters, name)) continue;
    HS_TRY(hs__catalog_add_parameter(store, name, group->message));
    group->new_names = true;
  }
  for (size_t i = 0; i < record->metrics.count; i++) {
    const char *name = record->metrics.items[i].name;
    if (hs__names_find(&store->metrics, name)) continue;
    HS_TRY(hs__catalog_add_metric(store, name, group->message));
    group->new_names = true;
  }
  return HS_OK;
}

static int insert_trial(commit_group *group, const hs_trial *trial, const hs_record *record, int64_t *id) {
  hs_store *store = group->store;
  sqlite3_stmt *insert = store->commit[HS__INSERT_TRIAL];
  const char *params = hs_buffer_text(&group->json);
  hs__sql_bind(insert, "ihiiittiiidddtt", store->sweep_id, trial->key, store->revision, (int64_t)trial->position,
               (int64_t)trial->replicate, params, hs_verdict_word((int)record->verdict), (int64_t)record->attempt,
               (int64_t)record->rank, store->run_id, record->started, record->wall, record->cpu, record->message,
               record->verdict == HS_VERDICT_OK ? NULL : record->error_output);
  HS_TRY(hs__sql_finish(store, insert, group->message));
  *id = sqlite3_changes(store->database) ? sqlite3_last_insert_rowid(store->database) : 0;
  return HS_OK;
}

static int update_trial(commit_group *group, const hs_trial *trial, const hs_record *record, int64_t id) {
  hs_store *store = group->store;
  sqlite3_stmt *update = store->commit[HS__UPDATE_TRIAL];
  hs__sql_bind(update, "iiittiiidddtti", store->revision, (int64_t)trial->position, (int64_t)trial->replicate,
               hs_buffer_text(&group->json), hs_verdict_word((int)record->verdict), (int64_t)record->attempt,
               (int64_t)record->rank, store->run_id, record->started, record->wall, record->cpu, record->message,
               record->verdict == HS_VERDICT_OK ? NULL : record->error_output, id);
  HS_TRY(hs__sql_finish(store, update, group->message));
  hs__sql_bind(store->commit[HS__DELETE_METRICS], "i", id);
  HS_TRY(hs__sql_finish(store, store->commit[HS__DELETE_METRICS], group->message));
  hs__sql_bind(store->commit[HS__DELETE_ARRAYS], "i", id);
  return hs__sql_finish(store, store->commit[HS__DELETE_ARRAYS], group->message);
}

/* The key is there already: a result that is ok stays, anything else makes room. *id is 0 where it stays. */
static int replace_trial(commit_group *group, const hs_trial *trial, const hs_record *record, int64_t *id) {
  hs_store *store = group->store;
  sqlite3_stmt *find = store->commit[HS__FIND_TRIAL];
  hs__sql_bind(find, "ih", store->sweep_id, trial->key);
  int status = hs__sql_step(store, find, group->message);
  int verdict = status == HS_OK ? hs_verdict_parse(hs__column_text(find, 1)) : HS_VERDICT_OK;
  bool counted = status == HS_OK && sqlite3_column_type(find, 2) != SQLITE_NULL;
  double wall = status == HS_OK ? sqlite3_column_double(find, 3) : 0;
  double cpu = status == HS_OK ? sqlite3_column_double(find, 4) : 0;
  *id = status == HS_OK ? sqlite3_column_int64(find, 0) : 0;
  sqlite3_reset(find);
  HS_TRY(status);
  if (verdict == HS_VERDICT_OK) {
    *id = 0;
    return HS_OK;
  }
  if (counted) count(&group->change, verdict, -1, wall, cpu);
  return update_trial(group, trial, record, *id);
}

static int insert_metrics(commit_group *group, const hs_record *record, int64_t id) {
  hs_store *store = group->store;
  sqlite3_stmt *insert = store->commit[HS__INSERT_METRIC];
  for (size_t i = 0; i < record->metrics.count; i++) {
    const hs__name *name = hs__names_find(&store->metrics, record->metrics.items[i].name);
    hs__sql_bind(insert, "iid", id, name->id, record->metrics.items[i].value.number);
    HS_TRY(hs__sql_finish(store, insert, group->message));
  }
  return HS_OK;
}

static int insert_arrays(commit_group *group, const hs_record *record, int64_t id) {
  hs_store *store = group->store;
  sqlite3_stmt *insert = store->commit[HS__INSERT_ARRAY];
  for (size_t i = 0; i < record->array_count; i++) {
    const hs_kept_array *array = &record->arrays[i];
    char shape[128] = "", image[64] = "";
    size_t length = 0;
    for (int d = 0; d < array->dimensions && d < HS_MAX_DIMENSIONS; d++)
      length +=
          (size_t)snprintf(shape + length, sizeof shape - length, d ? ",%lld" : "%lld", (long long)array->shape[d]);
    if (array->image[0] > 0)
      snprintf(image, sizeof image, "%lld,%lld", (long long)array->image[0], (long long)array->image[1]);
    hs__sql_bind(insert, "ititt", id, array->name, (int64_t)array->dtype, shape, image[0] ? image : NULL);
    sqlite3_bind_blob64(insert, 6, array->data ? (const void *)array->data : "", array->size, SQLITE_STATIC);
    int status = hs__sql_finish(store, insert, group->message);
    sqlite3_clear_bindings(insert);
    HS_TRY(status);
  }
  return HS_OK;
}

static int put_record(commit_group *group, const hs_trial *trial, const hs_record *record) {
  HS_TRY(meet_names(group, trial, record));
  hs_buffer_clear(&group->json);
  hs_params_put_json(&trial->params, &group->json);
  hs_buffer_text(&group->json);
  if (group->json.failed) return hs_fail(group->message, HS_ERROR_MEMORY, "no memory for a trial");
  int64_t id;
  HS_TRY(insert_trial(group, trial, record, &id));
  if (!id) HS_TRY(replace_trial(group, trial, record, &id));
  if (!id) return HS_OK;
  count(&group->change, (int)record->verdict, 1, record->wall, record->cpu);
  HS_TRY(insert_metrics(group, record, id));
  return insert_arrays(group, record, id);
}

static int put_counts(commit_group *group) {
  hs_store *store = group->store;
  const tally *change = &group->change;
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++) {
    if (change->trials[verdict] == 0 && change->wall[verdict] == 0 && change->cpu[verdict] == 0) continue;
    hs__sql_bind(store->commit[HS__ADD_COUNT], "itidd", store->sweep_id, hs_verdict_word(verdict),
                 change->trials[verdict], change->wall[verdict], change->cpu[verdict]);
    HS_TRY(hs__sql_finish(store, store->commit[HS__ADD_COUNT], group->message));
  }
  return HS_OK;
}

static int put_group(commit_group *group, const hs_trial *const *trials, const hs_record *const *records, size_t size) {
  for (size_t i = 0; i < size; i++) HS_TRY(put_record(group, trials[i], records[i]));
  HS_TRY(put_counts(group));
  return group->new_names ? hs__catalog_make_views(group->store, group->message) : HS_OK;
}

int hs_store_commit(hs_store *store, const hs_trial *const *trials, const hs_record *const *records, size_t size,
                    char *message) {
  if (!store->begun) return hs_fail(message, HS_ERROR_ARGUMENT, "commit before hs_store_begin");
  if (!store->names_known) HS_TRY(hs__catalog_reload(store, message));
  HS_TRY(prepare_statements(store, message));
  commit_group group = {.store = store, .message = message};
  int status = hs__sql_begin(store, message);
  if (status >= 0) status = hs__sql_end(store, put_group(&group, trials, records, size), message);
  hs_buffer_free(&group.json);
  if (status < 0) store->names_known = false;
  return status;
}
