/* filter.h: "alpha>=1.5" as a condition with bound values: what a user types never becomes SQL. */
#ifndef HS_RESULTS_FILTER_H
#define HS_RESULTS_FILTER_H

#include "catalog.h"

/* One condition: NAME OP VALUE with OP one of = == != < <= > >=. A value that reads as a number is compared as one,
 * true and false as flags, anything else (or "quoted") as text. A row without the value matches only `!=`. */
typedef struct hs__condition {
  const hs__column *column;
  char *sql; /* over "trials t"; sqlite3_free */
  int slot;  /* ?slot is the value as text, ?slot + 1 as a number */
  double number;
  char *text; /* the value as text, hs_free */
  bool is_number;
} hs__condition;

int hs__condition_parse(const hs__catalog *catalog, const char *text, int slot, hs__condition *condition,
                        char *message);
/* Whether trials of this sweep could meet it at all: HS_ERROR_USAGE for a verdict that there is not, and for a text
 * where every trial has a number. */
int hs__condition_check(hs_store *store, int64_t sweep_id, const hs__condition *condition, char *message);
void hs__condition_free(hs__condition *condition);
void hs__condition_bind(const hs__condition *condition, sqlite3_stmt *statement);

#endif
