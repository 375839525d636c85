/* OS calls on System V shared memory. The conventions are those of sys_file.h. An id that is not
 * (or no longer) a segment is always EIDRM. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_SYSV_H
#define SHMLENS_BACKEND_LINUX_SYS_SYSV_H

#include <sys/ipc.h>
#include <sys/shm.h>

#include "backend/linux/sys_file.h"

/* size 0 and no flags: only looks up the key. */
MUST_USE struct oserr sys_shmget(struct backend *be, uint32_t key, size_t size, int flags, int *id);

/* Attaches the whole segment. */
MUST_USE struct oserr sys_shmat(struct backend *be, int id, bool write, void **at);
void sys_shmdt(struct backend *be, void *at);

MUST_USE struct oserr sys_shm_stat(struct backend *be, int id, struct shmid_ds *ds);
MUST_USE struct oserr sys_shm_set(struct backend *be, int id, struct shmid_ds *ds);
MUST_USE struct oserr sys_shm_remove(struct backend *be, int id);

/* Opens /proc/sysvipc/shm of the IPC namespace of the descriptor `ns`. A thread that exists only
 * for this call enters the namespace, so that our other threads stay in their own. EPERM: not
 * permitted. */
MUST_USE struct oserr sys_shm_table(struct backend *be, int ns, int *fd);

/* Which pages of [at, at + n) are resident: bit 0 of one byte a page. `at` is on a page boundary.
 */
MUST_USE struct oserr sys_mincore(struct backend *be, void *at, size_t n, unsigned char *pages);

/* *used: something on this machine is swapped out. */
MUST_USE struct oserr sys_swap_used(struct backend *be, bool *used);

#endif
