#include "store_thread.h"

#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* A killed run repeats at most this much work that was reported but not yet on disk. */
static const double GROUP_SECONDS = 0.1;
enum { GROUP_LIMIT = 5000 };

/* Other hosts take a store for abandoned after a minute of silence. */
static const double HEARTBEAT_SECONDS = 10;

typedef struct waiting_record {
  hs_trial trial;
  hs_record record;
  uint32_t ticket;
} waiting_record;

struct hs__store_thread {
  hs_store *store;
  pthread_t thread;
  pthread_mutex_t lock; /* of all below */
  pthread_cond_t wake;
  waiting_record *waiting;
  size_t waiting_count, waiting_capacity;
  uint32_t *committed;
  size_t committed_count, committed_capacity;
  int event;
  int failure; /* status of the store, 0 = fine */
  char message[HS_MESSAGE_SIZE];
  bool hurry, stopping;
};

static void free_records(waiting_record *records, size_t count) {
  for (size_t i = 0; i < count; i++) {
    hs_trial_free(&records[i].trial);
    hs_record_free(&records[i].record);
  }
}

static int commit(hs__store_thread *thread, waiting_record *group, size_t count, char *message) {
  const hs_trial **trials = hs_allocate(count, sizeof *trials);
  const hs_record **records = hs_allocate(count, sizeof *records);
  int status = HS_OK;
  if (!trials || !records) status = hs_fail(message, HS_ERROR_MEMORY, "no memory to commit %zu records", count);
  for (size_t i = 0; status == HS_OK && i < count; i++) {
    trials[i] = &group[i].trial;
    records[i] = &group[i].record;
  }
  if (status == HS_OK) status = hs_store_commit(thread->store, trials, records, count, message);
  hs_free(&trials);
  hs_free(&records);
  return status;
}

/* Tells the owner; the lock is held. */
static void announce(hs__store_thread *thread, const waiting_record *group, size_t count, int status,
                     const char *message) {
  if (status == HS_OK)
    status = hs_grow(&thread->committed, &thread->committed_capacity, thread->committed_count + count,
                     sizeof *thread->committed);
  if (status < 0) {
    thread->failure = status;
    memcpy(thread->message, message, HS_MESSAGE_SIZE);
  }
  for (size_t i = 0; status == HS_OK && i < count; i++) thread->committed[thread->committed_count++] = group[i].ticket;
  uint64_t one = 1;
  ssize_t written = write(thread->event, &one, sizeof one);
  (void)written; /* a full counter is readable all the same */
}

static struct timespec after(double seconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  double whole = (double)(long)seconds;
  long nanoseconds = until.tv_nsec + (long)((seconds - whole) * 1e9);
  until.tv_sec += (long)whole + nanoseconds / 1000000000L;
  until.tv_nsec = nanoseconds % 1000000000L;
  return until;
}

/* Says that the writer lives; the lock is held, and given up meanwhile. */
static void beat(hs__store_thread *thread) {
  pthread_mutex_unlock(&thread->lock);
  hs_store_heartbeat(thread->store);
  pthread_mutex_lock(&thread->lock);
}

/* Waits for work; the lock is held. Gives others GROUP_SECONDS from the first record on to join the group. */
static void wait_for_group(hs__store_thread *thread) {
  while (thread->waiting_count == 0 && !thread->stopping) {
    struct timespec until = after(HEARTBEAT_SECONDS);
    if (pthread_cond_timedwait(&thread->wake, &thread->lock, &until) != 0) beat(thread);
  }
  struct timespec until = after(GROUP_SECONDS);
  while (!thread->hurry && !thread->stopping && thread->waiting_count < GROUP_LIMIT)
    if (pthread_cond_timedwait(&thread->wake, &thread->lock, &until) != 0) break;
}

