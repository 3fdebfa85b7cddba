/* Named values: one canonical form, and both encodings give back what went in. */
#include <base/memory.h>
#include <base/params.h>
#include <base/status.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

/* cmocka wants the four above. */
#include <cmocka.h>

static char *json_of(const hs_params *params) {
  hs_buffer text = {0};
  hs_params_put_json(params, &text);
  char *copy = hs_copy_text(hs_buffer_text(&text));
  hs_buffer_free(&text);
  return copy;
}

static void assert_json(const hs_params *params, const char *expected) {
  char *json = json_of(params);
  assert_string_equal(json, expected);
  hs_free(&json);
}

static void fill(hs_params *params) {
  assert_int_equal(hs_params_set_number(params, "beta", 2.385), HS_OK);
  assert_int_equal(hs_params_set_text(params, "solver", "entmax"), HS_OK);
  assert_int_equal(hs_params_set_flag(params, "exact", true), HS_OK);
  assert_int_equal(hs_params_set_number(params, "N", 60000), HS_OK);
}

static void names_are_sorted_whatever_the_order_of_setting(void **state) {
  (void)state;
  static const char *const NAMES[] = {"b", "a", "aa", "B", "z", "", "beta", "alpha"};
  enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };
  hs_params up = {0}, down = {0};
  for (int i = 0; i < NAME_COUNT; i++) {
    assert_int_equal(hs_params_set_number(&up, NAMES[i], i), HS_OK);
    int other = NAME_COUNT - 1 - i;
    assert_int_equal(hs_params_set_number(&down, NAMES[other], other), HS_OK);
  }
  assert_true(hs_params_equal(&up, &down));
  assert_json(&up, "{\"\":5,\"B\":3,\"a\":1,\"aa\":2,\"alpha\":7,\"b\":0,\"beta\":6,\"z\":4}");
  assert_json(&down, "{\"\":5,\"B\":3,\"a\":1,\"aa\":2,\"alpha\":7,\"b\":0,\"beta\":6,\"z\":4}");
  hs_params_free(&up);
  hs_params_free(&down);
}

static void setting_replaces_and_removing_removes(void **state) {
  (void)state;
  hs_params params = {0};
  fill(&params);
  assert_int_equal(hs_params_set_text(&params, "beta", "warm"), HS_OK);
  assert_int_equal(params.count, 4);
  assert_string_equal(hs_params_get(&params, "beta")->text, "warm");
  assert_int_equal(hs_params_set_number(&params, "solver", 1), HS_OK);
  assert_null(hs_params_get(&params, "solver")->text);
  hs_params_remove(&params, "N");
  hs_params_remove(&params, "absent");
  assert_null(hs_params_get(&params, "N"));
  assert_json(&params, "{\"beta\":\"warm\",\"exact\":true,\"solver\":1}");
  /* A value of the params themselves may be set again. */
  assert_int_equal(hs_params_set(&params, "beta", hs_params_get(&params, "beta")), HS_OK);
  assert_string_equal(hs_params_get(&params, "beta")->text, "warm");
  hs_params_free(&params);
  assert_int_equal(params.count, 0);
}

static void a_copy_is_independent(void **state) {
  (void)state;
  hs_params params = {0}, copy = {0};
  fill(&params);
  assert_int_equal(hs_params_set_number(&copy, "old", 1), HS_OK);
  assert_int_equal(hs_params_copy(&copy, &params), HS_OK);
  assert_true(hs_params_equal(&params, &copy));
  assert_int_equal(hs_params_set_text(&params, "solver", "normmax"), HS_OK);
  assert_false(hs_params_equal(&params, &copy));
  assert_string_equal(hs_params_get(&copy, "solver")->text, "entmax");
  hs_params_free(&params);
  hs_params_free(&copy);
}

static void equal_values_have_equal_bytes(void **state) {
  (void)state;
  hs_params integer = {0}, real = {0};
  assert_int_equal(hs_params_parse_json("{\"x\":1,\"zero\":0,\"flag\":true}", &integer, NULL), HS_OK);
  assert_int_equal(hs_params_parse_json(" { \"flag\" : true , \"zero\":-0.0, \"x\":1.0e0 } ", &real, NULL), HS_OK);
  assert_true(hs_params_equal(&integer, &real));
  assert_json(&real, "{\"flag\":true,\"x\":1,\"zero\":0}");
  assert_int_equal(hs_params_set(&real, "flag", &(hs_value){.type = HS_VALUE_FLAG, .number = 2}), HS_OK);
  assert_int_equal(hs_params_set(&real, "zero", &(hs_value){.type = HS_VALUE_NUMBER, .number = -0.0}), HS_OK);
  assert_true(hs_params_equal(&integer, &real));
  /* The types differ even where the texts look alike. */
  assert_int_equal(hs_params_set_text(&real, "x", "1"), HS_OK);
  assert_false(hs_params_equal(&integer, &real));
  hs_params_free(&integer);
  hs_params_free(&real);
}

