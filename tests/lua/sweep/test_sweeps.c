/* The shipped sweeps with the shipped plugins: they open, they run, and what they find is what theory says. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <executor_services.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static hs_registry *registry;
static hs_lua_services services;

static int open_plugins(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  if (hs_registry_open((const char *const[]){HS_PLUGINS}, 1, &registry, message) < 0) fail_msg("%s", message);
  services = hs__executor_services(registry);
  return 0;
}

static int close_plugins(void **state) {
  (void)state;
  hs_registry_free(&registry);
  return 0;
}

static void set_lines(hs_params *overrides, const char *lines) {
  char copy[256], *rest = copy;
  snprintf(copy, sizeof copy, "%s", lines);
  for (char *line; (line = strsep(&rest, "\n"));) {
    char *value = strchr(line, '=');
    *value++ = 0;
    assert_int_equal(hs_params_set_text(overrides, line, value), HS_OK);
  }
}

static hs_sweep *open_shipped(const char *name, const char *set) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep_source source = {.path = hs_path_join(HS_SWEEPS, name)};
  hs_sweep *sweep = NULL;
  set_lines(&source.overrides, set);
  int status = hs_file_read(source.path, &source.text, NULL, message);
  if (status >= 0) status = hs_sweep_open(&source, &services, &(hs_lua_limits){0}, &sweep, message);
  if (status < 0) fail_msg("%s", message);
  hs_sweep_source_free(&source);
  return sweep;
}

static double number_of(const hs_trial *trial, const char *name) {
  const hs_value *value = hs_params_get(&trial->params, name);
  return value ? value->number : 0;
}

static bool is_solver(const hs_trial *trial, const char *solver) {
  return strcmp(hs_params_get(&trial->params, "solver")->text, solver) == 0;
}

static hs_record run_ok(hs_sweep *sweep, const hs_trial *trial) {
  char message[HS_MESSAGE_SIZE] = "";
  if (hs_sweep_rehearse(sweep, trial, message) < 0) fail_msg("%s", message);
  hs_record record = run_trial(sweep, trial);
  if (record.verdict != HS_VERDICT_OK) fail_msg("%s: %s", hs_verdict_word(record.verdict), record.message);
  return record;
}

static void the_demo_separates_the_maps(void **state) {
  (void)state;
  hs_sweep *sweep = open_shipped("demo.lua", "largest=512\nrepeats=2");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  double softmax = 0, sparsemax = 0;
  for (size_t i = 0; i < count; i++) {
    if (number_of(&trials[i], "memories") < 512) continue;
    hs_record record = run_ok(sweep, &trials[i]);
    if (is_solver(&trials[i], "softmax")) softmax += metric_of(&record, "success");
    if (is_solver(&trials[i], "sparsemax")) sparsemax += metric_of(&record, "success");
    hs_record_free(&record);
  }
  assert_true(sparsemax / 2 > 0.3);
  assert_true(softmax / 2 < 0.1);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

static void the_margin_theorem_holds(void **state) {
  (void)state;
  hs_sweep *sweep = open_shipped("margin.lua", "memories=100\nrepeats=1");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  double fixed = 0;
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_ok(sweep, &trials[i]);
    assert_true(metric_of(&record, "mismatches") == 0);
    assert_true(metric_of(&record, "undecided") <= 1);
    fixed += metric_of(&record, "fixed") / (double)count;
    hs_record_free(&record);
  }
  assert_true(fixed > 0.2 && fixed < 0.95); /* both outcomes were there to be predicted */
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

