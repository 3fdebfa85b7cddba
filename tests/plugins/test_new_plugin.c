/* test_new_plugin.c: what `hopsweep plugins new` writes, and what it refuses. Building it is out_of_tree.sh's task. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <plugins/new.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_files_carry_the_name(void **state) {
  static const char *const FILES[] = {"my-map_2.c", "CMakeLists.txt", "Makefile", "README.md"};
  char folder[] = "/tmp/hs_new_XXXXXX", message[HS_MESSAGE_SIZE] = "";
  (void)state;
  assert_non_null(mkdtemp(folder));
  char *made = hs_path_join(folder, "made");
  if (hs_plugin_new(made, "my-map_2", message) != HS_OK) fail_msg("%s", message);
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    char *path = hs_path_join(made, FILES[i]), *text = NULL;
    if (hs_file_read(path, &text, NULL, message) != HS_OK) fail_msg("%s", message);
    assert_non_null(strstr(text, "my-map_2"));
    assert_null(strstr(text, "template"));
    unlink(path);
    hs_free(&path);
    hs_free(&text);
  }
  assert_int_equal(hs_plugin_new(made, "my-map_2", message), HS_ERROR_BUSY);
  assert_non_null(strstr(message, "made: cannot make this folder"));
  assert_int_equal(rmdir(made), 0); /* so there was nothing else in it */
  rmdir(folder);
  hs_free(&made);
}

static void test_names(void **state) {
  static const char *const NAMES[] = {"", "Map", "2map", "a b", "a/b", "a.b"};
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    assert_int_equal(hs_plugin_new("/tmp/hs_never_made", NAMES[i], message), HS_ERROR_PARAMETER);
    assert_non_null(strstr(message, "[a-z]"));
  }
  assert_int_not_equal(access("/tmp/hs_never_made", F_OK), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files_carry_the_name),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
