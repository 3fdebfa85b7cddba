/* bench_retrieval: the time of retrieval through hfy against the products it cannot do without.
 *
 *     bench_retrieval [--patterns 60000] [--queries 500] [--steps 5] [--beta 0.1] [--tile 256] [--json FILE]
 *
 * The floor of a case is 2 N D flop per query and update that was needed, at the best rate that sgemm reaches here.
 * Uses MNIST where it is ($HOPSWEEP_DATA), else generated images. One thread, and the time of that thread alone, so
 * that a busy machine disturbs the ratios little. */
#include <base/buffer.h>
#include <base/clock.h>
#include <base/cpu.h>
#include <base/file.h>
#include <base/params.h>
#include <plugins/registry.h>
#include <solvers/kernels/gemm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/images.h"

typedef struct setup {
  int64_t patterns, queries, steps, tile;
  double beta;
  const char *json, *data; /* data: what the images are */
  hs_matrix memory, probe, states;
  double rate; /* flop per second */
} setup;

static char message[HS_MESSAGE_SIZE];

static void demand(int status) {
  if (status >= 0) return;
  fprintf(stderr, "bench_retrieval: %s\n", message);
  exit(6);
}

/* BLAS picks its kernels when it is loaded, so the choice must stand in the environment before. */
static void start_with_best_core(char **arguments) {
  if (getenv("OPENBLAS_CORETYPE") && getenv("OPENBLAS_NUM_THREADS")) return;
  setenv("OPENBLAS_CORETYPE", hs_cpu_blas_core(hs_cpu_detect()), 0);
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  execv("/proc/self/exe", arguments);
}

static hs_matrix matrix(int64_t rows, int64_t columns) {
  hs_matrix m = {.rows = rows, .columns = columns, .stride = columns, .dtype = HS_FLOAT32};
  m.data = malloc((size_t)(rows * columns) * sizeof(float));
  if (!m.data) exit(6);
  return m;
}

/* The best of `repeats` products of rows x D with N x D; in flop per second. */
static double product_rate(const setup *s, int64_t rows, int64_t patterns, int repeats) {
  hs_matrix a = s->memory, b = s->memory, c = matrix(rows, patterns);
  double best = 0;
  a.rows = rows;
  b.rows = patterns;
  for (int i = 0; i < repeats; i++) {
    double start = hs_clock_cpu();
    demand(hs_gemm(&a, &b, false, true, &c, message));
    double rate = 2.0 * (double)(rows * patterns * a.columns) / (hs_clock_cpu() - start);
    best = rate > best ? rate : best;
  }
  free(c.data);
  return best;
}

static void measure_products(setup *s) {
  static const int64_t ROWS[] = {32, 64, 128, 256, 512};
  int64_t square = s->patterns < 2048 ? s->patterns : 2048;
  s->rate = product_rate(s, square, square, 5);
  printf("%s\nsgemm %ld x %ld x 784: %.1f GF/s\n", hs_blas_description(), (long)square, (long)square, s->rate / 1e9);
  for (int i = 0; i < 5 && ROWS[i] <= s->patterns; i++) {
    double rate = product_rate(s, ROWS[i], s->patterns, 2);
    printf("sgemm %ld x %ld x 784: %.1f GF/s\n", (long)ROWS[i], (long)s->patterns, rate / 1e9);
    if (rate > s->rate) s->rate = rate;
  }
}

static void one_case(const setup *s, const hs_registry *registry, const char *solver, const char *name, double value,
                     hs_buffer *json) {
  hs_params model = {0};
  hs_model *opened;
  hs_retrieve_report *reports = calloc((size_t)s->queries, sizeof *reports);
  demand(hs_params_set_text(&model, "solver", solver));
  if (name) demand(hs_params_set_number(&model, name, value));
  demand(hs_params_set_number(&model, "beta", s->beta));
  demand(hs_params_set_number(&model, "tile", (double)s->tile));
  demand(hs_model_open(registry, &model, &opened, message));
  demand(hs_model_store(opened, &s->memory, NULL, message));
  demand(hs_model_prepare(opened, s->queries, s->steps, message));
  hs_retrieve_request request = {.size = sizeof request, .queries = &s->probe, .steps = s->steps};
  hs_matrix states = s->states;
  hs_retrieve_result result = {.size = sizeof result, .states = &states, .reports = reports};
  double start = hs_clock_cpu();
  demand(hs_model_retrieve(opened, &request, &result, message));
  double ours = hs_clock_cpu() - start, updates = 0, support = 0;
  for (int64_t i = 0; i < s->queries; i++) updates += reports[i].steps;
  for (int64_t i = 0; i < s->queries; i++) support += (double)reports[i].support / (double)s->queries;
  double bound = updates * 2.0 * (double)(s->patterns * s->memory.columns) / s->rate;
  char label[64];
  snprintf(label, sizeof label, name ? "%s %s=%g" : "%s", solver, name, value);
  printf("%-20s %9.3f s %9.3f s %7.2f %9.2f %10.1f\n", label, ours, bound, ours / bound, updates / (double)s->queries,
         support);
  hs_put_format(
      json,
      "%s\n  {\"bench\": \"retrieval\", \"case\": \"%s beta=%g %s\", \"unit\": \"s\", \"ours\": %.6g, \"floor\": %.6g}",
      json->size > 1 ? "," : "", label, s->beta, s->data, ours, bound);
  free(reports);
  hs_model_free(&opened);
  hs_params_free(&model);
}

