/* The configuration file: what is read, which errors name which line, and that docs/hopsweep.cfg shows every key. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <runner/commands/run_options.h>
#include <runner/config.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hopsweep-config-XXXXXX";
static char file[64];

/* A configuration applied to default options; ends with finish(). */
typedef struct config_case {
  hs_run_options options;
  char message[HS_MESSAGE_SIZE];
  int status;
} config_case;

static void apply(config_case *test, const char *text, uint64_t given_machine, uint64_t given_run) {
  memset(test, 0, sizeof *test);
  hs_run_options_default(&test->options);
  assert_int_equal(hs_file_write(file, text, strlen(text), NULL), HS_OK);
  const hs_config_section sections[] = {
      {HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, &test->options, given_machine},
      {HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT, &test->options, given_run},
  };
  test->status = hs_config_apply(file, sections, 2, test->message);
}

static void finish(config_case *test) {
  static const hs_option_group groups[HS_MAX_GROUPS] = {{HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, 0},
                                                        {HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT, 0}};
  hs_parsed parsed = {.values = &test->options};
  hs_options_free(groups, &parsed);
}

/* The position of an option in its table. */
static unsigned position_of(const hs_option *options, size_t count, const char *name) {
  for (unsigned i = 0; i < count; i++)
    if (strcmp(options[i].name, name) == 0) return i;
  fail_msg("no option %s", name);
  return 0;
}

static void test_good(void **state) {
  (void)state;
  config_case test;
  char expected[128];
  apply(&test,
        "processes = 3;\ntrial_timeout = \"2.5m\"\nmax_retries = 2; crash_limit = 7;\nhalt = \"now,fail=3%\"\n"
        "progress = \"lines\"\nprogress_interval = 2.385\nmemory_limit = 4294967296L\nthreads = 2\n"
        "plugin_path = [\"p\", \"/q\"]\ndata_dir = (\"d\")\nlog = \"l.log\"\n",
        0, 0);
  const hs_settings *settings = &test.options.settings;
  assert_int_equal(test.status, HS_OK);
  assert_int_equal(settings->processes, 3);
  assert_true(settings->trial_timeout == 150 && settings->progress_interval == 2.385);
  assert_int_equal(settings->max_retries, 2);
  assert_int_equal(settings->crash_limit, 7);
  assert_true(settings->halt.on && settings->halt.now && settings->halt.percent == 3);
  assert_int_equal(test.options.progress, HS_PROGRESS_LINES);
  assert_true(settings->memory_limit == 4294967296.0);
  assert_int_equal(settings->threads, 2);
  snprintf(expected, sizeof expected, "%s/p", folder);
  assert_string_equal(test.options.plugin_path.items[0], expected); /* from the file's own folder */
  assert_string_equal(test.options.plugin_path.items[1], "/q");
  assert_int_equal(test.options.data_dir.count, 1);
  finish(&test);
}

static void test_command_line_is_stronger(void **state) {
  (void)state;
  config_case test;
  uint64_t threads = UINT64_C(1) << position_of(HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT, "threads");
  uint64_t timeout = UINT64_C(1) << position_of(HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT, "trial-timeout");
  apply(&test, "threads = 5\ntrial_timeout = 17\nmax_retries = 4\n", threads, timeout);
  assert_int_equal(test.status, HS_OK);
  assert_int_equal(test.options.settings.threads, 1);
  assert_true(test.options.settings.trial_timeout == 0);
  assert_int_equal(test.options.settings.max_retries, 4);
  finish(&test);
  apply(&test, "threads = 5000\n", threads, 0); /* dropped, and still wrong */
  assert_int_equal(test.status, HS_ERROR_LAUNCH);
  finish(&test);
}

typedef struct wrong_text {
  const char *text, *message; /* after the file's name */
} wrong_text;

static const wrong_text WRONG[] = {
    {"\nthread = 3\n", ":2: thread is no key of a configuration file; did you mean threads?"},
    {"store = \"a.db\"\n", ":1: store is no key of a configuration file"},
    {"zzzzzzzzzzz = 1\n", ":1: zzzzzzzzzzz is no key of a configuration file"},
    {"threads = \"2\"\n", ":1: threads wants a whole number"},
    {"threads = 2.0\n", ":1: threads wants a whole number"},
    {"threads = true\n", ":1: threads wants a whole number"},
    {"threads = 0\n", ":1: threads: \"0\" is not a whole number from 1 to 1024"},
    {"threads = 17179869184L\n", ":1: threads: \"17179869184\" is not a whole number from 1 to 1024"},
    {"max_retries = -1\n", ":1: max_retries: \"-1\" is not a whole number from 0 to 1000"},
    {"trial_timeout = [1]\n", ":1: trial_timeout wants seconds, or a text such as \"5m\""},
    {"trial_timeout = -2\n", ":1: trial_timeout: \"-2\" is not a time such as 90s, 5m or 2h"},
    {"memory_limit = { a = 1 }\n", ":1: memory_limit wants bytes, or a text such as \"4G\""},
    {"halt = 3\n", ":1: halt wants a text in quotes"},
    {"progress = \"dots\"\n", ":1: progress: \"dots\" is not one of auto|bar|lines|none"},
    {"data_dir = 3\n", ":1: data_dir wants a list of texts, such as [\"a\", \"b\"]"},
    {"data_dir = (\"a\", 3)\n", ":1: data_dir wants a list of texts, such as [\"a\", \"b\"]"},
    {"log = \"\"\n", ":1: log: \"\" is not a text that is not empty"},
    {"threads = 1\nthreads = 2\n", ":2: duplicate setting name"},
    {"threads = \n", ":2: syntax error"},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
    config_case test;
    char expected[HS_MESSAGE_SIZE];
    apply(&test, WRONG[i].text, 0, 0);
    snprintf(expected, sizeof expected, "%s%s", file, WRONG[i].message);
    assert_int_equal(test.status, HS_ERROR_LAUNCH);
    assert_string_equal(test.message, expected);
    finish(&test);
  }
}

