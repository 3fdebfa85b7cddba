/* Scripts that must not open: every mistake is one line with file and line. And options, whose values come as text. */
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define HEAD  "local hs = require 'hopsweep'\n"
#define TRIAL "trial = function() return { x = 1 } end"

static void assert_refused(const script *how, const char *expected) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_script(how, message);
  if (sweep) {
    hs_sweep_free(&sweep);
    fail_msg("a script that should be refused with \"%s\" opened", expected);
  }
  if (!strstr(message, expected)) fail_msg("no \"%s\" in \"%s\"", expected, message);
  assert_null(strchr(message, '\n'));
}

static void scripts_with_mistakes_name_the_line(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"local x = = 1", "s.lua:1: unexpected symbol"},
      {"\n\nlocal x = nil + 1", "s.lua:3: attempt to perform arithmetic on a nil value"},
      {"return 5", "s.lua: the script must end with 'return hs.sweep{...}', but it returned a number"},
      {HEAD, "but it returned a nil"},
      {HEAD "local x = os.time()", "s.lua:2: unknown global 'os'"},
      {HEAD "return hs.sweep { " TRIAL " }", "s.lua:2: hs.sweep: name must be a text"},
      {HEAD "return hs.sweep { name = 'a b', " TRIAL " }", "s.lua:2: hs.sweep: name must be a text"},
      {HEAD "return hs.sweep { name = 'a', repeat_ = 3, " TRIAL " }", "s.lua:2: hs.sweep has no field 'repeat_'"},
      {HEAD "return hs.sweep { name = 'a', repeats = 0, " TRIAL " }", "repeats must be a whole number of at least 1"},
      {HEAD "return hs.sweep { name = 'a', seed = 1.5, " TRIAL " }", "seed must be a whole number of at least 0"},
      {HEAD "return hs.sweep { name = 'a' }", "s.lua:2: hs.sweep: needs model and measure (two functions), or trial"},
      {HEAD "return hs.sweep { name = 'a', model = print, measure = print }", "model needs data"},
      {HEAD "return hs.sweep { name = 'a', model = print, " TRIAL " }", "give either trial, or model and measure"},
      {HEAD "return hs.sweep { name = 'a', trial = 5 }", "hs.sweep: trial must be a function, got a number"},
      {HEAD "return hs.sweep { name = 'a', space = { a = 1 }, " TRIAL " }", "space must be a space"},
      {HEAD "return hs.sweep { name = 'a', data = {}, " TRIAL " }", "data must be an hs.shared{...}"},
      {HEAD "return hs.sweep { name = 'a', data = hs.shared { by = { 'sigma' }, build = print }, " TRIAL " }",
       "data: by names 'sigma', which is no parameter of the space"},
      {HEAD "return hs.sweep { name = 'a', data = hs.shared { by = {} }, " TRIAL " }",
       "s.lua:2: hs.shared: build must"},
      {HEAD "return hs.shared { when = 5 }",
       "s.lua:2: hs.shared has no field 'when'; its fields are build, by, replicate"},
      {HEAD "return require 'nothing'", "s.lua:2: require: there is no module 'nothing'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_refused(&(script){.text = cases[i][0]}, cases[i][1]);
  }
}

#define OPTIONS(declared) HEAD "local opt = hs.options { " declared " }\nreturn hs.sweep { name = 't', " TRIAL " }"

static void options_must_be_declared_and_fit(void **state) {
  (void)state;
  const char *text = OPTIONS("queries = 10, data = 'mnist', fast = false");
  assert_refused(
      &(script){.text = text, .set = "querys=5"},
      "s.lua:2: --set querys=5: there is no such option; the script declares data = \"mnist\", fast = false, "
      "queries = 10");
  assert_refused(&(script){.text = text, .set = "queries=many"}, "s.lua:2: --set queries=many: not a number");
  assert_refused(&(script){.text = text, .set = "queries=inf"}, "not a number");
  assert_refused(&(script){.text = text, .set = "fast=maybe"}, "--set fast=maybe: not a boolean");
  assert_refused(&(script){.text = HEAD "return hs.sweep { name = 't', " TRIAL " }", .set = "a=1"},
                 "s.lua:2: --set a=1: there is no such option; the script declares (none)");
  assert_refused(&(script){.text = HEAD "hs.options { a = 1 }\nhs.options { b = 1 }"},
                 "s.lua:3: hs.options was called before");
  assert_refused(&(script){.text = OPTIONS("a = {}")}, "hs.options: a is a table");
  assert_refused(&(script){.text = HEAD "local o = hs.options { a = 1 }\nprint(o.b)"},
                 "s.lua:3: there is no option 'b'");
  assert_refused(&(script){.text = HEAD "local o = hs.options { a = 1 }\no.a = 2"}, "s.lua:3: options are read-only");
}

static void option_values_take_the_type_of_the_default(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  static const char *const cases[][2] = {{"n=1e3", "{\"f\":false,\"n\":1000,\"w\":\"x\"}"},
                                         {"w=12", "{\"f\":false,\"n\":1,\"w\":\"12\"}"},
                                         {"f=yes\nn=-0.5", "{\"f\":true,\"n\":-0.5,\"w\":\"x\"}"},
                                         {"f=0\nn=0x10", "{\"f\":false,\"n\":16,\"w\":\"x\"}"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    hs_sweep *sweep = open_script(&(script){.text = OPTIONS("n = 1, w = 'x', f = false"), .set = cases[i][0]}, message);
    if (!sweep) fail_msg("%s", message);
    const hs_plan_head *head;
    hs_buffer text = {0};
    assert_int_equal(hs_sweep_head(sweep, &head, message), HS_OK);
    hs_params_put_json(&head->options, &text);
    assert_string_equal(hs_buffer_text(&text), cases[i][1]);
    hs_buffer_free(&text);
    hs_sweep_free(&sweep);
  }
}

static void models_need_services(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  script how = {.text = HEAD
                "return hs.sweep { name = 't', data = hs.shared { build = print },\n"
                "model = function() return hs.hfy { solver = 's' } end, measure = print }",
                .without_services = 1};
  hs_sweep *sweep = open_script(&how, message);
  hs_trial trial = {0};
  assert_true(hs_sweep_next(sweep, &trial, message) < 0);
  assert_non_null(strstr(message, "s.lua:3: models are not available: no plugins are loaded"));
  hs_sweep_free(&sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scripts_with_mistakes_name_the_line),
      cmocka_unit_test(options_must_be_declared_and_fit),
      cmocka_unit_test(option_values_take_the_type_of_the_default),
      cmocka_unit_test(models_need_services),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
