/* sql.h: the thin layer between this room and SQLite: prepared statements, bound values, errors in words. */
#ifndef HS_RESULTS_SQL_H
#define HS_RESULTS_SQL_H

#include <base/hash.h>
#include <sqlite3.h>
#include <stdint.h>

typedef struct hs_store hs_store;

/* Turns the last SQLite error of this connection into a status and a sentence that names the file and the remedy. */
int hs__sql_fail(hs_store *store, char *message);
/* The same for a connection that has no store yet. */
int hs__sql_fail_code(sqlite3 *database, int code, const char *path, char *message);

/* Values are bound by a string of types: i int64_t, d double, t const char * (NULL is NULL), h hs_hash.
 * NaN becomes NULL, as SQLite has none. */
int hs__sql_prepare(hs_store *store, const char *sql, sqlite3_stmt **statement, char *message);
int hs__sql_query(hs_store *store, sqlite3_stmt **statement, char *message, const char *sql, const char *types, ...);
int hs__sql_bind(sqlite3_stmt *statement, const char *types, ...);

/* HS_OK with a row, HS_END after the last, or an error. */
int hs__sql_step(hs_store *store, sqlite3_stmt *statement, char *message);
/* Steps a statement without rows to its end and resets it. */
int hs__sql_finish(hs_store *store, sqlite3_stmt *statement, char *message);

/* One statement from beginning to end. */
int hs__sql_run(hs_store *store, char *message, const char *sql, const char *types, ...);
/* The first column of the first row; *value stays as it is where there is no row or a NULL. */
int hs__sql_int(hs_store *store, int64_t *value, char *message, const char *sql, const char *types, ...);
/* The same as a fresh copy (hs_free); *value is NULL where there is none. */
int hs__sql_text(hs_store *store, char **value, char *message, const char *sql, const char *types, ...);
/* Several statements without values. */
int hs__sql_script(hs_store *store, const char *sql, char *message);

/* Column `at` as a fresh copy, NULL for NULL (or without memory). */
char *hs__column_copy(sqlite3_stmt *statement, int at);
/* Column `at` as a borrowed text, "" for NULL. */
const char *hs__column_text(sqlite3_stmt *statement, int at);
hs_hash hs__column_hash(sqlite3_stmt *statement, int at);

/* BEGIN IMMEDIATE, after which it checks that this writer still owns the store. */
int hs__sql_begin(hs_store *store, char *message);
/* COMMIT if status is HS_OK (then the result of that), otherwise ROLLBACK and status. */
int hs__sql_end(hs_store *store, int status, char *message);

#endif
