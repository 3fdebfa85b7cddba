/* How the executor program is found and what environment it starts with. */
#include <base/cpu.h>
#include <base/file.h>
#include <base/memory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"

extern char **environ;

/* What would make an executor think that it is a rank of the job. */
static const char *const FOREIGN[] = {"PMI_", "PMIX_", "OMPI_", "ORTE_", "SLURM_"};

static bool is_foreign(const char *entry) {
  for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
    if (strncmp(entry, FOREIGN[i], strlen(FOREIGN[i])) == 0) return true;
  return false;
}

static void remove_foreign(void) {
  char **kept = environ;
  for (char **entry = environ; *entry; entry++)
    if (!is_foreign(*entry)) *kept++ = *entry;
  *kept = NULL;
}

/* BLAS reads these when it is loaded, so they must stand before exec. */
void hs__executor_environment(hs_cpu_level level, int threads) {
  char count[16];
  snprintf(count, sizeof count, "%d", threads);
  remove_foreign();
  setenv("OPENBLAS_NUM_THREADS", count, 1);
  setenv("OMP_NUM_THREADS", count, 1);
  setenv("HOPSWEEP_CPU", hs_cpu_level_name(level), 1);
  if (*hs_cpu_blas_core(level)) setenv("OPENBLAS_CORETYPE", hs_cpu_blas_core(level), 1);
}

char *hs__executor_path(void) {
  char *folder = hs_program_folder();
  if (!folder) return NULL;
  char *path = hs_path_join(folder, "hopsweep-executor");
  if (path && access(path, X_OK) != 0) {
    hs_free(&path);
    path = hs_path_join(folder, "../libexec/hopsweep/hopsweep-executor");
  }
  hs_free(&folder);
  return path;
}
