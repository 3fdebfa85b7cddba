/* declarations.h: does a descriptor make sense? Checked once, when a plugin is loaded. */
#ifndef HS_PLUGINS_DECLARATIONS_H
#define HS_PLUGINS_DECLARATIONS_H

#include <hopsweep/plugin.h>
#include <stdbool.h>

/* [a-z][a-z0-9_-]* */
bool hs__is_identifier(const char *text);

/* HS_OK, or HS_ERROR_FORMAT with the plugin's id, the parameter and the fault. */
int hs__check_solver_declaration(const hs_solver *solver, char *message);
int hs__check_memory_declaration(const hs_memory *memory, char *message);

#endif
