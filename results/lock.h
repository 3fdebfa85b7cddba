/* lock.h: the writer's lock, a file STORE.lock beside the store.
 *
 * The truth is a kernel lock (an open file description lock) on that file: it goes with the process, however it dies.
 * The text in the file says who holds it, for people and for hosts that cannot see each other's kernel locks; its
 * modification time is the heartbeat. */
#ifndef HS_RESULTS_LOCK_H
#define HS_RESULTS_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/* A lock of another host on a shared file system counts as abandoned when its heartbeat is older than this. */
#define HS__LOCK_STALE_SECONDS 60.0

typedef struct hs__lock {
  char *path;
  int file; /* -1 = not held; 0 before the first use as well as `path` NULL */
} hs__lock;

/* Takes the lock for the store at `path`, waiting at most options->lock_wait seconds. Where the file system is `local`,
 * the kernel lock alone decides. HS_ERROR_BUSY, HS_ERROR_IO. */
int hs__lock_take(hs__lock *lock, const char *path, bool local, const hs_store_options *options, char *message);
/* Writes who holds it, once the epoch is known. */
int hs__lock_describe(hs__lock *lock, int64_t epoch, char *message);
/* The heartbeat. */
void hs__lock_touch(hs__lock *lock);
/* Removes the file and the lock. */
void hs__lock_release(hs__lock *lock);
/* Whether somebody holds the store at `path`; *writer is "host H, pid P, since T" (fresh) or NULL. */
bool hs__lock_is_held(const char *path, char **writer);

/* True where kernel locks and shared memory surely work: a known local file system. */
bool hs__is_local(const char *path);

#endif
