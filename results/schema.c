/* schema.c: the tables, and how an older store becomes a newer one. Documented in docs/store.md. */
#include <base/clock.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "internal.h"

/* "hops" in ASCII: the mark in the header of the file that it is ours. */
#define APPLICATION_ID 0x686f7073

/* MIGRATIONS[v] makes version v + 1 out of version v; a store that is made new runs them all. Never change one that
 * was released: append. */
static const char *const MIGRATIONS[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('epoch', 0);"
    "CREATE TABLE sweeps(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, revision INTEGER,"
    " seed TEXT, planned INTEGER, cells INTEGER, repeats INTEGER, options TEXT, parameter_order TEXT,"
    " latest_run INTEGER, view TEXT);"
    "CREATE TABLE runs(id INTEGER PRIMARY KEY, sweep_id INTEGER NOT NULL REFERENCES sweeps, revision INTEGER NOT NULL,"
    " started TEXT NOT NULL, ended TEXT, how TEXT, epoch INTEGER, script_path TEXT, script TEXT, code TEXT,"
    " options TEXT, overrides TEXT, seed TEXT, plugins TEXT, fingerprint TEXT, program_version TEXT, host TEXT,"
    " cpu TEXT, command_line TEXT, ranks INTEGER, digests TEXT);"
    "CREATE TABLE modules(run_id INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, text TEXT,"
    " PRIMARY KEY(run_id, name)) WITHOUT ROWID;"
    "CREATE TABLE trials(id INTEGER PRIMARY KEY, sweep_id INTEGER NOT NULL REFERENCES sweeps, key BLOB NOT NULL,"
    " revision INTEGER NOT NULL, position INTEGER, replicate INTEGER NOT NULL, params TEXT NOT NULL,"
    " verdict TEXT NOT NULL, attempt INTEGER, rank INTEGER, run_id INTEGER REFERENCES runs, started REAL, wall REAL,"
    " cpu REAL, message TEXT, error_output TEXT);"
    "CREATE UNIQUE INDEX trial_keys ON trials(sweep_id, key);"
    "CREATE INDEX troubled ON trials(sweep_id, verdict) WHERE verdict <> 'ok';"
    "CREATE TABLE metric_names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE metrics(trial_id INTEGER NOT NULL, metric_id INTEGER NOT NULL, value REAL,"
    " PRIMARY KEY(trial_id, metric_id)) WITHOUT ROWID;"
    "CREATE TABLE arrays(trial_id INTEGER NOT NULL, name TEXT NOT NULL, dtype INTEGER NOT NULL, shape TEXT NOT NULL,"
    " image TEXT, data BLOB NOT NULL, PRIMARY KEY(trial_id, name));"
    "CREATE TABLE columns(sweep_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, ordinal INTEGER,"
    " PRIMARY KEY(sweep_id, kind, name)) WITHOUT ROWID;"
    "CREATE TABLE counts(sweep_id INTEGER NOT NULL, verdict TEXT NOT NULL, trials INTEGER NOT NULL, wall REAL NOT NULL,"
    " cpu REAL NOT NULL, PRIMARY KEY(sweep_id, verdict)) WITHOUT ROWID;",
};
enum { SCHEMA_VERSION = sizeof MIGRATIONS / sizeof *MIGRATIONS };

const char *hs__time_text(double seconds, char text[HS__TIME_SIZE]) {
  time_t whole = (time_t)seconds;
  struct tm parts;
  gmtime_r(&whole, &parts);
  strftime(text, HS__TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

static uint32_t big_endian(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int judge_header(const char *path, const unsigned char *header, char *message) {
  if (memcmp(header, "SQLite format 3", 16) != 0)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: not a store of hopsweep; it is left as it is", path);
  if (big_endian(header + 68) != APPLICATION_ID)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: an SQLite file of another program; it is left as it is", path);
  uint32_t version = big_endian(header + 60);
  if (version > SCHEMA_VERSION)
    return hs_fail(message, HS_ERROR_VERSION,
                   "%s: made by a newer hopsweep (store version %u, this one reads up to %d); update hopsweep", path,
                   version, SCHEMA_VERSION);
  return HS_OK;
}

/* Reads the header through SQLite's own file layer: a plain open and close would drop the POSIX locks that another
 * connection of this process may hold on the same file. */
static int read_header(const char *path, unsigned char header[100], char *message) {
  sqlite3_vfs *system = sqlite3_vfs_find(NULL);
  sqlite3_file *file = hs_allocate(1, (size_t)system->szOsFile);
  char absolute[4096];
  if (!file) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int code = system->xFullPathname(system, path, sizeof absolute, absolute);
  const char *name = sqlite3_create_filename(absolute, "", "", 0, NULL);
  if (name && (code & 0xff) == SQLITE_OK)
    code = system->xOpen(system, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
  if (code == SQLITE_OK) code = file->pMethods->xRead(file, header, 100, 0);
  if (file->pMethods) file->pMethods->xClose(file);
  sqlite3_free_filename((char *)name);
  hs_free(&file);
  if (code == SQLITE_IOERR_SHORT_READ)
    return hs_fail(message, HS_ERROR_FORMAT, "%s: not a store of hopsweep, or cut off; it is left as it is", path);
  if (code != SQLITE_OK)
    return hs_fail(message, HS_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno ? errno : EIO));
  return HS_OK;
}

int hs__schema_probe(const char *path, char *message) {
  struct stat state;
  if (stat(path, &state) != 0) {
    if (errno == ENOENT) return HS_END;
    return hs_fail(message, HS_ERROR_IO, "%s: %s", path, strerror(errno));
  }
  if (S_ISDIR(state.st_mode))
    return hs_fail(message, HS_ERROR_FORMAT, "%s: a folder, not a store; name a file in it", path);
  if (!S_ISREG(state.st_mode)) return hs_fail(message, HS_ERROR_FORMAT, "%s: not a regular file", path);
  if (state.st_size == 0) return HS_END;
  unsigned char header[100];
  HS_TRY(read_header(path, header, message));
  return judge_header(path, header, message);
}

static int migrate(hs_store *store, int64_t from, char *message) {
  for (int64_t version = from; version < SCHEMA_VERSION; version++)
    HS_TRY(hs__sql_script(store, MIGRATIONS[version], message));
  char *pragmas = sqlite3_mprintf("PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID, SCHEMA_VERSION);
  if (!pragmas) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  int status = hs__sql_script(store, pragmas, message);
  sqlite3_free(pragmas);
  return status;
}

int hs__schema_prepare(hs_store *store, char *message) {
  HS_TRY(hs__sql_script(store, "BEGIN IMMEDIATE", message));
  int64_t version = 0;
  int status = hs__sql_int(store, &version, message, "PRAGMA user_version", "");
  if (status == HS_OK && version < SCHEMA_VERSION) status = migrate(store, version, message);
  if (status == HS_OK)
    status = hs__sql_run(store, message, "UPDATE meta SET value = value + 1 WHERE name = 'epoch'", "");
  if (status == HS_OK)
    status = hs__sql_int(store, &store->epoch, message, "SELECT value FROM meta WHERE name = 'epoch'", "");
  return hs__sql_end(store, status, message);
}
