/* Plans: counts, keys and what they depend on, groups, options, the head. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define HEAD  "local hs = require 'hopsweep'\n"
#define TRIAL "trial = function() return { x = 1 } end"

static void assert_has(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no \"%s\" in \"%s\"", part, text);
}

/* The key of the trial with these parameters (as JSON) and replicate; the plan must have it. */
static hs_hash key_in(hs_sweep *sweep, const char *json, uint32_t replicate) {
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  hs_hash key = {0};
  for (size_t i = 0; i < count; i++) {
    hs_buffer text = {0};
    hs_params_put_json(&trials[i].params, &text);
    if (strcmp(hs_buffer_text(&text), json) == 0 && trials[i].replicate == replicate) key = trials[i].key;
    hs_buffer_free(&text);
  }
  trials_free(&trials, count);
  assert_true(key.high || key.low);
  return key;
}

static hs_hash key_of_text(const char *text, const char *set, uint64_t seed, const char *json, uint32_t replicate) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_script(&(script){.text = text, .set = set, .seed = seed}, message);
  if (!sweep) fail_msg("%s", message);
  hs_hash key = key_in(sweep, json, replicate);
  hs_sweep_free(&sweep);
  return key;
}

static void the_head_says_what_is_planned(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  const hs_plan_head *head;
  hs_sweep *sweep =
      open_script(&(script){.text = HEAD
                            "local opt = hs.options { size = 3, word = 'w', on = false }\n"
                            "return hs.sweep { name = 'head', description = 'd', revision = 4, seed = 9, repeats = 3,\n"
                            "space = hs.grid { b = { 1, 2 }, a = { 5, 6 } } + hs.grid { c = 7 }, " TRIAL " }",
                            .set = "size=2.5\non=true"},
                  message);
  assert_non_null(sweep);
  assert_int_equal(hs_sweep_head(sweep, &head, message), HS_OK);
  assert_string_equal(head->name, "head");
  assert_string_equal(head->description, "d");
  assert_int_equal(head->revision, 4);
  assert_int_equal(head->seed, 9);
  assert_int_equal(head->repeats, 3);
  assert_int_equal(head->cells, 5);
  assert_int_equal(head->trials, 15);
  assert_string_equal(head->parameter_order, "a,b,c");
  hs_buffer options = {0};
  hs_params_put_json(&head->options, &options);
  assert_string_equal(hs_buffer_text(&options), "{\"on\":true,\"size\":2.5,\"word\":\"w\"}");
  hs_buffer_free(&options);
  hs_sweep_free(&sweep);
}