static void numbers_have_the_text_that_people_expect(void **state) {
  (void)state;
  static const struct {
    double number;
    const char *text;
  } CASES[] = {{0, "0"},
               {-0.0, "0"},
               {1, "1"},
               {-60000, "-60000"},
               {0.1, "0.1"},
               {2.385, "2.385"},
               {1e-5, "1e-05"},
               {123456789012345, "123456789012345"},
               {1e15, "1e+15"},
               {9007199254740992, "9007199254740992"},
               {1e23, "1e+23"},
               {5e-324, "5e-324"},
               {1.0 / 3, "0.3333333333333333"},
               {INFINITY, "inf"},
               {-INFINITY, "-inf"},
               {NAN, "nan"},
               {-NAN, "nan"}};
  char text[HS_NUMBER_TEXT_SIZE];
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_string_equal(hs_number_text(CASES[i].number, text), CASES[i].text);
}

static int significant_digits(const char *text) {
  int digits = 0;
  for (; *text && *text != 'e'; text++)
    if (*text >= '0' && *text <= '9' && (digits > 0 || *text != '0')) digits++;
  return digits;
}

/* The oracle: the least precision at which printf's text reads back. */
static int least_digits(double number) {
  char text[64];
  for (int digits = 1; digits < 17; digits++) {
    snprintf(text, sizeof text, "%.*e", digits - 1, number);
    if (strtod(text, NULL) == number) return digits;
  }
  return 17;
}

static void number_texts_read_back_and_are_shortest(void **state) {
  (void)state;
  char text[HS_NUMBER_TEXT_SIZE];
  uint64_t seed = 2385;
  for (int i = 0; i < 100000; i++) {
    double number = random_double_bits(&seed);
    if (i % 4 == 1) number = (double)(int64_t)random_bits(&seed) * 1e-3; /* what people type */
    if (i % 4 == 2) {                                                    /* subnormal */
      uint64_t bits = random_bits(&seed) >> (12 + i % 52);
      memcpy(&number, &bits, sizeof number);
    }
    if (!isfinite(number)) continue;
    hs_number_text(number, text);
    assert_true(strlen(text) < HS_NUMBER_TEXT_SIZE);
    double back = strtod(text, NULL), same = number == 0 ? 0 : number;
    assert_memory_equal(&back, &same, sizeof back);
    if (i % 10 == 0 && number != floor(number)) assert_int_equal(significant_digits(text), least_digits(number));
  }
}

static void json_gives_back_what_went_in(void **state) {
  (void)state;
  static const char *const TEXTS[] = {"",     "plain", "\"quoted\"", "back\\slash", "line\nbreak\ttab\r\b\f",
                                      "\x01", "\x7f",  "αβγ 𝒟 é",    "{\"a\":1}",   "nan"};
  uint64_t seed = 17;
  for (int round = 0; round < 200; round++) {
    hs_params params = {0}, back = {0};
    for (int i = 0; i < 12; i++) {
      char name[32];
      snprintf(name, sizeof name, "%s%d", TEXTS[random_bits(&seed) % 10] + 0, (int)(random_bits(&seed) % 40));
      double number = random_double_bits(&seed);
      uint64_t kind = random_bits(&seed) % 3;
      if (kind == 0) assert_int_equal(hs_params_set_number(&params, name, isfinite(number) ? number : 1), HS_OK);
      if (kind == 1) assert_int_equal(hs_params_set_text(&params, name, TEXTS[random_bits(&seed) % 10]), HS_OK);
      if (kind == 2) assert_int_equal(hs_params_set_flag(&params, name, random_bits(&seed) % 2), HS_OK);
    }
    char *json = json_of(&params);
    char message[HS_MESSAGE_SIZE] = "";
    assert_int_equal(hs_params_parse_json(json, &back, message), HS_OK);
    assert_true(hs_params_equal(&params, &back));
    hs_free(&json);
    hs_params_free(&params);
    hs_params_free(&back);
  }
}

