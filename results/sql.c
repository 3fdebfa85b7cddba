#include "sql.h"

#include <base/memory.h>
#include <base/status.h>
#include <stdarg.h>
#include <string.h>

#include "internal.h"

int hs__sql_fail_code(sqlite3 *database, int code, const char *path, char *message) {
  const char *reason = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return hs_fail(message, HS_ERROR_STORE,
                     "%s: the disk is full; what was committed is safe: free some space and run the same command again",
                     path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return hs_fail(message, HS_ERROR_STORE, "%s: cannot be written (%s); check its permissions and its folder's",
                     path, reason);
    case SQLITE_CANTOPEN:
      return hs_fail(message, HS_ERROR_IO, "%s: cannot be opened (%s); is its folder there and writable?", path,
                     reason);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return hs_fail(message, HS_ERROR_BUSY, "%s: another program holds the database; close it and try again", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return hs_fail(message, HS_ERROR_FORMAT,
                     "%s: the file is damaged or not a store (%s); restore a copy, or try: sqlite3 FILE .recover", path,
                     reason);
    case SQLITE_NOMEM: return hs_fail(message, HS_ERROR_MEMORY, "%s: out of memory", path);
    case SQLITE_IOERR:
      return hs_fail(message, HS_ERROR_IO, "%s: reading or writing failed (%s); is the disk full or gone?", path,
                     reason);
    default: return hs_fail(message, HS_ERROR_STORE, "%s: %s", path, reason);
  }
}

int hs__sql_fail(hs_store *store, char *message) {
  return hs__sql_fail_code(store->database, sqlite3_extended_errcode(store->database), store->path, message);
}

int hs__sql_prepare(hs_store *store, const char *sql, sqlite3_stmt **statement, char *message) {
  if (sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) == SQLITE_OK)
    return HS_OK;
  *statement = NULL;
  return hs__sql_fail(store, message);
}

static void bind_hash(sqlite3_stmt *statement, int at, hs_hash hash) {
  unsigned char bytes[16];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(hash.high >> (56 - 8 * i));
    bytes[8 + i] = (unsigned char)(hash.low >> (56 - 8 * i));
  }
  sqlite3_bind_blob(statement, at, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

static void bind_all(sqlite3_stmt *statement, const char *types, va_list values) {
  for (int at = 1; *types; types++, at++) {
    if (*types == 'i')
      sqlite3_bind_int64(statement, at, va_arg(values, int64_t));
    else if (*types == 'd')
      sqlite3_bind_double(statement, at, va_arg(values, double));
    else if (*types == 'h')
      bind_hash(statement, at, va_arg(values, hs_hash));
    else
      sqlite3_bind_text(statement, at, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
  }
}

int hs__sql_bind(sqlite3_stmt *statement, const char *types, ...) {
  va_list values;
  va_start(values, types);
  bind_all(statement, types, values);
  va_end(values);
  return HS_OK;
}

int hs__sql_step(hs_store *store, sqlite3_stmt *statement, char *message) {
  int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return HS_OK;
  if (code == SQLITE_DONE) return HS_END;
  return hs__sql_fail(store, message);
}

int hs__sql_finish(hs_store *store, sqlite3_stmt *statement, char *message) {
  int status = hs__sql_step(store, statement, message);
  sqlite3_reset(statement);
  return status < 0 ? status : HS_OK;
}

static int query(hs_store *store, sqlite3_stmt **statement, char *message, const char *sql, const char *types,
                 va_list values) {
  HS_TRY(hs__sql_prepare(store, sql, statement, message));
  bind_all(*statement, types, values);
  return HS_OK;
}

int hs__sql_query(hs_store *store, sqlite3_stmt **statement, char *message, const char *sql, const char *types, ...) {
  va_list values;
  va_start(values, types);
  int status = query(store, statement, message, sql, types, values);
  va_end(values);
  return status;
}

int hs__sql_run(hs_store *store, char *message, const char *sql, const char *types, ...) {
  sqlite3_stmt *statement;
  va_list values;
  va_start(values, types);
  int status = query(store, &statement, message, sql, types, values);
  va_end(values);
  if (status == HS_OK) status = hs__sql_finish(store, statement, message);
  sqlite3_finalize(statement);
  return status;
}

int hs__sql_int(hs_store *store, int64_t *value, char *message, const char *sql, const char *types, ...) {
  sqlite3_stmt *statement;
  va_list values;
  va_start(values, types);
  int status = query(store, &statement, message, sql, types, values);
  va_end(values);
  if (status == HS_OK) status = hs__sql_step(store, statement, message);
  if (status == HS_OK && sqlite3_column_type(statement, 0) != SQLITE_NULL) *value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

int hs__sql_text(hs_store *store, char **value, char *message, const char *sql, const char *types, ...) {
  sqlite3_stmt *statement;
  va_list values;
  va_start(values, types);
  int status = query(store, &statement, message, sql, types, values);
  va_end(values);
  *value = NULL;
  if (status == HS_OK) status = hs__sql_step(store, statement, message);
  if (status == HS_OK) *value = hs__column_copy(statement, 0);
  sqlite3_finalize(statement);
  return status < 0 ? status : HS_OK;
}

int hs__sql_script(hs_store *store, const char *sql, char *message) {
  return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK ? HS_OK : hs__sql_fail(store, message);
}

char *hs__column_copy(sqlite3_stmt *statement, int at) {
  return hs_copy_text((const char *)sqlite3_column_text(statement, at));
}

const char *hs__column_text(sqlite3_stmt *statement, int at) {
  const char *text = (const char *)sqlite3_column_text(statement, at);
  return text ? text : "";
}

hs_hash hs__column_hash(sqlite3_stmt *statement, int at) {
  hs_hash hash = {0, 0};
  const unsigned char *bytes = sqlite3_column_blob(statement, at);
  if (!bytes || sqlite3_column_bytes(statement, at) != 16) return hash;
  for (int i = 0; i < 8; i++) {
    hash.high = hash.high << 8 | bytes[i];
    hash.low = hash.low << 8 | bytes[8 + i];
  }
  return hash;
}

/* The epoch is a row of the store itself: whoever takes the store over raises it inside a transaction, so a writer
 * that was thought dead notices before its first write, whatever the file system thinks of locks. */
static int check_ownership(hs_store *store, char *message) {
  int64_t epoch = 0;
  HS_TRY(hs__sql_int(store, &epoch, message, "SELECT value FROM meta WHERE name = 'epoch'", ""));
  if (epoch != store->epoch)
    return hs_fail(message, HS_ERROR_STORE,
                   "%s: another run took this store over (epoch %lld, ours is %lld); this run stops", store->path,
                   (long long)epoch, (long long)store->epoch);
  int moved = 0;
  sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved)
    return hs_fail(message, HS_ERROR_STORE, "%s: the store was moved or deleted while in use; this run stops",
                   store->path);
  hs__lock_touch(&store->lock);
  return HS_OK;
}

static void rollback(hs_store *store) {
  if (!sqlite3_get_autocommit(store->database)) sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
}

int hs__sql_begin(hs_store *store, char *message) {
  HS_TRY(hs__sql_script(store, "BEGIN IMMEDIATE", message));
  int status = check_ownership(store, message);
  if (status < 0) rollback(store);
  return status;
}

int hs__sql_end(hs_store *store, int status, char *message) {
  if (status >= 0) status = hs__sql_script(store, "COMMIT", message);
  if (status < 0) rollback(store);
  return status < 0 ? status : HS_OK;
}
