/* The readers of data files on good bytes and on every truncation and many corruptions of them: an error message each
 * time, never a crash. */
#include <base/file.h>
#include <base/status.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "lua/data_inside.h"

typedef int (*reader)(const char *path, hs_buffer *content, hs__table *table, char *message);

static int read_csv_plain(const char *path, hs_buffer *content, hs__table *table, char *message) {
  return hs__read_csv(path, &(hs__csv_options){0}, content, table, message);
}

/* Reads a heap copy of exactly these bytes, so that the sanitizer sees any step too far. */
static int read_bytes(reader read, const void *bytes, size_t size, hs_buffer *content, hs__table *table,
                      char *message) {
  *content = (hs_buffer){.data = malloc(size ? size : 1), .size = size, .capacity = size};
  assert_non_null(content->data);
  memcpy(content->data, bytes, size);
  *table = (hs__table){0};
  message[0] = 0;
  return read("file", content, table, message);
}

static void expect_fault(reader read, const void *bytes, size_t size, const char *wanted) {
  hs_buffer content;
  hs__table table;
  char message[HS_MESSAGE_SIZE];
  assert_int_equal(read_bytes(read, bytes, size, &content, &table, message), HS_ERROR_FORMAT);
  if (!strstr(message, wanted) || !strstr(message, "file:")) fail_msg("'%s' is not in: %s", wanted, message);
  hs_buffer_free(&content);
}

static void every_truncation_fails(reader read, const void *bytes, size_t size) {
  for (size_t cut = 0; cut < size; cut++) expect_fault(read, bytes, cut, "file:");
}

/* Every byte replaced by several others: whatever comes out, it must not crash and the sizes must agree. */
static void every_corruption_is_survived(reader read, const unsigned char *bytes, size_t size) {
  static const unsigned char flips[] = {0x01, 0x80, 0xFF, 0x20, 0x7F};
  for (size_t at = 0; at < size; at++)
    for (size_t f = 0; f < sizeof flips; f++) {
      unsigned char broken[512];
      memcpy(broken, bytes, size);
      broken[at] ^= flips[f];
      hs_buffer content;
      hs__table table;
      char message[HS_MESSAGE_SIZE];
      int status = read_bytes(read, broken, size, &content, &table, message);
      size_t expected = hs_dtype_size(table.dtype);
      for (int d = 0; d < table.dimensions && status == HS_OK; d++) expected *= (size_t)table.shape[d];
      if (status == HS_OK)
        assert_int_equal(content.size, expected);
      else
        assert_true(strlen(message) > 10);
      hs_buffer_free(&content);
    }
}

static const unsigned char idx_bytes[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 250, 251, 255};

static void idx_is_read_and_checked(void **state) {
  (void)state;
  hs_buffer content;
  hs__table table;
  char message[HS_MESSAGE_SIZE];
  assert_int_equal(read_bytes(hs__read_idx, idx_bytes, sizeof idx_bytes, &content, &table, message), HS_OK);
  assert_int_equal(table.dtype, HS_UINT8);
  assert_int_equal(table.dimensions, 2);
  assert_int_equal(table.shape[0], 2);
  assert_int_equal(table.shape[1], 3);
  assert_int_equal(content.size, 6);
  assert_memory_equal(content.data, idx_bytes + 12, 6);
  hs_buffer_free(&content);
  every_truncation_fails(hs__read_idx, idx_bytes, sizeof idx_bytes);
  every_corruption_is_survived(hs__read_idx, idx_bytes, sizeof idx_bytes);
  expect_fault(hs__read_idx, "\x1f\x8b\x08\x01", 4, "offset 0: not an IDX file");
  expect_fault(hs__read_idx, "\0\0\x08\x05", 4, "offset 3: 5 dimensions");
  expect_fault(hs__read_idx, "\0\0\x08\x01\0\0\0\x02qqq", 11, "offset 10: 1 bytes follow");
  expect_fault(hs__read_idx, "\0\0\x08\x04\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 20,
               "absurd");
  expect_fault(hs__read_idx, "\0\0\x08\x01\x7F\xFF\xFF\xFFq", 9, "promises 2147483647 bytes of data, 1 are there");
}

