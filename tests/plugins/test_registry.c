/* test_registry.c: ids, descriptions and their messages, models, solving alone. */
#include <base/status.h>
#include <math.h>
#include <plugins/registry.h>
#include <plugins/suggest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static hs_registry *open_registry(void) {
  const char *folders[] = {getenv("HS_TEST_PLUGINS")};
  char message[HS_MESSAGE_SIZE] = "";
  hs_registry *registry = NULL;
  assert_non_null(folders[0]);
  if (hs_registry_open(folders, 1, &registry, message) != HS_OK) fail_msg("%s", message);
  return registry;
}

static hs_params parse(const char *json) {
  hs_params params = {0};
  char message[HS_MESSAGE_SIZE];
  if (hs_params_parse_json(json, &params, message) != HS_OK) fail_msg("%s: %s", json, message);
  return params;
}

static void test_what_was_loaded(void **state) {
  hs_registry *registry = open_registry();
  (void)state;
  assert_int_equal(hs_registry_count(registry), 4);
  assert_int_equal(hs_registry_fault_count(registry), 0);
  assert_string_equal(hs_registry_at(registry, 0)->id, "full"); /* sorted, not as the plugin lists them */
  assert_string_equal(hs_registry_at(registry, 1)->id, "twin");
  assert_string_equal(hs_registry_at(registry, 2)->id, "weighing");
  assert_string_equal(hs_registry_at(registry, 3)->id, "wide");
  assert_null(hs_registry_at(registry, 4));
  assert_ptr_equal(hs_registry_find(registry, HS_KIND_SOLVER, "wide"), hs_registry_at(registry, 3));
  assert_null(hs_registry_find(registry, HS_KIND_MEMORY, "wide"));
  assert_non_null(strstr(hs_registry_at(registry, 0)->file, "catalogue.so"));
  hs_buffer text = {0};
  hs_registry_put_identity(registry, &text);
  assert_string_equal(hs_buffer_text(&text), "full 7 2.385\ntwin 7 2.385\nweighing 3 1\nwide 7 2.385\n");
  hs_buffer_free(&text);
  hs_registry_free(&registry);
}

static void test_identity(void **state) {
  hs_registry *registry = open_registry();
  hs_params description = parse("{\"memory\":\"weighing\",\"solver\":\"wide\",\"width\":2.385,\"beta\":0.1}");
  hs_buffer identity = {0};
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  if (hs_registry_check_model(registry, &description, &identity, message) != HS_OK) fail_msg("%s", message);
  assert_string_equal(hs_buffer_text(&identity), "weighing/3+wide/7");
  hs_params_free(&description);
  hs_buffer_free(&identity);
  hs_registry_free(&registry);
}

/* What follows "memory":"weighing", and the message it must give; NULL = it is right. */
static const struct {
  const char *rest;
  int status;
  const char *message;
} DESCRIPTIONS[] = {
    {"", HS_OK, NULL},
    {",\"alpha\":1,\"gamma\":8.99,\"rounds\":0,\"order\":\"random\",\"exact\":true", HS_OK, NULL},
    {",\"exact\":1", HS_OK, NULL},
    {",\"solver\":\"ful\"", HS_ERROR_NOT_FOUND,
     "unknown solver \"ful\": did you mean \"full\"? known: full, twin, wide"},
    {",\"solver\":\"sparsemax\"", HS_ERROR_NOT_FOUND, "unknown solver \"sparsemax\"; known: full, twin, wide"},
    {",\"solver\":3", HS_ERROR_PARAMETER, "solver must be a plugin's id, a text"},
    {",\"alpha\":0.5", HS_ERROR_PARAMETER, "solver full: alpha = 0.5 is below its minimum 1"},
    {",\"alpha\":64.5", HS_ERROR_PARAMETER, "solver full: alpha = 64.5 is above its maximum 64"},
    {",\"gamma\":1", HS_ERROR_PARAMETER, "solver full: gamma = 1 must be greater than 1"},
    {",\"gamma\":9", HS_ERROR_PARAMETER, "solver full: gamma = 9 must be less than 9"},
    {",\"alpha\":null", HS_ERROR_PARAMETER, "solver full: alpha = nan, but must be finite"},
    {",\"rounds\":2.5", HS_ERROR_PARAMETER, "solver full: rounds = 2.5 is not a whole number"},
    {",\"alpha\":\"big\"", HS_ERROR_PARAMETER, "solver full: alpha = \"big\" is a text, but must be a number"},
    {",\"alpha\":true", HS_ERROR_PARAMETER, "solver full: alpha = true is a flag, but must be a number"},
    {",\"exact\":2", HS_ERROR_PARAMETER, "solver full: exact = 2 is a number, but must be true or false"},
    {",\"order\":1", HS_ERROR_PARAMETER,
     "solver full: order = 1 is a number, but must be one of the words ascending|descending|random"},
    {",\"order\":\"randon\"", HS_ERROR_PARAMETER,
     "solver full: order = \"randon\" is none of its choices ascending|descending|random: did you mean \"random\"?"},
    {",\"beta\":0", HS_ERROR_PARAMETER, "memory weighing: beta = 0 must be greater than 0"},
    {",\"solver\":\"wide\"", HS_ERROR_PARAMETER, "solver wide: the parameter width must be given (how wide)"},
    {",\"solver\":\"twin\"", HS_OK, NULL},
    {",\"solver\":\"twin\",\"beta\":2", HS_ERROR_PARAMETER,
     "memory weighing and solver twin both declare beta: they cannot be combined"},
    {",\"bata\":1", HS_ERROR_PARAMETER,
     "memory weighing with solver full: unknown parameter \"bata\": did you mean \"beta\"? known: beta, solver, alpha, "
     "gamma, rounds, order, exact"},
    {",\"width\":1", HS_ERROR_PARAMETER,
     "memory weighing with solver full: unknown parameter \"width\" (it belongs to solver wide); known: beta, solver, "
     "alpha, gamma, rounds, order, exact"},
};

