/* undefined.c: needs a function that no library has. */
#include <hopsweep/plugin.h>

extern int64_t function_that_nobody_wrote(void);
extern HS_PLUGIN_EXPORT int64_t entry(void);
int64_t entry(void) { return function_that_nobody_wrote(); }
