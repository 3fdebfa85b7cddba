/* The VM as a cage: budgets that cannot be swallowed, errors with their place, modules, freezing. */
#include "lua/vm.h"

#include <base/status.h>
#include <lauxlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lua/array.h"

static char long_path[] = "a/very/long/folder/name/that/goes/on/and/on/until/lua/itself/would/cut/it/short/sweep.lua";

/* Runs `text` under these limits; returns the status, and the error in message. */
static int run_limited(const char *text, const char *path, const hs_lua_limits *limits, char *message) {
  hs_sweep_source source = {.path = (char *)path};
  hs__vm *vm = NULL;
  message[0] = 0;
  int status = hs__vm_new(&source, NULL, limits, &vm, message);
  if (status != HS_OK) return status;
  char name[512];
  snprintf(name, sizeof name, "@%s", path);
  status = hs__vm_run_chunk(vm, text, name, 0, message);
  assert_int_equal(lua_gettop(hs__vm_state(vm)), 0);
  hs__vm_free(&vm);
  assert_null(vm);
  return status;
}

static hs__vm *new_vm(const hs_sweep_source *source, const hs_lua_limits *limits) {
  hs__vm *vm = NULL;
  char message[HS_MESSAGE_SIZE] = "";
  if (hs__vm_new(source, NULL, limits, &vm, message) != HS_OK) fail_msg("%s", message);
  return vm;
}

static void expect_error_within(size_t memory, const char *text, const char *wanted) {
  char message[HS_MESSAGE_SIZE];
  hs_lua_limits limits = {.memory = memory, .instructions = 5000000};
  assert_int_equal(run_limited(text, "sweeps/x.lua", &limits, message), HS_ERROR_SCRIPT);
  if (!strstr(message, wanted)) fail_msg("'%s' is not in the error: %s", wanted, message);
}

static void expect_error(const char *text, const char *wanted) { expect_error_within(64 << 20, text, wanted); }

static void errors_name_file_and_line(void **state) {
  (void)state;
  expect_error("local x =\n\n= 3", "sweeps/x.lua:3: unexpected symbol");
  expect_error("\nlocal t = nil\nreturn t.x", "sweeps/x.lua:3: attempt to index a nil value");
  expect_error("error('mine')", "sweeps/x.lua:1: mine");
  expect_error("\nerror('no place', 0)", "sweeps/x.lua:2: no place");
  expect_error("local function f() error('caller', 2) end\n\nf()", "sweeps/x.lua:3: caller");
  expect_error("\n\nerror(setmetatable({}, {__tostring = function() return 'object' end}))", "sweeps/x.lua:3: object");
  expect_error("\nlocal hs = require 'hopsweep.core'\nhs.zeros(-1)", "sweeps/x.lua:3: a shape is");
  expect_error("return undefined_name", "sweeps/x.lua:1: unknown global 'undefined_name'");
}

static void long_paths_stay_whole(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE], wanted[HS_MESSAGE_SIZE];
  snprintf(wanted, sizeof wanted, "%s:2: ", long_path);
  assert_int_equal(run_limited("\nerror('x')", long_path, NULL, message), HS_ERROR_SCRIPT);
  assert_memory_equal(message, wanted, strlen(wanted));
  assert_int_equal(run_limited("\n=", long_path, NULL, message), HS_ERROR_SCRIPT);
  assert_memory_equal(message, wanted, strlen(wanted));
}

static void endless_work_is_stopped(void **state) {
  (void)state;
  const char *wanted = "more than 5000000 instructions";
  expect_error("while true do end", wanted);
  expect_error("while true do pcall(function() while true do end end) end", wanted);
  expect_error("while true do xpcall(function() while true do end end, function(m) return m end) end", wanted);
  expect_error("while true do coroutine.resume(coroutine.create(function() while true do end end)) end", wanted);
  expect_error("coroutine.wrap(function() while true do end end)()", wanted);
  expect_error("pcall(function() while true do end end) error('went on')", wanted);
  expect_error("xpcall(function() while true do end end, function(m) while true do end end) error('went on')", "");
  expect_error("local t <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
               wanted);
}

static void memory_bombs_are_stopped(void **state) {
  (void)state;
  const char *wanted = "more memory than its budget of 64.0 MiB";
  expect_error("return ('x'):rep(1 << 40)", "");
  expect_error("return ('x'):rep(100 << 20)", wanted);
  expect_error("local s = 'x' while true do s = s .. s end", wanted);
  expect_error("local t = {} for i = 1, 1e9 do t[i] = {} end", wanted);
  expect_error("return require('hopsweep.core').zeros{1000, 100000}", "does not fit into the memory budget");
  expect_error("local hs = require 'hopsweep.core' local t = {} for i = 1, 1000 do t[i] = hs.zeros(100000) end",
               "does not fit into the memory budget");
}

