/* Buffers and readers: what is put comes back, and no truncation is ever read past. */
#include <base/buffer.h>
#include <base/memory.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* cmocka wants the four above. */
#include <cmocka.h>

static const char BLOB[] = {0, 1, 2, 0, (char)0xff};

static void put_one_of_each(hs_buffer *buffer) {
  hs_put_u8(buffer, 0xab);
  hs_put_u32(buffer, 0xdeadbeef);
  hs_put_u64(buffer, 0x0123456789abcdef);
  hs_put_i64(buffer, INT64_MIN);
  hs_put_double(buffer, -2.385);
  hs_put_blob(buffer, BLOB, sizeof BLOB);
  hs_put_text(buffer, "γ = 2.385");
  hs_put_text(buffer, NULL);
}

/* Reads one of each; true if all of it was there and right. */
static bool get_one_of_each(hs_reader *reader) {
  size_t size;
  bool right = hs_get_u8(reader) == 0xab;
  right &= hs_get_u32(reader) == 0xdeadbeef;
  right &= hs_get_u64(reader) == 0x0123456789abcdef;
  right &= hs_get_i64(reader) == INT64_MIN;
  right &= hs_get_double(reader) == -2.385;
  const void *blob = hs_get_blob(reader, &size);
  right &= blob && size == sizeof BLOB && memcmp(blob, BLOB, size) == 0;
  char *text = hs_get_text(reader), *empty = hs_get_text(reader);
  right &= text && strcmp(text, "γ = 2.385") == 0 && empty && !*empty;
  hs_free(&text);
  hs_free(&empty);
  return right && !reader->failed;
}

static void what_is_put_comes_back(void **state) {
  (void)state;
  hs_buffer buffer = {0};
  put_one_of_each(&buffer);
  assert_false(buffer.failed);
  hs_reader reader = hs_reader_of(buffer.data, buffer.size);
  assert_true(get_one_of_each(&reader));
  assert_int_equal(hs_reader_left(&reader), 0);
  hs_buffer_free(&buffer);
  assert_null(buffer.data);
}

static void the_encoding_is_little_endian_and_packed(void **state) {
  (void)state;
  hs_buffer buffer = {0};
  hs_put_u32(&buffer, 0x04030201);
  hs_put_text(&buffer, "x");
  hs_put_double(&buffer, 1.0);
  const unsigned char expected[] = {1, 2, 3, 4, 1, 0, 0, 0, 'x', 0, 0, 0, 0, 0, 0, 0xf0, 0x3f};
  assert_int_equal(buffer.size, sizeof expected);
  assert_memory_equal(buffer.data, expected, sizeof expected);
  hs_buffer_free(&buffer);
}

static void every_truncation_fails_and_reads_nothing_outside(void **state) {
  (void)state;
  hs_buffer buffer = {0};
  put_one_of_each(&buffer);
  for (size_t size = 0; size < buffer.size; size++) {
    unsigned char *exact = malloc(size ? size : 1); /* its own block, so that the sanitizer sees each overrun */
    assert_non_null(exact);
    memcpy(exact, buffer.data, size);
    hs_reader reader = hs_reader_of(exact, size);
    assert_false(get_one_of_each(&reader));
    assert_true(reader.failed);
    assert_int_equal(hs_reader_left(&reader), 0);
    free(exact);
  }
  hs_buffer_free(&buffer);
}

static void a_failed_reader_stays_failed_and_gives_zeroes(void **state) {
  (void)state;
  const unsigned char bytes[] = {0xff, 0xff, 0xff, 0xff, 5};
  size_t size = 99;
  hs_reader reader = hs_reader_of(bytes, sizeof bytes);
  assert_null(hs_get_blob(&reader, &size)); /* a length of 2^32 - 1 */
  assert_int_equal(size, 0);
  assert_int_equal(hs_get_u8(&reader), 0);
  assert_true(hs_get_u64(&reader) == 0 && hs_get_i64(&reader) == 0 && hs_get_double(&reader) == 0);
  assert_null(hs_get_text(&reader));
  hs_reader nothing = hs_reader_of(NULL, 0);
  assert_false(nothing.failed);
  assert_int_equal(hs_get_u8(&nothing), 0);
  assert_true(nothing.failed);
}

static void text_is_appended_and_ended(void **state) {
  (void)state;
  hs_buffer buffer = {0};
  assert_string_equal(hs_buffer_text(&buffer), "");
  for (int i = 0; i < 1000; i++) hs_put_format(&buffer, "%d,", i);
  assert_int_equal(buffer.size, strlen(hs_buffer_text(&buffer)));
  assert_int_equal(strncmp(hs_buffer_text(&buffer), "0,1,2,3,", 8), 0);
  assert_string_equal(hs_buffer_text(&buffer) + buffer.size - 8, "998,999,");
  hs_buffer_clear(&buffer);
  assert_string_equal(hs_buffer_text(&buffer), "");
  hs_buffer_free(&buffer);
}

static void what_cannot_be_encoded_fails_the_buffer(void **state) {
  (void)state;
  hs_buffer buffer = {0};
  hs_put_u8(&buffer, 1);
  hs_put_blob(&buffer, BLOB, (size_t)UINT32_MAX + 1);
  assert_true(buffer.failed);
  hs_put_u8(&buffer, 2); /* ignored from now on */
  assert_int_equal(buffer.size, 1);
  assert_string_equal(hs_buffer_text(&buffer), "");
  hs_buffer_clear(&buffer);
  assert_false(buffer.failed);
  hs_put_u8(&buffer, 1);
  hs_put_bytes(&buffer, BLOB, SIZE_MAX); /* the sum has no size_t */
  assert_true(buffer.failed);
  hs_buffer_free(&buffer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_put_comes_back),
      cmocka_unit_test(the_encoding_is_little_endian_and_packed),
      cmocka_unit_test(every_truncation_fails_and_reads_nothing_outside),
      cmocka_unit_test(a_failed_reader_stays_failed_and_gives_zeroes),
      cmocka_unit_test(text_is_appended_and_ended),
      cmocka_unit_test(what_cannot_be_encoded_fails_the_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