static void json_writes_null_for_what_is_not_finite(void **state) {
  (void)state;
  hs_params params = {0};
  assert_int_equal(hs_params_set_number(&params, "a", NAN), HS_OK);
  assert_int_equal(hs_params_set_number(&params, "b", -INFINITY), HS_OK);
  assert_json(&params, "{\"a\":null,\"b\":null}");
  assert_int_equal(hs_params_parse_json("{\"a\":null}", &params, NULL), HS_OK);
  assert_int_equal(params.count, 1);
  assert_true(isnan(hs_params_get(&params, "a")->number));
  hs_params_free(&params);
}

static void json_that_is_not_ours_is_refused(void **state) {
  (void)state;
  static const char *const BAD[] = {
      "",          "1",           "[]",         "{",         "{\"a\":1",      "{\"a\":1}x", "{\"a\":1} {\"b\":2}",
      "{a:1}",     "{\"a\":[1]}", "{\"a\":{}}", "{\"a\":1,", "{\"a\":1e999}", "null",       "{\"a\":\"open}",
      "{\"a\" 1}", "{\"a\":tru}"};
  hs_params params = {0};
  fill(&params);
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    char message[HS_MESSAGE_SIZE] = "";
    assert_int_equal(hs_params_parse_json(BAD[i], &params, message), HS_ERROR_FORMAT);
    assert_true(message[0] != 0);
    assert_int_equal(params.count, 4); /* as it was */
  }
  hs_params_free(&params);
}

static void the_wire_keeps_every_bit(void **state) {
  (void)state;
  uint64_t payload = 0xfff8dead0000beef, bits;
  hs_params params = {0}, back = {0};
  double nan_with_payload;
  memcpy(&nan_with_payload, &payload, sizeof payload);
  fill(&params);
  assert_int_equal(hs_params_set_number(&params, "nan", nan_with_payload), HS_OK);
  assert_int_equal(hs_params_set_number(&params, "inf", -INFINITY), HS_OK);
  assert_int_equal(hs_params_set_number(&params, "tiny", 5e-324), HS_OK);
  hs_buffer buffer = {0};
  hs_put_params(&buffer, &params);
  hs_reader reader = hs_reader_of(buffer.data, buffer.size);
  assert_int_equal(hs_get_params(&reader, &back), HS_OK);
  assert_int_equal(hs_reader_left(&reader), 0);
  assert_true(hs_params_equal(&params, &back));
  memcpy(&bits, &hs_params_get(&back, "nan")->number, sizeof bits);
  assert_true(bits == payload);
  hs_buffer_free(&buffer);
  hs_params_free(&params);
  hs_params_free(&back);
}

/* Each text on the left is no UTF-8, or is; the string on the right is what a JSON file then holds. */
static void json_is_utf_8_whatever_went_in(void **state) {
  (void)state;
  static const char *const TEXTS[][2] = {
      {"\xff", "\xef\xbf\xbd"},
      {"a\xc3", "a\xef\xbf\xbd"},                                                       /* cut */
      {"\xc3\"b", "\xef\xbf\xbd\\\"b"},                                                 /* cut, then a quote */
      {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                         /* too long a form of "/" */
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                         /* a surrogate */
      {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},         /* beyond U+10FFFF */
      {"\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx"},                                       /* cut in the middle */
      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}, /* good ones stay */
      {"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"},
  };
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
    hs_buffer text = {0};
    char expected[64];
    hs_put_json_text(&text, TEXTS[i][0]);
    snprintf(expected, sizeof expected, "\"%s\"", TEXTS[i][1]);
    assert_string_equal(hs_buffer_text(&text), expected);
    hs_buffer_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_sorted_whatever_the_order_of_setting),
      cmocka_unit_test(setting_replaces_and_removing_removes),
      cmocka_unit_test(a_copy_is_independent),
      cmocka_unit_test(equal_values_have_equal_bytes),
      cmocka_unit_test(numbers_have_the_text_that_people_expect),
      cmocka_unit_test(number_texts_read_back_and_are_shortest),
      cmocka_unit_test(json_gives_back_what_went_in),
      cmocka_unit_test(json_writes_null_for_what_is_not_finite),
      cmocka_unit_test(json_is_utf_8_whatever_went_in),
      cmocka_unit_test(json_that_is_not_ours_is_refused),
      cmocka_unit_test(the_wire_keeps_every_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
