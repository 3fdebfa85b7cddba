/* retrieval.h: short words for tests of the hfy memory, over the plugins of this build. */
#ifndef HS_TESTS_RETRIEVAL_H
#define HS_TESTS_RETRIEVAL_H

#include <plugins/registry.h>
#include <stdbool.h>

/* One solver with one parameter (name NULL: none), and the margin of its map (infinite: never exact). */
typedef struct retrieval_solver {
  const char *id, *name;
  double value, margin;
} retrieval_solver;

enum { RETRIEVAL_SOLVERS = 10 };
extern const retrieval_solver RETRIEVAL_SOLVER[RETRIEVAL_SOLVERS];

/* Everything one retrieval leaves; owned by the test, freed by retrieval_free. */
typedef struct retrieval {
  int64_t queries, dimension, steps;
  float *states;
  hs_retrieve_report *reports;
  double *energies; /* queries x (steps + 1), NULL unless asked for */
} retrieval;

/* setup and teardown of a cmocka group: the registry. */
int retrieval_open(void **state);
int retrieval_close(void **state);
/* A model with patterns stored; fails the test if that is refused. */
hs_model *retrieval_model(const retrieval_solver *solver, double beta, const char *post, hs_matrix *patterns);
/* The same, returning the status of prepare or of whatever failed before it; *model may be NULL. */
int retrieval_try(const retrieval_solver *solver, double beta, const char *post, hs_matrix *patterns, hs_model **model,
                  char *message);
retrieval retrieval_run(hs_model *model, hs_matrix queries, int64_t steps, bool energies);
void retrieval_free(retrieval *r);

/* Matrices of float32, freed with free(m.data). */
hs_matrix retrieval_matrix(int64_t rows, int64_t columns);
hs_matrix retrieval_normal(uint64_t seed, int64_t rows, int64_t columns);
hs_matrix retrieval_signs(uint64_t seed, int64_t rows, int64_t columns);
hs_matrix retrieval_rows(const hs_matrix *m, int64_t first, int64_t count); /* a view */
float *retrieval_row(const hs_matrix *m, int64_t row);
double retrieval_dot(const float *a, const float *b, int64_t length);

#endif