static void noise_lowers_success(void **state) {
  (void)state;
  hs_sweep *sweep = open_shipped("noise.lua", "memories=200\nqueries=50\nrepeats=1");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  for (size_t i = 0; i < count; i++) {
    if (!is_solver(&trials[i], "sparsemax") || number_of(&trials[i], "beta") < 0.5) continue;
    double sigma = number_of(&trials[i], "sigma");
    if (sigma > 0 && sigma < 3) continue;
    hs_record record = run_ok(sweep, &trials[i]);
    assert_true(sigma > 0 ? metric_of(&record, "success") < 0.8 : metric_of(&record, "success") == 1);
    hs_record_free(&record);
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

static void noop_trials_leave_one_metric(void **state) {
  (void)state;
  hs_sweep *sweep = open_shipped("noop.lua", "trials=3");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  assert_int_equal(count, 3);
  hs_record record = run_ok(sweep, &trials[2]);
  assert_int_equal(record.metrics.count, 1);
  assert_true(metric_of(&record, "zero") == 0);
  hs_record_free(&record);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

/* ---- metastable states on made-up images ---------------------------------------------------------------------- */

enum { HEIGHT = 5, WIDTH = 4 };

static void put_big_endian(hs_buffer *file, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) hs_put_u8(file, (uint8_t)(value >> shift));
}

static void write_images(const char *folder, const char *name, uint32_t count, uint32_t seed) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_buffer file = {0};
  put_big_endian(&file, 0x00000803); /* unsigned bytes, three dimensions */
  put_big_endian(&file, count);
  put_big_endian(&file, HEIGHT);
  put_big_endian(&file, WIDTH);
  for (uint32_t i = 0; i < count * HEIGHT * WIDTH; i++) {
    seed = seed * 1664525 + 1013904223;
    hs_put_u8(&file, (uint8_t)(seed >> 24));
  }
  char *path = hs_path_join(folder, name);
  assert_int_equal(hs_file_write(path, file.data, file.size, message), HS_OK);
  hs_free(&path);
  hs_buffer_free(&file);
}

static void check_sizes(const hs_record *record, const hs_trial *trial) {
  double total = metric_of(record, "size_10plus");
  for (int size = 0; size < 10; size++) {
    char name[16];
    snprintf(name, sizeof name, "size_%d", size);
    double share = metric_of(record, name);
    total += share;
    if (is_solver(trial, "ksubsets") && size < number_of(trial, "k")) assert_true(share == 0);
    if (!is_solver(trial, "entmax") && size == 0) assert_true(share == 0);
  }
  assert_true(total > 1 - 1e-12 && total < 1 + 1e-12);
  assert_true(metric_of(record, "steps_used") >= 1 && metric_of(record, "steps_used") <= 5);
  assert_int_equal(record->array_count, 1);
  assert_int_equal(record->arrays[0].shape[0], 7);
  assert_int_equal(record->arrays[0].image[0], HEIGHT);
  assert_int_equal(record->arrays[0].image[1], WIDTH);
}

static void metastable_states_of_a_folder(void **state) {
  (void)state;
  char folder[] = "/tmp/hopsweep-images-XXXXXX", set[256];
  assert_non_null(mkdtemp(folder));
  write_images(folder, "train-images-idx3-ubyte", 40, 2385);
  write_images(folder, "t10k-images-idx3-ubyte", 9, 77);
  snprintf(set, sizeof set, "data=%s\nmemories=33\nqueries=7", folder);
  hs_sweep *sweep = open_shipped("mnist_metastable.lua", set);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  assert_int_equal(count, 16);
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_ok(sweep, &trials[i]);
    check_sizes(&record, &trials[i]);
    hs_record_free(&record);
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);

  char message[HS_MESSAGE_SIZE] = "";
  snprintf(set, sizeof set, "data=%s\nmemories=41\nqueries=7", folder);
  sweep = open_shipped("mnist_metastable.lua", set);
  count = plan_of(sweep, &trials);
  assert_true(hs_sweep_rehearse(sweep, &trials[0], message) < 0);
  assert_non_null(strstr(message, "mnist_metastable.lua:"));
  assert_non_null(strstr(message, "memories = 41, but train-images-idx3-ubyte has only 40 images"));
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  static const char *const names[] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"};
  for (int i = 0; i < 2; i++) {
    char *path = hs_path_join(folder, names[i]);
    unlink(path);
    hs_free(&path);
  }
  rmdir(folder);
}

/* ---- the schedule ---------------------------------------------------------------------------------------------- */

static void reverse_order_in_a_fresh_vm_gives_the_same_bits(void **state) {
  (void)state;
  enum { COUNT = 4 * 4 * 2 };
  hs_buffer forward[COUNT] = {{0}}, backward[COUNT] = {{0}};
  for (int reverse = 0; reverse < 2; reverse++) {
    hs_sweep *sweep = open_shipped("demo.lua", "largest=32\nrepeats=2");
    run_all(sweep, reverse, reverse ? backward : forward, COUNT);
    hs_sweep_free(&sweep);
  }
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(forward[i].size, backward[i].size);
    assert_memory_equal(forward[i].data, backward[i].data, forward[i].size);
    hs_buffer_free(&forward[i]);
    hs_buffer_free(&backward[i]);
  }
}

static void plugins_refuse_what_they_cannot_do(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep_source source = {.path = (char *)(size_t) "s.lua",
                            .text = (char *)(size_t) "local hs = require 'hopsweep'\nreturn hs.sweep { name = 't', "
                                                     "space = hs.grid { alpha = { 2, 0.5 } },\ndata = hs.shared { build "
                                                     "= print },\nmodel = function(p) return hs.hfy { solver = "
                                                     "'entmax', alpha = p.alpha } end, measure = print }"};
  hs_sweep *sweep = NULL;
  hs_trial trial = {0};
  assert_int_equal(hs_sweep_open(&source, &services, NULL, &sweep, message), HS_OK);
  assert_int_equal(hs_sweep_next(sweep, &trial, message), HS_OK);
  assert_int_equal(hs_sweep_next(sweep, &trial, message), HS_ERROR_PARAMETER);
  assert_non_null(strstr(message, "s.lua:4: "));
  assert_non_null(strstr(message, "alpha"));
  assert_non_null(strstr(message, "0.5"));
  hs_trial_free(&trial);
  hs_sweep_free(&sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_demo_separates_the_maps),
      cmocka_unit_test(the_margin_theorem_holds),
      cmocka_unit_test(noise_lowers_success),
      cmocka_unit_test(noop_trials_leave_one_metric),
      cmocka_unit_test(metastable_states_of_a_folder),
      cmocka_unit_test(reverse_order_in_a_fresh_vm_gives_the_same_bits),
      cmocka_unit_test(plugins_refuse_what_they_cannot_do),
  };
  return cmocka_run_group_tests(tests, open_plugins, close_plugins);
}
