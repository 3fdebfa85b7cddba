#include "retrieval.h"

#include <base/rng.h>
#include <base/status.h>
#include <math.h>
#include <string.h>

enum { STRIDE = HS__COMPONENTS + 3 };

static const float PADDING = 8191.385f; /* between the rows; nobody may write there */

float *hs__row_of(const hs_matrix *matrix, int64_t row) { return (float *)matrix->data + row * matrix->stride; }

static int make_matrix(hs_matrix *matrix, hs__workspace *block, int64_t rows) {
  HS_TRY(hs__workspace_resize(block, (size_t)(rows * STRIDE) * sizeof(float)));
  *matrix = (hs_matrix){.data = hs__workspace_bytes(block),
                        .rows = rows,
                        .columns = HS__COMPONENTS,
                        .stride = STRIDE,
                        .dtype = HS_FLOAT32};
  for (int64_t i = 0; i < rows * STRIDE; i++) ((float *)matrix->data)[i] = PADDING;
  return HS_OK;
}

static hs_rng stream(const char *name) { return hs_rng_of(hs_hash_of(name, strlen(name))); }

/* Element of a pattern; a pure function, so that the stored matrix can be checked against it later. */
static float pattern_element(bool binary, int64_t row, int64_t column) {
  uint64_t index = (uint64_t)(row * HS__COMPONENTS + column);
  if (binary) return hs_rng_bits(stream("binary patterns"), index) & 1 ? 1.0f : -1.0f;
  return (float)(0.385 * hs_rng_normal(stream("real patterns"), index));
}

/* Query q is pattern 2q with two components changed. */
static float query_element(bool binary, int64_t row, int64_t column) {
  float element = pattern_element(binary, 2 * row, column);
  bool change = column == (row * 5) % HS__COMPONENTS || column == (row * 3 + 1) % HS__COMPONENTS;
  return change ? -element : element;
}

static int make_matrices(hs__retrieval *retrieval, bool binary) {
  HS_TRY(make_matrix(&retrieval->patterns, &retrieval->pattern_block, HS__PATTERNS));
  HS_TRY(make_matrix(&retrieval->queries, &retrieval->query_block, HS__QUERIES));
  HS_TRY(make_matrix(&retrieval->states, &retrieval->state_block, HS__QUERIES));
  HS_TRY(hs__workspace_resize(&retrieval->report_block, HS__QUERIES * sizeof *retrieval->reports));
  HS_TRY(hs__workspace_resize(&retrieval->energy_block, HS__QUERIES * (HS__STEPS + 1) * sizeof *retrieval->energies));
  retrieval->reports = hs__workspace_bytes(&retrieval->report_block);
  retrieval->energies = hs__workspace_bytes(&retrieval->energy_block);
  for (int64_t column = 0; column < HS__COMPONENTS; column++) {
    for (int64_t r = 0; r < HS__PATTERNS; r++)
      hs__row_of(&retrieval->patterns, r)[column] = pattern_element(binary, r, column);
    for (int64_t r = 0; r < HS__QUERIES; r++)
      hs__row_of(&retrieval->queries, r)[column] = query_element(binary, r, column);
  }
  return HS_OK;
}

int hs__retrieval_open(hs__retrieval *retrieval, const hs__memory_subject *subject, char *fault) {
  if (make_matrices(retrieval, subject->binary) < 0)
    return hs_fail(fault, HS_ERROR_MEMORY, "no memory for the patterns of a check");
  HS_TRY(hs_model_open(subject->registry, subject->description, &retrieval->model, fault));
  int status = hs_model_store(retrieval->model, &retrieval->patterns, NULL, fault);
  /* A memory for binary patterns may refuse others; nothing is promised then. */
  if (!subject->binary && (status == HS_ERROR_PARAMETER || status == HS_ERROR_UNSUPPORTED)) return HS_ERROR_UNSUPPORTED;
  return status;
}

