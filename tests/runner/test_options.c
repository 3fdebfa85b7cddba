/* The option parser: every type, every way to write an option, every error. */
#include <base/status.h>
#include <math.h>
#include <runner/commands/nearest.h>
#include <runner/commands/options.h>
#include <runner/commands/values.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct words {
  bool loud, mute;
  char *title, *file;
  hs_text_list set, by;
  int threads, form;
  uint64_t seed;
  double timeout, memory;
  hs_halt halt;
} words;

typedef struct both_words {
  double before; /* so that the base of a group is not 0 */
  words first, second;
} both_words;

#define AT(field) offsetof(words, field)

static const hs_option FIRST[] = {
    {.name = "loud", .letter = 'l', .offset = AT(loud)},
    {.name = "mute", .letter = 'm', .offset = AT(mute)},
    {.name = "title", .letter = 't', .type = HS_OPTION_TEXT, .offset = AT(title), .argument = "TEXT"},
    {.name = "file", .type = HS_OPTION_PATH, .offset = AT(file), .argument = "FILE"},
    {.name = "set", .type = HS_OPTION_LIST, .offset = AT(set), .argument = "K=V"},
    {.name = "by", .letter = 'b', .type = HS_OPTION_NAMES, .offset = AT(by), .argument = "NAMES"},
    {.name = "threads",
     .letter = 'j',
     .type = HS_OPTION_INTEGER,
     .offset = AT(threads),
     .argument = "N",
     .minimum = 1,
     .maximum = 64},
    {.name = "form", .type = HS_OPTION_CHOICE, .offset = AT(form), .argument = "WORD", .choices = "text|csv|json"},
};
static const hs_option SECOND[] = {
    {.name = "seed", .type = HS_OPTION_WHOLE, .offset = AT(seed), .argument = "N"},
    {.name = "trial-timeout",
     .type = HS_OPTION_DURATION,
     .offset = AT(timeout),
     .argument = "TIME",
     .minimum = 0.5,
     .maximum = 7200},
    {.name = "memory-limit", .type = HS_OPTION_SIZE, .offset = AT(memory), .argument = "SIZE"},
    {.name = "halt", .type = HS_OPTION_HALT, .offset = AT(halt), .argument = "WHEN"},
};
static const hs_option_group GROUPS[HS_MAX_GROUPS] = {
    {FIRST, sizeof FIRST / sizeof *FIRST, offsetof(both_words, first)},
    {SECOND, sizeof SECOND / sizeof *SECOND, offsetof(both_words, second)}};

/* One parsed command line; ends with finish(). */
typedef struct parse_case {
  both_words values;
  hs_parsed parsed;
  char message[HS_MESSAGE_SIZE];
  int status;
} parse_case;

static void parse(parse_case *test, const char *const *line) {
  int count = 0;
  while (line[count]) count++;
  memset(test, 0, sizeof *test);
  test->parsed.values = &test->values;
  test->status = hs_options_parse(GROUPS, count, (char **)(size_t)line, &test->parsed, test->message);
}
#define PARSE(test, ...) parse(test, (const char *const[]){__VA_ARGS__, NULL})

static void finish(parse_case *test) { hs_options_free(GROUPS, &test->parsed); }