static void all_cases(const setup *s, hs_buffer *json) {
  static const struct {
    const char *solver, *name;
    double value;
  } CASES[] = {{"softmax", NULL, 0},     {"entmax", "alpha", 1.5}, {"entmax", "alpha", 2},  {"sparsemax", NULL, 0},
               {"entmax", "alpha", 1.2}, {"normmax", "gamma", 2},  {"normmax", "gamma", 5}, {"ksubsets", "k", 2},
               {"ksubsets", "k", 4},     {"ksubsets", "k", 8}};
  const char *folder = HS_PLUGIN_FOLDER;
  hs_registry *registry;
  demand(hs_registry_open(&folder, 1, &registry, message));
  printf("%ld queries, %ld %s patterns, at most %ld updates, beta %g\n%-20s %11s %11s %7s %9s %10s\n", (long)s->queries,
         (long)s->patterns, s->data, (long)s->steps, s->beta, "solver", "ours", "floor", "ratio", "updates", "support");
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    one_case(s, registry, CASES[i].solver, CASES[i].name, CASES[i].value, json);
  hs_registry_free(&registry);
}

static void load(setup *s) {
  s->memory = matrix(s->patterns, IMAGE_SIZE);
  s->probe = matrix(s->queries, IMAGE_SIZE);
  s->states = matrix(s->queries, IMAGE_SIZE);
  s->data = "mnist";
  if (images_read(images_folder(), "train", s->patterns, s->memory.data) &&
      images_read(images_folder(), "t10k", s->queries, s->probe.data))
    return;
  s->data = "generated";
  images_pretend(1, s->patterns, s->memory.data);
  images_pretend(2, s->queries, s->probe.data);
}

static void usage(void) {
  fprintf(stderr,
          "usage: bench_retrieval [--patterns N] [--queries B] [--steps S] [--beta X] [--tile T] [--json FILE]\n");
  exit(2);
}

static void read_arguments(int count, char **arguments, setup *s) {
  if (count % 2 == 0) usage();
  for (int i = 1; i < count; i += 2) {
    const char *name = arguments[i], *value = arguments[i + 1];
    if (strcmp(name, "--patterns") == 0)
      s->patterns = atoll(value);
    else if (strcmp(name, "--queries") == 0)
      s->queries = atoll(value);
    else if (strcmp(name, "--steps") == 0)
      s->steps = atoll(value);
    else if (strcmp(name, "--tile") == 0)
      s->tile = atoll(value);
    else if (strcmp(name, "--beta") == 0)
      s->beta = atof(value);
    else if (strcmp(name, "--json") == 0)
      s->json = value;
    else
      usage();
  }
  if (s->patterns < 1 || s->queries < 1 || s->steps < 1 || s->tile < 1 || !(s->beta > 0)) usage();
}

int main(int count, char **arguments) {
  setup s = {.patterns = 60000, .queries = 500, .steps = 5, .tile = 256, .beta = 0.1};
  hs_buffer json = {0};
  setvbuf(stdout, NULL, _IOLBF, 0); /* a line as soon as it is known, also into a pipe */
  read_arguments(count, arguments, &s);
  start_with_best_core(arguments);
  load(&s);
  measure_products(&s);
  hs_put_format(&json, "[");
  all_cases(&s, &json);
  hs_put_format(&json, "\n]\n");
  if (s.json) demand(hs_file_write(s.json, json.data, json.size, message));
  hs_buffer_free(&json);
  free(s.memory.data);
  free(s.probe.data);
  free(s.states.data);
  return 0;
}
