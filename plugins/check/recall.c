/* check/recall.c: what a memory promises about retrieval. */
#include <base/status.h>
#include <math.h>
#include <string.h>

#include "retrieval.h"

static int check_report(const hs_retrieve_report *report, int64_t query, char *fault) {
  if (report->status != HS_OK)
    return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld, an ordinary one, is reported as: %s", (long long)query,
                   hs_status_text(report->status));
  if (report->steps < 1 || report->steps > HS__STEPS || (report->fixed != 0 && report->fixed != 1))
    return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld reports %d steps of %d and fixed = %d", (long long)query,
                   report->steps, HS__STEPS, report->fixed);
  if (!report->fixed && report->steps < HS__STEPS)
    return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld stopped after %d steps although it was not fixed",
                   (long long)query, report->steps);
  if (report->support < 0 || report->support > HS__PATTERNS || report->best < -1 || report->best >= HS__PATTERNS ||
      !(report->certificate >= 0))
    return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld reports support %lld, best %lld, certificate %g",
                   (long long)query, (long long)report->support, (long long)report->best, report->certificate);
  return HS_OK;
}

static int ordinary(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  (void)subject;
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++) {
    HS_TRY(check_report(&retrieval->reports[q], q, fault));
    for (int64_t c = 0; c < HS__COMPONENTS; c++)
      if (!isfinite(hs__row_of(&retrieval->states, q)[c]))
        return hs_fail(fault, HS_ERROR_INTERNAL, "the state of query %lld is not finite", (long long)q);
  }
  return HS_OK;
}

static int same_report(const hs_retrieve_report *a, const hs_retrieve_report *b) {
  return a->status == b->status && a->steps == b->steps && a->fixed == b->fixed && a->iterations == b->iterations &&
         a->support == b->support && a->best == b->best && a->certificate == b->certificate;
}

static int repeat_with(hs__retrieval *retrieval, hs__retrieval *other, char *fault) {
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  HS_TRY(hs__retrieval_run(other, 1, 1, 0, fault)); /* the other model has worked before and has to grow */
  HS_TRY(hs__retrieval_run(other, HS__QUERIES, HS__STEPS, 0, fault));
  if (memcmp(retrieval->states.data, other->states.data, retrieval->state_block.size) != 0)
    return hs_fail(fault, HS_ERROR_INTERNAL, "the same call gave other states");
  for (int64_t q = 0; q < HS__QUERIES; q++)
    if (!same_report(&retrieval->reports[q], &other->reports[q]))
      return hs_fail(fault, HS_ERROR_INTERNAL, "the same call gave another report of query %lld", (long long)q);
  return HS_OK;
}

static int repeat(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  hs__retrieval other = {0};
  int status = hs__retrieval_open(&other, subject, fault);
  if (status >= 0) status = repeat_with(retrieval, &other, fault);
  hs__retrieval_close(&other);
  return status;
}

/* BLAS gives a row other bits in another batch, so "independent" is up to rounding here. */
static int alone_with(hs__retrieval *retrieval, hs__retrieval *other, char *fault) {
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++) {
    memcpy(hs__row_of(&other->queries, 0), hs__row_of(&retrieval->queries, q), HS__COMPONENTS * sizeof(float));
    HS_TRY(hs__retrieval_run(other, 1, HS__STEPS, 0, fault));
    HS_TRY(hs__compare_states(&retrieval->states, q, &other->states, 0, fault));
  }
  return HS_OK;
}

static int alone(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  hs__retrieval other = {0};
  int status = hs__retrieval_open(&other, subject, fault);
  if (status >= 0) status = alone_with(retrieval, &other, fault);
  hs__retrieval_close(&other);
  return status;
}

static int fixed(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  (void)subject;
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  int32_t was_fixed[HS__QUERIES];
  for (int64_t q = 0; q < HS__QUERIES; q++) was_fixed[q] = retrieval->reports[q].fixed;
  memcpy(retrieval->queries.data, retrieval->states.data, retrieval->query_block.size);
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, 1, 0, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++)
    if (was_fixed[q]) HS_TRY(hs__compare_states(&retrieval->queries, q, &retrieval->states, q, fault));
  return HS_OK;
}

/* Energies in float32 fall up to rounding, counted from the first update: before it they may be infinite. */
static int check_descent(const double *energies, int64_t query, char *fault) {
  for (int64_t step = 1; step <= HS__STEPS; step++) {
    double slack = 1e-5 * (1 + fabs(energies[step]));
    if (!isfinite(energies[step]))
      return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld has the energy %g after update %lld", (long long)query,
                     energies[step], (long long)step);
    if (step > 1 && energies[step] > energies[step - 1] + slack)
      return hs_fail(fault, HS_ERROR_INTERNAL, "the energy of query %lld rises by %.3g in update %lld",
                     (long long)query, energies[step] - energies[step - 1], (long long)step);
  }
  return HS_OK;
}

