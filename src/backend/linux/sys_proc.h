/* OS calls of the backend about processes and what only they have; as in sys_posix.h. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_PROC_H
#define SHMLENS_BACKEND_LINUX_SYS_PROC_H

#include "backend/linux/sys_kernel.h"

/* One mapping of a file, or of an object of the kernel's own. */
struct sys_mapping {
    uint64_t start, end; /* addresses */
    uint64_t offset;     /* in the object, of start */
    uint64_t dev, ino;
    bool read, write;
    bool shared;
};

/* Asks the descriptor of a /proc/PID/maps for mappings that lie at or after *at, `cap` at most, and
 * moves *at behind them; one entry of the log for all of them. *n less than cap: no more. ENOTTY:
 * this kernel cannot be asked, read the text. */
MUST_USE struct oserr sys_mappings(struct backend *be, int fd, uint64_t *at,
                                   struct sys_mapping *out, size_t cap, size_t *n);

/* What the mapping at `start` is called, NUL-terminated; empty: longer than cap, or gone. */
MUST_USE struct oserr sys_mapping_name(struct backend *be, int fd, uint64_t start, char *buf,
                                       size_t cap);

/* One descriptor of a process that refers to a regular file. */
struct sys_descriptor {
    int32_t fd;
    uint32_t links;
    uint64_t dev, ino;
};

/* Entries of a /proc/PID/fd under way. */
struct sys_descriptors {
    int dir;         /* the caller's */
    size_t at, have; /* bytes of `entries` taken, there are */
    _Alignas(8) char entries[4096];
};

/* The next ones, `cap` at most, without waiting for a file server; *n less than cap: no more. */
MUST_USE struct oserr sys_descriptors(struct backend *be, struct sys_descriptors *d,
                                      struct sys_descriptor *out, size_t cap, size_t *n);

/* Where a link leads, NUL-terminated, cut at cap. */
MUST_USE struct oserr sys_readlink(struct backend *be, const char *path, char *buf, size_t cap);

MUST_USE struct oserr sys_openat(struct backend *be, int dir, const char *name, int flags,
                                 enum sys_key key, int *fd);

MUST_USE struct oserr sys_statat(struct backend *be, int dir, const char *name, enum sys_key key,
                                 struct stat *st);

/* Is it a file system in memory: tmpfs, or huge pages (*huge)? */
MUST_USE struct oserr sys_in_memory(struct backend *be, int fd, bool *memory, bool *huge);

MUST_USE struct oserr sys_memfd_create(struct backend *be, const char *name, int *fd);
MUST_USE struct oserr sys_seals(struct backend *be, int fd, uint32_t *seals);

/* The devices of objects that have no file system of their own: [0] of ordinary pages, the others
 * of huge ones; 0: there is none. Asked once. */
enum { SYS_NAMELESS = 8 };
void sys_anon_devices(struct backend *be, uint64_t dev[SYS_NAMELESS]);

#endif
