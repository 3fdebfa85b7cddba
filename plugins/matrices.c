#include "matrices.h"

#include <base/status.h>

int hs__check_matrix(const char *what, const hs_matrix *matrix, char *message) {
  if (!matrix) return hs_fail(message, HS_ERROR_SHAPE, "%s are missing", what);
  if (matrix->dtype != HS_FLOAT32 && matrix->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_SHAPE, "%s must be float32 or float64", what);
  if (matrix->rows < 0 || matrix->columns < 0 || matrix->stride < matrix->columns)
    return hs_fail(message, HS_ERROR_SHAPE, "%s have the senseless shape %lld x %lld with stride %lld", what,
                   (long long)matrix->rows, (long long)matrix->columns, (long long)matrix->stride);
  if (!matrix->data && matrix->rows > 0 && matrix->columns > 0)
    return hs_fail(message, HS_ERROR_SHAPE, "%s have no data", what);
  return HS_OK;
}

int hs__check_columns(const char *what, const hs_matrix *matrix, const char *other, int64_t columns, char *message) {
  if (matrix->columns == columns) return HS_OK;
  return hs_fail(message, HS_ERROR_SHAPE, "%s have %lld columns, but %s have %lld", what, (long long)matrix->columns,
                 other, (long long)columns);
}
