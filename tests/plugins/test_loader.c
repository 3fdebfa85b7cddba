/* test_loader.c: every fault of a plugin file is named; fields that a plugin does not know read as 0. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <plugins/loader.h>
#include <plugins/registry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char *bad_path(const char *name) {
  const char *folder = getenv("HS_BAD_PLUGINS");
  assert_non_null(folder);
  return hs_path_join(folder, name);
}

static void assert_contains(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static void test_faults_are_named(void **state) {
  static const struct {
    const char *file;
    int status;
    const char *sentence[2];
  } FAULTS[] = {
      {"bad-magic.so", HS_ERROR_FORMAT, {"magic 0x12345678", "0x31505348"}},
      {"bad-major.so", HS_ERROR_VERSION, {"major 99, this program has 1", "recompile it against"}},
      {"bad-draft.so", HS_ERROR_VERSION, {"draft 99, this program has draft", "recompile it against"}},
      {"bad-build.so", HS_ERROR_VERSION, {"build bits 0x0", "recompile it for this machine"}},
      {"bad-truncated.so", HS_ERROR_FORMAT, {"40 bytes", "truncated"}},
      {"bad-symbol.so", HS_ERROR_FORMAT, {"exports no hs_plugin_v1", "HS_PLUGIN_EXPORT"}},
      {"bad-id.so", HS_ERROR_FORMAT, {"\"Not an id\"", "[a-z]"}},
      {"bad-default.so", HS_ERROR_FORMAT, {"solver bad: parameter alpha", "default 0.385"}},
      {"bad-type.so", HS_ERROR_FORMAT, {"solver bad: parameter alpha", "unknown type 77"}},
      {"bad-twice.so", HS_ERROR_FORMAT, {"solver bad: parameter alpha", "declared twice"}},
      {"bad-reserved.so", HS_ERROR_FORMAT, {"\"solver\" is reserved", "solver bad"}},
      {"bad-function.so", HS_ERROR_FORMAT, {"solver bad: the function omega()", "missing"}},
      {"bad-undefined.so", HS_ERROR_FORMAT, {"function_that_nobody_wrote", "ldd -r"}},
      {"no-such-file.so", HS_ERROR_NOT_FOUND, {"no such file", "no-such-file.so"}},
  };
  (void)state;
  for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
    char message[HS_MESSAGE_SIZE] = "", *path = bad_path(FAULTS[i].file);
    hs__loaded *loaded = NULL;
    int status = hs__load_plugin(path, &loaded, message);
    if (status != FAULTS[i].status) fail_msg("%s: status %d: %s", path, status, message);
    assert_null(loaded);
    assert_int_equal(strncmp(message, path, strlen(path)), 0);
    assert_contains(message, FAULTS[i].sentence[0]);
    assert_contains(message, FAULTS[i].sentence[1]);
    hs_free(&path);
  }
}

static void test_file_that_is_no_object(void **state) {
  char folder[] = "/tmp/hs_loader_XXXXXX", message[HS_MESSAGE_SIZE];
  (void)state;
  assert_non_null(mkdtemp(folder));
  char *path = hs_path_join(folder, "words.so");
  assert_int_equal(hs_file_write(path, "these are words\n", 16, message), HS_OK);
  hs__loaded *loaded = NULL;
  assert_int_equal(hs__load_plugin(path, &loaded, message), HS_ERROR_FORMAT);
  assert_contains(message, "words.so: not a plugin for this machine");

  /* In a folder it is a fault, not an error; a missing folder is nothing at all. */
  const char *folders[] = {folder, "/no/such/folder"};
  hs_registry *registry = NULL;
  assert_int_equal(hs_registry_open(folders, 2, &registry, message), HS_OK);
  assert_int_equal(hs_registry_count(registry), 0);
  assert_int_equal(hs_registry_fault_count(registry), 1);
  assert_contains(hs_registry_fault(registry, 0), "words.so");
  hs_registry_free(&registry);
  assert_null(registry);
  unlink(path);
  rmdir(folder);
  hs_free(&path);
}

static void test_older_plugin_reads_as_zero(void **state) {
  char message[HS_MESSAGE_SIZE], *path = bad_path("bad-older.so");
  hs__loaded *loaded = NULL;
  (void)state;
  assert_int_equal(hs__load_plugin(path, &loaded, message), HS_OK);
  assert_int_equal(loaded->header.solver_count, 1);
  assert_int_equal(loaded->header.memory_count, 0); /* its memory holds 385 there */
  assert_null(loaded->header.memories);
  assert_string_equal(loaded->solvers[0].id, "older");
  assert_null(loaded->solvers[0].prune);
  hs__loaded_free(&loaded);
  assert_null(loaded);
  hs_free(&path);
}

static void test_newer_plugin_is_cut(void **state) {
  char message[HS_MESSAGE_SIZE], *path = bad_path("bad-newer.so");
  hs__loaded *loaded = NULL;
  (void)state;
  assert_int_equal(hs__load_plugin(path, &loaded, message), HS_OK);
  assert_int_equal(loaded->header.size, sizeof(hs_plugin) + 64);
  assert_string_equal(loaded->solvers[0].parameters[1].name, "beta");
  hs__loaded_free(&loaded);
  hs_free(&path);
}

static void test_copy_takes_what_both_have(void **state) {
  struct {
    uint64_t size, first, second;
  } theirs = {16, 2385, 777}, ours = {1, 2, 3};
  (void)state;
  hs__copy_sized(&ours, sizeof ours, &theirs); /* an older one: `second` is beyond its end */
  assert_int_equal(ours.first, 2385);
  assert_int_equal(ours.second, 0);
  theirs.size = 4096; /* a newer one: ours ends first */
  hs__copy_sized(&ours, 16, &theirs);
  assert_int_equal(ours.first, 2385);
  assert_int_equal(ours.second, 0); /* untouched */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_faults_are_named),           cmocka_unit_test(test_file_that_is_no_object),
      cmocka_unit_test(test_older_plugin_reads_as_zero), cmocka_unit_test(test_newer_plugin_is_cut),
      cmocka_unit_test(test_copy_takes_what_both_have),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