static void replicates_are_innermost_and_positions_count(void **state) {
  (void)state;
  hs_sweep *sweep =
      open_text(HEAD "return hs.sweep { name = 't', repeats = 3, space = hs.grid { a = { 1, 2 } }, " TRIAL " }");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  assert_int_equal(count, 6);
  for (size_t i = 0; i < count; i++) {
    size_t cell = i / 3;
    assert_int_equal(trials[i].position, i);
    assert_int_equal(trials[i].replicate, i % 3 + 1);
    assert_true(hs_params_get(&trials[i].params, "a")->number == (double)(cell + 1));
    for (size_t j = 0; j < i; j++) assert_false(hs_hash_equal(trials[i].key, trials[j].key));
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

static void rewinding_gives_the_same_plan(void **state) {
  (void)state;
  hs_sweep *sweep = open_text(HEAD
                              "return hs.sweep { name = 't', space = hs.grid { x = hs.range(0, 1) }"
                              ":sample { n = 20, method = 'lhs' } + hs.grid { x = { 0.5, 0.5 } }, " TRIAL " }");
  hs_trial *first, *second;
  size_t count = plan_of(sweep, &first);
  assert_int_equal(plan_of(sweep, &second), count);
  for (size_t i = 0; i < count; i++) assert_true(hs_hash_equal(first[i].key, second[i].key));
  trials_free(&first, count);
  trials_free(&second, count);
  hs_sweep_free(&sweep);
}

#define GROWN(repeats, values, extra)                                                             \
  HEAD "local opt = hs.options { m = 2 }\nreturn hs.sweep { name = 't', repeats = " repeats extra \
       ", space = hs.grid { a = " values " }, " TRIAL " }"

static void growing_the_sweep_changes_no_key(void **state) {
  (void)state;
  hs_hash key = key_of_text(GROWN("1", "{ 2.385, 3 }", ""), NULL, 0, "{\"a\":2.385}", 1);
  static const char *const same[] = {GROWN("7", "{ 2.385, 3 }", ""), GROWN("1", "{ 9, 2.385, 11 }", ""),
                                     GROWN("2", "{ 1, 2.385 }", ", description = 'other words'"),
                                     "-- a comment\n" GROWN("1", "{ 2.385, 3 }", "")};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_true(hs_hash_equal(key, key_of_text(same[i], NULL, 0, "{\"a\":2.385}", 1)));
}

static void what_decides_a_result_changes_its_key(void **state) {
  (void)state;
  const char *text = GROWN("2", "{ 2.385, 3 }", "");
  hs_hash keys[] = {
      key_of_text(text, NULL, 0, "{\"a\":2.385}", 1),
      key_of_text(text, NULL, 0, "{\"a\":2.385}", 2),
      key_of_text(text, NULL, 0, "{\"a\":3}", 1),
      key_of_text(text, "m=3", 0, "{\"a\":2.385}", 1),
      key_of_text(text, NULL, 77, "{\"a\":2.385}", 1),
      key_of_text(GROWN("2", "{ 2.385, 3 }", ", revision = 2"), NULL, 0, "{\"a\":2.385}", 1),
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    for (size_t j = 0; j < i; j++) assert_false(hs_hash_equal(keys[i], keys[j]));
  assert_true(hs_hash_equal(keys[0], key_of_text(text, "m=2.0", 1, "{\"a\":2.385}", 1))); /* 1 is the default seed */
}

#define SHARED(by, extra)                                                                                  \
  HEAD "return hs.sweep { name = 't', repeats = 2, space = hs.grid { a = { 1, 2 }, b = { 1, 2 } }, " TRIAL \
       ", data = hs.shared { by = { " by " }, build = function() return {} end" extra " } }"

static size_t groups_of(const char *text) {
  hs_sweep *sweep = open_text(text);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials), groups = 0;
  for (size_t i = 0; i < count; i++) {
    size_t j = 0;
    while (j < i && !hs_hash_equal(trials[i].group, trials[j].group)) j++;
    groups += j == i;
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  return groups;
}

static void groups_follow_what_the_data_depend_on(void **state) {
  (void)state;
  assert_int_equal(groups_of(SHARED("", "")), 2); /* the build may draw random numbers: one per replicate */
  assert_int_equal(groups_of(SHARED("", ", replicate = false")), 1);
  assert_int_equal(groups_of(SHARED("'a'", ", replicate = false")), 2);
  assert_int_equal(groups_of(SHARED("'b', 'a'", "")), 8);
  assert_int_equal(groups_of(HEAD "return hs.sweep { name = 't', space = hs.grid { a = { 1, 2 } }, " TRIAL " }"), 1);
}

#define MODEL(alpha)                                                                                               \
  HEAD "return hs.sweep { name = 't', space = hs.grid { alpha = { 1, 2, " alpha                                    \
       " } },\n"                                                                                                   \
       "data = hs.shared { build = function() return {} end },\n"                                                  \
       "model = function(p)\n return hs.hfy { solver = 'entmax', alpha = p.alpha, none = nil, steps = 3 }\nend,\n" \
       "measure = function() return {} end }"

static void models_are_checked_once_for_each_cell(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_text(MODEL("3"));
  hs_trial *trials;
  fake_checks = 0;
  trials_free(&trials, plan_of(sweep, &trials));
  assert_int_equal(fake_checks, 3);
  hs_sweep_free(&sweep);

  sweep = open_text(MODEL("0.5"));
  hs_trial trial = {0};
  int status = HS_OK;
  while (status == HS_OK) status = hs_sweep_next(sweep, &trial, message);
  assert_int_equal(status, HS_ERROR_PARAMETER);
  assert_has(message, "s.lua:4: fake: alpha = 0.5 (cell {\"alpha\":0.5})");
  hs_trial_free(&trial);
  hs_sweep_free(&sweep);
}

static void the_identity_of_the_model_is_part_of_the_key(void **state) {
  (void)state;
  hs_hash with_model = key_of_text(MODEL("3"), NULL, 0, "{\"alpha\":3}", 1);
  hs_hash without =
      key_of_text(HEAD "return hs.sweep { name = 't', space = hs.grid { alpha = { 1, 2, 3 } }, " TRIAL " }", NULL, 0,
                  "{\"alpha\":3}", 1);
  assert_false(hs_hash_equal(with_model, without));
}

static void a_million_trials_are_planned(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  const hs_plan_head *head;
  hs_sweep *sweep = open_text(HEAD
                              "return hs.sweep { name = 't', space = hs.grid { a = hs.linspace(1, 1000, 1000) }"
                              " * hs.grid { b = hs.linspace(1, 1000, 1000) }, " TRIAL " }");
  assert_int_equal(hs_sweep_head(sweep, &head, message), HS_OK);
  assert_int_equal(head->trials, 1000000);
  hs_trial trial = {0};
  for (int i = 0; i < 1000000; i++) assert_int_equal(hs_sweep_next(sweep, &trial, message), HS_OK);
  assert_int_equal(trial.position, 999999);
  assert_int_equal(hs_sweep_next(sweep, &trial, message), HS_END);
  hs_trial_free(&trial);
  hs_sweep_free(&sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_head_says_what_is_planned),
      cmocka_unit_test(replicates_are_innermost_and_positions_count),
      cmocka_unit_test(rewinding_gives_the_same_plan),
      cmocka_unit_test(growing_the_sweep_changes_no_key),
      cmocka_unit_test(what_decides_a_result_changes_its_key),
      cmocka_unit_test(groups_follow_what_the_data_depend_on),
      cmocka_unit_test(models_are_checked_once_for_each_cell),
      cmocka_unit_test(the_identity_of_the_model_is_part_of_the_key),
      cmocka_unit_test(a_million_trials_are_planned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
