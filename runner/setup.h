/* setup.h: what an executor and a worker rank are told before they work. */
#ifndef HS_RUNNER_SETUP_H
#define HS_RUNNER_SETUP_H

#include <base/cpu.h>
#include <base/plan.h>

#include "run.h"

/* Zero-initialise; hs__setup_free ends it. */
typedef struct hs__setup {
  hs_sweep_source source;
  char *plugin_folders;  /* "a:b:c" */
  hs_cpu_level level;    /* that all ranks agreed on */
  int32_t threads;       /* of BLAS */
  uint64_t memory_limit; /* bytes for an executor; 0 = none */
  double trial_timeout;  /* seconds; 0 = none */
  uint32_t crash_limit;  /* executors that one trial may cost */
} hs__setup;

/* What settings say about executors. The source is borrowed: end such a setup with hs_free(&setup->plugin_folders), not
 * with hs__setup_free. HS_ERROR_MEMORY. */
int hs__setup_make(const hs_sweep_source *source, const hs_settings *settings, hs_cpu_level level, hs__setup *setup);
void hs__setup_free(hs__setup *setup);
void hs__put_setup(hs_buffer *buffer, const hs__setup *setup);
int hs__get_setup(hs_reader *reader, hs__setup *setup);

#endif
