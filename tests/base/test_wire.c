/* What crosses a process border: each message comes back byte for byte, and no truncation, no flipped byte and no
 * failing allocation does more than return an error. The linker hands every allocation of this program to the
 * __wrap_ functions below (tests/base/CMakeLists.txt). */
#include <base/memory.h>
#include <base/plan.h>
#include <base/record.h>
#include <base/status.h>
#include <base/trial.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

/* cmocka wants the four above. */
#include <cmocka.h>

static long allocations_until_failure = -1; /* -1: none fails */

static bool must_fail(void) { return allocations_until_failure >= 0 && allocations_until_failure-- == 0; }

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size) { return must_fail() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return must_fail() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *old, size_t size) { return must_fail() ? NULL : __real_realloc(old, size); }

/* Reads one message and, if `again` is not NULL, writes it there once more; frees what it made. */
typedef int (*read_message)(hs_reader *reader, hs_buffer *again);

static int read_trial(hs_reader *reader, hs_buffer *again) {
  hs_trial trial = {0};
  int status = hs_get_trial(reader, &trial);
  if (status == HS_OK && again) hs_put_trial(again, &trial);
  hs_trial_free(&trial);
  return status;
}

static int read_record(hs_reader *reader, hs_buffer *again) {
  hs_record record = {0};
  int status = hs_get_record(reader, &record);
  if (status == HS_OK && again) hs_put_record(again, &record);
  hs_record_free(&record);
  return status;
}

static int read_head(hs_reader *reader, hs_buffer *again) {
  hs_plan_head head = {0};
  int status = hs_get_plan_head(reader, &head);
  if (status == HS_OK && again) hs_put_plan_head(again, &head);
  hs_plan_head_free(&head);
  return status;
}

static int read_source(hs_reader *reader, hs_buffer *again) {
  hs_sweep_source source = {0};
  int status = hs_get_sweep_source(reader, &source);
  if (status == HS_OK && again) hs_put_sweep_source(again, &source);
  hs_sweep_source_free(&source);
  return status;
}

static void fill(hs_params *params) {
  assert_int_equal(hs_params_set_number(params, "beta", 2.385), HS_OK);
  assert_int_equal(hs_params_set_number(params, "size_10plus", NAN), HS_OK);
  assert_int_equal(hs_params_set_text(params, "solver", "entmax"), HS_OK);
  assert_int_equal(hs_params_set_flag(params, "exact", true), HS_OK);
}

static void put_trial(hs_buffer *buffer) {
  hs_trial trial = {.key = {1, 2}, .group = {3, UINT64_MAX}, .position = 1ull << 40, .replicate = 7};
  fill(&trial.params);
  hs_put_trial(buffer, &trial);
  hs_trial_free(&trial);
}

static void add_array(hs_record *record, const char *name, hs_dtype dtype, int64_t rows, int64_t columns) {
  hs_kept_array *array = hs_record_add_array(record, name);
  assert_non_null(array);
  array->dtype = dtype;
  array->dimensions = 2;
  array->shape[0] = rows;
  array->shape[1] = columns;
  array->size = (size_t)(rows * columns) * hs_dtype_size(dtype);
  array->data = hs_allocate(array->size, 1);
  assert_non_null(array->data);
  memset(array->data, 0x5a, array->size);
}

static void put_record(hs_buffer *buffer) {
  hs_record record = {
      .key = {5, 6}, .verdict = HS_VERDICT_FAILED, .attempt = 3, .rank = -1, .started = 1.7e9, .wall = 0.25};
  fill(&record.metrics);
  add_array(&record, "states", HS_FLOAT32, 3, 4);
  record.arrays[0].image[0] = record.arrays[0].image[1] = 2;
  add_array(&record, "nothing", HS_INT64, 0, 4);
  add_array(&record, "labels", HS_UINT8, 1, 5);
  record.message = hs_copy_text("line 3: no such file");
  hs_put_record(buffer, &record);
  hs_record_free(&record);
}

