/* The scheduler as a state machine: random walks over all its events, checked against a plain model of what must hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <base/rng.h>
#include <runner/scheduler.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 5, TRIALS = 3001, ROOM = 128 };

/* What a test knows about each trial, kept apart from the scheduler. */
typedef struct walk_model {
  hs__trial_state state[TRIALS];
  int owner[TRIALS];
  int times_kept[TRIALS];
  uint64_t draws;
  hs_rng rng;
} walk_model;

static uint64_t draw(walk_model *model, uint64_t bound) { return hs_rng_below(model->rng, model->draws++, bound); }

static hs__scheduler *make(walk_model *model, uint32_t groups, unsigned stored_one_in) {
  hs__scheduler *scheduler = hs__scheduler_new(WORKERS, 0.1, 100);
  assert_non_null(scheduler);
  for (uint32_t i = 0; i < TRIALS; i++) {
    bool kept = stored_one_in && draw(model, stored_one_in) == 0;
    assert_int_equal(hs__scheduler_add(scheduler, (uint32_t)(i * (uint64_t)groups / TRIALS), kept), 0);
    model->state[i] = kept ? HS__TRIAL_KEPT : HS__TRIAL_PENDING;
    model->times_kept[i] = kept;
    model->owner[i] = -1;
  }
  return scheduler;
}

static void check_counts(const hs__scheduler *scheduler, const walk_model *model) {
  uint64_t counted[4] = {0};
  for (int i = 0; i < TRIALS; i++) counted[model->state[i]]++;
  hs__scheduler_counts counts = hs__scheduler_count(scheduler);
  assert_int_equal(counts.pending, counted[HS__TRIAL_PENDING]);
  assert_int_equal(counts.leased, counted[HS__TRIAL_LEASED]);
  assert_int_equal(counts.done, counted[HS__TRIAL_DONE]);
  assert_int_equal(counts.kept, counted[HS__TRIAL_KEPT]);
}

static void lease(hs__scheduler *scheduler, walk_model *model, int worker) {
  uint32_t trials[ROOM];
  size_t count = hs__scheduler_lease(scheduler, worker, trials, ROOM);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(model->state[trials[i]], HS__TRIAL_PENDING); /* never handed out twice */
    model->state[trials[i]] = HS__TRIAL_LEASED;
    model->owner[trials[i]] = worker;
  }
}

/* One trial of this worker, or -1. */
static int some_lease_of(const walk_model *model, int worker, uint64_t start) {
  for (int i = 0; i < TRIALS; i++) {
    int trial = (int)((start + (uint64_t)i) % TRIALS);
    if (model->state[trial] == HS__TRIAL_LEASED && model->owner[trial] == worker) return trial;
  }
  return -1;
}

static void report(hs__scheduler *scheduler, walk_model *model, int worker) {
  int trial = some_lease_of(model, worker, draw(model, TRIALS));
  if (trial < 0) return;
  int stranger = (worker + 1) % WORKERS;
  assert_false(hs__scheduler_done(scheduler, stranger, (uint32_t)trial, 0.01));
  assert_true(hs__scheduler_done(scheduler, worker, (uint32_t)trial, 1e-3 * (double)(1 + draw(model, 40))));
  assert_false(hs__scheduler_done(scheduler, worker, (uint32_t)trial, 0.01)); /* reported once */
  model->state[trial] = HS__TRIAL_DONE;
  model->owner[trial] = -1;
}

static void give_back(hs__scheduler *scheduler, walk_model *model, int worker) {
  int trial = some_lease_of(model, worker, draw(model, TRIALS));
  if (trial < 0) return;
  assert_false(hs__scheduler_return(scheduler, (worker + 1) % WORKERS, (uint32_t)trial));
  assert_true(hs__scheduler_return(scheduler, worker, (uint32_t)trial));
  model->state[trial] = HS__TRIAL_PENDING;
  model->owner[trial] = -1;
}

static void settle(hs__scheduler *scheduler, walk_model *model, bool retry) {
  for (int trial = 0; trial < TRIALS; trial++) {
    if (model->state[trial] != HS__TRIAL_DONE) continue;
    if (retry && draw(model, 10) == 0) {
      hs__scheduler_retry(scheduler, (uint32_t)trial);
      model->state[trial] = HS__TRIAL_PENDING;
    } else {
      hs__scheduler_kept(scheduler, (uint32_t)trial);
      model->state[trial] = HS__TRIAL_KEPT;
      model->times_kept[trial]++;
    }
  }
}

static void lose(hs__scheduler *scheduler, walk_model *model, int worker) {
  size_t expected = 0;
  for (int trial = 0; trial < TRIALS; trial++) {
    if (model->state[trial] != HS__TRIAL_LEASED || model->owner[trial] != worker) continue;
    model->state[trial] = HS__TRIAL_PENDING;
    expected++;
  }
  assert_int_equal(hs__scheduler_lose(scheduler, worker), expected);
  uint32_t trials[ROOM];
  assert_int_equal(hs__scheduler_lease(scheduler, worker, trials, ROOM), 0);
}

