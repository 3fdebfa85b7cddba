/* maps.h: the maps themselves, one row at a time; candidates in, probabilities out (see rows.h).
 *
 * All but k-subsets give p from weights [t + s gap]_+ to some power, where gap = score - maximum, s a slope and t in
 * (0, 1] the distance of the maximum from the threshold. Sparse maps return the vertex exactly when the second largest
 * score is a margin below the first: no second candidate is left then, and nothing is iterated. */
#ifndef HS_SOLVERS_MAPS_H
#define HS_SOLVERS_MAPS_H

#include "rows.h"

/* p = exp(gap) / sum. */
void hs__map_softmax(const hs__map *map, hs__row *row);
/* Sparsemax: p = [t + gap]_+ (Martins & Astudillo 2016), by the finite iteration of Michelot (1986). */
void hs__map_linear(const hs__map *map, hs__row *row);
/* 1.5-entmax: p = [t + gap/2]_+^2 (Peters, Niculae & Martins 2019). */
void hs__map_quadratic(const hs__map *map, hs__row *row);
/* alpha-entmax, 1 < alpha < 2 (any alpha in (1, 2] is right): p = [t + (alpha-1) gap]_+^(1/(alpha-1)). */
void hs__map_entmax_flat(const hs__map *map, hs__row *row);
/* alpha-entmax, alpha > 2. */
void hs__map_entmax_steep(const hs__map *map, hs__row *row);
/* 2-normmax: p = [t + gap]_+ / sum, where the squares sum to 1. */
void hs__map_norm_two(const hs__map *map, hs__row *row);
/* gamma-normmax, gamma > 1: p = [t + gap]_+^(1/(gamma-1)) / sum, where the powers gamma/(gamma-1) sum to 1. */
void hs__map_norm(const hs__map *map, hs__row *row);
/* Exactly k: p = clip(gap - tau, 0, 1) with sum k. Gaps count from z_(k). */
void hs__map_subsets(const hs__map *map, hs__row *row);

/* The map of alpha-entmax with its prune rule, for alpha >= 1. */
hs__map hs__map_of_alpha(double alpha);
/* Its regulariser on the simplex: (sum p^alpha - 1) / (alpha (alpha-1)), and sum p log p for alpha = 1. Written as
 * sum p (p^(alpha-1) - 1) / (alpha (alpha-1)), which does not cancel when alpha -> 1. */
double hs__omega_of_alpha(double alpha, const double *values, int64_t count);

/* A row whose only candidate takes all. */
void hs__map_vertex(hs__row *row);
/* weight[i] = weight[i] / sum. */
void hs__map_normalise(hs__row *row, double sum);

#endif
