/* The tables behind the coordinator: keys to numbers, and the plan as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <base/status.h>
#include <runner/plan_table.h>

static hs_hash key_of(uint64_t i) { return hs_hash_of(&i, sizeof i); }

static void test_key_table(void **state) {
  (void)state;
  hs__key_table table = {0};
  uint32_t found;
  assert_int_equal(hs__key_table_find(&table, key_of(3)), UINT32_MAX);
  for (uint32_t i = 0; i < 50000; i++) {
    assert_int_equal(hs__key_table_add(&table, key_of(i), i, &found), HS_OK);
    assert_int_equal(found, i);
  }
  for (uint32_t i = 0; i < 50000; i += 7) {
    assert_int_equal(hs__key_table_add(&table, key_of(i), 999999, &found), HS_OK);
    assert_int_equal(found, i); /* the first value stands */
    assert_int_equal(hs__key_table_find(&table, key_of(i)), i);
  }
  assert_int_equal(hs__key_table_find(&table, key_of(50001)), UINT32_MAX);
  assert_int_equal(table.count, 50000);
  hs__key_table_free(&table);
}

static void test_plan_table(void **state) {
  (void)state;
  hs__plan_table table = {0};
  enum { COUNT = 1000 };
  for (int round = 0; round < 2; round++) /* the second round adds nothing */
    for (uint32_t i = 0; i < COUNT; i++) {
      hs_trial trial = {.key = key_of(i), .group = key_of(i / 50), .position = i, .replicate = 1 + i % 3};
      hs_params_set_number(&trial.params, "beta", 2.385 * i);
      if (i % 2) hs_params_set_text(&trial.params, "solver", "entmax");
      assert_int_equal(hs__plan_table_add(&table, &trial), HS_OK);
      hs_trial_free(&trial);
    }
  assert_int_equal(table.count, COUNT);
  for (uint32_t i = 0; i < COUNT; i++) {
    hs_trial trial;
    assert_int_equal(hs__plan_table_get(&table, i, &trial), HS_OK);
    assert_int_equal(trial.position, i);
    assert_int_equal(trial.params.count, 1 + i % 2);
    assert_true(hs_params_get(&trial.params, "beta")->number == 2.385 * i);
    assert_int_equal(table.groups[i], i / 50);
    hs_buffer bytes = {0};
    hs__plan_table_put(&table, i, &bytes);
    hs_reader reader = hs_reader_of(bytes.data, bytes.size);
    hs_trial_free(&trial);
    assert_int_equal(hs_get_trial(&reader, &trial), HS_OK);
    assert_int_equal(hs_reader_left(&reader), 0);
    hs_trial_free(&trial);
    hs_buffer_free(&bytes);
  }
  hs__plan_table_free(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_key_table), cmocka_unit_test(test_plan_table)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
