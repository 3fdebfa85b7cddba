/* keeper.h: the small process that starts, limits and kills executors.
 *
 * It is forked before MPI_Init and before any thread exists, so that a crashed executor can be replaced without
 * forking an MPI process. It holds no state of the sweep. Everything dies downwards: the keeper ends when its rank
 * does (its socket closes; PR_SET_PDEATHSIG covers the rest), and an executor ends when its keeper does.
 */
#ifndef HS_RUNNER_KEEPER_H
#define HS_RUNNER_KEEPER_H

#include <base/cpu.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct hs__keeper {
  int socket; /* to the keeper process; readable = hs__keeper_receive has something */
  pid_t pid;
} hs__keeper;

/* How an executor is to be started. */
typedef struct hs__executor_request {
  uint32_t level; /* hs_cpu_level */
  uint32_t threads;
  uint64_t memory_limit; /* bytes, RLIMIT_DATA; 0 = none */
} hs__executor_request;

typedef enum hs__keeper_event_kind {
  HS__KEEPER_STARTED = 1,
  HS__KEEPER_EXITED = 2,
  HS__KEEPER_FAILED = 3
} hs__keeper_event_kind;

typedef struct hs__keeper_event {
  uint32_t kind;
  int32_t pid;
  int32_t wait_status;  /* EXITED: as of waitpid */
  int32_t error_number; /* FAILED: errno of what could not be done */
  int socket, output;   /* STARTED: frames, and what the executor prints; owned by the receiver */
} hs__keeper_event;

/* Forks the keeper. The process must have no threads and no MPI yet. HS_ERROR_LAUNCH. */
int hs__keeper_start(hs__keeper *keeper, char *message);
/* Asks for an executor (answered by STARTED or FAILED), or for the death of the present one (answered by EXITED).
 * HS_ERROR_LOST: the keeper is gone. */
int hs__keeper_request(const hs__keeper *keeper, const hs__executor_request *request);
int hs__keeper_kill(const hs__keeper *keeper);
/* HS_OK with an event, HS_END if there is none now, HS_ERROR_LOST. */
int hs__keeper_receive(const hs__keeper *keeper, hs__keeper_event *event);
/* Ends the keeper and with it the executor; waits for it. */
void hs__keeper_stop(hs__keeper *keeper);

/* In the child that becomes an executor: limits, environment, descriptors; then exec. Returns an errno on failure.
 * Also used by commands that run the executor program (hs_exec_executor). */
void hs__executor_environment(hs_cpu_level level, int threads);
char *hs__executor_path(void); /* fresh; free with hs_free */

#endif
