#include "lock.h"

#include <base/buffer.h>
#include <base/clock.h>
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

enum { WORD_SIZE = 128 };

/* What the text of a lock file says. Unknown words are empty. */
typedef struct owner {
  char host[WORD_SIZE], boot[WORD_SIZE], since[WORD_SIZE];
  long pid;
  double age; /* seconds since the last heartbeat */
} owner;

/* An allow-list: WAL needs shared memory between processes, and on what we do not know the safe way is the slow one. */
bool hs__is_local(const char *path) {
  static const unsigned long LOCAL[] = {
      EXT4_SUPER_MAGIC,   XFS_SUPER_MAGIC,         BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
      RAMFS_MAGIC,        OVERLAYFS_SUPER_MAGIC,   F2FS_SUPER_MAGIC,  REISERFS_SUPER_MAGIC,
      0x2fc12fc1 /*zfs*/, 0xca451a4e /*bcachefs*/, 0x3153464a /*jfs*/};
  struct statfs system;
  char *folder = hs_path_folder(path);
  bool known = folder && statfs(folder, &system) == 0;
  hs_free(&folder);
  for (size_t i = 0; known && i < sizeof LOCAL / sizeof *LOCAL; i++)
    if ((unsigned long)system.f_type == LOCAL[i]) return true;
  return false;
}

static void read_word(const char *path, char word[WORD_SIZE]) {
  word[0] = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t size = read(file, word, WORD_SIZE - 1);
  close(file);
  word[size > 0 ? size : 0] = 0;
  word[strcspn(word, "\n")] = 0;
}

static void this_machine(char host[WORD_SIZE], char boot[WORD_SIZE]) {
  if (gethostname(host, WORD_SIZE) != 0) snprintf(host, WORD_SIZE, "unknown");
  host[WORD_SIZE - 1] = 0;
  read_word("/proc/sys/kernel/random/boot_id", boot);
}

static owner read_owner(int file) {
  owner found = {.pid = 0};
  char text[1024], *rest = NULL;
  struct stat state;
  ssize_t size = pread(file, text, sizeof text - 1, 0);
  text[size > 0 ? size : 0] = 0;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    if (sscanf(line, "host %127s", found.host) == 1) continue;
    if (sscanf(line, "boot %127s", found.boot) == 1) continue;
    if (sscanf(line, "since %127s", found.since) == 1) continue;
    if (sscanf(line, "pid %ld", &found.pid) == 1) continue;
  }
  if (fstat(file, &state) == 0)
    found.age = hs_clock_wall() - (double)state.st_mtim.tv_sec - 1e-9 * (double)state.st_mtim.tv_nsec;
  return found;
}

static struct flock whole_file(short type) { return (struct flock){.l_type = type, .l_whence = SEEK_SET}; }

/* Another machine, running or not, wrote this text; the same host after a reboot is not another machine. */
static bool is_foreign(const owner *found) {
  char host[WORD_SIZE], boot[WORD_SIZE];
  this_machine(host, boot);
  return found->host[0] && strcmp(found->boot, boot) != 0 && strcmp(found->host, host) != 0;
}

static int fail_busy(const char *path, const owner *found, char *message) {
  char age[32];
  hs_duration_text(found->age > 0 ? found->age : 0, age);
  if (!found->host[0]) return hs_fail(message, HS_ERROR_BUSY, "%s: another run is just opening this store", path);
  return hs_fail(message, HS_ERROR_BUSY, "%s: host %s, pid %ld writes to it since %s (last sign of life %s ago); %s",
                 path, found->host, found->pid, found->since, age,
                 is_foreign(found) ? "if that run is gone: --take-over" : "wait for it or stop it");
}

