/* executor_blas.c: how fast BLAS is here, for `hopsweep doctor`. */
#include <base/clock.h>
#include <base/cpu.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <solvers/kernels/gemm.h>
#include <string.h>

#include "executor_plugins.h"
#include "run.h"

/* Large enough for the full rate, small enough for a slow core: 0.9 GF a product. */
enum { SIDE = 768, PRODUCTS = 4 };

static hs_matrix matrix_on(float *data) {
  return (hs_matrix){.data = data, .rows = SIDE, .columns = SIDE, .stride = SIDE, .dtype = HS_FLOAT32};
}

/* GF/s of the best product; the first one also warms up. */
static int measure(float *memory, double *rate, char *message) {
  const size_t entries = (size_t)SIDE * SIDE;
  for (size_t i = 0; i < 2 * entries; i++) memory[i] = (float)(i % 13) - 2.385f;
  hs_matrix a = matrix_on(memory), b = matrix_on(memory + entries), c = matrix_on(memory + 2 * entries);
  *rate = 0;
  for (int i = 0; i < PRODUCTS; i++) {
    double start = hs_clock_now();
    HS_TRY(hs_gemm(&a, &b, false, true, &c, message));
    double speed = 2e-9 * SIDE * SIDE * SIDE / (hs_clock_now() - start);
    if (speed > *rate) *rate = speed;
  }
  return HS_OK;
}

static int put_finding(double rate, hs_buffer *out) {
  hs_cpu_level level = hs_cpu_detect();
  const char *about = hs_blas_description(), *wanted = hs_cpu_blas_core(level);
  if (!*wanted || strcasestr(about, wanted)) {
    hs_put_format(out, "ok      BLAS: %s, sgemm %.0f GF/s\n", about, rate);
    return HS_EXIT_OK;
  }
  hs_put_format(
      out,
      "PROBLEM BLAS: %s, sgemm %.0f GF/s, does not use the %s kernels that this processor (%s) runs → install "
      "an OpenBLAS with DYNAMIC_ARCH (Debian: libopenblas0-pthread)\n",
      about, rate, wanted, hs_cpu_level_name(level));
  return HS_EXIT_CONFIG;
}

int hs__executor_blas(void) {
  char message[HS_MESSAGE_SIZE] = "out of memory";
  hs_buffer out = {0};
  double rate;
  float *memory = hs_allocate_aligned(3 * (size_t)SIDE * SIDE, sizeof *memory);
  int status = memory ? measure(memory, &rate, message) : HS_ERROR_MEMORY;
  hs_free(&memory);
  if (status < 0) {
    hs_log_error("BLAS: %s", message);
    return hs_exit_of(status);
  }
  int code = put_finding(rate, &out), printed = hs__executor_print(&out);
  return code ? code : printed;
}
