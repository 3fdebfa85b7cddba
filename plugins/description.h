/* description.h: a model description taken apart: which memory, which solver, and the values of each. */
#ifndef HS_PLUGINS_DESCRIPTION_H
#define HS_PLUGINS_DESCRIPTION_H

#include "registry.h"

/* Values point into the description and the plugins, which must outlive it. hs__description_free ends it. */
typedef struct hs__description {
  const hs_memory *memory; /* NULL where a solver alone is described */
  const hs_solver *solver; /* NULL where the memory uses none */
  hs_parameter_value *memory_values, *solver_values;
} hs__description;

/* Both check everything that registry.h promises of hs_registry_check_model, and leave *parts empty on errors.
 * The second reads {solver = ID, parameters of that solver}: what hs_registry_solve takes. */
int hs__describe_model(const hs_registry *registry, const hs_params *description, hs__description *parts,
                       char *message);
int hs__describe_solver(const hs_registry *registry, const hs_params *description, hs__description *parts,
                        char *message);
void hs__description_free(hs__description *parts);

#endif
