/* store.c: opening and closing. */
#include "store.h"

#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* A name that SQLite takes for a plain file, whatever it looks like: ":memory:", "file:...", "". */
static char *plain_name(const char *path) {
  hs_buffer name = {0};
  bool special = path[0] == ':' || path[0] == 0 || strncmp(path, "file:", 5) == 0;
  hs_put_format(&name, "%s%s", special ? "./" : "", path);
  char *copy = hs_copy_text(hs_buffer_text(&name));
  hs_buffer_free(&name);
  return copy;
}

static bool has_content(const char *path, const char *suffix) {
  hs_buffer name = {0};
  struct stat state;
  hs_put_format(&name, "%s%s", path, suffix);
  bool found = stat(hs_buffer_text(&name), &state) == 0 && state.st_size > 0;
  hs_buffer_free(&name);
  return found;
}

static void remove_files(const char *path) {
  static const char *const SUFFIXES[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++) {
    hs_buffer name = {0};
    hs_put_format(&name, "%s%s", path, SUFFIXES[i]);
    unlink(hs_buffer_text(&name));
    hs_buffer_free(&name);
  }
}

static int connect_plain(hs_store *store, int flags, char *message) {
  int code = sqlite3_open_v2(store->path, &store->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK) return hs__sql_fail_code(store->database, code, store->path, message);
  sqlite3_extended_result_codes(store->database, 1);
  sqlite3_busy_timeout(store->database, 20000);
  return HS_OK;
}

static void disconnect(hs_store *store) {
  sqlite3_close_v2(store->database);
  store->database = NULL;
}

