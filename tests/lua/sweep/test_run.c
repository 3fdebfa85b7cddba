/* Running trials: metrics, arrays, verdicts, shared data, random streams, independence of the schedule. */
#include <base/memory.h>
#include <base/status.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#define HEAD "local hs = require 'hopsweep'\n"

static void assert_has(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no \"%s\" in \"%s\"", part, text);
}

/* A sweep of one trial with this body. */
#define BODY(body) \
  HEAD "return hs.sweep { name = 't', space = hs.grid { a = 2.385 }, trial = function(p, data, ctx)\n" body "\nend }"

static void metrics_and_verdicts(void **state) {
  (void)state;
  assert_string_equal(first_result(BODY("return { x = p.a, yes = true, no = false }")),
                      "ok {\"no\":0,\"x\":2.385,\"yes\":1}");
  assert_string_equal(first_result(BODY("return { x = 0/0, y = 1 }")),
                      "invalid {\"x\":null,\"y\":1} the metric 'x' is nan");
  assert_has(first_result(BODY("return { x = 1/0 }")), "invalid {\"x\":null} the metric 'x' is inf");
  assert_string_equal(first_result(BODY("return { x = 'one' }")),
                      "failed {} s.lua:2: the metric 'x' is a string, not a number");
  assert_string_equal(first_result(BODY("return 5")),
                      "failed {} s.lua:2: a trial or measure function must return a table of metrics, got a number");
  assert_string_equal(first_result(BODY("return { a = 1 }")),
                      "failed {} s.lua:2: the metric 'a' has the name of a parameter");
  assert_string_equal(first_result(BODY("return { 1 }")),
                      "failed {} s.lua:2: the metric: a name must be a text, got a number");
}

static void errors_are_verdicts_with_a_place(void **state) {
  (void)state;
  assert_string_equal(first_result(BODY("local x = nil\nreturn { x = x.y }")),
                      "failed {} s.lua:4: attempt to index a nil value (local 'x')");
  assert_has(first_result(BODY("error 'what I say'")), "failed {} s.lua:3: what I say");
  assert_has(first_result(BODY("return { x = p.beta }")), "s.lua:3: the space has no parameter 'beta'; it has a");
  assert_has(first_result(BODY("p.a = 3")), "s.lua:3: parameters are read-only");
  assert_has(first_result(BODY("return { x = ctx.rank }")),
             "s.lua:3: ctx has no field 'rank'; it has replicate, rng, seed");
  assert_has(first_result(BODY("return { x = ctx.shared.none }")), "the sweep has no shared artefact 'none'");
  assert_has(first_result(BODY("return hs.keep(5)")), "s.lua:3: hs.keep wants an array, got a number");
  assert_has(first_result(BODY("x = 5")), "s.lua:3: ");
}

static void endless_loops_and_greed_cost_a_trial(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  static const char *const bodies[] = {BODY("while true do end"),
                                       BODY("local t = {}\nwhile true do t[#t + 1] = { 1, 2, 3 } end")};
  for (int i = 0; i < 2; i++) {
    script how = {.text = bodies[i], .instructions = i == 0 ? 1000000 : 0, .memory = (size_t)8 << 20};
    hs_sweep *sweep = open_script(&how, message);
    hs_trial *trials;
    size_t count = plan_of(sweep, &trials);
    hs_record record = run_trial(sweep, &trials[0]);
    assert_int_equal(record.verdict, HS_VERDICT_FAILED);
    assert_has(record.message, i == 0 ? "instructions" : "memory");
    hs_record_free(&record);
    trials_free(&trials, count);
    hs_sweep_free(&sweep);
  }
}

