/* bench_overhead.c: what a trial costs that does nothing, with the durable store on.
 *
 * Runs the whole program on sweeps/noop.lua with two numbers of trials; the difference of the times divided by the
 * difference of the numbers is free of start-up. Floor: one round trip of a small message between two processes over a
 * socket pair, which no runner that isolates its trials avoids.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FEW = 20000, MANY = 120000, REPEATS = 5, ROUND_TRIPS = 50000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds per round trip. */
static double round_trip(void) {
  int pair[2];
  char byte[64] = {0};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) exit(2);
  pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    while (read(pair[1], byte, sizeof byte) > 0)
      if (write(pair[1], byte, sizeof byte) < 0) break;
    _exit(0);
  }
  close(pair[1]);
  double start = now();
  for (int i = 0; i < ROUND_TRIPS; i++)
    if (write(pair[0], byte, sizeof byte) < 0 || read(pair[0], byte, sizeof byte) < 0) exit(2);
  double seconds = (now() - start) / ROUND_TRIPS;
  close(pair[0]);
  waitpid(child, NULL, 0);
  return seconds;
}

static double run(const char *folder, int ranks, int trials) {
  char store[4096], option[64], count[16];
  snprintf(store, sizeof store, "%s/noop.db", folder);
  snprintf(option, sizeof option, "trials=%d", trials);
  snprintf(count, sizeof count, "%d", ranks);
  double start = now();
  pid_t child = fork();
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execl(HS_PROGRAM, "hopsweep", "run", HS_SWEEP, "-j", count, "--store", store, "--set", option, "--progress", "none",
          (char *)NULL);
    _exit(127);
  }
  int status;
  waitpid(child, &status, 0);
  double seconds = now() - start;
  unlink(store);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "bench_overhead: the run ended with status %d\n", status);
    exit(2);
  }
  return seconds;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median microseconds per trial. */
static double overhead(const char *folder, int ranks) {
  double samples[REPEATS];
  for (int i = 0; i < REPEATS; i++)
    samples[i] = 1e6 * (run(folder, ranks, MANY) - run(folder, ranks, FEW)) / (MANY - FEW);
  qsort(samples, REPEATS, sizeof *samples, compare);
  return samples[REPEATS / 2];
}

int main(int argc, char **argv) {
  char folder[] = "/tmp/hopsweep-bench-XXXXXX";
  if (!mkdtemp(folder)) return 2;
  FILE *json = argc == 3 && strcmp(argv[1], "--json") == 0 ? fopen(argv[2], "w") : NULL;
  double floor = 1e6 * round_trip();
  printf("%-24s %14s %14s %8s\n", "no-op trials", "us per trial", "round trip us", "ratio");
  if (json) fprintf(json, "[\n");
  for (int ranks = 1; ranks <= 2; ranks++) {
    double ours = overhead(folder, ranks);
    printf("%d rank%-18s %14.2f %14.2f %8.2f\n", ranks, ranks > 1 ? "s" : "", ours, floor, ours / floor);
    if (json)
      fprintf(json,
              "%s{\"bench\": \"overhead\", \"case\": \"no-op, %d rank%s, durable store\", \"unit\": \"us/trial\", "
              "\"ours\": %.3f, \"floor\": %.3f}",
              ranks > 1 ? ",\n" : "", ranks, ranks > 1 ? "s" : "", ours, floor);
  }
  if (json) fprintf(json, "\n]\n");
  if (json) fclose(json);
  rmdir(folder);
  return 0;
}
