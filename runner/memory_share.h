/* memory_share.h: how much memory one executor may take. */
#ifndef HS_RUNNER_MEMORY_SHARE_H
#define HS_RUNNER_MEMORY_SHARE_H

#include <stdint.h>

/* A fair share for one of `ranks` on this node: 90 % of the machine's memory, or of the cgroup's limit if that is less,
 * divided by the ranks. 0 if the kernel does not say. */
uint64_t hs__memory_share(int ranks);

#endif
