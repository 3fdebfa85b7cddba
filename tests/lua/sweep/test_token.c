/* The token text: what it forgets, what it keeps, and that kept tokens still are the same program. */
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

static const char *tokens_of(const char *text) {
  static hs_buffer tokens;
  char message[HS_MESSAGE_SIZE] = "";
  hs_buffer_clear(&tokens);
  int status = hs_token_text(text, &tokens, message);
  if (status == HS_OK) return hs_buffer_text(&tokens);
  assert_int_equal(status, HS_ERROR_SCRIPT);
  hs_buffer_clear(&tokens);
  hs_put_format(&tokens, "ERROR %s", message);
  return hs_buffer_text(&tokens);
}

static void comments_and_spaces_go(void **state) {
  (void)state;
  static const char *const same[] = {
      "local x=1+2.385e-3",
      "  local   x\t=\n1 + 2.385e-3  ",
      "-- a comment\nlocal x = 1 + 2.385e-3 -- another",
      "local --[[ long\ncomment ]] x --[==[ with ]] inside ]==] = 1 + 2.385e-3",
      "#!/usr/bin/lua\nlocal x = 1 + 2.385e-3",
      "local x = 1 + 2.385e-3 --",
      "local x = 1 +--[[]]2.385e-3",
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_string_equal(tokens_of(same[i]), "local x = 1 + 2.385e-3");
}

static void strings_stay_as_they_are(void **state) {
  (void)state;
  assert_string_equal(tokens_of("x = 'a -- b'  .. \"c  d\""), "x = 'a -- b' .. \"c  d\"");
  assert_string_equal(tokens_of("x = [[ two\n lines ]]"), "x = [[ two\n lines ]]");
  assert_string_equal(tokens_of("x = [==[ ]] ]=] ]==] + 1"), "x = [==[ ]] ]=] ]==] + 1");
  assert_string_equal(tokens_of("x='it\\'s' y=\"\\\\\""), "x = 'it\\'s' y = \"\\\\\"");
  assert_string_equal(tokens_of("x = 'a\\\nb'"), "x = 'a\\\nb'");
  assert_string_equal(tokens_of("x = 'a\\z  \n  b'"), "x = 'a\\z  \n  b'");
}

static void symbols_are_read_greedily(void **state) {
  (void)state;
  assert_string_equal(tokens_of("a...b..c.d"), "a ... b .. c . d");
  assert_string_equal(tokens_of("a<=b~=c//d<<e::f::"), "a <= b ~= c // d << e :: f ::");
  assert_string_equal(tokens_of("t[a[1]]"), "t [ a [ 1 ] ]");
  assert_string_equal(tokens_of("0x1p-4+0xep+1-.5e+3..x"), "0x1p-4 + 0xep+1 - .5e+3..x");
  assert_string_equal(tokens_of("a - -b"), "a - - b");
}

static void different_code_stays_different(void **state) {
  (void)state;
  static const char *const pairs[][2] = {{"x = 1", "x = 2"},
                                         {"ab = 1", "a b = 1"},
                                         {"x = 'a b'", "x = 'a  b'"},
                                         {"a - - b", "a -- b"},
                                         {"x = 1 .. 2", "x = 1. .2"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char first[128];
    snprintf(first, sizeof first, "%s", tokens_of(pairs[i][0]));
    assert_string_not_equal(first, tokens_of(pairs[i][1]));
  }
}

static void what_never_ends_is_an_error(void **state) {
  (void)state;
  assert_string_equal(tokens_of("x = 1\n\ny = 'abc"), "ERROR line 3: unfinished string");
  assert_string_equal(tokens_of("x = 'a\nb'"), "ERROR line 1: unfinished string");
  assert_string_equal(tokens_of("\n--[[ no end ]"), "ERROR line 2: unfinished comment");
  assert_string_equal(tokens_of("x = [==[ ]]"), "ERROR line 1: unfinished string");
  assert_string_equal(tokens_of("x = 'a\\"), "ERROR line 1: unfinished string");
}

/* The tokens of the tokens are the tokens. */
static void tokens_are_stable(void **state) {
  (void)state;
  char once[512];
  snprintf(once, sizeof once, "%s",
           tokens_of("local t = { [1]='x', n = #t // 2 } -- c\nfor i = 1, 10 do f[[s]](t.a..i, 0x.8p1, 1e5) end"));
  assert_string_equal(tokens_of(once), once);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comments_and_spaces_go),      cmocka_unit_test(strings_stay_as_they_are),
      cmocka_unit_test(symbols_are_read_greedily),   cmocka_unit_test(different_code_stays_different),
      cmocka_unit_test(what_never_ends_is_an_error), cmocka_unit_test(tokens_are_stable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