static int connect_immutable(hs_store *store, char *message) {
  hs_buffer name = {0};
  hs_put_format(&name, "file:");
  for (const char *at = store->path; *at; at++)
    if (strchr("?#%", *at))
      hs_put_format(&name, "%%%02x", (unsigned char)*at);
    else
      hs_put_bytes(&name, at, 1);
  hs_put_format(&name, "?immutable=1");
  int code = sqlite3_open_v2(hs_buffer_text(&name), &store->database,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
  hs_buffer_free(&name);
  return code == SQLITE_OK ? HS_OK : hs__sql_fail_code(store->database, code, store->path, message);
}

/* A store whose writer was killed says WAL in its header; reading that takes a writable folder. Where nothing waits
 * in the log, the file alone is the whole truth and can be read as an unchanging one. */
static int open_reader(hs_store *store, char *message) {
  int status = hs__schema_probe(store->path, message);
  if (status == HS_END && has_content(store->path, ""))
    return hs_fail(message, HS_ERROR_FORMAT, "%s: not a store", store->path);
  if (status == HS_END)
    return hs_fail(message, HS_ERROR_NOT_FOUND, "%s: no such store (or an empty file)", store->path);
  HS_TRY(status);
  HS_TRY(connect_plain(store, SQLITE_OPEN_READONLY, message));
  int64_t ignored = 0;
  status = hs__sql_int(store, &ignored, message, "SELECT count(*) FROM meta", "");
  int reason = sqlite3_errcode(store->database) & 0xff;
  if (status == HS_OK || (reason != SQLITE_CANTOPEN && reason != SQLITE_READONLY)) return status;
  if (has_content(store->path, "-wal") || has_content(store->path, "-journal"))
    return hs_fail(message, HS_ERROR_IO,
                   "%s: its writer was killed and the folder is read-only; copy the store with its -wal or -journal "
                   "file to a writable folder",
                   store->path);
  disconnect(store);
  HS_TRY(connect_immutable(store, message));
  return hs__sql_int(store, &ignored, message, "SELECT count(*) FROM meta", "");
}

static int set_journal(hs_store *store, const char *mode, char *message) {
  char *sql = sqlite3_mprintf("PRAGMA journal_mode=%s", mode);
  char *now = NULL;
  if (!sql) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status = hs__sql_text(store, &now, message, sql, "");
  sqlite3_free(sql);
  hs_free(&now);
  return status;
}

/* Whether the file can hold a longer write is only known by writing: the first transaction does that. The journal of
 * a killed writer is read (and its header kept) before the mode changes. */
static int open_database(hs_store *store, char *message) {
  HS_TRY(connect_plain(store, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, message));
  if (sqlite3_db_readonly(store->database, "main") == 1)
    return hs_fail(message, HS_ERROR_IO, "%s: is read-only; change its permissions or name another --store",
                   store->path);
  HS_TRY(hs__sql_script(store,
                        "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                        "PRAGMA wal_autocheckpoint=4000",
                        message));
  HS_TRY(hs__schema_prepare(store, message));
  return set_journal(store, hs__is_local(store->path) ? "WAL" : "TRUNCATE", message);
}

/* Said before the lock file is made: nobody has typed that name. */
static int need_folder(const char *path, char *message) {
  struct stat state;
  char *folder = hs_path_folder(path);
  int status = HS_OK;
  if (!folder)
    status = hs_fail(message, HS_ERROR_MEMORY, "no memory");
  else if (stat(folder, &state) != 0 && errno == ENOENT)
    status = hs_fail(message, HS_ERROR_IO, "%s: there is no folder %s; make it, or name another --store", path, folder);
  else if (stat(folder, &state) != 0)
    status = hs_fail(message, HS_ERROR_IO, "%s: its folder %s: %s", path, folder, strerror(errno));
  else if (!S_ISDIR(state.st_mode))
    status = hs_fail(message, HS_ERROR_IO, "%s: %s is not a folder", path, folder);
  else if (access(folder, W_OK) != 0)
    status = hs_fail(message, HS_ERROR_IO, "%s: its folder %s is not writable: %s", path, folder, strerror(errno));
  hs_free(&folder);
  return status;
}

static int open_writer(hs_store *store, const hs_store_options *options, char *message) {
  HS_TRY(need_folder(store->path, message));
  HS_TRY(hs__schema_probe(store->path, message));
  HS_TRY(hs__lock_take(&store->lock, store->path, hs__is_local(store->path), options, message));
  /* Asked again: another run may have made or changed the file while this one waited. */
  int status = hs__schema_probe(store->path, message);
  HS_TRY(status);
  store->created = status == HS_END;
  HS_TRY(open_database(store, message));
  return hs__lock_describe(&store->lock, store->epoch, message);
}

int hs_store_open(const char *path, hs_store_mode mode, const hs_store_options *options, hs_store **store,
                  char *message) {
  static const hs_store_options DEFAULTS = {0};
  *store = NULL;
  if (!path || !path[0]) return hs_fail(message, HS_ERROR_ARGUMENT, "a store needs a file name");
  hs_store *opened = hs_allocate(1, sizeof *opened);
  if (opened) opened->path = plain_name(path);
  if (!opened || !opened->path) {
    hs_free(&opened);
    return hs_fail(message, HS_ERROR_MEMORY, "%s: no memory to open it", path);
  }
  opened->writer = mode == HS_STORE_WRITE;
  int status =
      opened->writer ? open_writer(opened, options ? options : &DEFAULTS, message) : open_reader(opened, message);
  /* 64 MiB of pages: a million rows are read in the order of the plan, not of the file. */
  if (status >= 0) status = hs__sql_script(opened, "PRAGMA cache_size=-65536", message);
  if (status < 0)
    hs_store_close(&opened);
  else
    *store = opened;
  return status < 0 ? status : HS_OK;
}

void hs_store_heartbeat(hs_store *store) { hs__lock_touch(&store->lock); }

void hs_store_close(hs_store **store) {
  hs_store *closing = *store;
  if (!closing) return;
  for (int i = 0; i < HS__COMMIT_STATEMENT_COUNT; i++) sqlite3_finalize(closing->commit[i]);
  bool locked = closing->lock.path != NULL;
  /* A reader that is just looking keeps the journal mode; the next writer ends it. */
  if (closing->database && locked) {
    sqlite3_busy_timeout(closing->database, 1000);
    set_journal(closing, "DELETE", NULL);
  }
  disconnect(closing);
  if (closing->created && !closing->begun && locked) remove_files(closing->path);
  hs__lock_release(&closing->lock);
  hs__names_free(&closing->parameters);
  hs__names_free(&closing->metrics);
  hs_free(&closing->path);
  hs_free(store);
}
