/* rows.h: what all our solvers share. For each row of a problem: find the candidates, call the map of the row's
 * parameter set, write the sparse result and the report. A plugin brings one hs__configure and its maps.
 *
 * The candidates of a row are its entries > z_(order) - margin that are neither masked nor -infinity (which is
 * another way to mask). A map sees their gaps to z_(order) only, so a row pruned by the host, a shifted row and the
 * full row are one and the same problem to it. All sums are those of sum.h: permuting a row permutes its result.
 */
#ifndef HS_SOLVERS_ROWS_H
#define HS_SOLVERS_ROWS_H

#include <hopsweep/plugin.h>

typedef struct hs__map hs__map;

/* The candidates of one row, in ascending order of index, and their probabilities. */
typedef struct hs__row {
  const hs__map *map;
  int64_t count;   /* >= order; a map may lower it, dropping candidates whose probability is 0 */
  double *gap;     /* score - z_(order), > -margin; <= 0 if order is 1 */
  int32_t *index;  /* moves with gap */
  double *weight;  /* out: probability; entries that are not > 0 are left out */
  double *scratch; /* room for the candidates, as weight */
  int32_t iterations;
  double certificate;
} hs__row;

/* One parameter set: the prune rule and the map that goes with it. */
struct hs__map {
  int64_t order;
  double margin;
  double parameter; /* alpha, gamma, k */
  void (*solve)(const hs__map *map, hs__row *row);
};

/* Fills `map` from the values of one set. Returns HS_OK or HS_ERROR_PARAMETER with a message. */
typedef int32_t (*hs__configure)(const hs_parameter_value *values, hs__map *map, char *message);

/* create() of a plugin with `parameter_count` parameters; what follows can be used in a descriptor as it is. */
int32_t hs__rows_create(const hs_parameter_value *values, int64_t parameter_count, int64_t sets,
                        hs__configure configure, void **instance, char *message);
void hs__rows_destroy(void *instance);
int32_t hs__rows_prepare(void *instance, const hs_solver_bounds *bounds, size_t *workspace_size, char *message);
int32_t hs__rows_prune(const void *instance, int64_t set, int64_t length, hs_prune_rule *rule);
int32_t hs__rows_solve(void *instance, const hs_solver_problem *problem, hs_solver_rows *rows, void *workspace,
                       char *message);

int64_t hs__rows_sets(const void *instance);
const hs__map *hs__rows_map(const void *instance, int64_t set);

#endif
