/* distributions.h: the door to GSL: quantiles and low-discrepancy sequences. Any thread. */
#ifndef HS_BASE_DISTRIBUTIONS_H
#define HS_BASE_DISTRIBUTIONS_H

#include <stdint.h>

/* Inverse distribution functions; 0 < probability < 1. */
double hs_normal_quantile(double probability);
double hs_student_t_quantile(double probability, double degrees_of_freedom);

typedef enum hs_sequence_kind { HS_SEQUENCE_SOBOL, HS_SEQUENCE_HALTON } hs_sequence_kind;
typedef struct hs_sequence hs_sequence;

/* A low-discrepancy sequence in `dimensions` dimensions (Sobol: at most 40; Halton: at most 1229), or
 * HS_ERROR_ARGUMENT. hs_sequence_next writes the next point, each coordinate in [0, 1). */
int hs_sequence_new(hs_sequence_kind kind, int dimensions, hs_sequence **sequence);
void hs_sequence_next(hs_sequence *sequence, double *point);
void hs_sequence_free(hs_sequence **sequence);

#endif
