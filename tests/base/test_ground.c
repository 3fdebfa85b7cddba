/* The small things of the ground floor: status texts, hashes, durations, files, processor levels, memory, the log and
 * the door to GSL. */
#include <base/clock.h>
#include <base/cpu.h>
#include <base/distributions.h>
#include <base/file.h>
#include <base/hash.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* cmocka wants the four above. */
#include <cmocka.h>

static void status_codes_and_texts_are_complete_and_unique(void **state) {
  (void)state;
#define CODE_OF(code, name, text) code,
  static const int CODES[] = {HS_STATUS_LIST(CODE_OF)};
#undef CODE_OF
  enum { COUNT = sizeof CODES / sizeof *CODES };
  for (int i = 0; i < COUNT; i++) {
    assert_true(strlen(hs_status_text(CODES[i])) > 1);
    assert_true((strncmp(hs_status_name(CODES[i]), "ERROR_", 6) == 0) == (CODES[i] < 0));
    for (int j = 0; j < i; j++) {
      assert_int_not_equal(CODES[i], CODES[j]);
      assert_string_not_equal(hs_status_text(CODES[i]), hs_status_text(CODES[j]));
    }
  }
  assert_string_equal(hs_status_name(-12345), "UNKNOWN");
  assert_string_equal(hs_status_text(12345), "unknown status");
}

static void messages_are_cut_visibly(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE + 1], shorter[] = "5 %";
  message[HS_MESSAGE_SIZE] = 'g'; /* a guard */
  assert_int_equal(hs_fail(message, HS_ERROR_IO, "%s: %s", "a.db", shorter), HS_ERROR_IO);
  assert_string_equal(message, "a.db: 5 %");
  assert_int_equal(hs_fail(message, HS_ERROR_IO, "%0300d", 7), HS_ERROR_IO);
  assert_int_equal(strlen(message), HS_MESSAGE_SIZE - 1);
  assert_string_equal(message + HS_MESSAGE_SIZE - 4, "...");
  assert_int_equal(message[HS_MESSAGE_SIZE], 'g');
  assert_int_equal(hs_fail(NULL, HS_ERROR_MEMORY, "nobody reads this"), HS_ERROR_MEMORY);
}

static int try_it(int status) {
  HS_TRY(status);
  return HS_END;
}

static void notes_pass_and_errors_return(void **state) {
  (void)state;
  assert_int_equal(try_it(HS_OK), HS_END);
  assert_int_equal(try_it(HS_NOT_CONVERGED), HS_END);
  assert_int_equal(try_it(HS_ERROR_SHAPE), HS_ERROR_SHAPE);
}

static void hashes_have_one_text(void **state) {
  (void)state;
  char text[HS_HASH_TEXT_SIZE];
  hs_hash_text(hs_hash_of("", 0), text);
  assert_string_equal(text, "99aa06d3014798d86001c324468d497f"); /* XXH3's published value for no bytes */
  hs_hash hash = {0x00000000000000a1, 0x0123456789abcdef}, back;
  hs_hash_text(hash, text);
  assert_string_equal(text, "00000000000000a10123456789abcdef");
  assert_int_equal(hs_hash_parse(text, &back), HS_OK);
  assert_true(hs_hash_equal(hash, back));
  static const char *const BAD[] = {"",
                                    "a1",
                                    "00000000000000A10123456789abcdef",
                                    "00000000000000a10123456789abcdef0",
                                    " 0000000000000a10123456789abcdef",
                                    "0x000000000000a10123456789abcdef"};
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) assert_int_equal(hs_hash_parse(BAD[i], &back), HS_ERROR_FORMAT);
}

static void every_bit_changes_the_hash(void **state) {
  (void)state;
  unsigned char bytes[37] = {23, 85};
  hs_hash before = hs_hash_of(bytes, sizeof bytes);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    assert_false(hs_hash_equal(before, hs_hash_of(bytes, sizeof bytes)));
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
}

static void durations_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double seconds;
  } CASES[] = {{"5m", 300},   {"90s", 90}, {"2h", 7200}, {"1.5", 1.5}, {"0", 0},    {"0.25m", 15},
               {"1e3", 1000}, {"", -1},    {"m", -1},    {"5x", -1},   {"5ms", -1}, {"5 m", -1},
               {"-1", -1},    {"nan", -1}, {"inf", -1},  {"1e10", -1}, {"5m5", -1}, {"5m30s", -1}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_true(hs_duration_parse(CASES[i].text) == CASES[i].seconds);
}

