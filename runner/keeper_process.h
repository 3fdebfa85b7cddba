/* keeper_process.h: what the keeper process does. Only keeper.c includes it. */
#ifndef HS_RUNNER_KEEPER_PROCESS_H
#define HS_RUNNER_KEEPER_PROCESS_H

#include "keeper.h"

typedef enum hs__keeper_command_kind { HS__KEEPER_START = 1, HS__KEEPER_KILL = 2 } hs__keeper_command_kind;

typedef struct hs__keeper_command {
  uint32_t kind;
  uint32_t reserved;
  hs__executor_request request;
} hs__keeper_command;

/* The life of the keeper, in the freshly forked child of `rank`. Never returns. */
_Noreturn void hs__keeper_process(int socket, pid_t rank);

#endif