static void idx_numbers_are_decoded(void **state) {
  (void)state;
  hs_buffer content;
  hs__table table;
  char message[HS_MESSAGE_SIZE];
  assert_int_equal(read_bytes(hs__read_idx, "\0\0\x0B\x01\0\0\0\x02\xFF\xFE\x01\x02", 12, &content, &table, message),
                   0);
  assert_int_equal(table.dtype, HS_INT32);
  assert_memory_equal(content.data, ((int32_t[]){-2, 258}), 8);
  hs_buffer_free(&content);
  assert_int_equal(read_bytes(hs__read_idx, "\0\0\x09\x01\0\0\0\x01\xFF", 9, &content, &table, message), 0);
  assert_memory_equal(content.data, ((int32_t[]){-1}), 4);
  hs_buffer_free(&content);
  assert_int_equal(
      read_bytes(hs__read_idx, "\0\0\x0E\x01\0\0\0\x01\xC0\x04\0\0\0\0\0\0", 16, &content, &table, message), 0);
  assert_memory_equal(content.data, ((double[]){-2.5}), 8);
  hs_buffer_free(&content);
  assert_int_equal(read_bytes(hs__read_idx, "\0\0\x0D\x01\0\0\0\x01\xC0\x20\0\0", 12, &content, &table, message), 0);
  assert_memory_equal(content.data, ((float[]){-2.5f}), 4);
  hs_buffer_free(&content);
}

/* A version 1 NPY file with this header text and data. */
static size_t make_npy(unsigned char *bytes, const char *header, const void *data, size_t size) {
  size_t length = strlen(header);
  memcpy(bytes, "\x93NUMPY\x01\x00", 8);
  bytes[8] = (unsigned char)length;
  bytes[9] = 0;
  memcpy(bytes + 10, header, length);
  memcpy(bytes + 10 + length, data, size);
  return 10 + length + size;
}

static void npy_is_read_and_checked(void **state) {
  (void)state;
  const float numbers[6] = {2.385f, -1, 0.5f, 7, 8, 9};
  unsigned char bytes[256];
  size_t size =
      make_npy(bytes, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n", numbers, sizeof numbers);
  hs_buffer content;
  hs__table table;
  char message[HS_MESSAGE_SIZE];
  assert_int_equal(read_bytes(hs__read_npy, bytes, size, &content, &table, message), HS_OK);
  assert_int_equal(table.dtype, HS_FLOAT32);
  assert_int_equal(table.dimensions, 2);
  assert_int_equal(table.shape[1], 3);
  assert_memory_equal(content.data, numbers, sizeof numbers);
  hs_buffer_free(&content);
  every_truncation_fails(hs__read_npy, bytes, size);
  every_corruption_is_survived(hs__read_npy, bytes, size);
  bytes[size] = 7;
  expect_fault(hs__read_npy, bytes, size + 1, "25 follow");
}

static void npy_refusals_have_remedies(void **state) {
  (void)state;
  static const struct refusal {
    const char *header, *wanted;
  } refusals[] = {
      {"{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", "np.ascontiguousarray"},
      {"{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "a.astype('<f4')"},
      {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "a.astype"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,2,2,2,2), }", "more than 4 dimensions"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "cannot be understood"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2", "cannot be understood"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "absurd"},
      {"{'descr': '<f4', 'fortran_order': False}", "'shape' is missing"},
      {"{}", "(missing)"},
  };
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    unsigned char bytes[256];
    size_t size = make_npy(bytes, refusals[i].header, "12345678", 8);
    expect_fault(hs__read_npy, bytes, size, refusals[i].wanted);
  }
}