static void put_head(hs_buffer *buffer) {
  char name[] = "mnist-metastable", order[] = "solver,beta";
  hs_plan_head head = {.name = name, .revision = -3, .seed = 9, .repeats = 2, .cells = 16, .trials = 32};
  head.parameter_order = order;
  head.code = (hs_hash){8, 9};
  fill(&head.options);
  hs_put_plan_head(buffer, &head);
  hs_params_free(&head.options);
}

static void put_source(hs_buffer *buffer) {
  char path[] = "sweeps/demo.lua", text[] = "return 1", folders[] = "/data:data", module[] = "helper", code[] = "x = 1";
  char *names[] = {module, module}, *texts[] = {code, text};
  hs_sweep_source source = {.path = path, .text = text, .data_folders = folders, .seed = 5, .seed_given = true};
  source.module_names = names;
  source.module_texts = texts;
  source.module_count = 2;
  fill(&source.overrides);
  hs_put_sweep_source(buffer, &source);
  hs_params_free(&source.overrides);
}

static const struct message_kind {
  void (*put)(hs_buffer *buffer);
  read_message read;
} MESSAGES[] = {{put_trial, read_trial}, {put_record, read_record}, {put_head, read_head}, {put_source, read_source}};
enum { MESSAGE_KINDS = sizeof MESSAGES / sizeof *MESSAGES };

static void messages_come_back_byte_for_byte(void **state) {
  (void)state;
  for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
    hs_buffer bytes = {0}, again = {0};
    MESSAGES[kind].put(&bytes);
    hs_put_u8(&bytes, 0xee); /* what follows is not touched */
    hs_reader reader = hs_reader_of(bytes.data, bytes.size);
    assert_int_equal(MESSAGES[kind].read(&reader, &again), HS_OK);
    assert_int_equal(hs_reader_left(&reader), 1);
    assert_int_equal(again.size, bytes.size - 1);
    assert_memory_equal(again.data, bytes.data, again.size);
    hs_buffer_free(&bytes);
    hs_buffer_free(&again);
  }
}

/* Reads from a block of exactly this size, so that the sanitizer sees each overrun. */
static int read_exactly(read_message read, const unsigned char *bytes, size_t size, hs_buffer *again) {
  unsigned char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, bytes, size);
  hs_reader reader = hs_reader_of(exact, size);
  int status = read(&reader, again);
  free(exact);
  return status;
}

static void every_truncation_is_an_error(void **state) {
  (void)state;
  for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
    hs_buffer bytes = {0};
    MESSAGES[kind].put(&bytes);
    for (size_t size = 0; size < bytes.size; size++)
      assert_int_equal(read_exactly(MESSAGES[kind].read, bytes.data, size, NULL), HS_ERROR_FORMAT);
    hs_buffer_free(&bytes);
  }
}

static void flipped_bytes_never_do_harm(void **state) {
  (void)state;
  uint64_t seed = 2385;
  for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
    hs_buffer bytes = {0}, again = {0};
    MESSAGES[kind].put(&bytes);
    for (int round = 0; round < 20000; round++) {
      size_t at[3];
      unsigned char before[3];
      int flips = 1 + round % 3;
      for (int f = 0; f < flips; f++) {
        at[f] = random_bits(&seed) % bytes.size;
        before[f] = bytes.data[at[f]];
        bytes.data[at[f]] = (unsigned char)random_bits(&seed);
      }
      hs_buffer_clear(&again);
      int status = read_exactly(MESSAGES[kind].read, bytes.data, bytes.size, &again);
      assert_true(status == HS_OK || status == HS_ERROR_FORMAT);
      for (int f = flips; f-- > 0;) bytes.data[at[f]] = before[f];
    }
    hs_buffer_free(&bytes);
    hs_buffer_free(&again);
  }
}