static void test_every_type(void **state) {
  (void)state;
  parse_case test;
  PARSE(&test, "--loud", "--title", "a b", "--file=x=y", "--set", "q=1", "--set=r=2", "--by", "a,b", "-b", "c", "-j",
        "17", "--form", "json", "one", "--seed", "18446744073709551615", "--trial-timeout", "2.5m",
        "--memory-limit=1.5G", "--halt", "now,fail=2.5%", "two");
  const words *first = &test.values.first, *second = &test.values.second;
  assert_int_equal(test.status, HS_OK);
  assert_true(first->loud);
  assert_false(first->mute);
  assert_string_equal(first->title, "a b");
  assert_string_equal(first->file, "x=y");
  assert_int_equal(first->set.count, 2);
  assert_string_equal(first->set.items[1], "r=2");
  assert_null(first->set.items[2]);
  assert_int_equal(first->by.count, 3);
  assert_string_equal(first->by.items[2], "c");
  assert_int_equal(first->threads, 17);
  assert_int_equal(first->form, 2);
  assert_true(second->seed == UINT64_MAX);
  assert_true(second->timeout == 150);
  assert_true(second->memory == 1.5 * 1024 * 1024 * 1024);
  assert_true(second->halt.on && second->halt.now && second->halt.percent == 2.5 && second->halt.count == 0);
  assert_int_equal(test.parsed.arguments.count, 2);
  assert_string_equal(test.parsed.arguments.items[1], "two");
  assert_true(test.parsed.given[0] == (0xFF & ~(1u << 1)));
  assert_true(test.parsed.given[1] == 0xF);
  finish(&test);
}

static void test_short_forms(void **state) {
  (void)state;
  parse_case test;
  PARSE(&test, "-lmj4", "-tx", "-", "--", "--loud", "-j");
  assert_int_equal(test.status, HS_OK);
  assert_true(test.values.first.loud && test.values.first.mute);
  assert_int_equal(test.values.first.threads, 4);
  assert_string_equal(test.values.first.title, "x");
  assert_int_equal(test.parsed.arguments.count, 3);
  assert_string_equal(test.parsed.arguments.items[0], "-");
  assert_string_equal(test.parsed.arguments.items[1], "--loud");
  finish(&test);
}

static void test_last_wins_and_help(void **state) {
  (void)state;
  parse_case test;
  PARSE(&test, "--title", "a", "--title", "b", "--help", "--nonsense");
  assert_int_equal(test.status, HS_OK);
  assert_string_equal(test.values.first.title, "b");
  assert_true(test.parsed.help);
  finish(&test);
}

typedef struct wrong_line {
  const char *words[3], *message;
} wrong_line;

static const wrong_line WRONG[] = {
    {{"--thread", "3"}, "unknown option --thread; did you mean --threads?"},
    {{"--trial_timeout=3"}, "unknown option --trial_timeout; did you mean --trial-timeout?"},
    {{"--zzzzzzzzzz"}, "unknown option --zzzzzzzzzz"},
    {{"-x"}, "unknown option -x"},
    {{"-lx"}, "unknown option -x"},
    {{"--loud=yes"}, "--loud takes no value"},
    {{"--threads"}, "--threads needs a value: --threads N"},
    {{"-j"}, "--threads needs a value: --threads N"},
    {{"--threads=0"}, "--threads: \"0\" is not a whole number from 1 to 64"},
    {{"--threads", "65"}, "--threads: \"65\" is not a whole number from 1 to 64"},
    {{"--threads", "2.5"}, "--threads: \"2.5\" is not a whole number from 1 to 64"},
    {{"--threads", "4x"}, "--threads: \"4x\" is not a whole number from 1 to 64"},
    {{"--threads", "99999999999999999999"}, "--threads: \"99999999999999999999\" is not a whole number from 1 to 64"},
    {{"--title", ""}, "--title: \"\" is not a text that is not empty"},
    {{"--by="}, "--by: \"\" is not a text that is not empty"},
    {{"--form", "xml"}, "--form: \"xml\" is not one of text|csv|json"},
    {{"--form", "js"}, "--form: \"js\" is not one of text|csv|json"},
    {{"--seed", "-1"}, "--seed: \"-1\" is not a whole number from 0"},
    {{"--trial-timeout", "5x"}, "--trial-timeout: \"5x\" is not a time such as 90s, 5m or 2h, from 0.5 s to 7200 s"},
    {{"--trial-timeout", "3h"}, "--trial-timeout: \"3h\" is not a time such as 90s, 5m or 2h, from 0.5 s to 7200 s"},
    {{"--memory-limit", "4Q"}, "--memory-limit: \"4Q\" is not a size such as 512M or 4G"},
    {{"--halt", "fail=1"}, "--halt: \"fail=1\" is not now|soon,fail=N or N%, such as soon,fail=10 or now,fail=5%"},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
    parse_case test;
    parse(&test, WRONG[i].words);
    assert_int_equal(test.status, HS_ERROR_USAGE);
    assert_string_equal(test.message, WRONG[i].message);
    finish(&test);
  }
}

