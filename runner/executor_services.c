#include "executor_services.h"

#include <base/cpu.h>
#include <base/memory.h>
#include <base/status.h>
#include <gnu/libc-version.h>
#include <solvers/kernels/gemm.h>
#include <string.h>

static int check(void *context, const hs_params *description, hs_buffer *identity, char *message) {
  return hs_registry_check_model(context, description, identity, message);
}

static int open_model(void *context, const hs_params *description, void **model, char *message) {
  hs_model *opened = NULL;
  int status = hs_model_open(context, description, &opened, message);
  *model = opened;
  return status;
}

static void close_model(void *context, void **model) {
  (void)context;
  hs_model *closing = *model;
  hs_model_free(&closing);
  *model = NULL;
}

static int store(void *context, void *model, const hs_matrix *patterns, const hs_matrix *values, char *message) {
  (void)context;
  return hs_model_store(model, patterns, values, message);
}

static int prepare(void *context, void *model, int64_t queries, int64_t steps, char *message) {
  (void)context;
  return hs_model_prepare(model, queries, steps, message);
}

static int retrieve(void *context, void *model, const hs_retrieve_request *request, hs_retrieve_result *result,
                    char *message) {
  (void)context;
  return hs_model_retrieve(model, request, result, message);
}

static int energy(void *context, void *model, const hs_matrix *states, double *energies, char *message) {
  (void)context;
  return hs_model_energy(model, states, energies, message);
}

static int solve(void *context, const hs_params *description, const hs_matrix *scores, hs_matrix *p, char *message) {
  return hs_registry_solve(context, description, scores, p, message);
}

static int matmul(void *context, const hs_matrix *a, const hs_matrix *b, int transpose_a, int transpose_b, hs_matrix *c,
                  char *message) {
  (void)context;
  return hs_gemm(a, b, transpose_a != 0, transpose_b != 0, c, message);
}

hs_lua_services hs__executor_services(hs_registry *registry) {
  return (hs_lua_services){
      .context = registry,
      .model_check = check,
      .model_open = open_model,
      .model_close = close_model,
      .model_store = store,
      .model_prepare = prepare,
      .model_retrieve = retrieve,
      .model_energy = energy,
      .solve = solve,
      .matmul = matmul,
  };
}

int hs__executor_registry(const char *folders, hs_registry **registry, char *message) {
  char *copy = hs_copy_text(folders);
  const char **list = copy ? hs_allocate(strlen(copy) + 1, sizeof *list) : NULL;
  if (!list) {
    hs_free(&copy);
    return hs_fail(message, HS_ERROR_MEMORY, "no memory for the plugin folders");
  }
  size_t count = 0;
  char *rest = copy;
  for (char *folder; (folder = strsep(&rest, ":"));)
    if (*folder) list[count++] = folder;
  int status = hs_registry_open(list, count, registry, message);
  hs_free(&list);
  hs_free(&copy);
  return status;
}

char *hs__executor_fingerprint(void) {
  hs_buffer text = {0};
  hs_put_format(&text, "%s; kernels %s; glibc %s", hs_blas_description(), hs_cpu_level_name(hs_cpu_detect()),
                gnu_get_libc_version());
  hs_buffer_text(&text);
  return (char *)text.data;
}
