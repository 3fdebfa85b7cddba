/* bench_solvers: the time of scan and solve against reading the scores once.
 *
 *     bench_solvers [--rows 2000] [--length 60000] [--repeats 3] [--json FILE]
 *
 * One thread, in CPU time (others may use the machine), float32 rows, more of them than the caches hold. The floor is a
 * vectorised max-reduction over the same rows at the same level of the processor. Rows: normal ones of standard
 * deviation 3 and, where the data is
 * ($HOPSWEEP_DATA), scores of MNIST test images against the training images at beta 0.1 and 1. */
#include <base/buffer.h>
#include <base/clock.h>
#include <base/cpu.h>
#include <base/file.h>
#include <math.h>
#include <plugins/host/host.h>
#include <plugins/registry.h>
#include <solvers/kernels/gemm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "bench/images.h"

enum { TILE = 16 }; /* rows in one call */

typedef struct setup {
  int64_t rows, length;
  int repeats;
  const char *json;
  float *scores; /* rows x length */
  hs_registry *registry;
  hs_buffer out;
} setup;

/* What a case times: rows of scores under one scale. */
typedef struct row_source {
  const char *name;
  double scale, floor; /* floor: seconds of the max-reduction */
} row_source;

static char message[HS_MESSAGE_SIZE];
static volatile float sink; /* keeps the reductions alive */

static void demand(int status) {
  if (status >= 0) return;
  fprintf(stderr, "bench_solvers: %s\n", message);
  exit(6);
}

/* ---- the floor ------------------------------------------------------------------------------------------------ */

/* Four chains of maxima, so that the latency of one does not count. */
#define LARGEST(name, target_text, vector, width, load, maximum, store, lowest)                         \
  __attribute__((target(target_text))) static float name(const float *scores, int64_t length) {         \
    vector a = lowest(-INFINITY), b = a, c = a, d = a;                                                  \
    int64_t i = 0;                                                                                      \
    for (; i + 4 * (width) <= length; i += 4 * (width)) {                                               \
      a = maximum(a, load(scores + i));                                                                 \
      b = maximum(b, load(scores + i + (width)));                                                       \
      c = maximum(c, load(scores + i + 2 * (width)));                                                   \
      d = maximum(d, load(scores + i + 3 * (width)));                                                   \
    }                                                                                                   \
    float lanes[width], largest = -INFINITY;                                                            \
    store(lanes, maximum(maximum(a, b), maximum(c, d)));                                                \
    for (int lane = 0; lane < (width); lane++) largest = lanes[lane] > largest ? lanes[lane] : largest; \
    for (; i < length; i++) largest = scores[i] > largest ? scores[i] : largest;                        \
    return largest;                                                                                     \
  }

#if defined(__x86_64__)
LARGEST(largest_sse, "sse2", __m128, 4, _mm_loadu_ps, _mm_max_ps, _mm_storeu_ps, _mm_set1_ps)
LARGEST(largest_avx2, "avx2", __m256, 8, _mm256_loadu_ps, _mm256_max_ps, _mm256_storeu_ps, _mm256_set1_ps)
LARGEST(largest_avx512, "avx512f", __m512, 16, _mm512_loadu_ps, _mm512_max_ps, _mm512_storeu_ps, _mm512_set1_ps)

static float largest(const float *scores, int64_t length, hs_cpu_level level) {
  if (level == HS_CPU_AVX512) return largest_avx512(scores, length);
  return level == HS_CPU_AVX2 ? largest_avx2(scores, length) : largest_sse(scores, length);
}
#else
static float largest(const float *scores, int64_t length, hs_cpu_level level) {
  (void)level;
  float best = -INFINITY;
  for (int64_t i = 0; i < length; i++) best = scores[i] > best ? scores[i] : best;
  return best;
}
#endif

static double time_floor(const setup *s) {
  hs_cpu_level level = hs_cpu_detect();
  double start = hs_clock_cpu();
  for (int64_t r = 0; r < s->rows; r++) sink = largest(s->scores + r * s->length, s->length, level);
  return hs_clock_cpu() - start;
}