static void test_descriptions(void **state) {
  hs_registry *registry = open_registry();
  (void)state;
  for (size_t i = 0; i < sizeof DESCRIPTIONS / sizeof *DESCRIPTIONS; i++) {
    char json[512], message[HS_MESSAGE_SIZE] = "";
    snprintf(json, sizeof json, "{\"memory\":\"weighing\"%s}", DESCRIPTIONS[i].rest);
    hs_params description = parse(json);
    int status = hs_registry_check_model(registry, &description, NULL, message);
    if (status != DESCRIPTIONS[i].status) fail_msg("%s: status %d: %s", json, status, message);
    if (DESCRIPTIONS[i].message) assert_string_equal(message, DESCRIPTIONS[i].message);
    hs_params_free(&description);
  }
  hs_registry_free(&registry);
}

static void test_nearest_word(void **state) {
  static const char *const WORDS[] = {"entmax", "normmax", "ksubsets"};
  (void)state;
  assert_string_equal(hs__nearest("entmx", WORDS, 3), "entmax");
  assert_string_equal(hs__nearest("netmax", WORDS, 3), "entmax");
  assert_string_equal(hs__nearest("normax", WORDS, 3), "normmax");
  assert_string_equal(hs__nearest("k-subset", WORDS, 3), "ksubsets");
  assert_null(hs__nearest("softplus", WORDS, 3));
  assert_null(hs__nearest("ab", WORDS, 3));
  assert_null(hs__nearest("", WORDS, 3));
}

static void test_unknown_memory(void **state) {
  hs_registry *registry = open_registry();
  hs_params description = parse("{\"solver\":\"full\"}");
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  assert_int_equal(hs_registry_check_model(registry, &description, NULL, message), HS_ERROR_NOT_FOUND);
  assert_string_equal(message, "unknown memory \"hfy\"; known: weighing");
  hs_params_free(&description);
  hs_registry_free(&registry);
}

static void test_same_id_twice(void **state) {
  char folder[] = "/tmp/hs_registry_XXXXXX", copy[64], command[1024], message[HS_MESSAGE_SIZE] = "";
  const char *original = getenv("HS_TEST_PLUGINS");
  hs_registry *registry = NULL;
  (void)state;
  assert_non_null(mkdtemp(folder));
  snprintf(copy, sizeof copy, "%s/other.so", folder);
  snprintf(command, sizeof command, "cp '%s/catalogue.so' '%s'", original, copy);
  assert_int_equal(system(command), 0);
  const char *folders[] = {original, folder};
  assert_int_equal(hs_registry_open(folders, 2, &registry, message), HS_ERROR_FORMAT);
  assert_null(registry);
  assert_non_null(strstr(message, "other.so: the id \"wide\" is already taken by"));
  unlink(copy);

  /* The same file by another name is the same plugin. */
  snprintf(command, sizeof command, "%s/catalogue.so", original);
  assert_int_equal(symlink(command, copy), 0);
  assert_int_equal(hs_registry_open(folders, 2, &registry, message), HS_OK);
  assert_int_equal(hs_registry_count(registry), 4);
  hs_registry_free(&registry);
  unlink(copy);
  rmdir(folder);
}

