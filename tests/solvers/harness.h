/* harness.h: the shipped solver plugins as a program would use them, and one problem set for all of them. Every check
 * fails the running cmocka test. */
#ifndef HS_TESTS_SOLVERS_HARNESS_H
#define HS_TESTS_SOLVERS_HARNESS_H

#include <hopsweep/plugin.h>
#include <stddef.h>

/* A solver with its one parameter (ignored where it has none). */
typedef struct hst_setting {
  const char *id;
  double parameter;
} hst_setting;

/* Every solver at ordinary and at extreme parameters. */
extern const hst_setting HST_SETTINGS[];
extern const size_t HST_SETTING_COUNT;

/* The descriptor of a shipped plugin, loaded from the build tree. */
const hs_solver *hst_solver(const char *id);

/* Solves `problem` with `sets` parameters of setting->id (NULL: the one of the setting); fills dense (one value per
 * score) and reports (one per row). Checks what every result must keep: ascending indices, positive values, support
 * counts, guard bytes around the workspace. Returns the status of solve(). */
int hst_solve(const hst_setting *setting, const double *sets, int64_t set_count, const hs_solver_problem *problem,
              double *dense, hs_solver_report *reports);

/* One row of doubles. */
hs_solver_report hst_solve_row(const hst_setting *setting, const double *scores, int64_t length, double *dense);
hs_prune_rule hst_prune_rule(const hst_setting *setting, int64_t length);
double hst_omega(const hst_setting *setting, const double *dense, int64_t length);

/* Row `number` of the problem set: its length (at most HST_LONGEST) and its scores. Normal rows of several scales,
 * rows with ties, constant rows, flat rows, a row with one winner, rows that lie on margins, n = 1. */
enum { HST_LONGEST = 400, HST_ROWS = 40 };
int64_t hst_row(int number, double *scores);

/* Whether the setting has a solution on a row of this length. */
int hst_feasible(const hst_setting *setting, int64_t length);
double hst_total(const hst_setting *setting);

/* Uniform in (0, 1) and standard normal, from a state of the caller (splitmix64; unrelated to the product's streams).
 */
double hst_uniform(uint64_t *state);
double hst_normal(uint64_t *state);

#endif
