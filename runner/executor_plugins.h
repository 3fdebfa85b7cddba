/* executor_plugins.h: what the executor program does for `hopsweep plugins` and `hopsweep doctor`. All return exit
 * codes. */
#ifndef HS_RUNNER_EXECUTOR_PLUGINS_H
#define HS_RUNNER_EXECUTOR_PLUGINS_H

#include <base/buffer.h>

/* Examines a plugin in a process of its own and prints the report: a plugin that crashes or hangs is reported as FAIL.
 * HS_EXIT_OK, or HS_EXIT_TRIALS if a check failed. */
int hs__executor_check(const char *file, const char *const *folders, size_t folder_count);

/* Measures sgemm and prints one line for the doctor. HS_EXIT_CONFIG if BLAS runs the wrong kernels. */
int hs__executor_blas(void);

/* Prints and frees the buffer. */
int hs__executor_print(hs_buffer *out);

#endif