static void arrays_are_kept(void **state) {
  (void)state;
  hs_sweep *sweep =
      open_text(BODY("local x = hs.array({ { 1, 2 }, { 3, 4 }, { 5, 6 } }, 'float32')\n"
                     "return {}, { z = hs.keep(x, { first = 2, image = { 1, 2 } }), all = x, "
                     "strided = x:columns(2, 2) }"));
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  hs_record record = run_trial(sweep, &trials[0]);
  if (record.verdict != HS_VERDICT_OK) fail_msg("%s", record.message);
  assert_int_equal(record.array_count, 3);
  assert_string_equal(record.arrays[0].name, "all");
  assert_int_equal(record.arrays[0].shape[0], 3);
  const hs_kept_array *z = &record.arrays[2];
  assert_string_equal(z->name, "z");
  assert_int_equal(z->dtype, HS_FLOAT32);
  assert_int_equal(z->dimensions, 2);
  assert_int_equal(z->shape[0], 2);
  assert_int_equal(z->image[1], 2);
  assert_int_equal(z->size, 4 * sizeof(float));
  assert_memory_equal(z->data, ((float[]){1, 2, 3, 4}), z->size);
  hs_record_free(&record);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  assert_has(first_result(BODY("return {}, { z = 5 }")), "s.lua:2: the array 'z' is a number");
  assert_has(first_result(BODY("return {}, { z = hs.keep(hs.zeros({ 2, 6 }), { image = { 2, 2 } }) }")),
             "items of 6 elements, not images of 2 x 2");
}

/* ---- the model form ------------------------------------------------------------------------------------------ */

#define MODEL(description, measure)                                                                               \
  HEAD "return hs.sweep { name = 't', space = hs.grid { a = 2.385 }, data = hs.shared { build = function()\n"     \
       "return { patterns = hs.array({ { 1, 0 }, { 0, 1 }, { -1, 0 } }, 'float32'),\n"                            \
       "queries = hs.array({ { -0.9, 0.1 }, { 0.2, 0.9 } }, 'float32') } end },\n"                                \
       "model = function(p) return hs.hfy { " description " } end,\nmeasure = function(p, data, r, ctx) " measure \
       " end }"

static void models_retrieve_and_are_closed(void **state) {
  (void)state;
  fake_opened = 0;
  assert_string_equal(
      first_result(MODEL("solver = 's', steps = 3, energy = true",
                         "return { best = r.best[1], state = r.states:at(2, 2), steps = r.steps:mean(), "
                         "fixed = r.fixed:mean(), support = r.support:count(3), energies = r.energies:at(2, 4), "
                         "certificate = r.certificate[1], iterations = r.iterations:sum(), status = r.status:max() }")),
      "ok "
      "{\"best\":3,\"certificate\":0,\"energies\":-3,\"fixed\":1,\"iterations\":0,\"state\":1,\"status\":0,\"steps\":3,"
      "\"support\":2}");
  assert_int_equal(fake_opened, 1);
  assert_int_equal(fake_open_models, 0);
  assert_has(first_result(MODEL("solver = 's'", "error 'no'")), "failed {} s.lua:6: no");
  assert_int_equal(fake_open_models, 0);
}

static void reports_become_verdicts(void **state) {
  (void)state;
  char text[1024];
  static const char *const expected[] = {
      "ok {\"m\":1}", "not_converged {\"m\":1} query 1: ", "failed {} query 1: ", "invalid {\"m\":1} query 1: "};
  static const char form[] = MODEL("solver = 's', status = ", "return { m = 1 }");
  const char *at = strstr(form, "status = ") + strlen("status = ");
  for (int status = HS_OK; status <= HS_INVALID; status++) {
    snprintf(text, sizeof text, "%.*s%d%s", (int)(at - form), form, status, at);
    assert_has(first_result(text), expected[status]);
  }
}

/* Runs the trials of a sweep in order and gives their verdicts, one letter each. */
static const char *verdicts_of(const char *text) {
  static char letters[32];
  hs_sweep *sweep = open_text(text);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_trial(sweep, &trials[i]);
    letters[i] = hs_verdict_word(record.verdict)[0];
    letters[i + 1] = 0;
    hs_record_free(&record);
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  return letters;
}

static void a_bad_trial_leaves_nothing_to_the_next(void **state) {
  (void)state;
  assert_string_equal(
      verdicts_of(HEAD
                  "return hs.sweep { name = 't', space = hs.grid { status = { 0, 1, 0, 3, 0, 2, 0.0 }, "
                  "i = { 1, 2 } }, data = hs.shared { build = function()\nlocal x = hs.array({ { 1, 0 } }, 'float32')\n"
                  "return { patterns = x, queries = x } end },\nmodel = function(p) return hs.hfy { solver = 's', "
                  "status = p.i == 1 and p.status or 0 } end, measure = function() return { m = 1 } end }"),
      "onifoooo");
}

