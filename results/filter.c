#include "filter.h"

#include <base/memory.h>
#include <base/status.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct operator_word {
  const char *word, *sql;
} operator_word;

/* Longer words first: "<=" before "<". */
static const operator_word OPERATORS[] = {{">=", ">="}, {"<=", "<="}, {"!=", "IS NOT"}, {"==", "="},
                                          {"=", "="},   {"<", "<"},   {">", ">"}};

static const operator_word *operator_at(const char *at) {
  for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++)
    if (strncmp(at, OPERATORS[i].word, strlen(OPERATORS[i].word)) == 0) return &OPERATORS[i];
  return NULL;
}

static char *copy_trimmed(const char *from, size_t size) {
  while (size > 0 && isspace((unsigned char)*from)) from++, size--;
  while (size > 0 && isspace((unsigned char)from[size - 1])) size--;
  char *copy = hs_allocate(size + 1, 1);
  if (copy) memcpy(copy, from, size);
  return copy;
}

static void read_value(hs__condition *condition) {
  char *text = condition->text, *end;
  size_t size = strlen(text);
  if (size >= 2 && (text[0] == '"' || text[0] == '\'') && text[size - 1] == text[0]) {
    memmove(text, text + 1, size - 2);
    text[size - 2] = 0;
    return;
  }
  condition->number = strtod(text, &end);
  condition->is_number = size > 0 && *end == 0 && !isnan(condition->number);
  if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
    condition->is_number = true;
    condition->number = text[0] == 't';
  }
}

/* Equality asks for the number or the text as it was typed, so that solver=2 finds the text "2" as well; a key may be
 * given by its first digits. The text is bound to `slot`, the number to slot + 1. */
static char *make_sql(const hs__column *column, const operator_word *operator, const hs__condition * condition) {
  char *expression = hs__column_expression(column), *sql = NULL;
  int text = condition->slot, number = condition->slot + 1;
  if (!expression) return NULL;
  if (column->kind == HS__COLUMN_KEY && strcmp(operator->sql, "=") == 0)
    sql = sqlite3_mprintf("substr(%s, 1, length(?%d)) = lower(?%d)", expression, text, text);
  else if (condition->is_number && strcmp(operator->sql, "=") == 0)
    sql = sqlite3_mprintf("(%s IN (?%d, ?%d))", expression, text, number);
  else if (condition->is_number && strcmp(operator->sql, "IS NOT") == 0)
    sql = sqlite3_mprintf("(%s IS NOT ?%d AND %s IS NOT ?%d)", expression, text, expression, number);
  else if (condition->is_number)
    sql = sqlite3_mprintf("(typeof(%s) <> 'text' AND %s %s ?%d)", expression, expression, operator->sql, number);
  else
    sql = sqlite3_mprintf("(%s %s ?%d)", expression, operator->sql, text);
  sqlite3_free(expression);
  return sql;
}

static int fail_syntax(const char *text, char *message) {
  return hs_fail(message, HS_ERROR_USAGE,
                 "\"%.80s\" is no condition; write NAME OP VALUE, OP one of = != < <= > >=, like alpha>=1.5", text);
}

int hs__condition_parse(const hs__catalog *catalog, const char *text, int slot, hs__condition *condition,
                        char *message) {
  *condition = (hs__condition){.slot = slot};
  size_t length = strcspn(text, "=!<>");
  const operator_word *operator= operator_at(text + length);
  char *name = copy_trimmed(text, length);
  if (!operator|| !name || !name[0]) {
    hs_free(&name);
    return fail_syntax(text, message);
  }
  const hs__column *column;
  int status = hs__catalog_need(catalog, name, &column, message);
  hs_free(&name);
  HS_TRY(status);
  condition->column = column;
  const char *value = text + length + strlen(operator->word);
  condition->text = copy_trimmed(value, strlen(value));
  if (condition->text) {
    read_value(condition);
    condition->sql = make_sql(column, operator, condition);
  }
  if (condition->sql) return HS_OK;
  hs__condition_free(condition);
  return hs_fail(message, HS_ERROR_MEMORY, "no memory");
}

static int check_verdict(const hs__condition *condition, char *message) {
  if (hs_verdict_parse(condition->text) >= 0) return HS_OK;
  hs_buffer known = {0};
  for (int verdict = 0; verdict < HS_VERDICT_COUNT; verdict++)
    hs_put_format(&known, "%s%s", verdict ? ", " : "", hs_verdict_word(verdict));
  int status = hs_fail(message, HS_ERROR_USAGE, "\"%.60s\" is no verdict; there are %s", condition->text,
                       hs_buffer_text(&known));
  hs_buffer_free(&known);
  return status;
}

/* Parameters have no declared type: what the trials of the sweep have decides. An empty column could hold anything. */
static int find_numeric(hs_store *store, int64_t sweep_id, const hs__column *column, bool *numeric, char *message) {
  static const char HAS[] = "SELECT EXISTS (SELECT 1 FROM trials t WHERE t.sweep_id = ?1 AND typeof(%s) %s)";
  static const char *const KINDS[] = {"= 'text'", "IN ('integer', 'real')"};
  int64_t has[2] = {0};
  char *expression = hs__column_expression(column);
  int status = expression ? HS_OK : HS_ERROR_MEMORY;
  for (size_t i = 0; i < 2 && status == HS_OK && !has[0]; i++) {
    char *sql = sqlite3_mprintf(HAS, expression, KINDS[i]);
    status = sql ? hs__sql_int(store, &has[i], message, sql, "i", sweep_id) : HS_ERROR_MEMORY;
    sqlite3_free(sql);
  }
  sqlite3_free(expression);
  *numeric = !has[0] && has[1];
  return status == HS_ERROR_MEMORY ? hs_fail(message, status, "no memory") : status;
}

int hs__condition_check(hs_store *store, int64_t sweep_id, const hs__condition *condition, char *message) {
  const hs__column *column = condition->column;
  if (column->kind == HS__COLUMN_VERDICT) return check_verdict(condition, message);
  if (condition->is_number || column->kind == HS__COLUMN_KEY) return HS_OK;
  bool numeric = false;
  HS_TRY(find_numeric(store, sweep_id, column, &numeric, message));
  if (!numeric) return HS_OK;
  return hs_fail(message, HS_ERROR_USAGE, "%.60s is a number in every trial, and \"%.60s\" is none", column->label,
                 condition->text);
}

void hs__condition_free(hs__condition *condition) {
  sqlite3_free(condition->sql);
  hs_free(&condition->text);
  *condition = (hs__condition){0};
}

void hs__condition_bind(const hs__condition *condition, sqlite3_stmt *statement) {
  sqlite3_bind_text(statement, condition->slot, condition->text, -1, SQLITE_TRANSIENT);
  if (condition->is_number) sqlite3_bind_double(statement, condition->slot + 1, condition->number);
}
