#include "nearest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 48 }; /* names of commands, options and keys are shorter */

static bool same_letter(char a, char b) { return a == b || ((a == '-' || a == '_') && (b == '-' || b == '_')); }

static int least(int a, int b, int c) {
  int ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Levenshtein distance, row by row. */
static int distance_between(const char *a, const char *b) {
  int row[LONGEST + 1], length = (int)strlen(b);
  for (int j = 0; j <= length; j++) row[j] = j;
  for (int i = 1; a[i - 1]; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= length; j++) {
      int above = row[j];
      row[j] = least(above + 1, row[j - 1] + 1, diagonal + !same_letter(a[i - 1], b[j - 1]));
      diagonal = above;
    }
  }
  return row[length];
}

hs_guess hs_guess_begin(const char *word) {
  size_t length = strlen(word);
  /* A third of the letters may be wrong, and one more: two swapped letters cost two. */
  return (hs_guess){.word = word, .distance = length > LONGEST ? 0 : 2 + (int)length / 3};
}

void hs_guess_consider(hs_guess *guess, const char *candidate) {
  if (strlen(guess->word) > LONGEST || strlen(candidate) > LONGEST) return;
  int distance = distance_between(guess->word, candidate);
  if (distance >= guess->distance) return;
  guess->distance = distance;
  guess->best = candidate;
}

const char *hs_guess_text(const hs_guess *guess, const char *prefix, char *text, int size) {
  text[0] = 0;
  if (guess->best) snprintf(text, (size_t)size, "; did you mean %s%s?", prefix, guess->best);
  return text;
}
