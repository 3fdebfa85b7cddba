/* test_check.c: the conformance suite passes what is right and names what is wrong. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <plugins/check.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int check(const char *folder_variable, const char *name, hs_buffer *report) {
  const char *folder = getenv(folder_variable);
  char message[HS_MESSAGE_SIZE] = "";
  assert_non_null(folder);
  char *path = hs_path_join(folder, name);
  int failed = hs_check_plugin(path, NULL, 0, report, message);
  if (failed < 0) fail_msg("%s: %s", path, message);
  hs_free(&path);
  return failed;
}

static void assert_passes(const char *folder_variable, const char *name, const char *line) {
  hs_buffer report = {0};
  int failed = check(folder_variable, name, &report);
  const char *text = hs_buffer_text(&report);
  if (failed) fail_msg("%s", text);
  if (!strstr(text, line)) fail_msg("\"%s\" is missing in\n%s", line, text);
  assert_null(strstr(text, "FAIL"));
  hs_buffer_free(&report);
}

static void test_template_passes(void **state) {
  (void)state;
  assert_passes("HS_GOOD", "template.so", "ok   solver template (sharpness = 2.385): the prune rule leaves out");
}

static void test_memory_passes(void **state) {
  (void)state;
  assert_passes("HS_TEST_PLUGINS", "catalogue.so",
                "ok   memory weighing (solver = full, real patterns): energies do not");
}

/* The line that must say FAIL, and how it goes on. */
static void test_misbehaviour_is_named(void **state) {
  static const struct {
    const char *file, *line;
  } FAULTS[] = {
      {"test-nan.so",
       "FAIL solver test-nan: rows are sparse, positive, ascending and sum to what is declared: row 0: p["},
      {"test-overrun.so",
       "FAIL solver test-overrun: rows are sparse, positive, ascending and sum to what is declared: "
       "plugin test-overrun wrote past its workspace"},
      {"test-unconverged.so",
       "FAIL solver test-unconverged: certificates keep the declared tolerance: row 0 has the "
       "certificate 0.0385"},
      {"test-shifted.so", "FAIL solver test-shifted: no other point has a larger <p, z> - omega(p): row"},
      {"test-rounding.so", "FAIL solver test-rounding: leaves the floating-point mode alone: rounding"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
    hs_buffer report = {0};
    assert_true(check("HS_MISBEHAVING", FAULTS[i].file, &report) > 0);
    if (!strstr(hs_buffer_text(&report), FAULTS[i].line))
      fail_msg("\"%s\" is missing in\n%s", FAULTS[i].line, hs_buffer_text(&report));
    hs_buffer_free(&report);
  }
}

static void test_file_that_cannot_be_loaded(void **state) {
  hs_buffer report = {0};
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  assert_int_equal(hs_check_plugin("/no/such/file.so", NULL, 0, &report, message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(message, "/no/such/file.so"));
  hs_buffer_free(&report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_template_passes),
      cmocka_unit_test(test_memory_passes),
      cmocka_unit_test(test_misbehaviour_is_named),
      cmocka_unit_test(test_file_that_cannot_be_loaded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
