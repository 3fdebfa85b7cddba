/* The hash of the code: it covers what decides the results of trials, and nothing else. */
#include <base/status.h>

#include "support.h"

static hs_hash code_of(const script *how) {
  char message[HS_MESSAGE_SIZE] = "";
  const hs_plan_head *head;
  hs_sweep *sweep = open_script(how, message);
  if (!sweep) fail_msg("%s", message);
  assert_int_equal(hs_sweep_head(sweep, &head, message), HS_OK);
  hs_hash code = head->code;
  hs_sweep_free(&sweep);
  return code;
}

static void check(const script *a, const script *b, bool same) {
  if (hs_hash_equal(code_of(a), code_of(b)) != same)
    fail_msg("%s:\n%s\n---\n%s", same ? "hashes differ" : "hashes are equal", a->text, b->text);
}

static void assert_same(const char *a, const char *b) { check(&(script){.text = a}, &(script){.text = b}, true); }

static void assert_other(const char *a, const char *b) { check(&(script){.text = a}, &(script){.text = b}, false); }

#define HS          "local hs = require 'hopsweep'\n"
#define TRIAL(body) "trial = function(p, data, ctx) " body " end"
#define SWEEP(before, fields) \
  HS before "\nreturn hs.sweep { name = 't', space = hs.grid { a = { 1, 2.385 } }, " fields " }"
#define PLAIN SWEEP("", TRIAL("return { y = p.a * 2.385 }"))

static void which_trials_there_are_does_not_count(void **state) {
  (void)state;
#define OTHER(space, rest) \
  HS "return hs.sweep { name = 't', space = " space ", " rest TRIAL("return { y = p.a * 2.385 }") " }"
  assert_same(PLAIN, PLAIN);
  assert_same(PLAIN, OTHER("hs.grid { a = { 1, 2.385, 3 } }", ""));
  assert_same(PLAIN, OTHER("hs.grid { a = hs.range(1, 2) }:sample { n = 3 }", ""));
  assert_same(PLAIN, OTHER("hs.zip { a = { 1 }, b = { 2 } }:where(function(p) return p.a < 2 end)", "repeats = 7, "));
  assert_same(PLAIN, OTHER("hs.grid { a = 1 }", "description = 'why', seed = 9, "));
}

static void spelling_does_not_count(void **state) {
  (void)state;
  assert_same(PLAIN, SWEEP("-- why\n\n--[[ because\n]]", TRIAL("\n\n return {y=p.a*2.385} -- yes\n")));
  assert_same(PLAIN, SWEEP("", "trial = function(cell, d, c) return { y = cell.a * 2.385 } end"));
  assert_same(PLAIN, SWEEP("local unused, other = 1, { 2 }", TRIAL("return { y = p.a * 2.385 }")));
  const char *nested = SWEEP("local k = 3\nlocal function f(x) return x * k end",
                             TRIAL("local g = function(u) return f(u) end return { y = g(p.a) }"));
  assert_same(nested,
              SWEEP("local z = { 1 }\n\n\nlocal factor = 3\n\nlocal function scale(x)\n return x * factor end\n",
                    TRIAL("\nlocal h = function(v)\n return scale(v) end\n return { y = h(p.a) }")));
}

static void a_trial_that_does_something_else_is_other_code(void **state) {
  (void)state;
  assert_other(PLAIN, SWEEP("", TRIAL("return { y = p.a * 2.386 }")));
  assert_other(PLAIN, SWEEP("", TRIAL("return { y = p.a + 2.385 }")));
  assert_other(PLAIN, SWEEP("", TRIAL("return { z = p.a * 2.385 }")));
  assert_other(SWEEP("", TRIAL("local f = function() return 1 end return { y = f() }")),
               SWEEP("", TRIAL("local f = function() return 2 end return { y = f() }")));
}

static void helpers_count_at_any_depth(void **state) {
  (void)state;
#define DEEP(number, operator)                                                                                   \
  SWEEP("local function inner(x) return x " operator number " end\nlocal function outer(x) return inner(x) end", \
        TRIAL("return { y = outer(p.a) }"))
  assert_same(DEEP("3", "*"), DEEP("3", "*"));
  assert_other(DEEP("3", "*"), DEEP("2.385", "*"));
  assert_other(DEEP("3", "*"), DEEP("3", "+"));
#define TABLED(number) SWEEP("local t = { f = { function() return " number " end } }", TRIAL("return { y = t.f[1]() }"))
  assert_other(TABLED("1"), TABLED("2"));
#define METHOD(number)                                                                                      \
  SWEEP("local C = {}\nC.__index = C\nfunction C.f() return " number " end\nlocal o = setmetatable({}, C)", \
        TRIAL("return { y = o.f() }"))
  assert_same(METHOD("1"), METHOD("1"));
  assert_other(METHOD("1"), METHOD("2"));
  assert_other(SWEEP("local f = math.sin", TRIAL("return { y = f(p.a) }")),
               SWEEP("local f = math.cos", TRIAL("return { y = f(p.a) }")));
}

static void values_that_are_held_count(void **state) {
  (void)state;
#define HOLDS(value) SWEEP("local v = " value, TRIAL("return { y = v and 1 or 2 }"))
  static const char *const scripts[] = {HOLDS("1"),
                                        HOLDS("1.0"),
                                        HOLDS("'1'"),
                                        HOLDS("true"),
                                        HOLDS("false"),
                                        HOLDS("nil"),
                                        HOLDS("{ 1, 2 }"),
                                        HOLDS("{ 2, 1 }"),
                                        HOLDS("{ a = 1, b = { true } }"),
                                        HOLDS("{ a = 1, b = { false } }"),
                                        HOLDS("hs.array { 1, 2.385 }"),
                                        HOLDS("hs.array { 1, 2.386 }"),
                                        HOLDS("hs.grid { b = { 1, 2 } }"),
                                        HOLDS("hs.grid { b = { 1, 3 } }"),
                                        HOLDS("hs.zip { b = { 1, 2 } }"),
                                        HOLDS("hs.zip { b = { 1, 3 } }")};
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
    for (size_t j = 0; j <= i; j++) (i == j ? assert_same : assert_other)(scripts[i], scripts[j]);
  assert_same(HOLDS("{ a = 1, b = 2, c = 3 }"), HOLDS("{ c = 3, b = 2, a = 1 }"));
}

