/* host.h: one solver driven by the host: workspace with canaries, pruning, re-scoring, clean reports. The prune
 * rule that a solver declares is applied here and nowhere else. */
#ifndef HS_PLUGINS_HOST_H
#define HS_PLUGINS_HOST_H

#include <hopsweep/plugin.h>

/* hs_host_solver is declared in hopsweep/memory.h; these are the functions behind hs_host. Instances belong to one
 * thread at a time. Errors: HS_ERROR_MEMORY, those of the plugin, HS_ERROR_INTERNAL for a broken canary. */
int hs__host_solver_open(const hs_solver *descriptor, const hs_parameter_value *values, int64_t count,
                         hs_host_solver **solver, char *message);
void hs__host_solver_close(hs_host_solver **solver);
const hs_solver *hs__host_solver_descriptor(const hs_host_solver *solver);
int hs__host_solver_prepare(hs_host_solver *solver, int64_t rows, int64_t length, char *message);
/* Prunes in one vectorised pass, re-scores, solves. See hs_score_tile. */
int hs__host_solver_tile(hs_host_solver *solver, const hs_score_tile *tile, const hs_solver_rows **result,
                         char *message);
double hs__host_solver_omega(const hs_host_solver *solver, int64_t length, const double *values, int64_t count);

/* A workspace with guard bytes at both ends. Aligned to 64. */
typedef struct hs__workspace {
  void *block;
  size_t size;
} hs__workspace;
int hs__workspace_resize(hs__workspace *workspace, size_t size); /* HS_OK or HS_ERROR_MEMORY */
void *hs__workspace_bytes(const hs__workspace *workspace);
/* HS_OK, or HS_ERROR_INTERNAL with "plugin NAME wrote past its workspace". */
int hs__workspace_check(const hs__workspace *workspace, const char *plugin, char *message);
void hs__workspace_free(hs__workspace *workspace);

#endif