static void test_numbers(void **state) {
  (void)state;
  int64_t number = 5;
  uint64_t whole = 5;
  assert_true(hs_parse_integer("-17", &number) && number == -17);
  assert_false(hs_parse_integer("", &number) || hs_parse_integer(" 1", &number) || hs_parse_integer("0x10", &number) ||
               hs_parse_integer("9223372036854775808", &number));
  assert_int_equal(number, -17);
  assert_true(hs_parse_whole("0x2F", &whole) && whole == 47);
  assert_true(hs_parse_whole("010", &whole) && whole == 10);
  assert_false(hs_parse_whole("18446744073709551616", &whole) || hs_parse_whole("+1", &whole) ||
               hs_parse_whole("", &whole));
}

static void test_sizes(void **state) {
  (void)state;
  static const char *const bad[] = {"",    "G",   "-1",  "1e3", "0x10",  "inf",
                                    "nan", "4 G", "4GG", "4iB", "1.2.3", "99999999T"};
  double bytes = 7;
  assert_true(hs_parse_size("2385", &bytes) && bytes == 2385);
  assert_true(hs_parse_size("2.5k", &bytes) && bytes == 2560);
  assert_true(hs_parse_size("3MiB", &bytes) && bytes == 3.0 * 1024 * 1024);
  assert_true(hs_parse_size("3MB", &bytes) && bytes == 3.0 * 1024 * 1024);
  assert_true(hs_parse_size("1T", &bytes) && bytes == ldexp(1, 40));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (hs_parse_size(bad[i], &bytes)) fail_msg("\"%s\" passed as a size", bad[i]);
  char text[32];
  assert_string_equal(hs_size_text(1000, text), "1000 B");
  assert_string_equal(hs_size_text(1.5 * 1024 * 1024 * 1024, text), "1.5 GiB");
}

static void test_halts(void **state) {
  (void)state;
  static const char *const bad[] = {"",
                                    "soon",
                                    "soon,",
                                    "soon,fail=",
                                    "soon,fail=0",
                                    "now,fail=-",
                                    "now,fail=2.5",
                                    "now,fail=101%",
                                    "now,fail=0%",
                                    "later,fail=1",
                                    "now,fail=1%%",
                                    "now,fail=nan",
                                    "now,fail=inf%"};
  hs_halt halt = {0};
  assert_true(hs_parse_halt("soon,fail=17", &halt));
  assert_true(halt.on && !halt.now && halt.count == 17 && halt.percent == 0);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (hs_parse_halt(bad[i], &halt)) fail_msg("\"%s\" passed as a halt", bad[i]);
  assert_true(halt.count == 17);
}

static void test_nearest(void **state) {
  (void)state;
  char text[64];
  hs_guess guess = hs_guess_begin("staus");
  hs_guess_consider(&guess, "list");
  hs_guess_consider(&guess, "status");
  hs_guess_consider(&guess, "plan");
  assert_string_equal(hs_guess_text(&guess, "--", text, sizeof text), "; did you mean --status?");
  guess = hs_guess_begin("frobnicate");
  hs_guess_consider(&guess, "status");
  assert_string_equal(hs_guess_text(&guess, "", text, sizeof text), "");
  guess = hs_guess_begin("a-word-that-is-much-longer-than-any-name-of-an-option-could-ever-be");
  hs_guess_consider(&guess, "status");
  assert_null(guess.best);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_type), cmocka_unit_test(test_short_forms), cmocka_unit_test(test_last_wins_and_help),
      cmocka_unit_test(test_errors),     cmocka_unit_test(test_numbers),     cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_halts),      cmocka_unit_test(test_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
