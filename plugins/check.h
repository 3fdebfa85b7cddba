/* check.h: the conformance suite behind `hopsweep plugins check FILE.so`. */
#ifndef HS_PLUGINS_CHECK_H
#define HS_PLUGINS_CHECK_H

#include <base/buffer.h>

/* Loads one plugin file and examines it: header, declarations, then every solver and memory in it against the
 * contract (bad input, batch-split invariance bit for bit, prune equivalence, certificates, optimality against
 * perturbed points, canaries, determinism, no change of FP mode). Appends one line per check, "ok ..." or
 * "FAIL ...", to report. Returns the number of failed checks, or a negative status if the file cannot be loaded.
 * A solver is tried with its defaults and, one parameter at a time, with every choice, both flags and some numbers that
 * its declaration allows: all of these must solve ordinary rows of 1 to 300 scores to the declared tolerance. A memory
 * is tried likewise, with every solver that needs no parameters, on real and on binary patterns.
 * `folders`: where a memory under test finds its solvers. Runs foreign code: call it in a process of its own. */
int hs_check_plugin(const char *file, const char *const *folders, size_t count, hs_buffer *report, char *message);

#endif
