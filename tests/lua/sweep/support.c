#include "support.h"

#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the fake memory ----------------------------------------------------------------------------------------- */

int fake_open_models, fake_opened, fake_checks;

typedef struct fake_model {
  hs_matrix patterns;
  double k;
  int status;
} fake_model;

static int check(void *context, const hs_params *description, hs_buffer *identity, char *message) {
  (void)context;
  static const char *const known[] = {"memory", "solver", "alpha", "k", "beta", "status"};
  fake_checks++;
  for (size_t i = 0; i < description->count; i++) {
    size_t at = 0;
    while (at < sizeof known / sizeof *known && strcmp(known[at], description->items[i].name) != 0) at++;
    if (at == sizeof known / sizeof *known)
      return hs_fail(message, HS_ERROR_PARAMETER, "fake: there is no parameter '%s'", description->items[i].name);
  }
  const hs_value *alpha = hs_params_get(description, "alpha");
  if (alpha && alpha->number < 1) return hs_fail(message, HS_ERROR_PARAMETER, "fake: alpha = %g", alpha->number);
  const hs_value *solver = hs_params_get(description, "solver");
  if (identity) hs_put_format(identity, "fake/1+%s/2", solver ? solver->text : "none");
  return HS_OK;
}

static double number_of(const hs_params *description, const char *name) {
  const hs_value *value = hs_params_get(description, name);
  return value ? value->number : 0;
}

static int open_model(void *context, const hs_params *description, void **model, char *message) {
  HS_TRY(check(context, description, NULL, message));
  fake_model *made = hs_allocate(1, sizeof *made);
  made->k = number_of(description, "k");
  made->status = (int)number_of(description, "status");
  fake_open_models++;
  fake_opened++;
  *model = made;
  return HS_OK;
}

static void close_model(void *context, void **model) {
  (void)context;
  fake_open_models--;
  hs_free(model);
}

static int store(void *context, void *model, const hs_matrix *patterns, const hs_matrix *values, char *message) {
  (void)context;
  (void)values;
  (void)message;
  ((fake_model *)model)->patterns = *patterns;
  return HS_OK;
}

static int prepare(void *context, void *model, int64_t queries, int64_t steps, char *message) {
  (void)context;
  (void)queries;
  (void)steps;
  const fake_model *self = model;
  if (self->k > (double)self->patterns.rows)
    return hs_fail(message, HS_ERROR_PARAMETER, "fake: k = %g of %lld patterns", self->k,
                   (long long)self->patterns.rows);
  return HS_OK;
}

static const float *row_of(const hs_matrix *matrix, int64_t row) {
  return (const float *)matrix->data + row * matrix->stride;
}

static int64_t best_of(const hs_matrix *patterns, const float *query) {
  int64_t best = 0;
  double largest = 0;
  for (int64_t i = 0; i < patterns->rows; i++) {
    double product = 0;
    for (int64_t j = 0; j < patterns->columns; j++) product += (double)row_of(patterns, i)[j] * query[j];
    if (i == 0 || product > largest) {
      largest = product;
      best = i;
    }
  }
  return best;
}

static int retrieve(void *context, void *model, const hs_retrieve_request *request, hs_retrieve_result *result,
                    char *message) {
  (void)context;
  (void)message;
  const fake_model *self = model;
  const hs_matrix *patterns = &self->patterns;
  for (int64_t i = 0; i < request->queries->rows; i++) {
    int64_t best = best_of(patterns, row_of(request->queries, i));
    memcpy((float *)result->states->data + i * result->states->stride, row_of(patterns, best),
           (size_t)patterns->columns * sizeof(float));
    result->reports[i] = (hs_retrieve_report){
        .status = self->status, .steps = (int32_t)request->steps, .fixed = 1, .support = 3, .best = best};
    for (int64_t s = 0; result->energies && s <= request->steps; s++)
      result->energies[i * (request->steps + 1) + s] = (double)-s;
  }
  return HS_OK;
}

static int energy(void *context, void *model, const hs_matrix *states, double *energies, char *message) {
  (void)context;
  (void)model;
  (void)message;
  for (int64_t i = 0; i < states->rows; i++) energies[i] = row_of(states, i)[0];
  return HS_OK;
}

/* p = the scores doubled, whatever the solver. */
static int solve(void *context, const hs_params *description, const hs_matrix *scores, hs_matrix *p, char *message) {
  HS_TRY(check(context, description, NULL, message));
  for (int64_t i = 0; i < scores->rows; i++)
    for (int64_t j = 0; j < scores->columns; j++)
      ((double *)p->data)[i * p->stride + j] = 2 * (double)row_of(scores, i)[j];
  return HS_OK;
}

const hs_lua_services fake_services = {
    .model_check = check,
    .model_open = open_model,
    .model_close = close_model,
    .model_store = store,
    .model_prepare = prepare,
    .model_retrieve = retrieve,
    .model_energy = energy,
    .solve = solve,
};

/* ---- opening ------------------------------------------------------------------------------------------------- */