static void durations_are_written_for_people(void **state) {
  (void)state;
  static const struct {
    double seconds;
    const char *text;
  } CASES[] = {{0, "0.0 s"},          {2.385, "2.4 s"},    {12.3, "12 s"},         {59.4, "59 s"},
               {59.6, "1 min 00 s"},  {200, "3 min 20 s"}, {3599.7, "1 h 00 min"}, {7500, "2 h 05 min"},
               {1e6, "277 h 46 min"}, {-1, "unknown"},     {INFINITY, "unknown"},  {NAN, "unknown"}};
  char text[32];
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_string_equal(hs_duration_text(CASES[i].seconds, text), CASES[i].text);
}

static void clocks_go_forwards(void **state) {
  (void)state;
  double now = hs_clock_now(), cpu = hs_clock_cpu();
  assert_true(hs_clock_now() >= now && hs_clock_cpu() >= cpu && cpu >= 0);
  assert_true(hs_clock_wall() > 1.6e9);
}

/* A fresh folder in *state, removed with everything in it. */
static int make_folder(void **state) {
  char *folder = strdup("/tmp/hopsweep-test-XXXXXX");
  *state = folder;
  return folder && mkdtemp(folder) ? 0 : -1;
}

static int count_files(const char *folder, bool remove_them) {
  DIR *directory = opendir(folder);
  int count = 0;
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    if (entry->d_name[0] == '.') continue;
    count++;
    char *path = hs_path_join(folder, entry->d_name);
    if (remove_them && path) remove(path);
    hs_free(&path);
  }
  if (directory) closedir(directory);
  return count;
}

static int remove_folder(void **state) {
  char *folder = *state;
  count_files(folder, true);
  rmdir(folder);
  free(folder);
  return 0;
}

static void assert_contents(const char *path, const char *expected, size_t expected_size) {
  char *text = NULL, message[HS_MESSAGE_SIZE] = "";
  size_t size = 0;
  assert_int_equal(hs_file_read(path, &text, &size, message), HS_OK);
  assert_int_equal(size, expected_size);
  assert_memory_equal(text, expected, size);
  assert_int_equal(text[size], 0);
  hs_free(&text);
}

static void files_come_back_and_are_replaced(void **state) {
  char *path = hs_path_join(*state, "file"), message[HS_MESSAGE_SIZE] = "", *large = hs_allocate(200001, 1);
  assert_int_equal(hs_file_write(path, "a\0b\n", 4, message), HS_OK);
  assert_contents(path, "a\0b\n", 4);
  memset(large, 'x', 200000); /* more than one read */
  assert_int_equal(hs_file_write(path, large, 200000, message), HS_OK);
  assert_contents(path, large, 200000);
  assert_int_equal(hs_file_write(path, "", 0, message), HS_OK);
  assert_contents(path, "", 0);
  assert_int_equal(count_files(*state, false), 1); /* no temporary file stays */
  hs_free(&large);
  hs_free(&path);
}

static void a_write_that_fails_leaves_the_old_file(void **state) {
  char *path = hs_path_join(*state, "file"), message[HS_MESSAGE_SIZE] = "", *large = hs_allocate(100000, 1);
  assert_int_equal(hs_file_write(path, "old", 3, message), HS_OK);
  struct rlimit before, tight = {.rlim_cur = 1000, .rlim_max = RLIM_INFINITY};
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  tight.rlim_max = before.rlim_max;
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
  int status = hs_file_write(path, large, 100000, message); /* as on a full disk */
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  assert_int_equal(status, HS_ERROR_IO);
  assert_non_null(strstr(message, path));
  assert_contents(path, "old", 3);
  assert_int_equal(count_files(*state, false), 1);
  hs_free(&large);
  hs_free(&path);
}

static void file_errors_name_the_path(void **state) {
  char *missing = hs_path_join(*state, "no/such/file"), *text = NULL, message[HS_MESSAGE_SIZE] = "";
  assert_int_equal(hs_file_read(missing, &text, NULL, message), HS_ERROR_NOT_FOUND);
  assert_non_null(strstr(message, missing));
  assert_int_equal(hs_file_write(missing, "x", 1, message), HS_ERROR_IO);
  assert_non_null(strstr(message, missing));
  assert_int_equal(hs_file_read(*state, &text, NULL, message), HS_ERROR_IO); /* a folder */
  assert_int_equal(hs_file_write(*state, "x", 1, message), HS_ERROR_IO);
  char *beside = hs_path_folder(*state);
  assert_string_equal(beside, "/tmp");
  assert_null(text);
  hs_free(&beside);
  hs_free(&missing);
}