static void *write_groups(void *argument) {
  hs__store_thread *thread = argument;
  pthread_mutex_lock(&thread->lock);
  for (;;) {
    wait_for_group(thread);
    if (thread->waiting_count == 0 && thread->stopping) break;
    waiting_record *group = thread->waiting;
    size_t count = thread->waiting_count;
    thread->waiting = NULL;
    thread->waiting_count = thread->waiting_capacity = 0;
    thread->hurry = false;
    int status = thread->failure;
    char message[HS_MESSAGE_SIZE] = "";
    pthread_mutex_unlock(&thread->lock);
    if (status == HS_OK && count) status = commit(thread, group, count, message);
    pthread_mutex_lock(&thread->lock);
    if (thread->failure == HS_OK && count) announce(thread, group, count, status, message);
    free_records(group, count);
    hs_free(&group);
  }
  pthread_mutex_unlock(&thread->lock);
  return NULL;
}

int hs__store_thread_start(hs_store *store, hs__store_thread **thread, char *message) {
  hs__store_thread *made = hs_allocate(1, sizeof *made);
  if (!made) return hs_fail(message, HS_ERROR_MEMORY, "no memory for the store thread");
  made->store = store;
  made->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  pthread_mutex_init(&made->lock, NULL);
  pthread_cond_init(&made->wake, NULL);
  if (made->event < 0 || pthread_create(&made->thread, NULL, write_groups, made) != 0) {
    if (made->event >= 0) close(made->event);
    hs_free(&made);
    return hs_fail(message, HS_ERROR_LAUNCH, "the store thread cannot be started");
  }
  *thread = made;
  return HS_OK;
}

int hs__store_thread_put(hs__store_thread *thread, hs_trial *trial, hs_record *record, uint32_t ticket) {
  pthread_mutex_lock(&thread->lock);
  int status = hs_grow(&thread->waiting, &thread->waiting_capacity, thread->waiting_count + 1, sizeof *thread->waiting);
  if (status == HS_OK) {
    thread->waiting[thread->waiting_count++] = (waiting_record){.trial = *trial, .record = *record, .ticket = ticket};
    *trial = (hs_trial){0};
    *record = (hs_record){0};
    if (thread->waiting_count == 1 || thread->waiting_count == GROUP_LIMIT) pthread_cond_signal(&thread->wake);
  }
  pthread_mutex_unlock(&thread->lock);
  return status;
}

int hs__store_thread_descriptor(const hs__store_thread *thread) { return thread->event; }

int hs__store_thread_collect(hs__store_thread *thread, uint32_t **tickets, size_t *capacity, char *message) {
  uint64_t ignored;
  ssize_t got = read(thread->event, &ignored, sizeof ignored);
  (void)got; /* nothing announced: the lists below are empty too */
  pthread_mutex_lock(&thread->lock);
  int result = thread->failure;
  if (result < 0) memcpy(message, thread->message, HS_MESSAGE_SIZE);
  if (result == HS_OK) result = hs_grow(tickets, capacity, thread->committed_count, sizeof **tickets);
  if (result == HS_OK) {
    result = (int)thread->committed_count;
    if (result) memcpy(*tickets, thread->committed, thread->committed_count * sizeof **tickets);
    thread->committed_count = 0;
  }
  pthread_mutex_unlock(&thread->lock);
  return result;
}

void hs__store_thread_hurry(hs__store_thread *thread) {
  pthread_mutex_lock(&thread->lock);
  thread->hurry = true;
  pthread_cond_signal(&thread->wake);
  pthread_mutex_unlock(&thread->lock);
}

int hs__store_thread_stop(hs__store_thread **thread, char *message) {
  hs__store_thread *stopping = *thread;
  if (!stopping) return HS_OK;
  pthread_mutex_lock(&stopping->lock);
  stopping->stopping = true;
  pthread_cond_signal(&stopping->wake);
  pthread_mutex_unlock(&stopping->lock);
  pthread_join(stopping->thread, NULL);
  int status = stopping->failure;
  if (status < 0 && message) memcpy(message, stopping->message, HS_MESSAGE_SIZE);
  free_records(stopping->waiting, stopping->waiting_count);
  hs_free(&stopping->waiting);
  hs_free(&stopping->committed);
  close(stopping->event);
  pthread_mutex_destroy(&stopping->lock);
  pthread_cond_destroy(&stopping->wake);
  hs_free(thread);
  return status;
}