static void recursion_has_an_end(void **state) {
  (void)state;
  expect_error_within(1 << 30, "local function f() return 1 + f() end f()", "stack overflow");
  expect_error_within(
      1 << 30, "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end return t.x",
      "");
  expect_error_within(1 << 30, "local s = ('('):rep(100000) .. '1' assert(load('return ' .. s))", "");
}

static void a_small_budget_fails_cleanly(void **state) {
  (void)state;
  char message[HS_MESSAGE_SIZE];
  int succeeded = 0;
  for (size_t memory = 500; memory < 200000; memory += 500) {
    hs_lua_limits limits = {.memory = memory};
    int status = run_limited("local t = {} for i = 1, 100 do t[i] = {i} end return require 'hopsweep.core'", "x.lua",
                             &limits, message);
    succeeded += status == HS_OK;
    if (status != HS_OK) assert_true(message[0] != 0);
  }
  assert_true(succeeded > 0);
}

/* Each call has a fresh budget, and an exhausted one leaves the VM usable. */
static void budgets_are_per_call(void **state) {
  (void)state;
  hs_sweep_source source = {.path = (char[]){"x.lua"}};
  hs_lua_limits limits = {.instructions = 1000000};
  hs__vm *vm = new_vm(&source, &limits);
  char message[HS_MESSAGE_SIZE];
  for (int i = 0; i < 5; i++) {
    assert_int_equal(hs__vm_run_chunk(vm, "for i = 1, 300000 do end return 7", "@x.lua", 1, message), HS_OK);
    assert_int_equal(lua_tointeger(hs__vm_state(vm), -1), 7);
    lua_settop(hs__vm_state(vm), 0);
    assert_int_equal(hs__vm_run_chunk(vm, "while true do end", "@x.lua", 0, message), HS_ERROR_SCRIPT);
  }
  assert_non_null(strstr(hs__vm_traceback(vm), "stack traceback"));
  hs__vm_free(&vm);
}

static void modules_are_found_and_frozen(void **state) {
  (void)state;
  char *names[] = {(char[]){"mine"}, (char[]){"circle"}, (char[]){"broken"}};
  char *texts[] = {(char[]){"return {answer = 42, inner = {1}}"}, (char[]){"return require 'circle'"},
                   (char[]){"\nreturn nil + 1"}};
  hs_sweep_source source = {.path = (char[]){"x.lua"}, .module_names = names, .module_texts = texts};
  source.module_count = 3;
  hs__vm *vm = new_vm(&source, NULL);
  char message[HS_MESSAGE_SIZE];
  const char *use = "local m = require 'mine' assert(m == require 'mine' and m.answer == 42)\nm.answer = 43";
  assert_int_equal(hs__vm_run_chunk(vm, use, "@x.lua", 0, message), HS_OK);
  hs__vm_freeze_globals(vm);
  hs__vm_freeze_globals(vm); /* twice does no harm */
  assert_int_equal(
      hs__vm_run_chunk(vm, "assert(require('mine').answer == 43) require('mine').x = 1", "@x.lua", 0, message),
      HS_ERROR_SCRIPT);
  assert_non_null(strstr(message, "x.lua:1: the module 'mine' is read-only (assignment to 'x')"));
  assert_int_equal(hs__vm_run_chunk(vm, "require 'circle'", "@x.lua", 0, message), HS_ERROR_SCRIPT);
  assert_non_null(strstr(message, "a circle of requires"));
  assert_int_equal(hs__vm_run_chunk(vm, "require 'broken'", "@x.lua", 0, message), HS_ERROR_SCRIPT);
  assert_non_null(strstr(message, "broken.lua:2: attempt to perform arithmetic"));
  assert_int_equal(hs__vm_run_chunk(vm, "require 'nowhere'", "@x.lua", 0, message), HS_ERROR_SCRIPT);
  assert_non_null(strstr(message, "no module 'nowhere'; known are hopsweep, mine, circle, broken"));
  hs__vm_free(&vm);
}

