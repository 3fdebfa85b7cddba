/* small_solver.h: sparsemax by sorting, with faults on request: a plugin for tests of the host, linked statically.
 * One instance at a time. */
#ifndef HS_TESTS_SMALL_SOLVER_H
#define HS_TESTS_SMALL_SOLVER_H

#include <hopsweep/plugin.h>

typedef enum small_fault {
  SMALL_SOUND,
  SMALL_OVERRUN,   /* writes one byte past its workspace */
  SMALL_UNDERRUN,  /* and one before */
  SMALL_NAN,       /* the first value of row 1 is NaN */
  SMALL_NEGATIVE,  /* or negative */
  SMALL_BACKWARDS, /* indices do not ascend */
  SMALL_OUTSIDE,   /* an index that the row does not have */
  SMALL_UNSURE,    /* certificate above the tolerance */
  SMALL_FAILS      /* solve returns an error */
} small_fault;

extern small_fault small_solver_fault;
/* What solve saw last: rows, and the length of each (the first 64). */
extern int64_t small_solver_rows, small_solver_lengths[64];

extern const hs_solver small_pruned, small_full; /* the same map with and without its prune rule */

#endif
