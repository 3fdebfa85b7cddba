/* store_thread.h: the one thread that writes the store, so that a slow fsync never holds up the ranks.
 *
 * Records are queued and committed in groups: as many as have come, at most every GROUP_SECONDS unless somebody waits.
 * The store handle belongs to the thread from start to stop.
 */
#ifndef HS_RUNNER_STORE_THREAD_H
#define HS_RUNNER_STORE_THREAD_H

#include <base/record.h>
#include <base/trial.h>
#include <results/store.h>
#include <stdbool.h>

typedef struct hs__store_thread hs__store_thread;

/* `store` is borrowed until stop. */
int hs__store_thread_start(hs_store *store, hs__store_thread **thread, char *message);
/* Takes over trial and record (both are emptied). `ticket` comes back when it is committed. */
int hs__store_thread_put(hs__store_thread *thread, hs_trial *trial, hs_record *record, uint32_t ticket);
/* Readable when tickets wait or the store failed. */
int hs__store_thread_descriptor(const hs__store_thread *thread);
/* Moves the committed tickets into *tickets (grown with hs_grow, owned by the caller); returns how many, or the error
 * with which the store refused (nothing more will be written). */
int hs__store_thread_collect(hs__store_thread *thread, uint32_t **tickets, size_t *capacity, char *message);
/* Commit what is queued without waiting for more. */
void hs__store_thread_hurry(hs__store_thread *thread);
/* Writes what is queued, ends the thread, gives the store back. HS_OK or the store's error. */
int hs__store_thread_stop(hs__store_thread **thread, char *message);

#endif
