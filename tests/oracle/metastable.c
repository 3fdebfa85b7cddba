/* metastable.c: the metastable-state table, slowly and in double precision, as a check on
 * `sweeps/mnist_metastable.lua`.
 *
 *     oracle_metastable FOLDER MEMORIES QUERIES STEPS     prints CSV, one row per cell
 *
 * Shares no code with the program: its own IDX reader, plain loops for products, bisection on the full row for every
 * threshold, no pruning, no batches. The state is rounded to float after each update, because that is the experiment's
 * state; everything between two states is double.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIZES = 11, BISECTIONS = 200 };

typedef struct cell {
  const char *solver;
  double parameter, beta;
} cell;

static float *load_images(const char *folder, const char *name, long count, long *dimension) {
  char path[4096];
  unsigned char header[16];
  snprintf(path, sizeof path, "%s/%s.gz", folder, name);
  gzFile file = gzopen(path, "rb");
  if (!file || gzread(file, header, 16) != 16 || header[2] != 8 || header[3] != 3) {
    fprintf(stderr, "%s: not an IDX file of images\n", path);
    exit(2);
  }
  *dimension = (long)(header[10] << 8 | header[11]) * (header[14] << 8 | header[15]);
  size_t size = (size_t)(count * *dimension);
  unsigned char *bytes = malloc(size);
  float *pixels = malloc(size * sizeof *pixels);
  if (!bytes || !pixels || gzread(file, bytes, (unsigned)size) != (int)size) exit(2);
  for (size_t i = 0; i < size; i++) pixels[i] = (float)(bytes[i] / 127.5 - 1.0);
  free(bytes);
  gzclose(file);
  return pixels;
}

/* The unnormalised p of an entry that lies `t` above the threshold. */
static double entry(const cell *c, double t) {
  if (t <= 0) return 0;
  if (strcmp(c->solver, "entmax") == 0) return pow(t * (c->parameter - 1), 1 / (c->parameter - 1));
  if (strcmp(c->solver, "normmax") == 0) return pow(t, 1 / (c->parameter - 1));
  return t < 1 ? t : 1;
}

/* What the threshold makes equal to `wanted`. */
static double total(const cell *c, const double *z, long n, double threshold) {
  double sum = 0;
  for (long i = 0; i < n; i++) {
    double p = entry(c, z[i] - threshold);
    sum += p > 0 && strcmp(c->solver, "normmax") == 0 ? pow(p, c->parameter) : p;
  }
  return sum;
}

static void solve(const cell *c, const double *z, long n, double *p) {
  double largest = z[0], sum = 0;
  for (long i = 1; i < n; i++) largest = z[i] > largest ? z[i] : largest;
  if (strcmp(c->solver, "entmax") == 0 && c->parameter == 1) {
    for (long i = 0; i < n; i++) sum += p[i] = exp(z[i] - largest);
    for (long i = 0; i < n; i++) p[i] /= sum;
    return;
  }
  double wanted = strcmp(c->solver, "ksubsets") == 0 ? c->parameter : 1;
  double low = -1e6, high = largest;
  for (int step = 0; step < BISECTIONS; step++) {
    double middle = low + (high - low) / 2;
    if (total(c, z, n, middle) >= wanted)
      low = middle;
    else
      high = middle;
  }
  for (long i = 0; i < n; i++) sum += p[i] = entry(c, z[i] - low);
  for (long i = 0; i < n && strcmp(c->solver, "ksubsets") != 0; i++) p[i] /= sum;
}

static double dot(const float *a, const float *b, long n) {
  double sum[8] = {0};
  for (long i = 0; i < n; i += 8)
    for (long j = 0; j < 8; j++) sum[j] += (double)a[i + j] * b[i + j];
  return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}

/* One update in place. Returns whether the state stayed as it was. */
static int update(const cell *c, const float *x, long n, long d, float *q, double *z, double *p, double *next) {
  int same = 1;
  for (long i = 0; i < n; i++) z[i] = c->beta * dot(x + i * d, q, d);
  solve(c, z, n, p);
  memset(next, 0, (size_t)d * sizeof *next);
  for (long i = 0; i < n; i++)
    for (long j = 0; p[i] > 0 && j < d; j++) next[j] += p[i] * x[i * d + j];
  for (long j = 0; j < d; j++) {
    float rounded = (float)next[j];
    same = same && rounded == q[j];
    q[j] = rounded;
  }
  return same;
}

static void run_cell(const cell *c, const float *x, long n, const float *queries, long count, long d, int steps) {
  double *z = malloc((size_t)n * sizeof *z), *p = malloc((size_t)n * sizeof *p),
         *next = malloc((size_t)d * sizeof *next);
  float *q = malloc((size_t)d * sizeof *q);
  long sizes[SIZES] = {0}, used = 0, fixed = 0;
  if (!z || !p || !next || !q) exit(2);
  double least = strcmp(c->solver, "entmax") == 0 && c->parameter == 1 ? 0.01 : 0;
  for (long b = 0; b < count; b++) {
    int same = 0, step = 0;
    memcpy(q, queries + b * d, (size_t)d * sizeof *q);
    for (; step < steps && !same; step++) same = update(c, x, n, d, q, z, p, next);
    long size = 0;
    for (long i = 0; i < n; i++) size += p[i] > least;
    sizes[size < SIZES - 1 ? size : SIZES - 1]++;
    used += step;
    fixed += same;
  }
  printf("%s,%g,%g", c->solver, c->parameter, c->beta);
  for (int s = 0; s < SIZES; s++) printf(",%.17g", (double)sizes[s] / (double)count);
  printf(",%.17g,%.17g\n", (double)used / (double)count, (double)fixed / (double)count);
  fflush(stdout);
  free(z);
  free(p);
  free(next);
  free(q);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: oracle_metastable FOLDER MEMORIES QUERIES STEPS\n");
    return 2;
  }
  long n = atol(argv[2]), count = atol(argv[3]), d;
  float *x = load_images(argv[1], "train-images-idx3-ubyte", n, &d);
  float *queries = load_images(argv[1], "t10k-images-idx3-ubyte", count, &d);
  const cell cells[] = {{"entmax", 1, 0},  {"entmax", 1.5, 0}, {"entmax", 2, 0},   {"normmax", 2, 0},
                        {"normmax", 5, 0}, {"ksubsets", 2, 0}, {"ksubsets", 4, 0}, {"ksubsets", 8, 0}};
  printf("solver,parameter,beta,size_0,size_1,size_2,size_3,size_4,size_5,size_6,size_7,size_8,size_9,size_10plus,");
  printf("steps_used,fixed\n");
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    for (int b = 0; b < 2; b++) {
      cell c = cells[i];
      c.beta = b ? 1 : 0.1;
      run_cell(&c, x, n, queries, count, d, atoi(argv[4]));
    }
  free(x);
  free(queries);
  return 0;
}
