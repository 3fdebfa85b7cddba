/* sum.h: a sum that does not depend on the order of its terms. */
#ifndef HS_SOLVERS_SUM_H
#define HS_SOLVERS_SUM_H

#include <stdint.h>

/* The sum of `count` finite terms, each at most 2 in absolute value; 0 for count 0. The same bits for every order of
 * the terms and every level: each term is split into two parts, multiples of two fixed quanta that are coarse enough
 * for all partial sums to be exact (the idea of pre-rounded summation: Demmel & Nguyen, Fast Reproducible
 * Floating-Point Summation, 2013). What is cut off is below count^2 * 2^-103 per term: for 60,000 terms nothing that a
 * double can show. Any thread. */
double hs__sum(const double *terms, int64_t count);

#endif