static int energies(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  double again[HS__QUERIES];
  (void)subject;
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, HS_RETRIEVE_ENERGY, fault));
  HS_TRY(hs_model_energy(retrieval->model, &retrieval->states, again, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++) {
    const double *row = retrieval->energies + q * (HS__STEPS + 1);
    HS_TRY(check_descent(row, q, fault));
    if (!(fabs(again[q] - row[HS__STEPS]) <= 1e-5 * (1 + fabs(again[q]))))
      return hs_fail(fault, HS_ERROR_INTERNAL, "query %lld ends at energy %.9g, energy() says %.9g", (long long)q,
                     row[HS__STEPS], again[q]);
  }
  return HS_OK;
}

/* Asking for energies must not change what is retrieved. */
static int energy_is_free(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  float before[HS__QUERIES][HS__COMPONENTS];
  (void)subject;
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++) memcpy(before[q], hs__row_of(&retrieval->states, q), sizeof before[q]);
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, HS_RETRIEVE_ENERGY, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++)
    if (memcmp(before[q], hs__row_of(&retrieval->states, q), sizeof before[q]) != 0)
      return hs_fail(fault, HS_ERROR_INTERNAL, "the state of query %lld changes when energies are asked for",
                     (long long)q);
  return HS_OK;
}

static int bad_query(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  enum { BAD = 5 };
  hs__retrieval other = {0};
  int status = hs__retrieval_open(&other, subject, fault);
  if (status >= 0) status = hs__retrieval_run(&other, HS__QUERIES, HS__STEPS, 0, fault);
  hs__row_of(&retrieval->queries, BAD)[3] = NAN;
  if (status >= 0) status = hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault);
  for (int64_t q = 0; q < HS__QUERIES && status >= 0; q++) {
    int wanted = q == BAD ? HS_INVALID : HS_OK;
    if (retrieval->reports[q].status != wanted)
      status = hs_fail(fault, HS_ERROR_INTERNAL, "with a NaN in query %d, query %lld is reported as: %s", BAD,
                       (long long)q, hs_status_text(retrieval->reports[q].status));
    else if (q != BAD)
      status = hs__compare_states(&other.states, q, &retrieval->states, q, fault);
  }
  hs__retrieval_close(&other);
  return status;
}

static int in_place_with(hs__retrieval *retrieval, hs__retrieval *other, char *fault) {
  HS_TRY(hs__retrieval_run(retrieval, HS__QUERIES, HS__STEPS, 0, fault));
  memcpy(other->states.data, other->queries.data, other->state_block.size);
  other->queries.data = other->states.data;
  HS_TRY(hs__retrieval_run(other, HS__QUERIES, HS__STEPS, 0, fault));
  for (int64_t q = 0; q < HS__QUERIES; q++) HS_TRY(hs__compare_states(&retrieval->states, q, &other->states, q, fault));
  return HS_OK;
}

static int in_place(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  hs__retrieval other = {0};
  int status = hs__retrieval_open(&other, subject, fault);
  if (status >= 0) status = in_place_with(retrieval, &other, fault);
  hs__retrieval_close(&other);
  return status;
}

static int with_retrieval(int (*check)(hs__retrieval *, const hs__memory_subject *, char *),
                          const hs__memory_subject *subject, char *fault) {
  hs__retrieval retrieval = {0};
  int status = hs__retrieval_open(&retrieval, subject, fault);
  if (status >= 0) status = check(&retrieval, subject, fault);
  hs__retrieval_close(&retrieval);
  return status;
}

#define RECALL_CHECK(name)                                                  \
  static int check_##name(const hs__memory_subject *subject, char *fault) { \
    return with_retrieval(name, subject, fault);                            \
  }
RECALL_CHECK(ordinary)
RECALL_CHECK(repeat)
RECALL_CHECK(alone)
RECALL_CHECK(fixed)
RECALL_CHECK(energies)
RECALL_CHECK(energy_is_free)
RECALL_CHECK(bad_query)
RECALL_CHECK(in_place)
#undef RECALL_CHECK

const hs__memory_check hs__memory_checks[] = {
    {"states are finite and reports consistent", check_ordinary},
    {"the same call gives the same bits", check_repeat},
    {"the state of a query does not depend on other queries", check_alone},
    {"a fixed point stays where it is", check_fixed},
    {"energies do not rise and agree with energy()", check_energies},
    {"asking for energies changes nothing", check_energy_is_free},
    {"a NaN in a query is reported for that query only", check_bad_query},
    {"queries and states may be the same matrix", check_in_place},
    {0},
};
