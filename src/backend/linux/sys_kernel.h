/* OS calls that only Linux has: userfaultfd, leases, renaming without replacing, inotify. The
 * conventions are those of sys_file.h. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_KERNEL_H
#define SHMLENS_BACKEND_LINUX_SYS_KERNEL_H

#include "backend/linux/sys_file.h"

/* A userfaultfd in SIGBUS mode: touching a missing page in a range registered with it raises SIGBUS
 * in this process and does not create the page. Works unprivileged (UFFD_USER_MODE_ONLY). */
MUST_USE struct oserr sys_userfaultfd(struct backend *be, int *fd);
MUST_USE struct oserr sys_uffd_watch(struct backend *be, int fd, void *at, size_t n);

/* Renames without replacing: EEXIST when the target exists; EINVAL or ENOSYS where the file system
 * cannot guarantee that. */
MUST_USE struct oserr sys_rename_new(struct backend *be, const char *from, const char *to);
MUST_USE struct oserr sys_rename(struct backend *be, const char *from, const char *to);

/* Takes a write lease and gives it back at once. Success proves that nobody else has the object
 * open or mapped, in any namespace; EAGAIN proves that somebody has. SIGIO does not reach us. */
MUST_USE struct oserr sys_lease_proof(struct backend *be, int fd);

/* An inotify descriptor for names that appear, vanish or change in the folder. */
MUST_USE struct oserr sys_inotify(struct backend *be, const char *folder, int *fd);

#endif