static void the_trial_form_opens_models_itself(void **state) {
  (void)state;
  assert_string_equal(
      first_result(
          BODY("local m = hs.open(hs.memory('m', { steps = 2 }), hs.array({ { 1, 0 }, { 0, 1 } }, 'float32'))\n"
               "local q = hs.array({ { 0.25, 0.75 } }, 'float32')\n"
               "local r = m:retrieve(q, { steps = 4 })\n"
               "return { best = r.best[1], steps = r.steps[1], e = m:energy(q)[1], "
               "p = hs.solve('s', { alpha = 1.5 }, q):at(1, 2) }")),
      "ok {\"best\":2,\"e\":0.25,\"p\":1.5,\"steps\":4}");
  assert_int_equal(fake_open_models, 0);
  assert_has(first_result(BODY("return hs.solve('s', { alpha = 0.5 }, hs.zeros({ 3 }))")),
             "s.lua:3: fake: alpha = 0.5");
  assert_has(first_result(BODY("return hs.open({}, hs.zeros({ 3, 2 }))")), "hs.open wants a model description");
  assert_has(first_result(BODY("hs.open(hs.hfy { solver = 's' }, hs.zeros({ 3, 2 })):retrieve(hs.zeros({ 1, 5 }))")),
             "s.lua:3: the queries have 5 components, but the stored patterns have 2");
}

static void a_rehearsal_finds_impossible_parameters(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  static const char *const texts[] = {MODEL("solver = 's', k = 3", "error 'must not run'"),
                                      MODEL("solver = 's', k = 4", "return {}")};
  for (int i = 0; i < 2; i++) {
    hs_sweep *sweep = open_text(texts[i]);
    hs_trial *trials;
    size_t count = plan_of(sweep, &trials);
    int status = hs_sweep_rehearse(sweep, &trials[0], message);
    if (i == 0) assert_int_equal(status, HS_OK);
    if (i == 1) assert_true(status < 0);
    if (i == 1) assert_string_equal(message, "s.lua:5: fake: k = 4 of 3 patterns");
    assert_int_equal(fake_open_models, 0);
    trials_free(&trials, count);
    hs_sweep_free(&sweep);
  }
}

static void a_rehearsal_finds_missing_files(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  hs_sweep *sweep = open_text(HEAD
                              "return hs.sweep { name = 't', trial = function() return {} end,\n"
                              "data = hs.shared { build = function() return hs.load_idx 'no/such/file' end } }");
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  assert_int_equal(hs_sweep_rehearse(sweep, &trials[0], message), HS_ERROR_SCRIPT);
  assert_has(message, "s.lua:3: data file no/such/file not found");
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

/* ---- shared data --------------------------------------------------------------------------------------------- */

/* Builds count themselves in an array of the script: one that is no shared data may be written. */
#define COUNTED(by, body, extra)                                                                                  \
  HEAD "local built = hs.zeros({ 1 })\n"                                                                          \
       "return hs.sweep { name = 't', repeats = 3, space = hs.grid { a = { 1, 2 }, b = { 1, 2 } },\n"             \
       "data = hs.shared { by = { " by " }, build = function(p, rng) built[1] = built[1] + 1\n" body " end" extra \
       " },\ntrial = function(p, data) return { built = built[1], value = data.value } end }"

static double builds_of(const char *text) {
  hs_sweep *sweep = open_text(text);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  double built = 0;
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_trial(sweep, &trials[i]);
    built = metric_of(&record, "built");
    hs_record_free(&record);
  }
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
  return built;
}

static void artefacts_are_built_once_for_what_they_depend_on(void **state) {
  (void)state;
  assert_true(builds_of(COUNTED("", "return { value = 1 }", "")) == 1);
  assert_true(builds_of(COUNTED("'a'", "return { value = p.a }", "")) == 2);
  assert_true(builds_of(COUNTED("'a', 'b'", "return { value = p.a + p.b }", "")) == 4);
  assert_true(builds_of(COUNTED("", "return { value = rng('x'):uniform() }", "")) == 3);
  assert_true(builds_of(COUNTED("'a'", "return { value = rng('x'):uniform() }", "")) == 6);
  assert_true(builds_of(COUNTED("", "return { value = rng('x'):uniform() }", ", replicate = false")) == 1);
  assert_true(builds_of(COUNTED("", "return { value = 1 }", ", replicate = true")) == 3);
}