static void expect_csv(const char *text, const hs__csv_options *options, int64_t rows, int64_t columns,
                       const double *numbers) {
  hs_buffer content = {0};
  hs__table table;
  char message[HS_MESSAGE_SIZE] = "";
  hs_put_bytes(&content, text, strlen(text));
  if (hs__read_csv("file", options, &content, &table, message) != HS_OK) fail_msg("%s", message);
  assert_int_equal(table.shape[0], rows);
  assert_int_equal(table.shape[1], columns);
  assert_int_equal(content.size, (size_t)(rows * columns) * sizeof(double));
  assert_memory_equal(content.data, numbers, content.size);
  hs_buffer_free(&content);
}

static void csv_is_read(void **state) {
  (void)state;
  const double six[] = {1, 2.5, -3e4, 4, 5, 6};
  expect_csv("1,2.5,-3e4\n4,5,6\n", &(hs__csv_options){0}, 2, 3, six);
  expect_csv("1, 2.5 ,\"-3e4\"\r\n\r\n\"4\",5,6", &(hs__csv_options){0}, 2, 3, six);
  expect_csv("a,b,c\n1,2.5,-3e4\n4,5,6", &(hs__csv_options){.header = true}, 2, 3, six);
  expect_csv("1;2.5;-3e4\n4;5;6\n", &(hs__csv_options){.separator = ';'}, 2, 3, six);
  const double chosen[] = {-3e4, 1, 6, 4};
  hs__csv_options by_name = {.header = true, .wanted = 2, .columns = {0, 1}, .names = {"the \"c\"", NULL}};
  expect_csv("a,b,\"the \"\"c\"\"\"\n1,text,-3e4\n4,,6\n", &by_name, 2, 2, chosen);
}

