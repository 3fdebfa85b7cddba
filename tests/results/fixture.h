/* fixture.h: a sweep made of nothing, for the tests of the store: trials, records and folders that clean up. */
#ifndef HS_TESTS_RESULTS_FIXTURE_H
#define HS_TESTS_RESULTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <results/queries.h>
#include <results/store.h>

typedef struct store_fixture {
  char folder[64];
  char store[128];
  char message[HS_MESSAGE_SIZE];
} store_fixture;

int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Owns everything that a run says about itself; fixture_info_free ends it. */
typedef struct fixture_info {
  hs_plan_head plan;
  hs_sweep_source source;
  hs_run_info run;
} fixture_info;

void fixture_info_make(fixture_info *info, const char *sweep, int64_t revision, const char *code, uint64_t trials);
void fixture_info_free(fixture_info *info);

/* The i-th trial of a space alpha x solver x replicate, deterministic and awkward; metrics "error" and "size_0" ...
 * "size_10plus" follow from i alone, so that a reader can tell a whole record from half a one. */
void fixture_trial(uint64_t i, hs_trial *trial);
void fixture_record(const hs_trial *trial, hs_verdict verdict, hs_record *record);
double fixture_metric(uint64_t i, const char *name);

/* Opens for writing and enters the sweep; fails the test on error. */
hs_store *fixture_open_writer(store_fixture *fixture, const char *sweep, uint64_t trials);
hs_store *fixture_open_reader(store_fixture *fixture);
/* Commits trials [first, end) with this verdict. */
int fixture_commit(hs_store *store, uint64_t first, uint64_t end, hs_verdict verdict, char *message);

/* status must be HS_OK, else the message is shown. */
void assert_ok(int status, const char *message);

#endif
