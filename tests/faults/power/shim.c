// What a power cut leaves of a program's files: each as of its last flush. Preloaded into the program (LD_PRELOAD).
//
// The program reads and writes the folder CHAPFOOD_DISK as ever. At each fsync of a file there, what was written
// since the last one is copied to the file of the same name in the folder CHAPFOOD_SURVIVES, so that after a
// kill -9 that folder is the disk after a power cut. Lenient with names: making, renaming and removing a file
// survive at once. SQLite's -shm is left out: it is shared memory, and made anew.
//
// CHAPFOOD_LAZY_WAL: fsyncs of a write-ahead log count only once the database itself is written to, as with
//   synchronous=NORMAL. Confirmed rows must get lost then: it proves that they would be missed.
// CHAPFOOD_SYNC_FAILS: while a file of this name exists, every fsync fails with EIO, and what it was asked for is
//   gone for good unless it is written again: a later fsync says nothing of it, as on Linux.
// CHAPFOOD_DIES_AT: the program is killed before its so manieth change of the folder: a write, a flush, a name made,
//   changed or removed.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 64
#define DESCRIPTORS 65536

// The C library's own function of this name.
#define REAL(result, name, ...)                                                                                        \
  static result (*real)(__VA_ARGS__);                                                                                  \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

struct file {
  char name[NAME_MAX + 1]; // empty: the place is free, or the file was removed
  off_t low, high;         // written since the last flush; none: low == high
  int owed;                // the descriptor of a flush that is still to count, or -1
};