static void paths_are_joined_and_split(void **state) {
  (void)state;
  static const char *const JOINS[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"a", "/b", "/b"},
                                         {"/", "b", "/b"},  {"a", "", "a/"},    {"", "", ""}};
  static const char *const FOLDERS[][2] = {{"a/b", "a"}, {"a", "."}, {"/a", "/"}, {"a/b/c", "a/b"}, {"/", "/"}};
  for (size_t i = 0; i < sizeof JOINS / sizeof *JOINS; i++) {
    char *path = hs_path_join(JOINS[i][0], JOINS[i][1]);
    assert_string_equal(path, JOINS[i][2]);
    hs_free(&path);
  }
  for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
    char *folder = hs_path_folder(FOLDERS[i][0]);
    assert_string_equal(folder, FOLDERS[i][1]);
    hs_free(&folder);
  }
  char *folder = hs_program_folder();
  assert_non_null(folder);
  assert_int_equal(folder[0], '/');
  hs_free(&folder);
}

static void the_processor_level_is_only_ever_lowered(void **state) {
  (void)state;
  unsetenv("HOPSWEEP_CPU");
  int offered = hs_cpu_detect();
  for (int level = HS_CPU_PORTABLE; level <= HS_CPU_AVX512; level++) {
    const char *name = hs_cpu_level_name((hs_cpu_level)level);
    assert_int_equal(hs_cpu_level_parse(name), level);
    setenv("HOPSWEEP_CPU", name, 1);
    assert_int_equal(hs_cpu_detect(), level < offered ? level : offered);
    assert_non_null(hs_cpu_blas_core((hs_cpu_level)level));
  }
  setenv("HOPSWEEP_CPU", "quantum", 1);
  assert_int_equal(hs_cpu_detect(), offered);
  unsetenv("HOPSWEEP_CPU");
  assert_int_equal(hs_cpu_level_parse("AVX2"), -1);
  assert_int_equal(hs_cpu_level_parse(""), -1);
  assert_true(hs_cpu_cores() >= 1);
}

static void allocations_refuse_overflow_and_keep_contents(void **state) {
  (void)state;
  volatile size_t huge = SIZE_MAX / 2; /* volatile: the compiler would warn that it cannot succeed */
  assert_null(hs_allocate(huge, 3));
  assert_null(hs_allocate_aligned(huge, 3));
  void *nothing = hs_allocate(0, 8);
  assert_non_null(nothing);
  hs_free(&nothing);
  assert_null(nothing);
  double *aligned = hs_allocate_aligned(3, sizeof *aligned);
  assert_int_equal((uintptr_t)aligned % 64, 0);
  hs_free(&aligned);
  int *array = NULL;
  size_t capacity = 0;
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(hs_grow(&array, &capacity, (size_t)i + 1, sizeof *array), HS_OK);
    array[i] = i;
  }
  for (int i = 0; i < 1000; i++) assert_int_equal(array[i], i);
  size_t before = capacity;
  assert_int_equal(hs_grow(&array, &capacity, huge, sizeof *array), HS_ERROR_MEMORY);
  assert_int_equal(capacity, before);
  assert_int_equal(array[999], 999);
  hs_free(&array);
  assert_null(hs_copy_text(NULL));
}

static int times_aside, times_back;
static void step_aside(void) { times_aside++; }
static void come_back(void) { times_back++; }

