/* check.h: the conformance suite behind `hopsweep plugins check FILE.so`. */
#ifndef HS_PLUGINS_CHECK_H
#define HS_PLUGINS_CHECK_H

#include <base/buffer.h>

/* Loads one plugin file and examines it: header, declarations, then every solver and memory in it against the
 * contract (bad input, batch-split invariance bit for bit, prune equivalence, certificates, optimality against
 * perturbed points, canaries, determinism, no change of FP mode). Appends one line per check, "ok ..." or
 * "FAIL ...", to report. Returns the number of failed checks, or a negative status if the file cannot be loaded.
 * `folders`: where a memory under test finds its solvers. Runs foreign code: call it in a process of its own. */
int hs_check_plugin(const char *file, const char *const *folders, size_t count, hs_buffer *report, char *message);

#endif
