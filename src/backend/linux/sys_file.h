/* OS calls on files, directories and mappings, each logged and made to fail on demand (sys.h).
 * They return the error value and hand out results by pointer; after a failure a result is 0, -1 or
 * NULL. Calls with the same non-zero key are folded into one log entry. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_FILE_H
#define SHMLENS_BACKEND_LINUX_SYS_FILE_H

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "backend/sys.h"

/* Log keys of calls that come in series. */
enum sys_key {
    SYS_KEY_NONE,
    SYS_KEY_WINDOW, /* mappings of a long store, one after the other */
    SYS_KEY_WARM,   /* pieces of a mapping */
    SYS_KEY_FORGET,
    SYS_KEY_SEEK_DATA,
    SYS_KEY_SEEK_HOLE,
    SYS_KEY_PREAD, /* pieces of one range */
    SYS_KEY_LIST,  /* entries of a directory */
    SYS_KEY_LIST_STAT,
    SYS_KEY_LIST_ACL,
    SYS_KEY_PROC,      /* the entries of /proc */
    SYS_KEY_PROC_MAPS, /* and for every process: */
    SYS_KEY_PROC_READ,
    SYS_KEY_PROC_CLOSE,
    SYS_KEY_PROC_FDS,
    SYS_KEY_PROC_ENTRY,
    SYS_KEY_PROC_STAT,
    SYS_KEY_PROC_ENDS,
    SYS_KEY_PROC_COMM,
    SYS_KEY_PROC_QUERY,  /* mappings of a process */
    SYS_KEY_PROC_NAME,   /* name of a mapping or descriptor */
    SYS_KEY_PROC_SHM,    /* its /dev/shm */
    SYS_KEY_PROC_FDINFO, /* of a socket or an io_uring */
    SYS_KEY_LOOPS,       /* loop devices */
    SYS_KEY_SYSV,        /* the table of System V segments */
    SYS_KEY_SYSV_READ,
    SYS_KEY_SYSV_CLOSE,
    SYS_KEY_SYSV_AWAY,  /* the same of other IPC namespaces */
    SYS_KEY_BOXED_WAIT, /* an answer of a boxed process */
    SYS_KEY_BOXED_READ,
    SYS_KEY_MODULE, /* files that a process runs, and their debug files */
    SYS_KEY_TASK,   /* of each thread of the users of a lock: */
    SYS_KEY_TASK_READ,
    SYS_KEY_TASK_CLOSE,
};

/* errno when a call failed, else 0. */
static inline uint32_t errno_if(bool failed)
{
    return failed ? (uint32_t)errno : 0;
}

/* Descriptors. A close cannot fail for the caller: it is made even when a test makes it fail. */
MUST_USE struct oserr sys_shm_open(struct backend *be, const char *name, int flags, mode_t mode,
                                   int *fd);
MUST_USE struct oserr sys_open(struct backend *be, const char *path, int flags, enum sys_key key,
                               int *fd);
void sys_close(struct backend *be, int fd, enum sys_key key);
MUST_USE struct oserr sys_fstat(struct backend *be, int fd, struct stat *st);
/* *path: a descriptor that only stands for a path (O_PATH): it does not use the file. */
MUST_USE struct oserr sys_is_path(struct backend *be, int fd, bool *path);
/* *locked: another process has a lock on the file (flock). Ours is released at once. */
MUST_USE struct oserr sys_locked(struct backend *be, int fd, bool *locked);
MUST_USE struct oserr sys_stat(struct backend *be, const char *path, bool follow, enum sys_key key,
                               struct stat *st);
/* Whether the file has an access control list that says more than its mode. Its mask is the group's
 * part of the mode, so where that is empty it does not matter. */
bool sys_acl(struct backend *be, const char *path, bool follow, enum sys_key key, uint32_t mode);
MUST_USE struct oserr sys_pread(struct backend *be, int fd, void *buf, size_t n, uint64_t off,
                                size_t *got);
MUST_USE struct oserr sys_read(struct backend *be, int fd, void *buf, size_t n, enum sys_key key,
                               size_t *got);
/* SEEK_DATA or SEEK_HOLE; *at is UINT64_MAX when there is none (ENXIO: not an error here). */
MUST_USE struct oserr sys_seek(struct backend *be, int fd, uint64_t off, int whence, uint64_t *at);
MUST_USE struct oserr sys_ftruncate(struct backend *be, int fd, uint64_t size);
MUST_USE struct oserr sys_fchmod(struct backend *be, int fd, mode_t mode);
MUST_USE struct oserr sys_chmod(struct backend *be, const char *path, mode_t mode);

/* Maps the pages of [at, at + n) writable, as far as the first that cannot be: as storing into each
 * of them would, but without a fault for each. Kernels before 5.14 cannot (EINVAL). */
MUST_USE struct oserr sys_populate(struct backend *be, void *at, size_t n);

/* Drops the pages of a mapping of a file that was only read; they are mapped again when touched. */
MUST_USE struct oserr sys_forget(struct backend *be, void *at, size_t n);

/* Mappings. Writable ones of more than SYS_PAGES bytes are logged as a series. */
enum { SYS_PAGES = 128 * 1024 };
MUST_USE struct oserr sys_mmap(struct backend *be, size_t n, int prot, int flags, int fd,
                               uint64_t off, void **at);
void sys_munmap(struct backend *be, void *at, size_t n);

/* Names. */
MUST_USE struct oserr sys_unlink(struct backend *be, const char *path);
MUST_USE struct oserr sys_opendir(struct backend *be, const char *path, enum sys_key key,
                                  DIR **dir);
/* The same for an open directory; the descriptor remains the caller's. */
MUST_USE struct oserr sys_opendir_at(struct backend *be, int dir, enum sys_key key, DIR **out);
/* *entry NULL at the end. */
MUST_USE struct oserr sys_readdir(struct backend *be, DIR *dir, enum sys_key key,
                                  struct dirent **entry);
void sys_closedir(struct backend *be, DIR *dir, enum sys_key key);

/* Free and total bytes of the file system that path is on; 0, 0: unlimited. */
MUST_USE struct oserr sys_space(struct backend *be, const char *path, uint64_t *unused,
                                uint64_t *total);

/* Flags of open in words: `O_RDONLY | O_CLOEXEC`. */
void sys_open_flags(int flags, char *buf, size_t cap);

#endif
