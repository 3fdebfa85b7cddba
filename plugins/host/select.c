#include "select.h"

/* Hoare's quickselect with the median of three as pivot. Elements equal to the pivot stop both scans, so rows of ties
 * are split in the middle instead of costing O(count^2). One text for both types. */
#define DEFINE_SELECT(name, type)                                                                                \
  static type name##_pivot(const type *values, int64_t first, int64_t last) {                                    \
    type a = values[first], b = values[first + (last - first) / 2], c = values[last];                            \
    type low = a < b ? a : b, high = a < b ? b : a;                                                              \
    if (c < low) return low;                                                                                     \
    return c > high ? high : c;                                                                                  \
  }                                                                                                              \
  /* Splits first..last into values >= pivot, then values <= pivot; *left and *right bound what lies between. */ \
  static void name##_split(type *values, type pivot, int64_t *left, int64_t *right) {                            \
    int64_t i = *left, j = *right;                                                                               \
    while (i <= j) {                                                                                             \
      while (values[i] > pivot) i++;                                                                             \
      while (values[j] < pivot) j--;                                                                             \
      if (i > j) break;                                                                                          \
      type moved = values[i];                                                                                    \
      values[i++] = values[j];                                                                                   \
      values[j--] = moved;                                                                                       \
    }                                                                                                            \
    *left = i;                                                                                                   \
    *right = j;                                                                                                  \
  }                                                                                                              \
  type name(type *values, int64_t count, int64_t order) {                                                        \
    int64_t first = 0, last = count - 1, wanted = order - 1;                                                     \
    while (first < last) {                                                                                       \
      int64_t left = first, right = last;                                                                        \
      name##_split(values, name##_pivot(values, first, last), &left, &right);                                    \
      if (wanted <= right) {                                                                                     \
        last = right;                                                                                            \
      } else if (wanted >= left) {                                                                               \
        first = left;                                                                                            \
      } else {                                                                                                   \
        break;                                                                                                   \
      }                                                                                                          \
    }                                                                                                            \
    return values[wanted];                                                                                       \
  }

DEFINE_SELECT(hs__select_float, float)
DEFINE_SELECT(hs__select_double, double)
