#include "fixture.h"

#include <base/memory.h>
#include <base/status.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const SOLVERS[] = {"entmax", "normmax", "k,\"subsets\""};

void assert_ok(int status, const char *message) {
  if (status < 0) fail_msg("%s: %s", hs_status_name(status), message);
}

int fixture_set_up(void **state) {
  store_fixture *fresh = calloc(1, sizeof *fresh);
  if (!fresh) return -1;
  *state = fresh;
  snprintf(fresh->folder, sizeof fresh->folder, "/tmp/hopsweep-store-XXXXXX");
  if (!mkdtemp(fresh->folder)) return -1;
  snprintf(fresh->store, sizeof fresh->store, "%s/a store.db", fresh->folder);
  return 0;
}

int fixture_tear_down(void **state) {
  store_fixture *old = *state;
  DIR *folder = opendir(old->folder);
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", old->folder, entry->d_name);
    if (entry->d_name[0] != '.') remove(path);
  }
  if (folder) closedir(folder);
  rmdir(old->folder);
  free(old);
  return 0;
}

void fixture_info_make(fixture_info *info, const char *sweep, int64_t revision, const char *code, uint64_t trials) {
  *info = (fixture_info){0};
  info->plan = (hs_plan_head){.name = hs_copy_text(sweep),
                              .description = hs_copy_text("what the tests say"),
                              .revision = revision,
                              .seed = 18446744073709551557u,
                              .repeats = 4,
                              .cells = (trials + 3) / 4,
                              .trials = trials,
                              .parameter_order = hs_copy_text("solver,alpha,k"),
                              .code = hs_hash_of(code, strlen(code))};
  hs_params_set_number(&info->plan.options, "queries", 500);
  info->source.path = hs_copy_text("sweeps/test.lua");
  info->source.text = hs_copy_text(code);
  hs_params_set_text(&info->source.overrides, "queries", "500");
  info->run = (hs_run_info){.plan = &info->plan,
                            .source = &info->source,
                            .fingerprint = "openblas 0.3.21 Haswell",
                            .plugins = "entmax 2\n",
                            .program_version = "0.1.0 abcdef",
                            .host = "here",
                            .cpu = "some",
                            .command_line = "hopsweep run test.lua",
                            .ranks = 3};
}

void fixture_info_free(fixture_info *info) {
  hs_plan_head_free(&info->plan);
  hs_sweep_source_free(&info->source);
}

void fixture_trial(uint64_t i, hs_trial *trial) {
  *trial = (hs_trial){.position = i, .replicate = (uint32_t)(i % 4) + 1};
  uint64_t cell = i / 4, round = cell / 3;
  hs_params_set_text(&trial->params, "solver", SOLVERS[cell % 3]);
  if (cell % 3 == 2)
    hs_params_set_number(&trial->params, "k", (double)(round + 2));
  else
    hs_params_set_number(&trial->params, "alpha", (double)(1000 + 235 * round) / 1000);
  trial->key = hs_trial_key("test", 1, 7, &(hs_params){0}, &trial->params, trial->replicate, "hfy/1");
}

double fixture_metric(uint64_t i, const char *name) {
  double seed = (double)strlen(name) + 10 * (double)name[strlen(name) - 1];
  return fabs(sin(seed + 0.3717 * (double)i));
}

void fixture_record(const hs_trial *trial, hs_verdict verdict, hs_record *record) {
  static const char *const METRICS[] = {"size_10plus", "size_2", "size_1", "error"};
  *record = (hs_record){.key = trial->key, .verdict = verdict, .attempt = 1, .rank = (int32_t)(trial->position % 3)};
  record->started = 1.7e9 + (double)trial->position;
  record->wall = 0.25;
  record->cpu = 0.125;
  if (verdict != HS_VERDICT_OK && verdict != HS_VERDICT_NOT_CONVERGED) {
    record->message = hs_copy_text("killed by signal 11, \"segfault\"\nin a plugin");
    record->error_output = hs_copy_text("last words");
    return;
  }
  for (size_t m = 0; m < 4; m++)
    hs_params_set_number(&record->metrics, METRICS[m], fixture_metric(trial->position, METRICS[m]));
  hs_kept_array *array = hs_record_add_array(record, "states");
  array->dtype = HS_FLOAT32;
  array->dimensions = 2;
  array->shape[0] = 2;
  array->shape[1] = 3;
  array->size = 24;
  array->data = hs_allocate(24, 1);
  for (int k = 0; k < 6; k++) ((float *)(void *)array->data)[k] = (float)trial->position + 0.5f * (float)k;
}

hs_store *fixture_open_writer(store_fixture *fixture, const char *sweep, uint64_t trials) {
  hs_store *store = NULL;
  fixture_info info;
  int64_t run = 0;
  assert_ok(hs_store_open(fixture->store, HS_STORE_WRITE, NULL, &store, fixture->message), fixture->message);
  fixture_info_make(&info, sweep, 1, "return 1", trials);
  assert_ok(hs_store_begin(store, &info.run, &run, fixture->message), fixture->message);
  fixture_info_free(&info);
  assert_true(run > 0);
  return store;
}

hs_store *fixture_open_reader(store_fixture *fixture) {
  hs_store *store = NULL;
  assert_ok(hs_store_open(fixture->store, HS_STORE_READ, NULL, &store, fixture->message), fixture->message);
  return store;
}

int fixture_commit(hs_store *store, uint64_t first, uint64_t end, hs_verdict verdict, char *message) {
  size_t count = end - first;
  hs_trial *trials = calloc(count + 1, sizeof *trials);
  hs_record *records = calloc(count + 1, sizeof *records);
  const hs_trial **trial_list = calloc(count + 1, sizeof *trial_list);
  const hs_record **record_list = calloc(count + 1, sizeof *record_list);
  for (size_t i = 0; i < count; i++) {
    fixture_trial(first + i, &trials[i]);
    fixture_record(&trials[i], verdict, &records[i]);
    trial_list[i] = &trials[i];
    record_list[i] = &records[i];
  }
  int status = hs_store_commit(store, trial_list, record_list, count, message);
  for (size_t i = 0; i < count; i++) {
    hs_trial_free(&trials[i]);
    hs_record_free(&records[i]);
  }
  free(trials);
  free(records);
  free(trial_list);
  free(record_list);
  return status;
}
