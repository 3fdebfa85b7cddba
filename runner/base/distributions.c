#include "distributions.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_qrng.h>

#include "memory.h"
#include "status.h"

struct hs_sequence {
  gsl_qrng *generator;
};

double hs_normal_quantile(double probability) { return gsl_cdf_ugaussian_Pinv(probability); }

double hs_student_t_quantile(double probability, double degrees_of_freedom) {
  return gsl_cdf_tdist_Pinv(probability, degrees_of_freedom);
}

int hs_sequence_new(hs_sequence_kind kind, int dimensions, hs_sequence **sequence) {
  const gsl_qrng_type *type = kind == HS_SEQUENCE_SOBOL ? gsl_qrng_sobol : gsl_qrng_halton;
  if (dimensions < 1 || (unsigned)dimensions > type->max_dimension) return HS_ERROR_ARGUMENT;
  hs_sequence *made = hs_allocate(1, sizeof *made);
  if (made) made->generator = gsl_qrng_alloc(type, (unsigned)dimensions);
  if (!made || !made->generator) {
    hs_free(&made);
    return HS_ERROR_MEMORY;
  }
  *sequence = made;
  return HS_OK;
}

void hs_sequence_next(hs_sequence *sequence, double *point) { gsl_qrng_get(sequence->generator, point); }

void hs_sequence_free(hs_sequence **sequence) {
  if (*sequence) gsl_qrng_free((*sequence)->generator);
  hs_free(sequence);
}
