/* array_inside.h: what the files of hs.array share: how to walk over any array in chunks of doubles. */
#ifndef HS_LUA_ARRAY_INSIDE_H
#define HS_LUA_ARRAY_INSIDE_H

#include "array.h"

/* Elements handled at once: everything computes in double, chunk by chunk, whatever the dtypes are. */
enum { HS__CHUNK = 512 };

/* Any array seen as rows x columns: a vector is one row, dimensions above the second are folded into the columns.
 * Steps are in elements. */
typedef struct hs__plane {
  unsigned char *data;
  hs_dtype dtype;
  int64_t rows, columns, row_step, column_step;
} hs__plane;

hs__plane hs__plane_of(const hs__array *array);
/* `count` elements of a row from a column on, as doubles. */
void hs__plane_load(const hs__plane *plane, int64_t row, int64_t column, int64_t count, double *values);
/* The reverse; false (some elements may be written) where a value does not fit the dtype: fractions, NaN or numbers
 * out of range in an integer dtype. */
bool hs__plane_store(const hs__plane *plane, int64_t row, int64_t column, int64_t count, const double *values);
/* All elements of one plane into another of as many rows and columns; false as above. */
bool hs__plane_copy(const hs__plane *from, const hs__plane *to);

const char *hs__dtype_name(hs_dtype dtype);
/* The dtype at a stack index; `otherwise` where there is none. */
hs_dtype hs__check_dtype(lua_State *L, int index, hs_dtype otherwise);
/* A shape: a number, or a list of 1 to 4 numbers. Returns the number of dimensions. */
int hs__check_shape(lua_State *L, int index, int64_t shape[HS_MAX_DIMENSIONS]);
/* "3 x 4", pushed. */
const char *hs__push_shape(lua_State *L, const hs__array *array);
bool hs__same_shape(const hs__array *a, const hs__array *b);
/* A new array of the same shape. */
hs__array *hs__array_new_like(lua_State *L, const hs__array *array, hs_dtype dtype);
/* Pushes another view on the same block. */
hs__array *hs__array_push_view(lua_State *L, const hs__array *array);
/* Raises the error of writing into shared data. */
void hs__array_check_writable(lua_State *L, const hs__array *array);
int64_t hs__item_length(const hs__array *array); /* elements in one item of the first dimension */
/* Raises the error of a value that does not fit. */
int hs__misfit(lua_State *L, hs_dtype dtype);

/* A new array that takes over bytes from malloc(), of the size that the shape says; they are freed also on error. */
hs__array *hs__array_adopt(lua_State *L, hs_dtype dtype, int dimensions, const int64_t *shape, void *bytes);

/* Each adds its methods to the table on top of the stack. */
void hs__array_index_methods(lua_State *L);
void hs__array_math_methods(lua_State *L);
void hs__array_reduce_methods(lua_State *L);
void hs__array_compare_methods(lua_State *L);
void hs__array_product_methods(lua_State *L);
/* Each adds constructors or functions to the module table on top of the stack. */
void hs__array_new_functions(lua_State *L);
void hs__array_compare_functions(lua_State *L);
/* Each adds metamethods to the metatable on top of the stack. */
void hs__array_index_metamethods(lua_State *L);
void hs__array_math_metamethods(lua_State *L);

#endif
