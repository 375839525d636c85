/* The OS calls of the backend on POSIX systems, each logged and failable (sys.h). They return the
 * error value and hand results out by pointer; results are defined (0, -1, NULL) when they fail. A
 * key other than 0 makes calls of a series one entry of the log: one key per thing done. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_FILE_H
#define SHMLENS_BACKEND_LINUX_SYS_FILE_H

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "backend/sys.h"

enum sys_key { /* series */
               SYS_KEY_NONE,
               SYS_KEY_WINDOW, /* mapped for a long store, one behind the other */
               SYS_KEY_SEEK_DATA,
               SYS_KEY_SEEK_HOLE,
               SYS_KEY_PREAD, /* of one range, piece by piece */
               SYS_KEY_LIST,  /* entries of a directory */
               SYS_KEY_LIST_STAT,
               SYS_KEY_PROC,      /* the entries of /proc */
               SYS_KEY_PROC_MAPS, /* and of every process: */
               SYS_KEY_PROC_READ,
               SYS_KEY_PROC_CLOSE,
               SYS_KEY_PROC_FDS,
               SYS_KEY_PROC_ENTRY,
               SYS_KEY_PROC_FD,
               SYS_KEY_PROC_STAT,
               SYS_KEY_PROC_ENDS,
               SYS_KEY_PROC_COMM,
               SYS_KEY_PROC_QUERY, /* mappings of a process */
               SYS_KEY_PROC_NAME,  /* what a mapping or descriptor is called */
               SYS_KEY_PROC_SHM,   /* its /dev/shm */
               SYS_KEY_SYSV,       /* the table of System V segments */
               SYS_KEY_SYSV_READ,
               SYS_KEY_SYSV_CLOSE,
               SYS_KEY_SYSV_AWAY, /* and of other namespaces */
};

/* Descriptors. Closing cannot fail for the caller: it is made even when it is told to fail. */
MUST_USE struct oserr sys_shm_open(struct backend *be, const char *name, int flags, mode_t mode,
                                   int *fd);
MUST_USE struct oserr sys_open(struct backend *be, const char *path, int flags, enum sys_key key,
                               int *fd);
void sys_close(struct backend *be, int fd, enum sys_key key);
MUST_USE struct oserr sys_fstat(struct backend *be, int fd, struct stat *st);
/* Has another process a lock on the file (flock)? Ours is given back at once. */
MUST_USE struct oserr sys_locked(struct backend *be, int fd, bool *locked);
MUST_USE struct oserr sys_stat(struct backend *be, const char *path, bool follow, enum sys_key key,
                               struct stat *st);
MUST_USE struct oserr sys_pread(struct backend *be, int fd, void *buf, size_t n, uint64_t off,
                                size_t *got);
MUST_USE struct oserr sys_read(struct backend *be, int fd, void *buf, size_t n, enum sys_key key,
                               size_t *got);
/* SEEK_DATA or SEEK_HOLE; *at is UINT64_MAX when there is none (ENXIO: not an error here). */
MUST_USE struct oserr sys_seek(struct backend *be, int fd, uint64_t off, int whence, uint64_t *at);
MUST_USE struct oserr sys_ftruncate(struct backend *be, int fd, uint64_t size);
MUST_USE struct oserr sys_fchmod(struct backend *be, int fd, mode_t mode);
MUST_USE struct oserr sys_chmod(struct backend *be, const char *path, mode_t mode);

/* Mappings. Writable ones of more than SYS_PAGES bytes are a series. */
enum { SYS_PAGES = 128 * 1024 };
MUST_USE struct oserr sys_mmap(struct backend *be, size_t n, int prot, int flags, int fd,
                               uint64_t off, void **at);
void sys_munmap(struct backend *be, void *at, size_t n);

/* Names. */
MUST_USE struct oserr sys_shm_unlink(struct backend *be, const char *name);
MUST_USE struct oserr sys_unlink(struct backend *be, const char *path);
MUST_USE struct oserr sys_opendir(struct backend *be, const char *path, enum sys_key key,
                                  DIR **dir);
/* The same for a folder that is open; the descriptor stays the caller's. */
MUST_USE struct oserr sys_opendir_at(struct backend *be, int dir, enum sys_key key, DIR **out);
/* *entry NULL at the end. */
MUST_USE struct oserr sys_readdir(struct backend *be, DIR *dir, enum sys_key key,
                                  struct dirent **entry);
void sys_closedir(struct backend *be, DIR *dir, enum sys_key key);

/* Bytes of the file system that path is on; 0, 0 where it has no limit. */
MUST_USE struct oserr sys_space(struct backend *be, const char *path, uint64_t *unused,
                                uint64_t *total);

/* `O_RDONLY | O_CLOEXEC`. Per system. */
void sys_open_flags(int flags, char *buf, size_t cap);

/* A name in quotes, cut where it is long; into buf, which it returns. */
enum { SYS_QUOTED = 136 };
const char *sys_quoted(const char *name, char buf[SYS_QUOTED]);

#endif