/* ---- one solver ----------------------------------------------------------------------------------------------- */

static hs_host_solver *open_solver(const setup *s, const char *id, double value) {
  const hs_registered *found = hs_registry_find(s->registry, HS_KIND_SOLVER, id);
  if (!found)
    demand((snprintf(message, sizeof message, "no solver %s in %s", id, HS_PLUGIN_FOLDER), HS_ERROR_NOT_FOUND));
  hs_parameter_value parameter = {.number = value};
  if (found->solver->parameter_count) parameter.name = found->solver->parameters[0].name;
  hs_host_solver *solver;
  demand(hs__host_solver_open(found->solver, &parameter, found->solver->parameter_count, &solver, message));
  demand(hs__host_solver_prepare(solver, TILE, s->length, message));
  return solver;
}

/* Seconds for all rows; adds up the support. */
static double time_solver(const setup *s, hs_host_solver *solver, double scale, double *support) {
  *support = 0;
  double start = hs_clock_cpu();
  for (int64_t r = 0; r < s->rows; r += TILE) {
    const hs_solver_rows *result;
    hs_score_tile tile = {.size = sizeof tile,
                          .scores = s->scores + r * s->length,
                          .length = s->length,
                          .stride = s->length,
                          .scale = scale,
                          .rows = s->rows - r < TILE ? s->rows - r : TILE};
    demand(hs__host_solver_tile(solver, &tile, &result, message));
    *support += (double)result->starts[tile.rows];
  }
  return hs_clock_cpu() - start;
}

static void one_case(setup *s, row_source *source, const char *id, double value) {
  hs_host_solver *solver = open_solver(s, id, value);
  double support = 0, ours = INFINITY, floor = INFINITY;
  for (int i = 0; i < s->repeats; i++) { /* in turns, so that both see the same machine */
    floor = fmin(floor, time_floor(s));
    ours = fmin(ours, time_solver(s, solver, source->scale, &support));
  }
  char label[64];
  const hs_solver *descriptor = hs__host_solver_descriptor(solver);
  snprintf(label, sizeof label, descriptor->parameter_count ? "%s %s=%g" : "%s", id,
           descriptor->parameter_count ? descriptor->parameters[0].name : "", value);
  double per_row = 1e6 / (double)s->rows;
  printf("%-16s %-20s %9.1f %9.1f %7.2f %10.1f\n", source->name, label, ours * per_row, floor * per_row, ours / floor,
         support / (double)s->rows);
  fflush(stdout);
  hs_put_format(
      &s->out,
      "%s\n  {\"bench\": \"solvers\", \"case\": \"%s, %s\", \"unit\": \"us/row\", \"ours\": %.6g, \"floor\": %.6g}",
      s->out.size > 1 ? "," : "", label, source->name, ours * per_row, floor * per_row);
  hs__host_solver_close(&solver);
}

static void all_solvers(setup *s, row_source source) {
  static const struct {
    const char *id;
    double value;
  } CASES[] = {{"softmax", 0}, {"entmax", 1.2}, {"entmax", 1.5}, {"entmax", 2},   {"entmax", 4},
               {"normmax", 2}, {"normmax", 5},  {"ksubsets", 2}, {"ksubsets", 4}, {"ksubsets", 8}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) one_case(s, &source, CASES[i].id, CASES[i].value);
}

/* ---- the rows ------------------------------------------------------------------------------------------------- */

static float *floats(int64_t count) {
  float *array = malloc((size_t)count * sizeof *array);
  if (!array)
    demand((snprintf(message, sizeof message, "no memory for %lld scores", (long long)count), HS_ERROR_MEMORY));
  return array;
}