/* A build that drew random numbers must not make the next one look random. */
static void each_build_is_judged_alone(void **state) {
  (void)state;
  assert_true(builds_of(HEAD
                        "local built = hs.zeros({ 1 })\n"
                        "return hs.sweep { name = 't', repeats = 3,\n"
                        "shared = { noise = hs.shared { build = function(p, rng) return rng('x'):normal() end } },\n"
                        "data = hs.shared { build = function() built[1] = built[1] + 1\nreturn { 1 } end },\n"
                        "trial = function(p, data, ctx) return { noise = ctx.shared.noise, built = built[1] } end }") ==
              1);
  assert_true(
      builds_of(HEAD
                "local built = hs.zeros({ 1 })\n"
                "return hs.sweep { name = 't', repeats = 3,\n"
                "shared = { plain = hs.shared { build = function() built[1] = built[1] + 1\nreturn { 1 } end } },\n"
                "trial = function(p, data, ctx) local x = ctx.rng('x'):normal()\n"
                "return { x = x, plain = ctx.shared.plain[1], built = built[1] } end }") == 1);
}

static void builds_see_only_what_they_declare(void **state) {
  (void)state;
  assert_has(first_result(COUNTED("'a'", "return { value = p.b }", "")),
             "failed {} s.lua:5: the build of 'data' reads p.b, but its `by` lists only a");
  assert_has(first_result(COUNTED("", "return", "")), "s.lua:4: the build of 'data' returned nothing");
}

static void shared_data_are_frozen(void **state) {
  (void)state;
  static const char *const writes[] = {
      "data.value = 2",    "data.list[1] = 2",   "data.list[3] = 2",           "data.deep.er.x = 1",
      "data.array[1] = 2", "data.array:fill(3)", "table.insert(data.list, 4)", "rawset(data, 'new', 1)"};
  for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
    char text[512];
    snprintf(text, sizeof text,
             HEAD
             "return hs.sweep { name = 't', data = hs.shared { build = function() return { value = 1, list = { 1, 2 },"
             "deep = { er = { x = 5 } }, array = hs.zeros({ 3 }) } end },\ntrial = function(p, data)\n%s\n"
             "return { x = 1 } end }",
             writes[i]);
    assert_has(first_result(text), "failed {} s.lua:4: ");
    assert_has(first_result(text), "read-only");
  }
  assert_string_equal(first_result(HEAD "return hs.sweep { name = 't', data = hs.shared { build = function() return { "
                                        "list = { 5, 6, 7 } } end },\ntrial = function(p, data)\nlocal s = 0\n"
                                        "for _, v in ipairs(data.list) do s = s + v end\n"
                                        "for k, v in pairs(data.list) do s = s + k * 100 end\n"
                                        "return { sum = s, n = #data.list } end }"),
                      "ok {\"n\":3,\"sum\":618}");
}

static void old_artefacts_make_room(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE] = "";
  /* 64 artefacts of 1 MiB under a budget of 24 MiB, a quarter of which may be cached. */
  script how = {.text = HEAD
                "return hs.sweep { name = 't', space = hs.grid { a = hs.linspace(1, 64, 64) },\n"
                "data = hs.shared { by = { 'a' }, build = function(p) return hs.full({ 262144 }, p.a) end },\n"
                "trial = function(p, data) return { same = data:mean() == p.a } end }",
                .memory = (size_t)24 << 20};
  hs_sweep *sweep = open_script(&how, message);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_trial(sweep, &trials[i]);
    if (record.verdict != HS_VERDICT_OK) fail_msg("%s", record.message);
    assert_true(metric_of(&record, "same") == 1);
    hs_record_free(&record);
  }
  hs_buffer digests = {0};
  hs_sweep_put_digests(sweep, &digests);
  assert_has(hs_buffer_text(&digests), "data;a=64;replicate=all ");
  hs_buffer_free(&digests);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

