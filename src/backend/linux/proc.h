/* What a process has, among the files that read it (process_*, mappers_*, the kinds fd, map, ns).
 */
#ifndef SHMLENS_BACKEND_LINUX_PROC_H
#define SHMLENS_BACKEND_LINUX_PROC_H

#include "backend/provider.h"

extern const struct provider fd_provider;       /* fd:PID/FD */
extern const struct provider map_provider;      /* map:PID/ADDRESS */
extern const struct provider map_sysv_provider; /* the same, of another namespace's System V */
extern const struct provider memfd_provider;    /* memfd:NAME, to create */
extern const struct provider ns_provider;       /* ns:PID/NAME */

enum { PROCESS_PATH = 96 }; /* `/proc/PID/map_files/START-END`, with the NUL */

/* seg_stat.space of objects without a file system of their own; System V has the IPC namespace. */
enum { SORT_MEMFD = 1, SORT_ANONYMOUS = 2 };

/* One mapping of an object. */
struct process_range {
    uint64_t start, end; /* addresses */
    struct seg_id id;
    bool shared;
    bool huge;
};

/* The IPC namespace of one process, remembered. Zero: not asked yet. */
struct process_ipc {
    uint32_t pid;
    uint64_t ns;   /* of pid; 0: ours */
    uint64_t ours; /* its number */
};

/* The identity of an object of process pid by device, inode and what the system calls it; *huge: of
 * huge pages. Nothing is asked of the process unless it is System V. */
struct seg_id process_identity(struct backend *be, struct process_ipc *ipc, uint32_t pid,
                               struct seg_id id, const char *name, bool *huge);

/* The kind that an identity, and having no name any more, makes it. */
enum seg_kind process_kind(struct seg_id id, bool unlinked);

/* What an object was called before the system put its own words around it: `link` is what it shows
 * for it. Empty: it is not called anything. */
enum { PROCESS_NAME = 4200 };
void process_name(const char *link, enum seg_kind kind, struct seg_id id, char name[PROCESS_NAME]);

/* The number behind `fd:`, `map:` or `ns:` (prefix), canonically written; *rest behind its slash.
 * False: it is none. */
bool process_number(const char *locator, const char *prefix, uint32_t *pid, const char **rest);

/* Why a path below /proc/PID is not there: ESRCH, the process has ended; EBADF, that of it. */
struct oserr process_missing(struct backend *be, uint32_t pid, struct oserr e);

/* The mapping of process pid that covers address; EBADF of `mmap`: there is none. */
MUST_USE struct oserr process_covering(struct backend *be, uint32_t pid, uint64_t address,
                                       struct process_range *out);

/* The same of our own, and a descriptor for reading it where the system lets us have one (else -1).
 */
MUST_USE struct oserr process_own_range(struct backend *be, uint64_t address,
                                        struct process_range *out, int *fd);

/* The /dev/shm that process pid sees, ENOENT unless it lies in memory. */
MUST_USE struct oserr process_shm(struct backend *be, uint32_t pid, int *dir);

/* ns: adds a row for each segment of that folder. */
MUST_USE struct oserr ns_list(struct backend *be, uint32_t pid, int dir, unsigned kinds,
                              struct listing *l);

#endif