/* Standard deviation 3; splitmix64 and the polar method's simpler sibling (Box-Muller). */
static void fill_normal(setup *s) {
  uint64_t state = 1;
  for (int64_t i = 0; i < s->rows * s->length; i++) {
    uint64_t bits = state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    bits ^= bits >> 31;
    float first = ((float)(bits >> 40) + 0.5f) * 0x1p-24f, second = (float)(bits & 0xffffff) * 0x1p-24f;
    s->scores[i] = 3 * sqrtf(-2 * logf(first)) * cosf(6.2831853f * second);
  }
}

/* Scores of test images against the first `length` training images; false without data. */
static bool fill_mnist(setup *s) {
  hs_matrix patterns = {.data = floats(s->length * IMAGE_SIZE),
                        .rows = s->length,
                        .columns = IMAGE_SIZE,
                        .stride = IMAGE_SIZE,
                        .dtype = HS_FLOAT32};
  hs_matrix queries = patterns, scores = patterns;
  queries.rows = scores.rows = s->rows;
  queries.data = floats(s->rows * IMAGE_SIZE);
  scores.data = s->scores;
  scores.columns = scores.stride = s->length;
  bool found = images_read(images_folder(), "train", s->length, patterns.data) &&
               images_read(images_folder(), "t10k", s->rows, queries.data);
  if (found) demand(hs_gemm(&queries, &patterns, false, true, &scores, message));
  free(patterns.data);
  free(queries.data);
  return found;
}

static void usage(void) {
  fprintf(stderr, "usage: bench_solvers [--rows R] [--length N] [--repeats T] [--json FILE]\n");
  exit(2);
}

static void read_arguments(int count, char **arguments, setup *s) {
  if (count % 2 == 0) usage();
  for (int i = 1; i < count; i += 2) {
    const char *name = arguments[i], *value = arguments[i + 1];
    if (strcmp(name, "--rows") == 0)
      s->rows = strtoll(value, NULL, 10);
    else if (strcmp(name, "--length") == 0)
      s->length = strtoll(value, NULL, 10);
    else if (strcmp(name, "--repeats") == 0)
      s->repeats = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "--json") == 0)
      s->json = value;
    else
      usage();
  }
  if (s->rows < 1 || s->length < 8 || s->repeats < 1) usage();
}

/* BLAS picks its kernels when it is loaded, so the choice must stand in the environment before. */
static void start_with_best_core(char **arguments) {
  if (getenv("OPENBLAS_CORETYPE") && getenv("OPENBLAS_NUM_THREADS")) return;
  setenv("OPENBLAS_CORETYPE", hs_cpu_blas_core(hs_cpu_detect()), 0);
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  execv("/proc/self/exe", arguments);
}

int main(int count, char **arguments) {
  setup s = {.rows = 2000, .length = 60000, .repeats = 3};
  read_arguments(count, arguments, &s);
  start_with_best_core(arguments);
  const char *folder = HS_PLUGIN_FOLDER;
  demand(hs_registry_open(&folder, 1, &s.registry, message));
  s.scores = floats(s.rows * s.length);
  hs_put_format(&s.out, "[");
  printf("%ld rows of %ld float32 scores (%.0f MB), level %s\n", (long)s.rows, (long)s.length,
         (double)(s.rows * s.length) * 4e-6, hs_cpu_level_name(hs_cpu_detect()));
  printf("%-16s %-20s %9s %9s %7s %10s\n", "rows", "solver", "us/row", "floor", "ratio", "support");
  fill_normal(&s);
  all_solvers(&s, (row_source){.name = "normal sigma=3", .scale = 1});
  if (fill_mnist(&s)) {
    all_solvers(&s, (row_source){.name = "mnist beta=0.1", .scale = 0.1});
    all_solvers(&s, (row_source){.name = "mnist beta=1", .scale = 1});
  } else {
    printf("no MNIST under %s: set HOPSWEEP_DATA to the folder that holds mnist/\n", images_folder());
  }
  hs_put_format(&s.out, "\n]\n");
  if (s.json) demand(hs_file_write(s.json, s.out.data, s.out.size, message));
  hs_buffer_free(&s.out);
  hs_registry_free(&s.registry);
  free(s.scores);
  return 0;
}