/* Opens the lock file and tries for the kernel lock. HS_OK: held. HS_LIMIT: somebody else has it, try again. */
static int try_lock(hs__lock *lock, bool take_over, bool local, owner *found, char *message) {
  int file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return hs_fail(message, HS_ERROR_IO, "%s: the lock cannot be made: %s; is the folder there and writable?",
                   lock->path, strerror(errno));
  struct flock request = whole_file(F_WRLCK);
  bool locked = fcntl(file, F_OFD_SETLK, &request) == 0;
  int reason = errno;
  *found = read_owner(file);
  if (!locked && reason != EAGAIN && reason != EACCES) {
    close(file);
    return hs_fail(message, HS_ERROR_IO, "%s: no locks on this file system (%s); put the store on another", lock->path,
                   strerror(reason));
  }
  struct stat ours, named;
  bool same = fstat(file, &ours) == 0 && stat(lock->path, &named) == 0 && ours.st_ino == named.st_ino;
  bool foreign = !local && is_foreign(found);
  bool abandoned = foreign && (take_over || found->age > HS__LOCK_STALE_SECONDS);
  if (locked && same && (!foreign || abandoned)) {
    lock->file = file;
    return HS_OK;
  }
  /* A dead host's kernel lock may stay with the file server: a new file has none, and the epoch keeps the old writer
   * out if it lives after all. */
  if (same && abandoned) unlink(lock->path);
  close(file);
  return HS_LIMIT;
}

int hs__lock_take(hs__lock *lock, const char *path, bool local, const hs_store_options *options, char *message) {
  hs_buffer name = {0};
  hs_put_format(&name, "%s.lock", path);
  lock->path = hs_copy_text(hs_buffer_text(&name));
  lock->file = -1;
  hs_buffer_free(&name);
  if (!lock->path) return hs_fail(message, HS_ERROR_MEMORY, "no memory");
  double until = hs_clock_now() + options->lock_wait;
  for (;;) {
    owner found;
    int status = try_lock(lock, options->take_over, local, &found, message);
    if (status == HS_OK) return HS_OK;
    if (status == HS_LIMIT && hs_clock_now() >= until) status = fail_busy(path, &found, message);
    if (status < 0) {
      hs_free(&lock->path);
      return status;
    }
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
  }
}

/* Field 22 of /proc/self/stat: with the pid it names a process for ever, also after the pid is used again. */
static unsigned long long process_start(void) {
  char text[1024], *after_name;
  unsigned long long ticks = 0;
  int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  text[size > 0 ? size : 0] = 0;
  after_name = strrchr(text, ')');
  if (!after_name) return 0;
  sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks);
  return ticks;
}

int hs__lock_describe(hs__lock *lock, int64_t epoch, char *message) {
  char host[WORD_SIZE], boot[WORD_SIZE], since[HS__TIME_SIZE];
  this_machine(host, boot);
  hs_buffer text = {0};
  hs_put_format(&text, "hopsweep lock 1\nhost %s\npid %ld\nprocess_start %llu\nsince %s\nboot %s\nepoch %lld\n", host,
                (long)getpid(), process_start(), hs__time_text(hs_clock_wall(), since), boot, (long long)epoch);
  bool written = !text.failed && ftruncate(lock->file, 0) == 0 &&
                 pwrite(lock->file, text.data, text.size, 0) == (ssize_t)text.size;
  hs_buffer_free(&text);
  if (written) return HS_OK;
  return hs_fail(message, HS_ERROR_IO, "%s: cannot be written: %s", lock->path, strerror(errno));
}

void hs__lock_touch(hs__lock *lock) {
  if (lock->path && lock->file >= 0) futimens(lock->file, NULL);
}

void hs__lock_release(hs__lock *lock) {
  if (!lock->path) return;
  struct stat ours, named;
  if (lock->file >= 0) {
    if (fstat(lock->file, &ours) == 0 && stat(lock->path, &named) == 0 && ours.st_ino == named.st_ino)
      unlink(lock->path);
    close(lock->file);
  }
  lock->file = -1;
  hs_free(&lock->path);
}

bool hs__lock_is_held(const char *path, char **writer) {
  *writer = NULL;
  hs_buffer text = {0};
  hs_put_format(&text, "%s.lock", path);
  int file = open(hs_buffer_text(&text), O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    struct flock request = whole_file(F_RDLCK);
    owner found = read_owner(file);
    bool held = fcntl(file, F_OFD_GETLK, &request) == 0 && request.l_type != F_UNLCK;
    if (!held) held = !hs__is_local(path) && is_foreign(&found) && found.age < HS__LOCK_STALE_SECONDS;
    close(file);
    hs_buffer_clear(&text);
    if (held) {
      hs_put_format(&text, "host %s, pid %ld, since %s", found.host, found.pid, found.since);
      *writer = hs_copy_text(hs_buffer_text(&text));
    }
    hs_buffer_free(&text);
    return held;
  }
  hs_buffer_free(&text);
  return false;
}
