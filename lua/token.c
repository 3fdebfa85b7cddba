/* The token text of a Lua source: what is left of it for the machine. Two scripts that differ in comments, spaces or
 * line breaks only have the same token text, so editing a comment does not make stored results stale. */
#include <base/buffer.h>
#include <base/status.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sweep.h"

typedef struct scanner {
  const char *at;
  int line;
  hs_buffer *tokens;
  char *message;
} scanner;

static bool is_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void put_token(scanner *scan, const char *from, const char *to) {
  if (scan->tokens->size > 0) hs_put_bytes(scan->tokens, " ", 1);
  hs_put_bytes(scan->tokens, from, (size_t)(to - from));
}

/* "[[" or "[==[": the number of equals signs, -1 if `at` does not open a long bracket. */
static int long_bracket(const char *at) {
  if (*at != '[') return -1;
  size_t level = strspn(at + 1, "=");
  return at[1 + level] == '[' ? (int)level : -1;
}

/* The end of a long string or comment whose opening bracket stands at `at`; NULL if it never ends. */
static const char *long_end(scanner *scan, const char *at, int level) {
  for (at += level + 2; *at; at++) {
    if (*at == '\n') scan->line++;
    if (*at == ']' && (int)strspn(at + 1, "=") == level && at[1 + level] == ']') return at + level + 2;
  }
  return NULL;
}

static int unfinished(const scanner *scan, const char *what, int line) {
  return hs_fail(scan->message, HS_ERROR_SCRIPT, "line %d: unfinished %s", line, what);
}

static int skip_comment(scanner *scan) {
  int level = long_bracket(scan->at + 2);
  if (level < 0) {
    scan->at += strcspn(scan->at, "\n");
    return HS_OK;
  }
  int line = scan->line;
  scan->at = long_end(scan, scan->at + 2, level);
  return scan->at ? HS_OK : unfinished(scan, "comment", line);
}

static int take_long_string(scanner *scan, int level) {
  int line = scan->line;
  const char *end = long_end(scan, scan->at, level);
  if (!end) return unfinished(scan, "string", line);
  put_token(scan, scan->at, end);
  scan->at = end;
  return HS_OK;
}

/* A backslash protects the next character; \z and a backslash before a line end let a string span lines. */
static int take_short_string(scanner *scan) {
  char quote = *scan->at;
  int line = scan->line;
  const char *end = scan->at + 1;
  bool skipping = false; /* after \z, until the next character that is no space */
  for (; *end && (*end != quote); end++) {
    if (skipping && !isspace((unsigned char)*end)) skipping = false;
    if (*end == '\n') {
      if (!skipping) return unfinished(scan, "string", line);
      scan->line++;
    }
    if (*end != '\\') continue;
    end++;
    if (*end == 'z') skipping = true;
    if (*end == '\n') scan->line++;
    if (!*end) break;
  }
  if (!*end) return unfinished(scan, "string", line);
  put_token(scan, scan->at, end + 1);
  scan->at = end + 1;
  return HS_OK;
}

/* As Lua's own reader: digits, letters and dots, and a sign right after an exponent. */
static void take_number(scanner *scan) {
  const char *end = scan->at;
  bool hexadecimal = end[0] == '0' && (end[1] == 'x' || end[1] == 'X');
  for (; is_name(*end) || *end == '.'; end++) {
    bool exponent = hexadecimal ? strchr("pP", *end) != NULL : strchr("eE", *end) != NULL;
    if (exponent && (end[1] == '+' || end[1] == '-')) end++;
  }
  put_token(scan, scan->at, end);
  scan->at = end;
}

static void take_symbol(scanner *scan) {
  static const char *const symbols[] = {"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"};
  size_t length = 1;
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols && length == 1; i++)
    if (strncmp(scan->at, symbols[i], strlen(symbols[i])) == 0) length = strlen(symbols[i]);
  put_token(scan, scan->at, scan->at + length);
  scan->at += length;
}

static void take_name(scanner *scan) {
  const char *end = scan->at;
  while (is_name(*end)) end++;
  put_token(scan, scan->at, end);
  scan->at = end;
}

static int take_token(scanner *scan) {
  char c = *scan->at;
  if (strncmp(scan->at, "--", 2) == 0) return skip_comment(scan);
  int level = long_bracket(scan->at);
  if (level >= 0) return take_long_string(scan, level);
  if (c == '"' || c == '\'') return take_short_string(scan);
  if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)scan->at[1])))
    take_number(scan);
  else if (is_name(c))
    take_name(scan);
  else
    take_symbol(scan);
  return HS_OK;
}

int hs_token_text(const char *text, hs_buffer *tokens, char *message) {
  scanner scan = {.at = text, .line = 1, .tokens = tokens, .message = message};
  if (*text == '#') scan.at += strcspn(text, "\n"); /* "#!/usr/bin/env hopsweep" */
  while (*scan.at) {
    if (isspace((unsigned char)*scan.at)) {
      if (*scan.at++ == '\n') scan.line++;
      continue;
    }
    HS_TRY(take_token(&scan));
  }
  return tokens->failed ? hs_fail(message, HS_ERROR_MEMORY, "no memory for the tokens of a script") : HS_OK;
}