/* ---- random streams ------------------------------------------------------------------------------------------ */

#define PAIRED                                                                                                      \
  HEAD "return hs.sweep { name = 't', repeats = 2, space = hs.grid { solver = { 'x', 'y' }, n = { 4, 9 } },\n"      \
       "data = hs.shared { by = { 'n' }, build = function(p, rng) return { x = rng('patterns'):gaussian(p.n, 3) } " \
       "end },\n"                                                                                                   \
       "trial = function(p, data, ctx) return { first = data.x:at(4, 3), noise = ctx.rng('noise', 2):uniform(),\n"  \
       "other = ctx.rng('other'):uniform(), same = ctx.rng('patterns'):normal() } end }"

static void replicates_are_paired(void **state) {
  (void)state;
  hs_sweep *sweep = open_text(PAIRED);
  hs_trial *trials;
  size_t count = plan_of(sweep, &trials);
  assert_int_equal(count, 8);
  double first[3] = {0}, noise[3] = {0};
  for (size_t i = 0; i < count; i++) {
    hs_record record = run_trial(sweep, &trials[i]);
    uint32_t r = trials[i].replicate;
    if (i < 2) first[r] = metric_of(&record, "first");
    if (i < 2) noise[r] = metric_of(&record, "noise");
    /* the same patterns for every solver, and the memory of 4 begins that of 9 */
    assert_true(metric_of(&record, "first") == first[r] && metric_of(&record, "noise") == noise[r]);
    assert_true(metric_of(&record, "other") != noise[r]);
    hs_record_free(&record);
  }
  assert_true(first[1] != first[2] && noise[1] != noise[2]);
  trials_free(&trials, count);
  hs_sweep_free(&sweep);
}

static void records_do_not_depend_on_the_order(void **state) {
  (void)state;
  enum { COUNT = 8 };
  hs_buffer forward[COUNT] = {{0}}, backward[COUNT] = {{0}}, alone[COUNT] = {{0}};
  hs_sweep *sweep = open_text(PAIRED);
  run_all(sweep, 0, forward, COUNT);
  hs_sweep_free(&sweep);
  sweep = open_text(PAIRED);
  run_all(sweep, 1, backward, COUNT);
  hs_sweep_free(&sweep);
  for (size_t i = 0; i < COUNT; i++) { /* each in a VM of its own */
    sweep = open_text(PAIRED);
    hs_trial *trials;
    size_t count = plan_of(sweep, &trials);
    hs_record record = run_trial(sweep, &trials[i]);
    hs_put_record(&alone[i], &record);
    hs_record_free(&record);
    trials_free(&trials, count);
    hs_sweep_free(&sweep);
  }
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(forward[i].size, backward[i].size);
    assert_memory_equal(forward[i].data, backward[i].data, forward[i].size);
    assert_int_equal(forward[i].size, alone[i].size);
    assert_memory_equal(forward[i].data, alone[i].data, forward[i].size);
    hs_buffer_free(&forward[i]);
    hs_buffer_free(&backward[i]);
    hs_buffer_free(&alone[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(metrics_and_verdicts),
      cmocka_unit_test(errors_are_verdicts_with_a_place),
      cmocka_unit_test(endless_loops_and_greed_cost_a_trial),
      cmocka_unit_test(arrays_are_kept),
      cmocka_unit_test(models_retrieve_and_are_closed),
      cmocka_unit_test(reports_become_verdicts),
      cmocka_unit_test(a_bad_trial_leaves_nothing_to_the_next),
      cmocka_unit_test(the_trial_form_opens_models_itself),
      cmocka_unit_test(a_rehearsal_finds_impossible_parameters),
      cmocka_unit_test(a_rehearsal_finds_missing_files),
      cmocka_unit_test(artefacts_are_built_once_for_what_they_depend_on),
      cmocka_unit_test(each_build_is_judged_alone),
      cmocka_unit_test(builds_see_only_what_they_declare),
      cmocka_unit_test(shared_data_are_frozen),
      cmocka_unit_test(old_artefacts_make_room),
      cmocka_unit_test(replicates_are_paired),
      cmocka_unit_test(records_do_not_depend_on_the_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