/* ---- the example in the docs ---------------------------------------------------------------------------------- */

/* Takes the '#' away in front of "#key = ..." lines, in place. */
static void uncomment(char *text) {
  char *out = text;
  for (const char *line = text; *line;) {
    const char *end = strchrnul(line, '\n');
    if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') line++;
    size_t length = (size_t)(end - line) + (*end != 0);
    memmove(out, line, length);
    out += length;
    line = *end ? end + 1 : end;
  }
  *out = 0;
}

/* Every configurable option of a table stands there as "#key = ". */
static void must_show(const char *text, const hs_option *options, size_t count) {
  char key[48], wanted[64];
  for (size_t i = 0; i < count; i++) {
    if (!options[i].configurable) continue;
    snprintf(wanted, sizeof wanted, "\n#%s = ", hs_config_key(&options[i], key));
    if (!strstr(text, wanted)) fail_msg("docs/hopsweep.cfg does not show %s", key);
  }
}

static void test_documented(void **state) {
  (void)state;
  char *text = NULL;
  config_case test;
  assert_int_equal(hs_file_read(HS_SOURCE_FOLDER "/docs/hopsweep.cfg", &text, NULL, NULL), HS_OK);
  must_show(text, HS_MACHINE_OPTIONS, HS_MACHINE_OPTION_COUNT);
  must_show(text, HS_RUN_OPTIONS, HS_RUN_OPTION_COUNT);
  apply(&test, text, 0, 0); /* as it is: nothing but comments */
  assert_int_equal(test.status, HS_OK);
  assert_int_equal(test.options.settings.processes, 0);
  finish(&test);
  uncomment(text);
  apply(&test, text, 0, 0);
  assert_string_equal(test.message, "");
  assert_int_equal(test.status, HS_OK);
  assert_int_equal(test.options.settings.processes, 4);
  assert_int_equal(test.options.plugin_path.count, 2);
  finish(&test);
  hs_free(&text);
}

/* ---- where it is found ---------------------------------------------------------------------------------------- */

static void must_find(const char *chosen, const char *expected) {
  char *path = NULL, message[HS_MESSAGE_SIZE] = "";
  assert_int_equal(hs_config_find(chosen, &path, message), HS_OK);
  assert_non_null(path);
  assert_string_equal(path, expected);
  hs_free(&path);
}

static void test_search(void **state) {
  (void)state;
  char home[96], other[96], *path = NULL, message[HS_MESSAGE_SIZE];
  snprintf(home, sizeof home, "%s/hopsweep/hopsweep.cfg", folder);
  snprintf(other, sizeof other, "%s/other.cfg", folder);
  *strrchr(home, '/') = 0;
  assert_int_equal(mkdir(home, 0777), 0);
  home[strlen(home)] = '/';
  assert_int_equal(hs_file_write(home, "", 0, NULL), HS_OK);
  assert_int_equal(hs_file_write(other, "", 0, NULL), HS_OK);
  assert_int_equal(chdir(folder), 0);
  unlink("hopsweep.cfg");
  unsetenv("HOPSWEEP_CONFIG");
  setenv("XDG_CONFIG_HOME", folder, 1);
  must_find(NULL, home);
  assert_int_equal(hs_file_write("hopsweep.cfg", "", 0, NULL), HS_OK);
  must_find(NULL, "./hopsweep.cfg");
  setenv("HOPSWEEP_CONFIG", other, 1);
  must_find(NULL, other);
  must_find(home, home);
  assert_int_equal(hs_config_find("missing.cfg", &path, message), HS_ERROR_LAUNCH);
  assert_string_equal(message, "missing.cfg: the configuration file that --config names cannot be read");
  setenv("HOPSWEEP_CONFIG", "missing.cfg", 1);
  assert_int_equal(hs_config_find(NULL, &path, message), HS_ERROR_LAUNCH);
}

static int make_folder(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(file, sizeof file, "%s/test.cfg", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  static const char *const names[] = {"test.cfg", "other.cfg", "hopsweep.cfg", "hopsweep/hopsweep.cfg", "hopsweep", ""};
  char path[96];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    remove(path);
  }
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_good),   cmocka_unit_test(test_command_line_is_stronger),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_documented),
      cmocka_unit_test(test_search),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
