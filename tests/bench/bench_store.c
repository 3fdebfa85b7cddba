/* bench_store: what durable recording costs: records per second, status and list on a large store, against the
 * physical bounds measured in the same run: one fsync'ed append of the same bytes per group, one read of the file.
 *
 *   bench_store [--trials N] [--folder DIR] [--json FILE]
 */
#include <base/clock.h>
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <fcntl.h>
#include <results/queries.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUP = 1000 };

typedef struct bench {
  uint64_t trials;
  const char *folder, *json;
  char store[400], scratch[512], message[HS_MESSAGE_SIZE];
  hs_buffer report;
} bench;

static void must(bench *self, int status) {
  if (status >= 0) return;
  fprintf(stderr, "bench_store: %s\n", self->message);
  exit(1);
}

/* Rates are better when larger, times when smaller; the ratio is ours : floor either way. */
static void report(bench *self, const char *name, const char *unit, double ours, double floor) {
  printf("%-28s %12.4g %12.4g %-10s %8.2f\n", name, ours, floor, unit, ours / floor);
  hs_put_format(&self->report,
                "%s{\"bench\": \"store\", \"case\": \"%s\", \"unit\": \"%s\", \"ours\": %.9g, \"floor\": %.9g}",
                self->report.size ? ",\n" : "[\n", name, unit, ours, floor);
}

static void make_trial(uint64_t i, hs_trial *trial, hs_record *record) {
  uint64_t cell = i / 10, block = cell / 1000;
  *trial = (hs_trial){.position = i, .replicate = (uint32_t)(i % 10) + 1};
  hs_params_set_number(&trial->params, "alpha", 1 + 0.001 * (double)(cell % 1000));
  hs_params_set_number(&trial->params, "beta", 0.1 * (double)block);
  hs_params_set_text(&trial->params, "solver", "entmax");
  trial->key = hs_trial_key("bench", 1, 7, &(hs_params){0}, &trial->params, trial->replicate, "");
  *record = (hs_record){.key = trial->key, .attempt = 1, .wall = 1e-4, .cpu = 1e-4, .started = 1.7e9};
  hs_params_set_number(&record->metrics, "error", 1.0 / (double)(i + 3));
  hs_params_set_number(&record->metrics, "steps", (double)(i % 5));
}

static void begin(bench *self, hs_store *store) {
  char name[] = "bench", order[] = "solver,alpha,beta", text[] = "return 1";
  hs_plan_head plan = {.name = name, .revision = 1, .trials = self->trials, .parameter_order = order};
  hs_sweep_source source = {.text = text};
  hs_run_info info = {.plan = &plan, .source = &source};
  must(self, hs_store_begin(store, &info, NULL, self->message));
}

static double record_all(bench *self, hs_store *store, double *cpu) {
  static hs_trial trials[GROUP];
  static hs_record records[GROUP];
  const hs_trial *trial_list[GROUP];
  const hs_record *record_list[GROUP];
  double spent = 0;
  for (uint64_t first = 0; first < self->trials; first += GROUP) {
    size_t count = self->trials - first < GROUP ? (size_t)(self->trials - first) : GROUP;
    for (size_t i = 0; i < count; i++) {
      make_trial(first + i, &trials[i], &records[i]);
      trial_list[i] = &trials[i];
      record_list[i] = &records[i];
    }
    double start = hs_clock_now(), start_cpu = hs_clock_cpu();
    must(self, hs_store_commit(store, trial_list, record_list, count, self->message));
    spent += hs_clock_now() - start;
    *cpu += hs_clock_cpu() - start_cpu;
    for (size_t i = 0; i < count; i++) {
      hs_trial_free(&trials[i]);
      hs_record_free(&records[i]);
    }
  }
  return spent;
}

/* Seconds to append the same number of bytes in the same number of fsync'ed pieces. */
static double append_all(bench *self, size_t bytes) {
  uint64_t groups = (self->trials + GROUP - 1) / GROUP;
  size_t piece = bytes / groups + 1;
  char *data = calloc(1, piece);
  int file = open(self->scratch, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  double start = hs_clock_now();
  for (uint64_t i = 0; i < groups; i++)
    if (write(file, data, piece) != (ssize_t)piece || fdatasync(file) != 0) perror(self->scratch);
  double spent = hs_clock_now() - start;
  close(file);
  free(data);
  unlink(self->scratch);
  return spent;
}

static double read_file(bench *self) {
  char *text;
  double start = hs_clock_now();
  must(self, hs_file_read(self->store, &text, NULL, self->message));
  double spent = hs_clock_now() - start;
  hs_free(&text);
  return spent;
}

typedef int (*query)(hs_store *, hs_buffer *, char *);
static int ask_status(hs_store *store, hs_buffer *out, char *message) {
  return hs_query_status(store, NULL, HS_FORMAT_TEXT, out, message);
}
static int ask_list(hs_store *store, hs_buffer *out, char *message) {
  return hs_query_list(store, NULL, HS_FORMAT_CSV, out, message);
}
static int ask_table(hs_store *store, hs_buffer *out, char *message) {
  return hs_query_table(store, NULL, NULL, HS_FORMAT_CSV, out, message);
}

/* Opening included: what a user waits for. */
static double time_query(bench *self, query ask) {
  hs_store *store;
  hs_buffer out = {0};
  double start = hs_clock_now();
  must(self, hs_store_open(self->store, HS_STORE_READ, NULL, &store, self->message));
  must(self, ask(store, &out, self->message));
  double spent = hs_clock_now() - start;
  hs_store_close(&store);
  hs_buffer_free(&out);
  return spent;
}

static void run(bench *self) {
  hs_store *store;
  struct stat state;
  must(self, hs_store_open(self->store, HS_STORE_WRITE, NULL, &store, self->message));
  begin(self, store);
  double cpu = 0, recording = record_all(self, store, &cpu);
  hs_store_close(&store);
  stat(self->store, &state);
  double appending = append_all(self, (size_t)state.st_size);
  double trials = (double)self->trials;
  printf("%-28s %12s %12s %-10s %8s\n", "case", "ours", "floor", "unit", "ratio");
  report(self, "record, groups of 1000", "records/s", trials / recording, trials / appending);
  double reading = read_file(self);
  report(self, "status", "s", time_query(self, ask_status), reading / trials);
  report(self, "list, csv", "s", time_query(self, ask_list), reading);
  report(self, "table, csv", "s", time_query(self, ask_table), reading);
  printf("%.0f trials, %.1f MB; recording took %.1f us of CPU per record\n", trials, (double)state.st_size / 1e6,
         1e6 * cpu / trials);
}

int main(int count, char **arguments) {
  bench self = {.trials = 200000, .folder = "/tmp"};
  for (int i = 1; i + 1 < count; i += 2) {
    if (strcmp(arguments[i], "--trials") == 0) self.trials = strtoull(arguments[i + 1], NULL, 10);
    if (strcmp(arguments[i], "--folder") == 0) self.folder = arguments[i + 1];
    if (strcmp(arguments[i], "--json") == 0) self.json = arguments[i + 1];
  }
  snprintf(self.store, sizeof self.store, "%s/hopsweep-bench-%ld.db", self.folder, (long)getpid());
  snprintf(self.scratch, sizeof self.scratch, "%s.floor", self.store);
  run(&self);
  unlink(self.store);
  hs_put_format(&self.report, "\n]\n");
  if (self.json) must(&self, hs_file_write(self.json, self.report.data, self.report.size, self.message));
  hs_buffer_free(&self.report);
  return 0;
}
