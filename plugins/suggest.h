/* suggest.h: "did you mean ...?" */
#ifndef HS_PLUGINS_SUGGEST_H
#define HS_PLUGINS_SUGGEST_H

#include <stddef.h>

/* The word nearest to `wrong` by edit distance (insert, delete, change, swap of neighbours), or NULL where none is
 * near: more than a third of its letters, at least 2, would have to change. The first of equals. */
const char *hs__nearest(const char *wrong, const char *const *words, size_t count);

#endif