void hs__retrieval_close(hs__retrieval *retrieval) {
  hs_model_free(&retrieval->model);
  hs__workspace_free(&retrieval->pattern_block);
  hs__workspace_free(&retrieval->query_block);
  hs__workspace_free(&retrieval->state_block);
  hs__workspace_free(&retrieval->report_block);
  hs__workspace_free(&retrieval->energy_block);
  *retrieval = (hs__retrieval){0};
}

static bool padding_intact(const hs_matrix *matrix) {
  for (int64_t r = 0; r < matrix->rows; r++)
    for (int64_t c = matrix->columns; c < matrix->stride; c++)
      if (hs__row_of(matrix, r)[c] != PADDING) return false;
  return true;
}

static int check_borders(const hs__retrieval *retrieval, char *fault) {
  if (hs__workspace_check(&retrieval->state_block, "", NULL) < 0 || !padding_intact(&retrieval->states))
    return hs_fail(fault, HS_ERROR_INTERNAL, "it wrote outside the rows of the states");
  if (hs__workspace_check(&retrieval->report_block, "", NULL) < 0)
    return hs_fail(fault, HS_ERROR_INTERNAL, "it wrote past the reports");
  if (hs__workspace_check(&retrieval->energy_block, "", NULL) < 0)
    return hs_fail(fault, HS_ERROR_INTERNAL, "it wrote past the energies");
  if (hs__workspace_check(&retrieval->pattern_block, "", NULL) < 0 ||
      hs__workspace_check(&retrieval->query_block, "", NULL) < 0 || !padding_intact(&retrieval->patterns) ||
      !padding_intact(&retrieval->queries))
    return hs_fail(fault, HS_ERROR_INTERNAL, "it wrote into patterns or queries, which are only lent");
  return HS_OK;
}

int hs__retrieval_run(hs__retrieval *retrieval, int64_t count, int64_t steps, uint32_t flags, char *fault) {
  hs_matrix queries = retrieval->queries, states = retrieval->states;
  queries.rows = states.rows = count;
  hs_hash patterns_before = hs_hash_of(retrieval->patterns.data, retrieval->pattern_block.size);
  hs_hash queries_before = hs_hash_of(retrieval->queries.data, retrieval->query_block.size);
  hs_retrieve_request request = {.size = sizeof request, .queries = &queries, .steps = steps, .flags = flags};
  hs_retrieve_result result = {
      .size = sizeof result,
      .states = &states,
      .reports = retrieval->reports,
      .energies = flags & HS_RETRIEVE_ENERGY ? retrieval->energies : NULL,
  };
  HS_TRY(hs_model_retrieve(retrieval->model, &request, &result, fault));
  HS_TRY(check_borders(retrieval, fault));
  bool in_place = retrieval->queries.data == retrieval->states.data;
  if (!hs_hash_equal(patterns_before, hs_hash_of(retrieval->patterns.data, retrieval->pattern_block.size)) ||
      (!in_place && !hs_hash_equal(queries_before, hs_hash_of(retrieval->queries.data, retrieval->query_block.size))))
    return hs_fail(fault, HS_ERROR_INTERNAL, "it changed patterns or queries, which are only lent");
  return HS_OK;
}

int hs__compare_states(const hs_matrix *a, int64_t row_a, const hs_matrix *b, int64_t row_b, char *fault) {
  const float *one = hs__row_of(a, row_a), *two = hs__row_of(b, row_b);
  double largest = 0, apart = 0;
  for (int64_t c = 0; c < a->columns; c++) {
    double difference = fabs((double)one[c] - (double)two[c]);
    largest = fmax(largest, fabs((double)one[c]));
    if (!(difference <= apart)) apart = difference;
  }
  if (apart <= 1e-5 * fmax(largest, 1)) return HS_OK;
  return hs_fail(fault, HS_ERROR_INTERNAL, "the states of query %lld differ by %g", (long long)row_a, apart);
}
