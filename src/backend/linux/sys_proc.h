/* OS calls on processes and on what only processes have. The conventions are those of sys_file.h.
 */
#ifndef SHMLENS_BACKEND_LINUX_SYS_PROC_H
#define SHMLENS_BACKEND_LINUX_SYS_PROC_H

#include "backend/linux/sys_kernel.h"

/* One mapping of a file or of a kernel object (System V, memfd). */
struct sys_mapping {
    uint64_t start, end; /* addresses */
    uint64_t offset;     /* in the object, of start */
    uint64_t dev, ino;
    bool read, write, execute;
    bool shared;
};

/* Asks the descriptor of a /proc/PID/maps (PROCMAP_QUERY) for up to `cap` mappings of objects
 * (shared ones alone when `shared`) at or after *at and advances *at past them; one log entry for
 * all. *n less than cap: there are no more. ENOTTY: the kernel has no such query, so the text must
 * be read. */
MUST_USE struct oserr sys_mappings(struct backend *be, int fd, uint64_t *at, bool shared,
                                   struct sys_mapping *out, size_t cap, size_t *n);

/* Name of the mapping at `start`, NUL-terminated; empty: longer than cap, or gone. */
MUST_USE struct oserr sys_mapping_name(struct backend *be, int fd, uint64_t start, char *buf,
                                       size_t cap);

/* Do two threads share their descriptors (kcmp(2), KCMP_FILES)? ENOSYS: the kernel cannot tell. */
MUST_USE struct oserr sys_same_files(struct backend *be, uint32_t a, uint32_t b, bool *same);

/* One descriptor of a process that refers to a regular file, or that may carry others: a socket, or
 * an inode of the kernel's own (an io_uring is one). */
struct sys_descriptor {
    int32_t fd;
    bool socket, carrier; /* a socket is a carrier too */
    uint32_t links;
    uint64_t dev, ino;
};

/* State of reading a /proc/PID/fd. */
struct sys_descriptors {
    int dir;         /* the caller's */
    size_t at, have; /* bytes of `entries` consumed, read */
    _Alignas(8) char entries[4096];
};

/* The next `cap` ones at most, without waiting for a file server; *n less than cap: no more. */
MUST_USE struct oserr sys_descriptors(struct backend *be, struct sys_descriptors *d,
                                      struct sys_descriptor *out, size_t cap, size_t *n);

/* Target of a link, NUL-terminated, truncated at cap. */
MUST_USE struct oserr sys_readlink(struct backend *be, const char *path, char *buf, size_t cap);

MUST_USE struct oserr sys_openat(struct backend *be, int dir, const char *name, int flags,
                                 enum sys_key key, int *fd);

/* `path` as a process sees it whose root folder is open at `root`: links do not lead out of it
 * (openat2, RESOLVE_IN_ROOT). The descriptor only stands for the path (O_PATH); `link`: for the
 * link itself, where the path ends in one. */
MUST_USE struct oserr sys_open_within(struct backend *be, int root, const char *path, bool link,
                                      int *fd);

MUST_USE struct oserr sys_statat(struct backend *be, int dir, const char *name, enum sys_key key,
                                 struct stat *st);

/* *memory: the file is on tmpfs or hugetlbfs; *huge: on hugetlbfs. */
/* Bytes of the file that are in the page cache (cachestat(2), Linux 6.5, own files or root). */
MUST_USE struct oserr sys_cached(struct backend *be, int fd, uint64_t *bytes);
MUST_USE struct oserr sys_in_memory(struct backend *be, int fd, bool *memory, bool *huge);

/* Device and inode of the file of an open loop device; ENXIO: it has none. */
MUST_USE struct oserr sys_loop_file(struct backend *be, int fd, uint64_t *dev, uint64_t *ino);

/* A Unix socket that leads nowhere. */
MUST_USE struct oserr sys_unix_socket(struct backend *be, int *fd);

MUST_USE struct oserr sys_memfd_create(struct backend *be, const char *name, int *fd);
MUST_USE struct oserr sys_seals(struct backend *be, int fd, uint32_t *seals);

/* Device numbers of the kernel's internal file systems, on which System V segments, memfds and
 * anonymous shared mappings lie: [0] of ordinary pages, the others of huge pages; 0: there is none.
 * Determined once. */
enum { SYS_NAMELESS = 8 };
void sys_anon_devices(struct backend *be, uint64_t dev[SYS_NAMELESS]);

#endif