/* Fails the first, the second, the third ... allocation until none is left; leaks are the sanitizer's to find. */
static void every_failing_allocation_is_an_error(void **state) {
  (void)state;
  for (int kind = 0; kind < MESSAGE_KINDS; kind++) {
    hs_buffer bytes = {0};
    MESSAGES[kind].put(&bytes);
    int status = HS_ERROR_MEMORY;
    for (long nth = 0; status != HS_OK; nth++) {
      assert_true(nth < 1000);
      hs_reader reader = hs_reader_of(bytes.data, bytes.size);
      allocations_until_failure = nth;
      status = MESSAGES[kind].read(&reader, NULL);
      allocations_until_failure = -1;
      assert_true(status == HS_OK || status == HS_ERROR_MEMORY || status == HS_ERROR_FORMAT);
      assert_true(status != HS_OK || nth > 3);
    }
    hs_buffer_free(&bytes);
  }
}

static void an_array_must_have_the_bytes_of_its_shape(void **state) {
  (void)state;
  static const int64_t SHAPES[][2] = {{3, 5}, {-3, -4}, {INT64_MAX, 2}, {1ll << 62, 4}, {0, 0}, {INT64_MIN, 1}};
  for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
    hs_record record = {0};
    add_array(&record, "x", HS_FLOAT32, 3, 4);
    record.arrays[0].shape[0] = SHAPES[i][0];
    record.arrays[0].shape[1] = SHAPES[i][1];
    hs_buffer bytes = {0};
    hs_put_record(&bytes, &record);
    assert_int_equal(read_exactly(read_record, bytes.data, bytes.size, NULL), HS_ERROR_FORMAT);
    hs_buffer_free(&bytes);
    hs_record_free(&record);
  }
}

static void a_key_depends_on_every_ingredient(void **state) {
  (void)state;
  hs_params a = {0}, b = {0};
  assert_int_equal(hs_params_set_number(&a, "x", 1), HS_OK);
  assert_int_equal(hs_params_set_number(&b, "x", 2.385), HS_OK);
  const hs_hash keys[] = {
      hs_trial_key("s", 1, 0, &a, &b, 1, "m"), hs_trial_key("t", 1, 0, &a, &b, 1, "m"),
      hs_trial_key("s", 2, 0, &a, &b, 1, "m"), hs_trial_key("s", 1, 1, &a, &b, 1, "m"),
      hs_trial_key("s", 1, 0, &b, &b, 1, "m"), hs_trial_key("s", 1, 0, &b, &a, 1, "m"),
      hs_trial_key("s", 1, 0, &a, &a, 1, "m"), hs_trial_key("s", 1, 0, &a, &b, 2, "m"),
      hs_trial_key("s", 1, 0, &a, &b, 1, ""),
  };
  enum { KEYS = sizeof keys / sizeof *keys };
  for (int i = 0; i < KEYS; i++)
    for (int j = 0; j < i; j++) assert_false(hs_hash_equal(keys[i], keys[j]));
  assert_true(hs_hash_equal(keys[0], hs_trial_key("s", 1, 0, &a, &b, 1, "m")));
  hs_params_free(&a);
  hs_params_free(&b);
}

static void verdict_words_read_back(void **state) {
  (void)state;
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    assert_int_equal(hs_verdict_parse(hs_verdict_word(verdict)), verdict);
  assert_int_equal(hs_verdict_parse("OK"), -1);
  assert_string_equal(hs_verdict_word(HS_VERDICT_COUNT), "unknown");
  assert_string_equal(hs_verdict_word(-1), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages_come_back_byte_for_byte),
      cmocka_unit_test(every_truncation_is_an_error),
      cmocka_unit_test(flipped_bytes_never_do_harm),
      cmocka_unit_test(every_failing_allocation_is_an_error),
      cmocka_unit_test(an_array_must_have_the_bytes_of_its_shape),
      cmocka_unit_test(a_key_depends_on_every_ingredient),
      cmocka_unit_test(verdict_words_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
