/* Options for planning (hs.planning): they decide which trials there are, and no result can depend on them. */
#include <base/memory.h>
#include <base/status.h>
#include <stdbool.h>
#include <string.h>

#include "support.h"

#define HEAD                        \
  "local hs = require 'hopsweep'\n" \
  "local opt = hs.options { largest = hs.planning(2.385), factor = 3 }\n"
#define SPACE     "space = hs.grid { a = { 1, 2.385, 3, 4 } }:where(function(p) return p.a <= opt.largest end)"
#define DATA(use) "data = hs.shared { build = function() " use " return { patterns = X, queries = X } end }"
#define MEASURE   "measure = function() return { x = 1 } end"

/* Lines 1 to 4; the fifth begins with `rest`. */
#define SWEEP(rest)                                              \
  HEAD "local X = hs.array({ { 1, 0 }, { 0, 1 } }, 'float32')\n" \
       "return hs.sweep { name = 't', repeats = opt.largest // 1, " SPACE ",\n" rest " }"

static const char PLAIN[] = SWEEP("trial = function() return { x = 1 } end");

static void assert_has(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no \"%s\" in \"%s\"", part, text);
}

static hs_sweep *open_with(const char *text, const char *set) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_script(&(script){.text = text, .set = set}, message);
  if (!sweep) fail_msg("%s", message);
  return sweep;
}

static bool has_key(const hs_trial *trials, size_t count, hs_hash key) {
  for (size_t i = 0; i < count; i++)
    if (hs_hash_equal(trials[i].key, key)) return true;
  return false;
}

/* The trials planned with `smaller` settings, and how many of their keys come again with the `larger` ones. */
static size_t common_keys(const char *smaller, const char *larger, size_t counts[2]) {
  hs_sweep *sweeps[2] = {open_with(PLAIN, smaller), open_with(PLAIN, larger)};
  hs_trial *trials[2];
  size_t common = 0;
  for (int i = 0; i < 2; i++) counts[i] = plan_of(sweeps[i], &trials[i]);
  for (size_t i = 0; i < counts[0]; i++) common += has_key(trials[1], counts[1], trials[0][i].key);
  for (int i = 0; i < 2; i++) {
    trials_free(&trials[i], counts[i]);
    hs_sweep_free(&sweeps[i]);
  }
  return common;
}

static void a_planning_option_leaves_the_keys_alone(void **state) {
  (void)state;
  size_t counts[2];
  assert_int_equal(common_keys(NULL, "largest=4", counts), 4);
  assert_int_equal(counts[0], 4); /* two cells, twice */
  assert_int_equal(counts[1], 16);
  assert_int_equal(common_keys("largest=3\nfactor=2.385", "largest=4\nfactor=2.385", counts), 9);
}

static void any_other_option_changes_every_key(void **state) {
  (void)state;
  size_t counts[2];
  assert_int_equal(common_keys(NULL, "factor=2.385", counts), 0);
  assert_int_equal(counts[0], counts[1]);
  assert_int_equal(common_keys("largest=3", "largest=4\nfactor=2.385", counts), 0);
}

static void the_head_still_tells_its_value(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  const hs_plan_head *head;
  hs_sweep *sweep = open_with(PLAIN, "largest=3.5");
  assert_int_equal(hs_sweep_head(sweep, &head, message), HS_OK);
  assert_true(hs_params_get(&head->options, "largest")->number == 3.5);
  assert_true(hs_params_get(&head->options, "factor")->number == 3);
  hs_sweep_free(&sweep);
}

static void its_type_is_that_of_its_default(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  assert_null(open_script(&(script){.text = PLAIN, .set = "largest=many"}, message));
  assert_has(message, "--set largest=many: not a number; the script declares factor = 3, largest = 2.385");
  assert_null(open_script(&(script){.text = "require 'hopsweep'.planning {}"}, message));
  assert_has(message, "s.lua:1: hs.planning");
}

static const char REFUSED[] = "s.lua:5: option 'largest' is for planning (hs.planning)";

static void a_trial_cannot_read_it(void **state) {
  (void)state;
  static const char *const trials[] = {
      SWEEP("trial = function() return { x = opt.largest } end"),
      SWEEP(DATA("local n = opt.largest") ", trial = function() return { x = 1 } end"),
      SWEEP("shared = { w = hs.shared { build = function() return opt.largest end } }, "
            "trial = function(p, data, ctx) return { x = ctx.shared.w } end"),
      SWEEP(DATA("") ", model = function() return hs.hfy { solver = 's' } end, "
                     "measure = function() return { x = opt.largest } end"),
      SWEEP(DATA("local n = opt.largest") ", model = function() return hs.hfy { solver = 's' } end, " MEASURE),
  };
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
    const char *result = first_result(trials[i]);
    assert_has(result, "failed {}");
    assert_has(result, REFUSED);
  }
  assert_string_equal(first_result(SWEEP("trial = function() return { x = opt.factor } end")), "ok {\"x\":3}");
}

static void a_model_cannot_read_it(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_text(
      SWEEP(DATA("") ", model = function() return hs.hfy { solver = 's', beta = opt.largest } end, " MEASURE));
  hs_trial trial = {0};
  assert_int_equal(hs_sweep_next(sweep, &trial, message), HS_ERROR_SCRIPT);
  assert_has(message, REFUSED);
  hs_trial_free(&trial);
  hs_sweep_free(&sweep);
}

static void a_trial_that_walks_the_options_does_not_meet_it(void **state) {
  (void)state;
  assert_string_equal(first_result(SWEEP("trial = function()\nlocal n = 0\nfor name, value in pairs(opt) do\n"
                                         "n = n + value\nend\nreturn { x = n }\nend")),
                      "ok {\"x\":3}");
  assert_string_equal(first_result(HEAD "local n = 0\nfor _, value in pairs(opt) do n = n + value end\n"
                                        "return hs.sweep { name = 't', trial = function() return { x = n } end }"),
                      "ok {\"x\":5.385}");
}

/* The space is walked again after a trial, whatever became of it. */
static void the_space_reads_it_after_any_trial(void **state) {
  (void)state;
  static const char *const trials[] = {SWEEP("trial = function() return { x = 1 } end"),
                                       SWEEP("trial = function() error 'no' end"),
                                       SWEEP("trial = function() while true do end end"),
                                       SWEEP("trial = function() local t = {} while true do t[#t + 1] = {} end end")};
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
    char message[HS_MESSAGE_SIZE] = "";
    hs_sweep *sweep =
        open_script(&(script){.text = trials[i], .instructions = 2000000, .memory = (size_t)8 << 20}, message);
    if (!sweep) fail_msg("%s", message);
    hs_trial *before, *after;
    size_t count = plan_of(sweep, &before);
    hs_record record = run_trial(sweep, &before[0]);
    assert_int_equal(record.verdict, i == 0 ? HS_VERDICT_OK : HS_VERDICT_FAILED);
    hs_record_free(&record);
    assert_int_equal(plan_of(sweep, &after), count);
    trials_free(&before, count);
    trials_free(&after, count);
    hs_sweep_free(&sweep);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_planning_option_leaves_the_keys_alone),
      cmocka_unit_test(any_other_option_changes_every_key),
      cmocka_unit_test(the_head_still_tells_its_value),
      cmocka_unit_test(its_type_is_that_of_its_default),
      cmocka_unit_test(a_trial_cannot_read_it),
      cmocka_unit_test(a_model_cannot_read_it),
      cmocka_unit_test(a_trial_that_walks_the_options_does_not_meet_it),
      cmocka_unit_test(the_space_reads_it_after_any_trial),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
