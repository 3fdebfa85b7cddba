/* matrices.h: is an hs_matrix what it claims to be? */
#ifndef HS_PLUGINS_MATRICES_H
#define HS_PLUGINS_MATRICES_H

#include <hopsweep/plugin.h>

/* HS_OK, or HS_ERROR_SHAPE naming `what`: no data, negative sizes, a stride below the columns, not a float type. */
int hs__check_matrix(const char *what, const hs_matrix *matrix, char *message);

/* HS_OK, or HS_ERROR_SHAPE: "queries have 12 columns, but patterns have 16". */
int hs__check_columns(const char *what, const hs_matrix *matrix, const char *other, int64_t columns, char *message);

#endif
