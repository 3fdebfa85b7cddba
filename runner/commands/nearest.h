/* nearest.h: "did you mean ...?": the known word that a mistyped one most likely meant. */
#ifndef HS_RUNNER_COMMANDS_NEAREST_H
#define HS_RUNNER_COMMANDS_NEAREST_H

typedef struct hs_guess {
  const char *word; /* what was typed */
  const char *best; /* borrowed from the candidates; NULL = nothing near enough so far */
  int distance;
} hs_guess;

hs_guess hs_guess_begin(const char *word);
/* '-' and '_' count as equal, so that trial_timeout finds trial-timeout. */
void hs_guess_consider(hs_guess *guess, const char *candidate);
/* "; did you mean PREFIXbest?" into text[size], or "" where nothing is near; returns text. */
const char *hs_guess_text(const hs_guess *guess, const char *prefix, char *text, int size);

#endif
