#include "scheduler.h"

#include <base/memory.h>
#include <base/status.h>

#define NOTHING UINT32_MAX
#define NOBODY  UINT32_MAX

typedef struct trial_entry {
  uint32_t group, next; /* next pending trial of the group */
  uint32_t worker;      /* LEASED: who has it */
  uint32_t state;       /* hs__trial_state */
} trial_entry;

typedef struct group_entry {
  uint32_t head, tail; /* pending trials in order */
  uint32_t pending;
  uint32_t measured; /* reports so far */
  double cost;       /* smoothed seconds per trial */
  bool touched;      /* some worker has had it */
} group_entry;

typedef struct worker_entry {
  uint32_t group;   /* it worked on last */
  uint32_t in_hand; /* leased trials */
  uint32_t batch;   /* size of its latest batch */
  bool lost;
} worker_entry;

struct hs__scheduler {
  trial_entry *trials;
  size_t trial_count, trial_capacity;
  group_entry *groups;
  size_t group_count, group_capacity;
  worker_entry *workers;
  int worker_count;
  size_t first_untouched; /* no group before it is untouched */
  uint32_t *open;         /* touched groups that had pending trials when last seen */
  size_t open_count, open_capacity;
  hs__scheduler_counts counts;
  double batch_seconds, total_seconds;
  uint64_t reports;
  uint32_t batch_limit;
  bool draining;
};

hs__scheduler *hs__scheduler_new(int workers, double batch_seconds, uint32_t batch_limit) {
  hs__scheduler *scheduler = hs_allocate(1, sizeof *scheduler);
  if (!scheduler) return NULL;
  scheduler->workers = hs_allocate((size_t)workers, sizeof *scheduler->workers);
  scheduler->worker_count = workers;
  scheduler->batch_seconds = batch_seconds;
  scheduler->batch_limit = batch_limit;
  for (int worker = 0; scheduler->workers && worker < workers; worker++) scheduler->workers[worker].group = NOTHING;
  if (!scheduler->workers) hs_free(&scheduler);
  return scheduler;
}

void hs__scheduler_free(hs__scheduler **scheduler) {
  if (!*scheduler) return;
  hs_free(&(*scheduler)->trials);
  hs_free(&(*scheduler)->groups);
  hs_free(&(*scheduler)->workers);
  hs_free(&(*scheduler)->open);
  hs_free(scheduler);
}

/* ---- the queue of a group ---- */

static void append(hs__scheduler *scheduler, uint32_t trial) {
  group_entry *group = &scheduler->groups[scheduler->trials[trial].group];
  scheduler->trials[trial].next = NOTHING;
  if (group->pending++ == 0)
    group->head = trial;
  else
    scheduler->trials[group->tail].next = trial;
  group->tail = trial;
}

static void prepend(hs__scheduler *scheduler, uint32_t trial) {
  group_entry *group = &scheduler->groups[scheduler->trials[trial].group];
  scheduler->trials[trial].next = group->pending ? group->head : NOTHING;
  if (group->pending++ == 0) group->tail = trial;
  group->head = trial;
}

static uint32_t take_head(hs__scheduler *scheduler, group_entry *group) {
  uint32_t trial = group->head;
  group->head = scheduler->trials[trial].next;
  group->pending--;
  return trial;
}

static int add_group(hs__scheduler *scheduler) {
  HS_TRY(
      hs_grow(&scheduler->groups, &scheduler->group_capacity, scheduler->group_count + 1, sizeof *scheduler->groups));
  HS_TRY(hs_grow(&scheduler->open, &scheduler->open_capacity, scheduler->group_count + 1, sizeof *scheduler->open));
  scheduler->groups[scheduler->group_count++] = (group_entry){.head = NOTHING, .tail = NOTHING};
  return HS_OK;
}