static void the_log_keeps_what_its_level_asks(void **state) {
  char *path = hs_path_join(*state, "log"), *text = NULL, message[HS_MESSAGE_SIZE] = "";
  assert_int_equal(hs_log_open(path, message), HS_OK);
  hs_log_set_bystander(step_aside, come_back);
  hs_log_set_level(HS_LOG_WARNING);
  hs_log_info("not written");
  hs_log_warning("written %d", 2385);
  hs_log_error("%03000d", 1); /* longer than a line may be */
  hs_log_set_bystander(NULL, NULL);
  hs_log_set_level(HS_LOG_INFO);
  assert_int_equal(hs_log_open(NULL, message), HS_OK);
  assert_int_equal(hs_file_read(path, &text, NULL, message), HS_OK);
  assert_null(strstr(text, "not written"));
  assert_non_null(strstr(text, "hopsweep: warning: written 2385\n"));
  assert_non_null(strstr(text, "hopsweep: error: 000"));
  assert_int_equal(text[strlen(text) - 1], '\n');
  assert_true(times_aside == 2 && times_back == 2);
  hs_free(&text);
  hs_free(&path);
  path = hs_path_join(*state, "no/such/folder");
  assert_int_equal(hs_log_open(path, message), HS_ERROR_IO);
  assert_non_null(strstr(message, path));
  hs_free(&path);
}

static void quantiles_have_their_known_values(void **state) {
  (void)state;
  assert_true(fabs(hs_normal_quantile(0.975) - 1.959963984540054) < 1e-12);
  assert_true(hs_normal_quantile(0.5) == 0);
  assert_true(fabs(hs_student_t_quantile(0.975, 1) - 12.706204736174698) < 1e-8);
  assert_true(fabs(hs_student_t_quantile(0.975, 10) - 2.2281388519649385) < 1e-8);
  assert_true(fabs(hs_student_t_quantile(0.025, 10) + 2.2281388519649385) < 1e-8);
  double before = INFINITY; /* from the Cauchy distribution down to the normal one */
  for (int power = 0; power < 30; power++) {
    double quantile = hs_student_t_quantile(0.975, pow(1.7, power));
    assert_true(quantile <= before && quantile > 1.9599639);
    before = quantile;
  }
  for (int i = 1; i < 64; i++)
    assert_true(fabs(hs_normal_quantile(i / 128.0) + hs_normal_quantile(1 - i / 128.0)) < 1e-13);
  assert_true(isfinite(hs_normal_quantile(0x1p-53)) && isfinite(hs_normal_quantile(1 - 0x1p-53)));
}

/* In base 2 the first 2^k - 1 points and 0 hit each interval of length 2^-k exactly once. */
static void sequences_fill_the_unit_interval_evenly(void **state) {
  (void)state;
  for (int kind = HS_SEQUENCE_SOBOL; kind <= HS_SEQUENCE_HALTON; kind++) {
    hs_sequence *sequence = NULL;
    assert_int_equal(hs_sequence_new((hs_sequence_kind)kind, 5, &sequence), HS_OK);
    int hits[256] = {1};
    for (int i = 1; i < 256; i++) {
      double point[5];
      hs_sequence_next(sequence, point);
      for (int d = 0; d < 5; d++) assert_true(point[d] >= 0 && point[d] < 1);
      hits[(int)(point[0] * 256)]++;
    }
    for (int i = 0; i < 256; i++) assert_int_equal(hits[i], 1);
    hs_sequence_free(&sequence);
    assert_null(sequence);
    assert_int_equal(hs_sequence_new((hs_sequence_kind)kind, 0, &sequence), HS_ERROR_ARGUMENT);
    assert_int_equal(hs_sequence_new((hs_sequence_kind)kind, 5000, &sequence), HS_ERROR_ARGUMENT);
    hs_sequence_free(&sequence); /* of nothing */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(status_codes_and_texts_are_complete_and_unique),
      cmocka_unit_test(messages_are_cut_visibly),
      cmocka_unit_test(notes_pass_and_errors_return),
      cmocka_unit_test(hashes_have_one_text),
      cmocka_unit_test(every_bit_changes_the_hash),
      cmocka_unit_test(durations_are_read),
      cmocka_unit_test(durations_are_written_for_people),
      cmocka_unit_test(clocks_go_forwards),
      cmocka_unit_test_setup_teardown(files_come_back_and_are_replaced, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_the_old_file, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(file_errors_name_the_path, make_folder, remove_folder),
      cmocka_unit_test(paths_are_joined_and_split),
      cmocka_unit_test(the_processor_level_is_only_ever_lowered),
      cmocka_unit_test(allocations_refuse_overflow_and_keep_contents),
      cmocka_unit_test_setup_teardown(the_log_keeps_what_its_level_asks, make_folder, remove_folder),
      cmocka_unit_test(quantiles_have_their_known_values),
      cmocka_unit_test(sequences_fill_the_unit_interval_evenly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
