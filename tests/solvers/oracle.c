#include "oracle.h"

#include <math.h>
#include <string.h>

/* The mass at threshold tau; `power` > 0, ceiling on each entry. */
typedef struct mass_shape {
  long double slope, power, ceiling, total;
} mass_shape;

static long double entry(const mass_shape *shape, double score, double best, long double tau) {
  long double above = shape->slope * ((long double)score - best) - tau;
  if (above <= 0) return 0;
  long double value = powl(above, shape->power);
  return value > shape->ceiling ? shape->ceiling : value;
}

static long double bisect(const mass_shape *shape, const double *scores, int64_t length, double best) {
  long double low = -1e4L, high = 0;
  for (int step = 0; step < 200; step++) {
    long double tau = (low + high) / 2, mass = 0;
    for (int64_t i = 0; i < length; i++) mass += entry(shape, scores[i], best, tau);
    if (mass > shape->total)
      low = tau;
    else
      high = tau;
  }
  return (low + high) / 2;
}

static int is(const hst_setting *setting, const char *id) { return strcmp(setting->id, id) == 0; }

/* 1 for softmax, 2 for sparsemax; 0 if the setting is not of the entmax family. */
static long double alpha_of(const hst_setting *setting) {
  if (is(setting, "softmax")) return 1;
  if (is(setting, "sparsemax")) return 2;
  return is(setting, "entmax") ? setting->parameter : 0;
}

static void normalise(long double *weights, int64_t length, double *p) {
  long double sum = 0;
  for (int64_t i = 0; i < length; i++) sum += weights[i];
  for (int64_t i = 0; i < length; i++) p[i] = (double)(weights[i] / sum);
}

void hst_oracle(const hst_setting *setting, const double *scores, int64_t length, double *p) {
  long double weights[HST_LONGEST], alpha = alpha_of(setting), parameter = setting->parameter;
  mass_shape shape = {.slope = 1, .power = 1, .ceiling = INFINITY, .total = 1};
  double best = scores[0];
  for (int64_t i = 1; i < length; i++) best = fmax(best, scores[i]);
  if (alpha == 1) {
    for (int64_t i = 0; i < length; i++) weights[i] = expl((long double)scores[i] - best);
    normalise(weights, length, p);
    return;
  }
  if (alpha > 0) {
    shape.slope = alpha - 1;
    shape.power = 1 / (alpha - 1);
  } else if (is(setting, "normmax")) {
    shape.power = parameter / (parameter - 1);
  } else {
    shape.ceiling = 1;
    shape.total = parameter;
    for (int64_t i = 0; i < length; i++) { /* count gaps from the k-th largest, to keep them small */
      int64_t above = 0, equal = 0;
      for (int64_t j = 0; j < length; j++) {
        above += scores[j] > scores[i];
        equal += scores[j] == scores[i];
      }
      if (above < parameter && above + equal >= parameter) best = scores[i];
    }
  }
  long double tau = bisect(&shape, scores, length, best);
  if (is(setting, "normmax")) shape.power = 1 / (parameter - 1);
  for (int64_t i = 0; i < length; i++) weights[i] = entry(&shape, scores[i], best, tau);
  if (is(setting, "ksubsets"))
    for (int64_t i = 0; i < length; i++) p[i] = (double)weights[i];
  else
    normalise(weights, length, p);
}

/* dOmega/dp at p > 0. */
static long double slope_of_omega(const hst_setting *setting, long double p, long double norm) {
  long double alpha = alpha_of(setting);
  if (alpha == 1) return logl(p);
  if (alpha > 0) return expm1l((alpha - 1) * logl(p)) / (alpha - 1); /* less 1/(alpha-1): a shift of nu */
  if (is(setting, "normmax")) return powl(p / norm, (long double)setting->parameter - 1);
  return p;
}

/* Below this a double has too few bits for what follows; such entries count as 0. */
static const double LEAST = 1e-290;
static const long double LOG_LEAST = -667.7L;

/* Where p is 0: for alpha = 1 what lies 104 below the maximum is left out, for others what underflows. */
static long double slope_at_zero(const hst_setting *setting) {
  long double alpha = alpha_of(setting);
  if (alpha == 1) return -104;
  if (is(setting, "normmax")) return expl(LOG_LEAST * ((long double)setting->parameter - 1));
  return alpha > 0 ? fmaxl(-1 / (alpha - 1), LOG_LEAST) : 0;
}

static long double norm_of(const hst_setting *setting, const double *p, int64_t length) {
  long double largest = 0, sum = 0;
  for (int64_t i = 0; i < length; i++) largest = fmaxl(largest, p[i]);
  for (int64_t i = 0; i < length; i++) sum += powl(p[i] / largest, setting->parameter);
  return largest * powl(sum, 1 / (long double)setting->parameter);
}

double hst_optimality(const hst_setting *setting, const double *scores, int64_t length, const double *p) {
  long double norm = is(setting, "normmax") ? norm_of(setting, p, length) : 1;
  long double at_most = INFINITY, at_least = -INFINITY; /* the interval that nu must be in */
  double best = scores[0];
  for (int64_t i = 0; i < length; i++) best = fmax(best, scores[i]);
  for (int64_t i = 0; i < length; i++) {
    long double score = (long double)scores[i] - best;
    int at_ceiling = is(setting, "ksubsets") ? p[i] == 1 : 0;
    long double slope = p[i] > LEAST ? slope_of_omega(setting, p[i], norm) : slope_at_zero(setting);
    if (p[i] > LEAST) at_most = fminl(at_most, score - slope);
    if (!at_ceiling) at_least = fmaxl(at_least, score - slope);
  }
  return at_least > at_most ? (double)((at_least - at_most) / (1 + fabsl(at_most))) : 0;
}
