/* run_script FILE.lua: runs a test script in the VM. The script returns a table of functions; each is one test, called
 * with an rng, and fails by raising an error. The module "expect" (expect.lua) is beside it. */
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/array.h"
#include "lua/vm.h"

static double element(const hs_matrix *matrix, int64_t row, int64_t column) {
  int64_t at = row * matrix->stride + column;
  return matrix->dtype == HS_FLOAT32 ? (double)((const float *)matrix->data)[at] : ((const double *)matrix->data)[at];
}

/* Three loops: what the runner's BLAS is replaced by here. */
static int naive_matmul(void *context, const hs_matrix *a, const hs_matrix *b, int transpose_a, int transpose_b,
                        hs_matrix *c, char *message) {
  (void)context, (void)message;
  int64_t inner = transpose_a ? a->rows : a->columns;
  for (int64_t i = 0; i < c->rows; i++)
    for (int64_t j = 0; j < c->columns; j++) {
      double sum = 0;
      for (int64_t k = 0; k < inner; k++)
        sum +=
            (transpose_a ? element(a, k, i) : element(a, i, k)) * (transpose_b ? element(b, j, k) : element(b, k, j));
      if (c->dtype == HS_FLOAT32)
        ((float *)c->data)[i * c->stride + j] = (float)sum;
      else
        ((double *)c->data)[i * c->stride + j] = sum;
    }
  return HS_OK;
}

/* The names of the tests, in order, as a list on top of the stack. */
static const char list_names[] =
    "local tests = ... local names = {} for name in pairs(tests) do names[#names + 1] = name end return names";

static int run_test(hs__vm *vm, const char *name, char *message) {
  lua_State *L = hs__vm_state(vm);
  lua_getfield(L, 1, name);
  hs__random_push(L, 2385, 1, name);
  int status = hs__vm_call(vm, 1, 0, message);
  printf("%s %s\n", status == HS_OK ? "ok  " : "FAIL", name);
  if (status != HS_OK) printf("     %s\n%s\n", message, hs__vm_traceback(vm));
  return status;
}

static int run_tests(hs__vm *vm, const char *path, const char *text, char *message) {
  lua_State *L = hs__vm_state(vm);
  char chunk_name[1024];
  snprintf(chunk_name, sizeof chunk_name, "@%s", path);
  HS_TRY(hs__vm_run_chunk(vm, text, chunk_name, 1, message));
  if (luaL_loadstring(L, list_names) != LUA_OK) return HS_ERROR_INTERNAL;
  lua_pushvalue(L, 1);
  HS_TRY(hs__vm_call(vm, 1, 1, message));
  int failed = 0, count = (int)lua_rawlen(L, 2);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, i);
    failed += run_test(vm, lua_tostring(L, -1), message) != HS_OK;
    lua_settop(L, 2);
  }
  printf("%d tests, %d failed\n", count, failed);
  return failed || !count ? hs_fail(message, HS_ERROR_SCRIPT, "%s: %d of %d tests failed", path, failed, count) : HS_OK;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 2) return 2;
  char message[HS_MESSAGE_SIZE] = "", *text = NULL, *expect = NULL;
  char *folder = hs_path_folder(arguments[1]), *expect_path = hs_path_join(folder, "expect.lua");
  hs__vm *vm = NULL;
  int status = hs_file_read(arguments[1], &text, NULL, message);
  if (status == HS_OK) status = hs_file_read(expect_path, &expect, NULL, message);
  char *names[] = {(char[]){"expect"}}, *texts[] = {expect};
  hs_sweep_source source = {.path = arguments[1], .text = text, .module_names = names, .module_texts = texts};
  char *given = getenv("HOPSWEEP_DATA");
  source.data_folders = given ? given : (char[]){HS_DEFAULT_DATA};
  source.module_count = 1;
  hs_lua_services services = {.matmul = naive_matmul};
  hs_lua_limits limits = {.memory = (size_t)1 << 30, .instructions = 100000000};
  if (status == HS_OK) status = hs__vm_new(&source, &services, &limits, &vm, message);
  if (status == HS_OK) status = run_tests(vm, arguments[1], text, message);
  if (status != HS_OK) fprintf(stderr, "%s\n", message);
  hs__vm_free(&vm);
  hs_free(&text);
  hs_free(&expect);
  hs_free(&folder);
  hs_free(&expect_path);
  return status == HS_OK ? 0 : 1;
}
