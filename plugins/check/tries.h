/* check/tries.h: which values of a parameter are worth trying. */
#ifndef HS_PLUGINS_CHECK_TRIES_H
#define HS_PLUGINS_CHECK_TRIES_H

#include <base/params.h>

#include "../parameters.h"

enum { HS__MOST_TRIES = 12 };

typedef struct hs__tries {
  hs_params given[HS__MOST_TRIES]; /* each sets this one parameter */
  size_t count;
} hs__tries;

/* Every word of a choice, both flags, a list of awkward numbers as far as the declaration allows them; nothing for a
 * parameter of type SOLVER. hs__tries_free ends it, also after HS_ERROR_MEMORY. */
int hs__list_tries(hs__tries *list, hs__declared by, const hs_parameter *parameter);
void hs__tries_free(hs__tries *list);

/* all = base with `given` over it. HS_ERROR_MEMORY. */
int hs__merge(hs_params *all, const hs_params *base, const hs_params *given);
/* Appends "alpha = 1.5, order = random". */
void hs__put_choice(hs_buffer *text, const hs_params *params);

#endif
