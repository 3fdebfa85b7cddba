/* first_rank.h: is this the process that speaks for an MPI job? */
#ifndef HS_RUNNER_COMMANDS_FIRST_RANK_H
#define HS_RUNNER_COMMANDS_FIRST_RANK_H

#include <stdbool.h>

/* From the environment, so also before MPI_Init: true for rank 0 and for a process that is in no MPI job. All ranks
 * have the same command line, so only this one reads the script and says what is wrong with a command. */
bool hs_is_first_rank(void);

#endif