static void put_settings(hs_params *overrides, const char *lines) {
  while (lines && *lines) {
    char line[128];
    size_t length = strcspn(lines, "\n");
    assert_true(length < sizeof line);
    memcpy(line, lines, length);
    line[length] = 0;
    char *equals = strchr(line, '=');
    *equals = 0;
    assert_int_equal(hs_params_set_text(overrides, line, equals + 1), HS_OK);
    lines += length + (lines[length] == '\n');
  }
}

hs_sweep *open_script(const script *how, char *message) {
  const char *names[2] = {"other", "unused"}, *texts[2] = {how->module, how->modules};
  static char path[] = "s.lua";
  hs_sweep_source source = {.path = path, .seed = how->seed, .seed_given = how->seed != 0};
  source.text = (char *)(size_t)how->text;
  source.module_names = (char **)(size_t)names;
  source.module_texts = (char **)(size_t)texts;
  source.module_count = how->modules ? 2 : how->module ? 1 : 0;
  put_settings(&source.overrides, how->set);
  hs_lua_limits limits = {.memory = how->memory, .instructions = how->instructions};
  hs_sweep *sweep = NULL;
  static const hs_lua_services none;
  const hs_lua_services *services = how->without_services ? &none : &fake_services;
  int status = hs_sweep_open(&source, services, &limits, &sweep, message);
  hs_params_free(&source.overrides);
  assert_true((status < 0) == (sweep == NULL));
  return sweep;
}

hs_sweep *open_text(const char *text) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_script(&(script){.text = text}, message);
  if (!sweep) fail_msg("%s", message);
  return sweep;
}

/* ---- plans --------------------------------------------------------------------------------------------------- */

const char *cells_of(const char *expression) {
  static hs_buffer lines;
  hs_buffer text = {0};
  char message[HS_MESSAGE_SIZE] = "";
  hs_buffer_clear(&lines);
  hs_put_format(&text,
                "local hs = require 'hopsweep'\nreturn hs.sweep { name = 't', space = %s,\n"
                "trial = function() return {} end }",
                expression);
  hs_sweep *sweep = open_script(&(script){.text = hs_buffer_text(&text)}, message);
  hs_trial trial = {0};
  int status = sweep ? HS_OK : HS_ERROR_SCRIPT;
  while (status == HS_OK && (status = hs_sweep_next(sweep, &trial, message)) == HS_OK) {
    hs_params_put_json(&trial.params, &lines);
    hs_put_bytes(&lines, "\n", 1);
  }
  if (status < 0) {
    hs_buffer_clear(&lines);
    hs_put_format(&lines, "ERROR: %s", message);
  }
  hs_trial_free(&trial);
  hs_sweep_free(&sweep);
  hs_buffer_free(&text);
  return hs_buffer_text(&lines);
}

size_t plan_of(hs_sweep *sweep, hs_trial **trials) {
  char message[HS_MESSAGE_SIZE] = "";
  const hs_plan_head *head;
  size_t count = 0, capacity = 0;
  *trials = NULL;
  if (hs_sweep_head(sweep, &head, message) != HS_OK) fail_msg("%s", message);
  hs_sweep_rewind(sweep);
  for (;;) {
    hs_trial trial = {0};
    int status = hs_sweep_next(sweep, &trial, message);
    if (status == HS_END) break;
    if (status < 0) fail_msg("%s", message);
    assert_int_equal(hs_grow(trials, &capacity, count + 1, sizeof trial), HS_OK);
    (*trials)[count++] = trial;
  }
  assert_int_equal(count, head->trials);
  return count;
}

void trials_free(hs_trial **trials, size_t count) {
  for (size_t i = 0; i < count; i++) hs_trial_free(&(*trials)[i]);
  hs_free(trials);
}

/* ---- runs ---------------------------------------------------------------------------------------------------- */

hs_record run_trial(hs_sweep *sweep, const hs_trial *trial) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_record record = {0};
  if (hs_sweep_run(sweep, trial, &record, message) != HS_OK) fail_msg("%s", message);
  return record;
}

const char *first_result(const char *text) {
  static hs_buffer line;
  hs_sweep *sweep = open_text(text);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  hs_record record = run_trial(sweep, &trials[0]);
  hs_buffer_clear(&line);
  hs_put_format(&line, "%s ", hs_verdict_word(record.verdict));
  hs_params_put_json(&record.metrics, &line);
  if (record.message) hs_put_format(&line, " %s", record.message);
  hs_record_free(&record);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  return hs_buffer_text(&line);
}

void run_all(hs_sweep *sweep, int reverse, hs_buffer *records, size_t count) {
  hs_trial *trials;
  assert_int_equal(plan_of(sweep, &trials), count);
  for (size_t i = 0; i < count; i++) {
    size_t at = reverse ? count - 1 - i : i;
    hs_record record = run_trial(sweep, &trials[at]);
    hs_put_record(&records[at], &record);
    hs_record_free(&record);
  }
  trials_free(&trials, count);
}

double metric_of(const hs_record *record, const char *name) {
  const hs_value *value = hs_params_get(&record->metrics, name);
  if (!value) fail_msg("there is no metric '%s' (%s)", name, record->message ? record->message : "no message");
  return value->number;
}