int hs__scheduler_add(hs__scheduler *scheduler, uint32_t group, bool kept) {
  while (scheduler->group_count <= group) HS_TRY(add_group(scheduler));
  HS_TRY(
      hs_grow(&scheduler->trials, &scheduler->trial_capacity, scheduler->trial_count + 1, sizeof *scheduler->trials));
  uint32_t trial = (uint32_t)scheduler->trial_count++;
  scheduler->trials[trial] = (trial_entry){.group = group, .worker = NOBODY, .next = NOTHING};
  if (kept) {
    scheduler->trials[trial].state = HS__TRIAL_KEPT;
    scheduler->counts.kept++;
  } else {
    scheduler->trials[trial].state = HS__TRIAL_PENDING;
    scheduler->counts.pending++;
    append(scheduler, trial);
  }
  return HS_OK;
}

/* ---- which group next ---- */

/* Forgets open groups that ran dry; returns the one with most pending trials, or NOTHING. Few groups are open at a
 * time: those that workers are on, and those whose trials came back. */
static uint32_t fullest_open_group(hs__scheduler *scheduler) {
  uint32_t best = NOTHING;
  size_t kept = 0;
  for (size_t i = 0; i < scheduler->open_count; i++) {
    uint32_t group = scheduler->open[i];
    if (scheduler->groups[group].pending == 0) {
      scheduler->groups[group].touched = false; /* may be opened again if a trial comes back */
      continue;
    }
    scheduler->open[kept++] = group;
    if (best == NOTHING || scheduler->groups[group].pending > scheduler->groups[best].pending) best = group;
  }
  scheduler->open_count = kept;
  return best;
}

static void open_group(hs__scheduler *scheduler, uint32_t group) {
  if (scheduler->groups[group].touched) return;
  scheduler->groups[group].touched = true;
  scheduler->open[scheduler->open_count++] = group; /* room for every group was made in add_group */
}

static uint32_t untouched_group(hs__scheduler *scheduler) {
  for (; scheduler->first_untouched < scheduler->group_count; scheduler->first_untouched++) {
    const group_entry *group = &scheduler->groups[scheduler->first_untouched];
    if (!group->touched && group->pending > 0) return (uint32_t)scheduler->first_untouched;
  }
  return NOTHING;
}

static uint32_t choose_group(hs__scheduler *scheduler, const worker_entry *worker) {
  if (worker->group != NOTHING && scheduler->groups[worker->group].pending > 0) return worker->group;
  uint32_t group = untouched_group(scheduler);
  return group != NOTHING ? group : fullest_open_group(scheduler);
}

/* ---- leases ---- */

static double cost_of(const hs__scheduler *scheduler, const group_entry *group) {
  if (group->measured) return group->cost;
  return scheduler->reports ? scheduler->total_seconds / (double)scheduler->reports : 0;
}

/* One trial until a cost is known; then batch_seconds' worth, at most a quarter of a fair share of what is left. */
static size_t batch_size(const hs__scheduler *scheduler, uint32_t group) {
  if (scheduler->reports == 0) return 1;
  double cost = cost_of(scheduler, &scheduler->groups[group]);
  double wanted = cost > 0 ? scheduler->batch_seconds / cost : scheduler->batch_limit;
  double share = (double)scheduler->counts.pending / (4.0 * scheduler->worker_count);
  if (wanted > share) wanted = share;
  if (wanted > scheduler->batch_limit) wanted = scheduler->batch_limit;
  return wanted < 1 ? 1 : (size_t)wanted;
}

size_t hs__scheduler_lease(hs__scheduler *scheduler, int worker, uint32_t *trials, size_t room) {
  worker_entry *entry = &scheduler->workers[worker];
  if (scheduler->draining || entry->lost || scheduler->counts.pending == 0 || room == 0) return 0;
  size_t count = 0, wanted = 1;
  while (count < room && count < wanted && scheduler->counts.pending > 0) {
    uint32_t group = choose_group(scheduler, entry);
    if (count == 0) wanted = batch_size(scheduler, group);
    open_group(scheduler, group);
    entry->group = group;
    uint32_t trial = take_head(scheduler, &scheduler->groups[group]);
    scheduler->trials[trial].state = HS__TRIAL_LEASED;
    scheduler->trials[trial].worker = (uint32_t)worker;
    scheduler->counts.pending--;
    scheduler->counts.leased++;
    trials[count++] = trial;
  }
  entry->in_hand += (uint32_t)count;
  entry->batch = (uint32_t)count;
  return count;
}