static void shared_arrays_are_read_only(void **state) {
  (void)state;
  hs_sweep_source source = {.path = (char[]){"x.lua"}};
  hs__vm *vm = new_vm(&source, NULL);
  char message[HS_MESSAGE_SIZE];
  lua_State *L = hs__vm_state(vm);
  assert_int_equal(hs__vm_run_chunk(vm, "return require('hopsweep.core').array{{1, 2}, {3, 4}}", "@x.lua", 1, message),
                   0);
  hs__array_freeze(hs__array_check(L, 1));
  const char *writes[] = {"a:set(1, 1, 5)", "a[1][2] = 5",         "a:fill(0)",          "a:rows(1, 1):fill(0)",
                          "a[1] = a[2]",    "a:column(1):fill(3)", "a:reshape(4)[1] = 0"};
  for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
    char text[128];
    snprintf(text, sizeof text, "return function(a) %s end", writes[i]);
    assert_int_equal(hs__vm_run_chunk(vm, text, "@x.lua", 1, message), HS_OK);
    lua_pushvalue(L, 1);
    assert_int_equal(hs__vm_call(vm, 1, 0, message), HS_ERROR_SCRIPT);
    assert_non_null(strstr(message, "read-only"));
  }
  assert_int_equal(hs__vm_run_chunk(vm, "return function(a) local b = a:copy() b:fill(7) return (a + b):sum() end",
                                    "@x.lua", 1, message),
                   0);
  lua_pushvalue(L, 1);
  assert_int_equal(hs__vm_call(vm, 1, 1, message), HS_OK);
  assert_true(lua_tonumber(L, -1) == 38);
  hs__vm_free(&vm);
}

static void random_use_is_noticed(void **state) {
  (void)state;
  hs_sweep_source source = {.path = (char[]){"x.lua"}};
  hs__vm *vm = new_vm(&source, NULL);
  char message[HS_MESSAGE_SIZE];
  lua_State *L = hs__vm_state(vm);
  const char *uses[] = {"rng('a')", "rng:uniform()", "rng:normal{2, 2}", "rng('x'):permutation(3)", "rng:sphere(2, 2)"};
  assert_int_equal(hs__vm_run_chunk(vm, "require 'hopsweep.core'", "@x.lua", 0, message), HS_OK);
  for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
    char text[128];
    snprintf(text, sizeof text, "local rng = ... return %s", uses[i]);
    hs__random_reset_use(L);
    assert_int_equal(luaL_loadstring(L, text), LUA_OK);
    hs__random_push(L, 7, 1, "trial");
    assert_int_equal(hs__vm_call(vm, 1, 0, message), HS_OK);
    assert_int_equal(hs__random_was_used(L), i > 0);
  }
  hs__vm_free(&vm);
}

/* Seed, replicate and name each decide the stream. */
static void streams_depend_on_seed_replicate_and_name(void **state) {
  (void)state;
  hs_sweep_source source = {.path = (char[]){"x.lua"}};
  hs__vm *vm = new_vm(&source, NULL);
  char message[HS_MESSAGE_SIZE];
  lua_State *L = hs__vm_state(vm);
  assert_int_equal(hs__vm_run_chunk(vm, "require 'hopsweep.core'", "@x.lua", 0, message), HS_OK);
  struct stream {
    uint64_t seed;
    uint32_t replicate;
    const char *name;
  } streams[] = {{7, 1, "a"}, {8, 1, "a"}, {7, 2, "a"}, {7, 1, "b"}, {7, 1, "a"}};
  double drawn[5];
  for (int i = 0; i < 5; i++) {
    assert_int_equal(luaL_loadstring(L, "return (...):uniform()"), LUA_OK);
    hs__random_push(L, streams[i].seed, streams[i].replicate, streams[i].name);
    assert_int_equal(hs__vm_call(vm, 1, 1, message), HS_OK);
    drawn[i] = lua_tonumber(L, -1);
  }
  for (int i = 1; i < 4; i++) assert_true(drawn[i] != drawn[0]);
  assert_true(drawn[4] == drawn[0]);
  hs__vm_free(&vm);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_name_file_and_line),
      cmocka_unit_test(long_paths_stay_whole),
      cmocka_unit_test(endless_work_is_stopped),
      cmocka_unit_test(memory_bombs_are_stopped),
      cmocka_unit_test(recursion_has_an_end),
      cmocka_unit_test(a_small_budget_fails_cleanly),
      cmocka_unit_test(budgets_are_per_call),
      cmocka_unit_test(modules_are_found_and_frozen),
      cmocka_unit_test(shared_arrays_are_read_only),
      cmocka_unit_test(random_use_is_noticed),
      cmocka_unit_test(streams_depend_on_seed_replicate_and_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
