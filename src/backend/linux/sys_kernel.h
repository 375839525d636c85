/* OS calls that only Linux has: userfaultfd, leases, renaming without replacing, inotify. The
 * conventions are those of sys_file.h. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_KERNEL_H
#define SHMLENS_BACKEND_LINUX_SYS_KERNEL_H

#include <signal.h>

#include "backend/linux/sys_file.h"

/* A userfaultfd in SIGBUS mode: touching a missing page in a range registered with it raises SIGBUS
 * in this process and does not create the page. Works unprivileged (UFFD_USER_MODE_ONLY). */
MUST_USE struct oserr sys_userfaultfd(struct backend *be, int *fd);
MUST_USE struct oserr sys_uffd_watch(struct backend *be, int fd, void *at, size_t n);

/* Renames without replacing: EEXIST when the target exists; EINVAL or ENOSYS where the file system
 * cannot guarantee that. */
MUST_USE struct oserr sys_rename_new(struct backend *be, const char *from, const char *to);
/* The same by whoever has a write lease on it through fd, if nobody waits for that; *alone false:
 * somebody does, and the name is what it was. *stuck: it could not be given back, because another
 * file took it meanwhile. */
MUST_USE struct oserr sys_rename_leased(struct backend *be, int fd, const char *from,
                                        const char *to, bool *alone, bool *stuck);
MUST_USE struct oserr sys_rename(struct backend *be, const char *from, const char *to);

/* Holds back all signals of this thread, and lets them through again. Whoever has a lease must do
 * that: the kernel reports an opener that waits for it by SIGIO, of which any program dies. */
void sys_signals_hold(sigset_t *before);
void sys_signals_release(const sigset_t *before);

/* A signal that asks to stop is held back. */
bool sys_stop_held(void);

/* Takes a write lease. Success proves that nobody else has the object open or mapped, in any
 * namespace; EAGAIN proves that somebody has. Until sys_lease_give (or the close), whoever opens it
 * waits, for 45 s at most (fs.lease-break-time). */
MUST_USE struct oserr sys_lease_take(struct backend *be, int fd);

/* *alone: the lease is still ours, and nobody waits for it. */
MUST_USE struct oserr sys_lease_held(struct backend *be, int fd, bool *alone);
void sys_lease_give(struct backend *be, int fd); /* made even when a test makes it fail */

/* Takes the lease and gives it back at once. */
MUST_USE struct oserr sys_lease_proof(struct backend *be, int fd);

/* An inotify descriptor for names that appear, vanish or change in the folder. */
MUST_USE struct oserr sys_inotify(struct backend *be, const char *folder, int *fd);

#endif
