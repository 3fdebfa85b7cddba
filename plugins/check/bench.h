/* check/bench.h: a solver on the bench, and comparisons between rows that it returned. */
#ifndef HS_PLUGINS_CHECK_BENCH_H
#define HS_PLUGINS_CHECK_BENCH_H

#include "../single.h"
#include "batch.h"
#include "check.h"

/* Opens the subject's solver and solves one problem. hs__single_close ends it, also after an error. */
int hs__bench_solve(hs__single *single, const hs__solver_subject *subject, const hs_solver_problem *problem,
                    char *fault);

/* HS_OK if both rows have the same bits, entries and report; else HS_ERROR_INTERNAL and the first difference. */
int hs__compare_bits(const hs_solver_rows *a, int64_t row_a, const hs_solver_rows *b, int64_t row_b, char *fault);

/* Row `row` densely into p (HS__ROW_LENGTH doubles). */
void hs__densify(const hs_solver_rows *rows, int64_t row, double *p);

/* HS_OK if the first `length` entries differ by `near` at most; else HS_ERROR_INTERNAL and the worst. */
int hs__compare_near(const double *p, const double *q, int64_t length, double near, int64_t row, char *fault);

#endif