size_t hs__scheduler_in_hand(const hs__scheduler *scheduler, int worker) { return scheduler->workers[worker].in_hand; }

bool hs__scheduler_wants_more(const hs__scheduler *scheduler, int worker) {
  const worker_entry *entry = &scheduler->workers[worker];
  return !entry->lost && !scheduler->draining && scheduler->counts.pending > 0 && entry->in_hand <= entry->batch;
}

static void end_lease(hs__scheduler *scheduler, uint32_t trial, hs__trial_state state) {
  scheduler->workers[scheduler->trials[trial].worker].in_hand--;
  scheduler->trials[trial].worker = NOBODY;
  scheduler->trials[trial].state = state;
  scheduler->counts.leased--;
}

static bool is_leased_to(const hs__scheduler *scheduler, int worker, uint32_t trial) {
  return trial < scheduler->trial_count && scheduler->trials[trial].state == HS__TRIAL_LEASED &&
         scheduler->trials[trial].worker == (uint32_t)worker;
}

bool hs__scheduler_done(hs__scheduler *scheduler, int worker, uint32_t trial, double seconds) {
  if (!is_leased_to(scheduler, worker, trial)) return false;
  end_lease(scheduler, trial, HS__TRIAL_DONE);
  scheduler->counts.done++;
  group_entry *group = &scheduler->groups[scheduler->trials[trial].group];
  group->cost = group->measured ? 0.75 * group->cost + 0.25 * seconds : seconds;
  group->measured++;
  scheduler->total_seconds += seconds;
  scheduler->reports++;
  return true;
}

void hs__scheduler_kept(hs__scheduler *scheduler, uint32_t trial) {
  if (scheduler->trials[trial].state != HS__TRIAL_DONE) return;
  scheduler->trials[trial].state = HS__TRIAL_KEPT;
  scheduler->counts.done--;
  scheduler->counts.kept++;
}

static void make_pending(hs__scheduler *scheduler, uint32_t trial) {
  scheduler->trials[trial].state = HS__TRIAL_PENDING;
  scheduler->counts.pending++;
  prepend(scheduler, trial);
  open_group(scheduler, scheduler->trials[trial].group);
}

void hs__scheduler_retry(hs__scheduler *scheduler, uint32_t trial) {
  if (scheduler->trials[trial].state != HS__TRIAL_DONE) return;
  scheduler->counts.done--;
  make_pending(scheduler, trial);
}

bool hs__scheduler_return(hs__scheduler *scheduler, int worker, uint32_t trial) {
  if (!is_leased_to(scheduler, worker, trial)) return false;
  end_lease(scheduler, trial, HS__TRIAL_LEASED);
  make_pending(scheduler, trial);
  return true;
}

size_t hs__scheduler_lose(hs__scheduler *scheduler, int worker) {
  size_t returned = 0;
  for (uint32_t trial = (uint32_t)scheduler->trial_count; trial-- > 0;) {
    if (hs__scheduler_return(scheduler, worker, trial)) returned++;
  }
  scheduler->workers[worker].lost = true;
  return returned;
}

void hs__scheduler_drain(hs__scheduler *scheduler) { scheduler->draining = true; }
hs__scheduler_counts hs__scheduler_count(const hs__scheduler *scheduler) { return scheduler->counts; }

double hs__scheduler_cost(const hs__scheduler *scheduler) {
  return scheduler->reports ? scheduler->total_seconds / (double)scheduler->reports : 0;
}
