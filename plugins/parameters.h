/* parameters.h: from the named values of a description to the checked values that create() receives. */
#ifndef HS_PLUGINS_PARAMETERS_H
#define HS_PLUGINS_PARAMETERS_H

#include <base/params.h>
#include <hopsweep/plugin.h>

/* Who declares: for messages ("solver entmax: alpha = 0.5 is below its minimum 1"). */
typedef struct hs__declared {
  const char *kind, *id; /* "solver" or "memory", and its id */
  const hs_parameter *parameters;
  int64_t count;
} hs__declared;

hs__declared hs__declared_by_solver(const hs_solver *solver);
hs__declared hs__declared_by_memory(const hs_memory *memory);

/* NULL where there is no such parameter. */
const hs_parameter *hs__find_parameter(hs__declared declared, const char *name);

/* Fills values[0 .. count): what `given` says, else the default. Texts point into `given` or into the plugin; names
 * that are not declared are not looked at. HS_ERROR_PARAMETER: wrong type, not finite, not whole, out of range, none
 * of the choices, missing though required. */
int hs__resolve_parameters(hs__declared declared, const hs_params *given, hs_parameter_value *values, char *message);

#endif
