/* Which code a sweep is made of, as one hash. */
#include <base/memory.h>
#include <base/status.h>
#include <base/trial.h>
#include <string.h>

#include "sweep_inside.h"

/* One file of the source: the script (index 0) or a module. */
typedef struct part {
  const char *name, *text;
  hs_buffer tokens;
  bool used;
} part;

/* A module is used if its name stands as a string in code that is used: `require "name"`, whatever the spelling. More
 * than is required may be counted, but never less. */
static bool names_module(part *code, const char *module) {
  size_t length = strlen(module);
  for (const char *at = hs_buffer_text(&code->tokens); (at = strstr(at, module)); at++) {
    char before = at > (const char *)code->tokens.data ? at[-1] : ' ', after = at[length];
    if ((before == '"' && after == '"') || (before == '\'' && after == '\'') || (before == '[' && after == ']'))
      return true;
  }
  return false;
}

static int use(part *self, char *message) {
  self->used = true;
  char reason[HS_MESSAGE_SIZE];
  int status = hs_token_text(self->text, &self->tokens, reason);
  return status < 0 ? hs_fail(message, status, "%s: %s", self->name, reason) : HS_OK;
}

/* Marks what is used, until nothing is added. */
static int find_used(part *parts, size_t count, char *message) {
  HS_TRY(use(&parts[0], message));
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = 0; i < count; i++) {
      for (size_t j = 1; parts[i].used && j < count; j++) {
        if (parts[j].used || !names_module(&parts[i], parts[j].name)) continue;
        HS_TRY(use(&parts[j], message));
        grown = true;
      }
    }
  }
  return HS_OK;
}

/* Name and tokens of every used part; the name of the script does not count, so that a copy is the same code. */
static int hash_used(part *parts, size_t count, hs_hash *hash) {
  hs_buffer bytes = {0};
  for (size_t i = 0; i < count; i++) {
    if (!parts[i].used) continue;
    if (i > 0) hs_put_text(&bytes, parts[i].name);
    hs_put_blob(&bytes, parts[i].tokens.data, parts[i].tokens.size);
  }
  int status = bytes.failed ? HS_ERROR_MEMORY : HS_OK;
  *hash = hs_hash_of(bytes.data, bytes.size);
  hs_buffer_free(&bytes);
  return status;
}

int hs__code_hash(const hs_sweep_source *source, hs_hash *hash, char *message) {
  size_t count = source->module_count + 1;
  part *parts = hs_allocate(count, sizeof *parts);
  if (!parts) return hs_fail(message, HS_ERROR_MEMORY, "no memory to hash the script");
  parts[0] = (part){.name = source->path, .text = source->text};
  for (size_t i = 1; i < count; i++)
    parts[i] = (part){.name = source->module_names[i - 1], .text = source->module_texts[i - 1]};
  int status = find_used(parts, count, message);
  if (status >= 0) status = hash_used(parts, count, hash);
  for (size_t i = 0; i < count; i++) hs_buffer_free(&parts[i].tokens);
  hs_free(&parts);
  return status;
}
