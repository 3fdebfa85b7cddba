/* exponential.h: exponentials and powers of many doubles, with the same bits at every level (unlike libm, whose code
 * and last bits depend on the processor). Any thread; in and out may be the same array. */
#ifndef HS_SOLVERS_EXPONENTIAL_H
#define HS_SOLVERS_EXPONENTIAL_H

#include <stdint.h>

/* out[i] = exp(in[i]), within 2 units in the last place for normal results; below -746 the result is 0, above 709
 * that of 709. in must not be NaN. */
void hs__exp_many(const double *in, int64_t count, double *out);

/* The same bits, faster, for -700 <= in[i] <= 700 only. */
void hs__exp_near(const double *in, int64_t count, double *out);

/* out[i] = max(0, 1 + scale * in[i]) ^ exponent, for in[i] <= 0, scale > 0, exponent > 0. The logarithm of 1 + x is
 * taken without cancellation, so scale -> 0 with scale * exponent fixed tends to the exponential. Relative error:
 * about 4e-16 (1 + |log out[i]|). */
void hs__power_many(const double *in, int64_t count, double scale, double exponent, double *out);

#endif