static struct file files[FILES];
static struct file *descriptors[DESCRIPTORS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void give_up(const char *why) {
  fprintf(stderr, "power shim: %s: %s\n", why, strerror(errno));
  abort();
}

// The name of `path` in the watched folder, or NULL.
static const char *watched(const char *path) {
  const char *disk = getenv("CHAPFOOD_DISK");
  size_t length = disk ? strlen(disk) : 0;
  if (!length || strncmp(path, disk, length) || path[length] != '/') return NULL;
  const char *name = path + length + 1;
  size_t end = strlen(name);
  bool shared_memory = end > 4 && !strcmp(name + end - 4, "-shm");
  return !end || end > NAME_MAX || strchr(name, '/') || shared_memory ? NULL : name;
}

static const char *surviving(const char *name, char path[PATH_MAX]) {
  if (snprintf(path, PATH_MAX, "%s/%s", getenv("CHAPFOOD_SURVIVES"), name) >= PATH_MAX) give_up("too long a path");
  return path;
}

// The folder is about to be changed.
static void step(void) {
  static int steps;
  const char *last = getenv("CHAPFOOD_DIES_AT");
  if (last && __atomic_add_fetch(&steps, 1, __ATOMIC_RELAXED) == atoi(last)) raise(SIGKILL);
}

static struct file *find(const char *name) {
  for (int n = 0; n < FILES; n++)
    if (!strcmp(files[n].name, name)) return &files[n];
  return NULL;
}

static int real_open(const char *path, int flags, mode_t mode) {
  REAL(int, open, const char *, int, ...);
  return real(path, flags, mode);
}

static int real_ftruncate(int fd, off_t size) {
  REAL(int, ftruncate, int, off_t);
  return real(fd, size);
}

static int real_close(int fd) {
  REAL(int, close, int);
  return real(fd);
}

// Copies what was written since the last flush to what survives.
static void keep(int fd, struct file *file) {
  char path[PATH_MAX], bytes[65536];
  struct stat now;
  REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
  if (!*file->name) return;
  int to = real_open(surviving(file->name, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (to < 0 || fstat(fd, &now)) give_up(path);
  off_t end = file->high < now.st_size ? file->high : now.st_size;
  for (off_t at = file->low; at < end;) {
    size_t most = end - at < (off_t)sizeof bytes ? (size_t)(end - at) : sizeof bytes;
    ssize_t got = pread(fd, bytes, most, at);
    if (got <= 0 || real(to, bytes, got, at) != got) give_up(path);
    at += got;
  }
  if (real_ftruncate(to, now.st_size)) give_up(path);
  real_close(to);
  file->low = file->high = 0;
  file->owed = -1;
}

static struct file *of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? descriptors[fd] : NULL; }

// The lock is held by whoever calls these.
static void wrote(struct file *file, off_t from, off_t to) {
  if (file->low == file->high) file->low = from, file->high = to;
  if (from < file->low) file->low = from;
  if (to > file->high) file->high = to;
}

static void pay_what_is_owed(void) {
  for (int n = 0; n < FILES; n++)
    if (*files[n].name && files[n].owed >= 0) keep(files[n].owed, &files[n]);
}

static bool is_log(const struct file *file) {
  size_t end = strlen(file->name);
  return end > 4 && !strcmp(file->name + end - 4, "-wal");
}

static void written(int fd, off_t from, ssize_t count) {
  if (count <= 0) return;
  pthread_mutex_lock(&lock);
  struct file *file = of(fd);
  if (file) wrote(file, from, from + count);
  pthread_mutex_unlock(&lock);
}

// A database is written to only after its log was flushed, also with synchronous=NORMAL.
static void about_to_write(int fd) {
  if (!of(fd)) return;
  step();
  pthread_mutex_lock(&lock);
  if (!is_log(of(fd))) pay_what_is_owed();
  pthread_mutex_unlock(&lock);
}

static int opened(int fd, const char *path, int flags) {
  const char *name = fd < 0 ? NULL : watched(path);
  if (!name) return fd;
  if (fd >= DESCRIPTORS) give_up("too many descriptors");
  char survivor[PATH_MAX];
  pthread_mutex_lock(&lock);
  struct file *file = find(name);
  if (!file) {
    if (!(file = find(""))) give_up("too many files");
    strcpy(file->name, name);
    file->low = file->high = 0;
    file->owed = -1;
  }
  descriptors[fd] = file;
  int made = flags & O_CREAT ? real_open(surviving(name, survivor), O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
  if (made >= 0) real_close(made);
  pthread_mutex_unlock(&lock);
  return fd;
}

// What is flushed is read back through the same descriptor.
static int readable(const char *path, int flags) {
  return watched(path) && (flags & O_ACCMODE) == O_WRONLY ? (flags & ~O_ACCMODE) | O_RDWR : flags;
}

#define OPEN(name)                                                                                                     \
  int name(const char *path, int flags, ...) {                                                                         \
    REAL(int, name, const char *, int, ...);                                                                           \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                            \
    if (flags & (O_CREAT | O_TRUNC) && watched(path)) step();                                                          \
    va_end(rest);                                                                                                      \
    return opened(real(path, readable(path, flags), mode), path, flags);                                               \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  pthread_mutex_lock(&lock);
  struct file *file = of(fd);
  if (file && file->owed == fd) file->owed = -1;
  if (file) descriptors[fd] = NULL;
  pthread_mutex_unlock(&lock);
  return real_close(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(ssize_t, write, int, const void *, size_t);
  if (!of(fd)) return real(fd, bytes, count);
  about_to_write(fd);
  ssize_t done = real(fd, bytes, count);
  written(fd, lseek(fd, 0, SEEK_CUR) - done, done);
  return done;
}

#define PWRITE(name)                                                                                                   \
  ssize_t name(int fd, const void *bytes, size_t count, off_t at) {                                                    \
    REAL(ssize_t, name, int, const void *, size_t, off_t);                                                             \
    about_to_write(fd);                                                                                                \
    ssize_t done = real(fd, bytes, count, at);                                                                         \
    written(fd, at, done);                                                                                             \
    return done;                                                                                                       \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define FTRUNCATE(name)                                                                                                \
  int name(int fd, off_t size) {                                                                                       \
    REAL(int, name, int, off_t);                                                                                       \
    about_to_write(fd);                                                                                                \
    struct stat before;                                                                                                \
    bool known = !fstat(fd, &before);                                                                                  \
    int done = real(fd, size);                                                                                         \
    off_t low = before.st_size < size ? before.st_size : size, high = before.st_size + size - low;                     \
    if (!done && known) written(fd, low, high - low);                                                                  \
    return done;                                                                                                       \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

// The two calls by which whole files are copied.
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t count, unsigned flags) {
  REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
  about_to_write(to);
  ssize_t done = real(from, at, to, into, count, flags);
  if (of(to)) written(to, (into ? *into : lseek(to, 0, SEEK_CUR)) - done, done);
  return done;
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t count) {
  REAL(ssize_t, sendfile64, int, int, off64_t *, size_t);
  about_to_write(to);
  ssize_t done = real(to, from, at, count);
  if (of(to)) written(to, lseek(to, 0, SEEK_CUR) - done, done);
  return done;
}

static int failed(int fd) {
  pthread_mutex_lock(&lock);
  struct file *file = of(fd);
  if (file) file->low = file->high = 0;
  pthread_mutex_unlock(&lock);
  errno = EIO;
  return -1;
}

static int flushed(int fd, int done) {
  pthread_mutex_lock(&lock);
  struct file *file = of(fd);
  if (!done && file) {
    if (getenv("CHAPFOOD_LAZY_WAL") && is_log(file)) file->owed = fd;
    else keep(fd, file);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

#define FSYNC(name)                                                                                                    \
  int name(int fd) {                                                                                                   \
    REAL(int, name, int);                                                                                              \
    if (of(fd)) step();                                                                                                \
    const char *fails = getenv("CHAPFOOD_SYNC_FAILS");                                                                 \
    if (fails && of(fd) && !access(fails, F_OK)) return failed(fd);                                                    \
    return flushed(fd, real(fd));                                                                                      \
  }
FSYNC(fsync)
FSYNC(fdatasync)

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  const char *old = watched(from), *new = watched(to);
  if (old || new) step();
  int done = real(from, to);
  if (done || !old || !new) return done;
  char a[PATH_MAX], b[PATH_MAX];
  pthread_mutex_lock(&lock);
  if (real(surviving(old, a), surviving(new, b)) && errno != ENOENT) give_up(a);
  struct file *moved = find(old), *replaced = find(new);
  if (replaced) *replaced->name = 0;
  if (moved) strcpy(moved->name, new);
  pthread_mutex_unlock(&lock);
  return done;
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  const char *name = watched(path);
  if (name) step();
  int done = real(path);
  if (done || !name) return done;
  char survivor[PATH_MAX];
  pthread_mutex_lock(&lock);
  real(surviving(name, survivor));
  struct file *file = find(name);
  if (file) *file->name = 0;
  pthread_mutex_unlock(&lock);
  return done;
}
