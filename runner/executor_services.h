/* executor_services.h: what scripts need of plugins and BLAS, as the table of functions that lua/ asks for. */
#ifndef HS_RUNNER_EXECUTOR_SERVICES_H
#define HS_RUNNER_EXECUTOR_SERVICES_H

#include <lua/sweep.h>
#include <plugins/registry.h>

/* The registry must outlive the table. */
hs_lua_services hs__executor_services(hs_registry *registry);

/* Opens the registry of "a:b:c". */
int hs__executor_registry(const char *folders, hs_registry **registry, char *message);

/* "OpenBLAS 0.3.21 SkylakeX 1 thread; kernels avx512; glibc 2.36": the numerics fingerprint. Fresh; hs_free. */
char *hs__executor_fingerprint(void);

/* `hopsweep-executor plugins ...` and `blas`; see commands. Return exit codes. */
int hs__executor_plugins(int argc, char **argv);

#endif
