#include "suggest.h"

#include <string.h>

enum { LONGEST_WORD = 63 };

static int least(int a, int b) { return a < b ? a : b; }

/* Optimal string alignment distance, by three rows of its table. */
static int distance(const char *a, const char *b) {
  int length_a = (int)strlen(a), length_b = (int)strlen(b);
  int rows[3][LONGEST_WORD + 1];
  for (int j = 0; j <= length_b; j++) rows[0][j] = j;
  for (int i = 1; i <= length_a; i++) {
    int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
    row[0] = i;
    for (int j = 1; j <= length_b; j++) {
      row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = least(row[j], above2[j - 2] + 1);
    }
  }
  return rows[length_a % 3][length_b];
}

const char *hs__nearest(const char *wrong, const char *const *words, size_t count) {
  size_t length = strlen(wrong);
  if (length > LONGEST_WORD) return NULL;
  int limit = length / 3 > 2 ? (int)(length / 3) : 2;
  const char *nearest = NULL;
  for (size_t i = 0; i < count; i++) {
    if (strlen(words[i]) > LONGEST_WORD) continue;
    int apart = distance(wrong, words[i]);
    if (apart <= limit && apart < (int)length) {
      nearest = words[i];
      limit = apart - 1;
    }
  }
  return nearest;
}
