/* change.c: where two versions of a script part ways, for the message that refuses to mix their results.
 *
 * Whether the code changed at all is decided by the code hash of the plan; this only points at the place. It compares
 * line by line, without comments, runs of spaces as one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum { LINE_SIZE = 512 };

typedef struct line_reader {
  const char *at;
  int number;      /* of the line read last, from 1 */
  bool in_comment; /* inside a long comment: --[[ ... ]] */
  char line[LINE_SIZE];
} line_reader;

/* Copies one line without comments, spaces outside quotes as one; cut at LINE_SIZE. */
static void read_code(line_reader *reader, const char *end) {
  size_t size = 0;
  char quote = 0;
  for (const char *at = reader->at; at < end && size + 1 < LINE_SIZE; at++) {
    if (reader->in_comment) {
      if (strncmp(at, "]]", 2) == 0) reader->in_comment = false, at++;
      continue;
    }
    if (!quote && strncmp(at, "--[[", 4) == 0) {
      reader->in_comment = true;
      continue;
    }
    if (!quote && strncmp(at, "--", 2) == 0) break;
    if (!quote && isspace((unsigned char)*at)) {
      if (size > 0 && reader->line[size - 1] != ' ') reader->line[size++] = ' ';
      continue;
    }
    if (quote && *at == '\\' && at + 1 < end && size + 2 < LINE_SIZE)
      reader->line[size++] = *at++;
    else if (*at == quote)
      quote = 0;
    else if (!quote && (*at == '"' || *at == '\''))
      quote = *at;
    reader->line[size++] = *at;
  }
  while (size > 0 && reader->line[size - 1] == ' ') size--;
  reader->line[size] = 0;
}

/* The next line that has code; false at the end. */
static bool next_code(line_reader *reader) {
  while (*reader->at) {
    const char *end = reader->at + strcspn(reader->at, "\n");
    reader->number++;
    read_code(reader, end);
    reader->at = *end ? end + 1 : end;
    if (reader->line[0]) return true;
  }
  reader->line[0] = 0;
  return false;
}

enum { SHOWN = 56, CONTEXT = 20 };

/* Where the difference of two lines is worth showing from: a little before the first byte that differs. */
static size_t begin_of_difference(const char *a, const char *b) {
  size_t at = 0;
  while (a[at] && a[at] == b[at]) at++;
  return at > CONTEXT ? at - CONTEXT : 0;
}

bool hs__first_change(const char *before, const char *after, char text[HS__CHANGE_SIZE]) {
  line_reader old = {.at = before}, new = {.at = after};
  bool has_old, has_new;
  do {
    has_old = next_code(&old);
    has_new = next_code(&new);
  } while (has_old && has_new && strcmp(old.line, new.line) == 0);
  if (has_old && has_new) {
    size_t begin = begin_of_difference(old.line, new.line);
    const char *dots = begin ? "..." : "";
    snprintf(text, HS__CHANGE_SIZE, "line %d: `%s%.*s` is now `%s%.*s`", new.number, dots, SHOWN, old.line + begin,
             dots, SHOWN, new.line + begin);
  }
  if (!has_old && has_new) snprintf(text, HS__CHANGE_SIZE, "line %d: `%.60s` is new", new.number, new.line);
  if (has_old && !has_new) snprintf(text, HS__CHANGE_SIZE, "line %d of before: `%.60s` is gone", old.number, old.line);
  return has_old || has_new;
}