static void circles_and_odd_keys_end(void **state) {
  (void)state;
#define CIRCLE(number)                                                                                               \
  SWEEP("local t = { n = " number                                                                                    \
        " }\nt.self, t[t], t[print] = t, 1, 2\nlocal even\n"                                                         \
        "local function odd(n) return n ~= 0 and even(n - 1) end\nfunction even(n) return n == 0 or odd(n - 1) end", \
        TRIAL("return { y = even(t.n) }"))
  assert_same(CIRCLE("1"), CIRCLE("1"));
  assert_other(CIRCLE("1"), CIRCLE("2"));
  const char *list = SWEEP("local list\nfor i = 1, 50000 do list = { i, list } end", TRIAL("return { y = list[1] }"));
  assert_same(list, list);
}

#define DATA(name, by, rest, number) \
  name " = hs.shared { by = { " by " }" rest ", build = function() return { v = " number " } end }"
#define MODEL(alpha, number)                                                                                 \
  SWEEP("", DATA("data", "'a'", "", "1") ", model = function() return hs.hfy { solver = 'x', alpha = " alpha \
                                         " } end, measure = function() return { y = " number " } end")

static void every_function_of_a_sweep_counts(void **state) {
  (void)state;
  assert_same(MODEL("1", "1"), MODEL("1", "1"));
  assert_other(MODEL("1", "1"), MODEL("2", "1"));
  assert_other(MODEL("1", "1"), MODEL("1", "2"));
#define WITH(shared) SWEEP("", "shared = { " shared " }, " TRIAL("return { y = 1 }"))
  const char *scripts[] = {WITH(DATA("s", "'a'", "", "1")),
                           WITH(DATA("s", "'a'", "", "2")),
                           WITH(DATA("q", "'a'", "", "1")),
                           WITH(DATA("s", "", "", "1")),
                           WITH(DATA("s", "'a'", ", replicate = true", "1")),
                           PLAIN};
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
    for (size_t j = 0; j < i; j++) assert_other(scripts[i], scripts[j]);
}

static void options_are_in_the_keys_and_not_here(void **state) {
  (void)state;
  script how = {.text = SWEEP("local opt = hs.options { n = 3, m = hs.planning(2) }\nlocal n = opt.n",
                              TRIAL("return { y = n * opt.n }"))},
         set = how;
  set.set = "n=2.385\nm=5";
  check(&how, &set, true);
  how.text = SWEEP("local opt = hs.options { n = 3, m = hs.planning(2) }", TRIAL("return { y = opt.n }"));
  set.text = SWEEP("local opt = hs.options { n = 4, m = hs.planning(7) }", TRIAL("return { y = opt.n }"));
  check(&how, &set, true);
  how.text = set.text = SWEEP("local opt = hs.options { n = 3 }\nlocal m = assert(opt.n ~= 3 and opt.n)",
                              TRIAL("return { y = m }")); /* cannot be loaded without its --set */
  how.set = set.set = "n=4";
  check(&how, &set, true);
}

static void modules_count_as_far_as_they_are_used(void **state) {
  (void)state;
  script a = {.text = SWEEP("local o = require 'other'", TRIAL("return { y = o.f(1) }")),
              .module = "local k = 2 return { f = function(x) return x * k end }",
              .modules = "return 1"},
         b = a;
  b.module = "-- why\nlocal factor = 2\n\nreturn { f = function(y)\nreturn y * factor end }";
  b.modules = "return 2";
  check(&a, &b, true);
  b.module = "local k = 3 return { f = function(x) return x * k end }";
  check(&a, &b, false);
  b.module = "local k = 2 return { f = function(x) return x + k end }";
  check(&a, &b, false);
  a.text = b.text = SWEEP("local o = require 'other'", "repeats = #o.f, " TRIAL("return { y = 1 }"));
  a.module = "return { f = { 1 } }", b.module = "return { f = { 1, 2 } }";
  check(&a, &b, true);
}

static void modules_that_a_trial_requires_count(void **state) {
  (void)state;
  script a = {.text = SWEEP("", TRIAL("return { y = require('other').a }")),
              .module = "return { a = require 'unused' }",
              .modules = "return 1"},
         b = a;
  b.module = "-- why\nreturn {\n a = require 'unused' }";
  check(&a, &b, true);
  b.modules = "return 2";
  check(&a, &b, false);
  b = a;
  b.module = "return { a = require 'unused' + 1 }";
  check(&a, &b, false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(which_trials_there_are_does_not_count),
      cmocka_unit_test(spelling_does_not_count),
      cmocka_unit_test(a_trial_that_does_something_else_is_other_code),
      cmocka_unit_test(helpers_count_at_any_depth),
      cmocka_unit_test(values_that_are_held_count),
      cmocka_unit_test(circles_and_odd_keys_end),
      cmocka_unit_test(every_function_of_a_sweep_counts),
      cmocka_unit_test(options_are_in_the_keys_and_not_here),
      cmocka_unit_test(modules_count_as_far_as_they_are_used),
      cmocka_unit_test(modules_that_a_trial_requires_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
