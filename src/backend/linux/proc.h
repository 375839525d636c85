/* Segments and names that are reached through a process: shared by the files that read /proc
 * (proc_*.c, ns.c, memfd.c, sysv*.c). */
#ifndef SHMLENS_BACKEND_LINUX_PROC_H
#define SHMLENS_BACKEND_LINUX_PROC_H

#include "backend/provider.h"

extern const struct provider fd_provider;    /* fd:PID/FD */
extern const struct provider map_provider;   /* map:PID/ADDRESS */
extern const struct provider memfd_provider; /* memfd:NAME, only to be created */
extern const struct provider ns_provider;    /* ns:PID/NAME */

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

/* Caches the IPC namespace of one process. Zero: empty. */
struct process_ipc {
    uint32_t pid;
    uint64_t ns;   /* of pid; 0: ours */
    uint64_t ours; /* its number */
};

/* The identity of an object of process pid, from device, inode and the system's name for it; *huge:
 * of huge pages. Reads nothing of the process unless it is System V. */
struct seg_id process_identity(struct backend *be, struct process_ipc *ipc, uint32_t pid,
                               struct seg_id id, const char *name, bool *huge);

/* The kind of an object of this identity. */
enum seg_kind process_kind(struct seg_id id, bool unlinked);

/* The name of an object, taken out of what the system shows for it (`link`); empty: it has none. */
enum { PROCESS_NAME = 4200 };
void process_name(const char *link, enum seg_kind kind, struct seg_id id, char name[PROCESS_NAME]);

/* Parses the pid after `fd:`, `map:` or `ns:` (prefix); *rest: what follows its slash. False: not a
 * valid one. */
bool process_number(const char *locator, const char *prefix, uint32_t *pid, const char **rest);

/* Why a path in /proc/PID is missing: ESRCH the process has ended, EBADF it has no such descriptor
 * or mapping. */
struct oserr process_missing(struct backend *be, uint32_t pid, struct oserr e);

/* The mapping of process pid that covers `address`; EBADF of `mmap`: there is none. */
MUST_USE struct oserr process_covering(struct backend *be, uint32_t pid, uint64_t address,
                                       struct process_range *out);

/* The same for our own process, and a descriptor for reading the object, where we may open one
 * (else -1). */
MUST_USE struct oserr process_own_range(struct backend *be, uint64_t address,
                                        struct process_range *out, int *fd);

/* The /dev/shm that process pid sees; ENOENT unless it is a file system in memory. */
MUST_USE struct oserr process_shm(struct backend *be, uint32_t pid, int *dir);

/* Adds a row `ns:PID/NAME` for each segment in that folder. */
MUST_USE struct oserr ns_list(struct backend *be, uint32_t pid, int dir, unsigned kinds,
                              struct listing *l);

/* ---- shared by fd:, map: and memfd: ---- */

/* Identifies the object of s->handle, which is `link` of process pid; sets its kind and name. */
MUST_USE struct oserr process_know(struct seg *s, uint32_t pid, const char *link);
MUST_USE struct oserr process_stat(struct seg *s, struct seg_stat *out);

#define PROCESS_IRREMOVABLE "it has no name to remove; it is freed when its last user closes it"

#endif
