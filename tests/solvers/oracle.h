/* oracle.h: the maps once more, slowly and in long double, sharing no code with the solvers: bisection on the
 * threshold, and the optimality conditions. */
#ifndef HS_TESTS_SOLVERS_ORACLE_H
#define HS_TESTS_SOLVERS_ORACLE_H

#include "harness.h"

/* p of the setting. Good to about 1e-15 where the map is well conditioned: alpha <= 5, gamma <= 10. */
void hst_oracle(const hst_setting *setting, const double *scores, int64_t length, double *p);

/* How far p is from the optimality conditions: z_i - dOmega/dp_i is one number nu on the support, and z_j - dOmega(0)
 * <= nu off it (reversed at an upper bound). In units of the scores, relative to 1. */
double hst_optimality(const hst_setting *setting, const double *scores, int64_t length, const double *p);

#endif
