/* check/retrieval.h: a memory on the bench: patterns, queries and everything that retrieval fills, between canaries
 * and with a stride that exceeds the columns. */
#ifndef HS_PLUGINS_CHECK_RETRIEVAL_H
#define HS_PLUGINS_CHECK_RETRIEVAL_H

#include "../host/host.h"
#include "check.h"

enum { HS__PATTERNS = 40, HS__COMPONENTS = 24, HS__QUERIES = 17, HS__STEPS = 6 };

typedef struct hs__retrieval {
  hs_model *model;
  hs_matrix patterns, queries, states; /* float32; states as many as queries */
  hs_retrieve_report *reports;
  double *energies; /* queries x (HS__STEPS + 1) */
  hs__workspace pattern_block, query_block, state_block, report_block, energy_block;
} hs__retrieval;

/* Makes patterns and noisy copies of some as queries, opens the subject's model and stores. hs__retrieval_close ends
 * it, also after an error. Zero-initialise. */
int hs__retrieval_open(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault);
void hs__retrieval_close(hs__retrieval *retrieval);

/* Retrieves the first `count` queries. Faults: errors of the memory, broken canaries, changed patterns or padding. */
int hs__retrieval_run(hs__retrieval *retrieval, int64_t count, int64_t steps, uint32_t flags, char *fault);

float *hs__row_of(const hs_matrix *matrix, int64_t row);
/* HS_OK if the rows differ by 1e-5 of the largest component at most; else HS_ERROR_INTERNAL. */
int hs__compare_states(const hs_matrix *a, int64_t row_a, const hs_matrix *b, int64_t row_b, char *fault);

#endif