static void csv_faults_have_places(void **state) {
  (void)state;
  static const struct csv_fault {
    const char *text, *wanted;
  } faults[] = {
      {"", "file:1:1: the file is empty"},
      {"\n\n", "the file is empty"},
      {"1,2\n3,x\n", "file:2:2: 'x' is not a number"},
      {"1,2\n3,\n", "file:2:2: '' is not a number"},
      {"1,2\n\n3\n", "file:3:1: fewer fields"},
      {"1,2\n3,4,5\n", "file:2:3: more fields"},
      {"1,\"2\n3,4\n", "file:1:2: a quoted field goes over"},
      {"1,\"2", "file:1:2: a quoted field has no closing quote"},
      {"1,\"2\"3\n", "file:1:2: text after a closing quote"},
      {"1,2 3\n", "file:1:2: '2 3' is not a number"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    expect_fault(read_csv_plain, faults[i].text, strlen(faults[i].text), faults[i].wanted);
  expect_fault(read_csv_plain, "1,2\0003\n", 6, "is not a number");
  every_corruption_is_survived(read_csv_plain, (const unsigned char *)"1,\"2\"\r\n3,4\n", 12);
}

/* ---- gzip -------------------------------------------------------------------------------------------------- */

static void write_file(const char *path, const void *bytes, size_t size) {
  char message[HS_MESSAGE_SIZE];
  assert_int_equal(hs_file_write(path, bytes, size, message), HS_OK);
}

static void gzip_is_transparent_and_checked(void **state) {
  (void)state;
  char folder[] = "/tmp/hopsweep_test_XXXXXX", path[64], message[HS_MESSAGE_SIZE];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/x.gz", folder);
  gzFile file = gzopen(path, "wb");
  assert_int_equal(gzwrite(file, idx_bytes, sizeof idx_bytes), sizeof idx_bytes);
  gzclose(file);
  hs_buffer content = {0};
  assert_int_equal(hs__gzip_read(path, 1000, &content, message), HS_OK);
  assert_int_equal(content.size, sizeof idx_bytes);
  assert_memory_equal(content.data, idx_bytes, sizeof idx_bytes);
  hs_buffer_clear(&content);
  assert_int_equal(hs__gzip_read(path, 17, &content, message), HS_ERROR_MEMORY);
  char *packed;
  size_t size;
  assert_int_equal(hs_file_read(path, &packed, &size, message), HS_OK);
  for (size_t cut = 3; cut < size; cut++) { /* shorter ones are plain files of one or two bytes */
    write_file(path, packed, cut);
    hs_buffer_clear(&content);
    assert_int_equal(hs__gzip_read(path, 1000, &content, message), HS_ERROR_FORMAT);
    assert_non_null(strstr(message, path));
  }
  packed[size - 6] ^= 1; /* the checksum */
  write_file(path, packed, size);
  hs_buffer_clear(&content);
  assert_int_equal(hs__gzip_read(path, 1000, &content, message), HS_ERROR_FORMAT);
  write_file(path, idx_bytes, sizeof idx_bytes);
  hs_buffer_clear(&content);
  assert_int_equal(hs__gzip_read(path, 1000, &content, message), HS_OK);
  assert_int_equal(content.size, sizeof idx_bytes);
  assert_int_equal(hs__gzip_read(folder, 1000, &content, message), HS_ERROR_IO);
  free(packed);
  hs_buffer_free(&content);
  unlink(path);
  rmdir(folder);
}

/* The path from a name in a script to an array: found by folder, with .gz added, and remembered by digest. */
static void scripts_find_load_and_remember(void **state) {
  (void)state;
  char folder[] = "/tmp/hopsweep_test_XXXXXX", path[64], folders[128], message[HS_MESSAGE_SIZE] = "";
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/x.idx.gz", folder);
  snprintf(folders, sizeof folders, "/nowhere:%s", folder);
  write_file(path, idx_bytes, sizeof idx_bytes);
  hs_sweep_source source = {.path = (char[]){"sweeps/x.lua"}, .data_folders = folders};
  hs__vm *vm = NULL;
  assert_int_equal(hs__vm_new(&source, NULL, NULL, &vm, message), HS_OK);
  const char *text =
      "local hs = require 'hopsweep.core'\n"
      "for _ = 1, 2 do assert(hs.load_idx('x.idx'):sum() == 762) end\n"
      "assert(hs.find_data('y', 'x.idx'):match('/x.idx.gz$'))";
  if (hs__vm_run_chunk(vm, text, "@sweeps/x.lua", 0, message) != HS_OK) fail_msg("%s", message);
  char digest[HS_HASH_TEXT_SIZE], wanted[128];
  hs_hash_text(hs_hash_of(idx_bytes, sizeof idx_bytes), digest);
  snprintf(wanted, sizeof wanted, "x.idx %s %zu\n", digest, sizeof idx_bytes);
  hs_buffer digests = {0};
  hs__data_put_digests(vm, &digests);
  assert_string_equal(hs_buffer_text(&digests), wanted); /* once, although it was read twice */
  hs_buffer_free(&digests);
  write_file(path, idx_bytes, sizeof idx_bytes - 1);
  assert_int_equal(hs__vm_run_chunk(vm, text, "@sweeps/x.lua", 0, message), HS_ERROR_SCRIPT);
  assert_non_null(strstr(message, "sweeps/x.lua:2: "));
  assert_non_null(strstr(message, "/x.idx.gz: offset 17: the file is truncated"));
  hs__vm_free(&vm);
  unlink(path);
  rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(idx_is_read_and_checked),
      cmocka_unit_test(idx_numbers_are_decoded),
      cmocka_unit_test(npy_is_read_and_checked),
      cmocka_unit_test(npy_refusals_have_remedies),
      cmocka_unit_test(csv_is_read),
      cmocka_unit_test(csv_faults_have_places),
      cmocka_unit_test(gzip_is_transparent_and_checked),
      cmocka_unit_test(scripts_find_load_and_remember),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
