/* launch.h: how this process was started: alone, as a rank of an MPI job, or as the launcher of one (-j N). */
#ifndef HS_RUNNER_LAUNCH_H
#define HS_RUNNER_LAUNCH_H

#include "run.h"

typedef enum hs__launch_kind {
  HS__LAUNCH_ALONE,   /* no MPI needed */
  HS__LAUNCH_RANK,    /* of an MPI job with more than one rank */
  HS__LAUNCH_LAUNCHER /* -j N: start mpirun and wait */
} hs__launch_kind;

/* Decided from the environment, before MPI_Init. HS_ERROR_LAUNCH: a Slurm step with several tasks but no PMIx: each
 * task would believe that it is alone and run the whole sweep. */
int hs__launch_detect(const hs_settings *settings, hs__launch_kind *kind, char *message);

/* Runs this same command under mpirun with `processes` ranks and returns its exit code. TERM and INT become a drain. */
int hs__launch_mpirun(int processes);

/* Rank 0 tells its launcher that it runs. */
void hs__launch_say_started(void);
/* Rank 0 under hs__launch_mpirun hands its exit code to the launcher, because mpirun's own cannot be trusted; returns
 * what the rank itself should exit with. Under any other launcher: returns the code. */
int hs__launch_hand_over(int exit_code);
/* True if the launcher's stderr is a terminal: then the bar may be drawn although ours is a pipe. */
int hs__launch_has_terminal(void);
/* Ranks on this node, as far as the launcher tells; at least 1. */
int hs__launch_local_ranks(void);

#endif