/* Random events until everything is kept: nothing lost, nothing twice, and it ends. */
static void random_walk(uint32_t groups, unsigned stored_one_in, uint64_t seed) {
  static walk_model model;
  model.draws = 0;
  model.rng = hs_rng_of(hs_hash_of(&seed, sizeof seed));
  hs__scheduler *scheduler = make(&model, groups, stored_one_in);
  int lost = 0;
  for (long step = 0; hs__scheduler_count(scheduler).kept < TRIALS; step++) {
    assert_true(step < 400000);
    int worker = lost + (int)draw(&model, (uint64_t)(WORKERS - lost));
    uint64_t event = draw(&model, 100);
    if (event < 2)
      give_back(scheduler, &model, worker);
    else if (event < 30)
      lease(scheduler, &model, worker);
    else if (event < 97)
      report(scheduler, &model, worker);
    else
      settle(scheduler, &model, step < 20000);
    if (step % 4001 == 4000 && lost < WORKERS - 1) lose(scheduler, &model, lost++);
    if (step % 501 == 0) check_counts(scheduler, &model);
  }
  check_counts(scheduler, &model);
  for (int trial = 0; trial < TRIALS; trial++) assert_int_equal(model.times_kept[trial], 1);
  hs__scheduler_free(&scheduler);
}

static void test_random_walks(void **state) {
  (void)state;
  const uint32_t groups[] = {1, 7, 1000, TRIALS};
  for (size_t g = 0; g < 4; g++)
    for (uint64_t seed = 0; seed < 3; seed++) random_walk(groups[g], seed == 2 ? 3 : 0, seed * 10 + g);
}

/* A worker stays with its group while it can, and two workers begin with different groups. */
static void test_groups_stay_together(void **state) {
  (void)state;
  hs__scheduler *scheduler = hs__scheduler_new(2, 0.1, 100);
  for (uint32_t i = 0; i < 40; i++) hs__scheduler_add(scheduler, i / 10, false);
  uint32_t trial, group_of[2] = {UINT32_MAX, UINT32_MAX};
  int switches = 0;
  for (int i = 0; i < 40; i++) {
    int worker = i % 2;
    assert_int_equal(hs__scheduler_lease(scheduler, worker, &trial, 1), 1);
    if (trial / 10 != group_of[worker]) switches++;
    group_of[worker] = trial / 10;
    assert_true(hs__scheduler_done(scheduler, worker, trial, 0.2));
    if (i == 1) assert_int_not_equal(group_of[0], group_of[1]);
  }
  assert_int_equal(switches, 4); /* each group was loaded once */
  hs__scheduler_free(&scheduler);
}

/* Batches follow the measured cost, and shrink towards the end so that nobody waits long for the last one. */
static void test_batches_follow_cost(void **state) {
  (void)state;
  hs__scheduler *scheduler = hs__scheduler_new(4, 0.1, 1000);
  uint32_t trials[1024];
  for (uint32_t i = 0; i < 10000; i++) hs__scheduler_add(scheduler, 0, false);
  assert_int_equal(hs__scheduler_lease(scheduler, 0, trials, 1024), 1); /* no cost known yet */
  hs__scheduler_done(scheduler, 0, trials[0], 0.001);
  size_t batch = hs__scheduler_lease(scheduler, 0, trials, 1024);
  assert_in_range(batch, 90, 110);
  for (;;) {
    size_t pending = hs__scheduler_count(scheduler).pending;
    if (pending == 0) break;
    batch = hs__scheduler_lease(scheduler, 1, trials, 1024);
    assert_true(batch <= pending / 16 + 1);
    for (size_t i = 0; i < batch; i++) hs__scheduler_done(scheduler, 1, trials[i], 0.001);
  }
  hs__scheduler_free(&scheduler);
}

/* Two batches in hand, not three: enough to hide a message, little to lose. */
static void test_two_batches_in_hand(void **state) {
  (void)state;
  hs__scheduler *scheduler = hs__scheduler_new(1, 0.1, 100);
  uint32_t trials[ROOM];
  for (uint32_t i = 0; i < 1000; i++) hs__scheduler_add(scheduler, 0, false);
  int batches = 0;
  while (hs__scheduler_wants_more(scheduler, 0)) {
    assert_true(hs__scheduler_lease(scheduler, 0, trials, ROOM) > 0);
    batches++;
  }
  assert_int_equal(batches, 2);
  hs__scheduler_drain(scheduler);
  assert_false(hs__scheduler_wants_more(scheduler, 0));
  assert_int_equal(hs__scheduler_lease(scheduler, 0, trials, ROOM), 0);
  hs__scheduler_free(&scheduler);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_walks),
      cmocka_unit_test(test_groups_stay_together),
      cmocka_unit_test(test_batches_follow_cost),
      cmocka_unit_test(test_two_batches_in_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