static void test_solve_alone(void **state) {
  hs_registry *registry = open_registry();
  hs_params description = parse("{\"solver\":\"full\",\"alpha\":2}");
  /* Rows of 3 with a stride of 4. Sparsemax by hand: (0.7, 0.2, -2) -> tau = -0.05. */
  float scores[] = {0.7f, 0.2f, -2, 99, 2.385f, 2.385f, 2.385f, 99};
  double p[2][3];
  memset(p, 0xFF, sizeof p);
  hs_matrix from = {.data = scores, .rows = 2, .columns = 3, .stride = 4, .dtype = HS_FLOAT32};
  hs_matrix to = {.data = p, .rows = 2, .columns = 3, .stride = 3, .dtype = HS_FLOAT64};
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  assert_int_equal(hs_registry_solve(registry, &description, &from, &to, message), HS_OK);
  assert_true(fabs(p[0][0] - 0.75) < 1e-7 && fabs(p[0][1] - 0.25) < 1e-7 && p[0][2] == 0);
  for (int i = 0; i < 3; i++) assert_true(fabs(p[1][i] - 1.0 / 3) < 1e-15);

  scores[1] = NAN;
  assert_int_equal(hs_registry_solve(registry, &description, &from, &to, message), HS_INVALID);
  assert_true(p[0][0] == 0 && p[0][1] == 0 && p[1][0] > 0);
  to.columns = 2;
  assert_int_equal(hs_registry_solve(registry, &description, &from, &to, message), HS_ERROR_SHAPE);
  assert_string_equal(message, "p have 2 columns, but scores have 3");
  hs_params_set_number(&description, "alpha", 63); /* allowed by its range, refused by create() */
  to.columns = 3;
  assert_int_equal(hs_registry_solve(registry, &description, &from, &to, message), HS_ERROR_PARAMETER);
  assert_string_equal(message, "solver full: 63 is not to its taste");
  hs_params_set_number(&description, "beta", 1);
  assert_int_equal(hs_registry_solve(registry, &description, &from, &to, message), HS_ERROR_PARAMETER);
  assert_non_null(strstr(message, "solver full: unknown parameter \"beta\""));
  hs_params_free(&description);
  hs_registry_free(&registry);
}

static void test_model(void **state) {
  hs_registry *registry = open_registry();
  hs_params description = parse("{\"memory\":\"weighing\",\"beta\":8.385}");
  float patterns[2][2] = {{1, 0.385f}, {-0.385f, 1}}, queries[2][2] = {{0.9f, 0.1f}, {0, 0.8f}}, states[2][2];
  hs_matrix x = {.data = patterns, .rows = 2, .columns = 2, .stride = 2, .dtype = HS_FLOAT32};
  hs_matrix q = {.data = queries, .rows = 2, .columns = 2, .stride = 2, .dtype = HS_FLOAT32};
  hs_matrix s = {.data = states, .rows = 2, .columns = 2, .stride = 2, .dtype = HS_FLOAT32};
  hs_retrieve_report reports[2];
  hs_retrieve_request request = {.size = sizeof request, .queries = &q, .steps = 5};
  hs_retrieve_result result = {.size = sizeof result, .states = &s, .reports = reports};
  hs_model *model = NULL;
  char message[HS_MESSAGE_SIZE] = "";
  (void)state;
  if (hs_model_open(registry, &description, &model, message) != HS_OK) fail_msg("%s", message);
  hs_params_free(&description); /* the model keeps its own copy */

  assert_int_equal(hs_model_retrieve(model, &request, &result, message), HS_ERROR_ARGUMENT);
  assert_string_equal(message, "memory weighing: store patterns first");
  assert_int_equal(hs_model_store(model, &x, NULL, message), HS_OK);
  if (hs_model_retrieve(model, &request, &result, message) != HS_OK) fail_msg("%s", message);
  assert_memory_equal(states, patterns, sizeof patterns);
  assert_true(reports[0].fixed && reports[0].steps == 2 && reports[0].best == 0 && reports[1].best == 1);

  q.columns = 1;
  assert_int_equal(hs_model_retrieve(model, &request, &result, message), HS_ERROR_SHAPE);
  assert_string_equal(message, "queries have 1 columns, but patterns have 2");
  q.columns = 2;
  s.rows = 1;
  assert_int_equal(hs_model_retrieve(model, &request, &result, message), HS_ERROR_SHAPE);
  s.rows = 2;
  request.flags = HS_RETRIEVE_ENERGY;
  assert_int_equal(hs_model_retrieve(model, &request, &result, message), HS_ERROR_ARGUMENT);
  hs_model_free(&model);
  assert_null(model);
  hs_registry_free(&registry);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_what_was_loaded), cmocka_unit_test(test_identity),     cmocka_unit_test(test_descriptions),
      cmocka_unit_test(test_unknown_memory),  cmocka_unit_test(test_nearest_word), cmocka_unit_test(test_same_id_twice),
      cmocka_unit_test(test_solve_alone),     cmocka_unit_test(test_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
