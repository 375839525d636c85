/* The OS calls about System V shared memory; as in sys_posix.h. An id that is no segment (any more)
 * is EIDRM, whatever the system calls it. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_SYSV_H
#define SHMLENS_BACKEND_LINUX_SYS_SYSV_H

#include <sys/ipc.h>
#include <sys/shm.h>

#include "backend/linux/sys_file.h"

/* *id -1 when it fails. size 0 and no flags: only looks for the key. */
MUST_USE struct oserr sys_shmget(struct backend *be, uint32_t key, size_t size, int flags, int *id);

/* Attaches all of it. */
MUST_USE struct oserr sys_shmat(struct backend *be, int id, bool write, void **at);
void sys_shmdt(struct backend *be, void *at);

MUST_USE struct oserr sys_shm_stat(struct backend *be, int id, struct shmid_ds *ds);
MUST_USE struct oserr sys_shm_set(struct backend *be, int id, struct shmid_ds *ds);
MUST_USE struct oserr sys_shm_remove(struct backend *be, int id);

/* Opens the table of the IPC namespace that the descriptor `ns` is, as /proc/sysvipc/shm shows it
 * there. A thread that ends with the call enters the namespace; no other one of ours leaves its
 * own, and nothing changes in either. EPERM: we may not. */
MUST_USE struct oserr sys_shm_table(struct backend *be, int ns, int *fd);

/* Which pages of [at, at + n) are in memory: bit 0 of a byte a page. `at` on a page. */
MUST_USE struct oserr sys_mincore(struct backend *be, void *at, size_t n, unsigned char *pages);

/* Does this machine have anything swapped out? */
MUST_USE struct oserr sys_swap_used(struct backend *be, bool *used);

#endif
