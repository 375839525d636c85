/* OS calls of the backend that only Linux has; as in sys_posix.h. */
#ifndef SHMLENS_BACKEND_LINUX_SYS_KERNEL_H
#define SHMLENS_BACKEND_LINUX_SYS_KERNEL_H

#include "backend/linux/sys_file.h"

/* An observer's userfaultfd: touching a missing page in a range registered with it raises SIGBUS in
 * us and makes no page. */
MUST_USE struct oserr sys_userfaultfd(struct backend *be, int *fd);
MUST_USE struct oserr sys_uffd_watch(struct backend *be, int fd, void *at, size_t n);

/* Renames; EEXIST when the target exists. Where the file system cannot promise that, EINVAL or
 * ENOSYS. */
MUST_USE struct oserr sys_rename_new(struct backend *be, const char *from, const char *to);
MUST_USE struct oserr sys_rename(struct backend *be, const char *from, const char *to);

/* Takes a write lease and gives it back at once: success proves that nobody else has the object
 * open or mapped, EAGAIN that somebody has. SIGIO does not reach us meanwhile. */
MUST_USE struct oserr sys_lease_proof(struct backend *be, int fd);

/* A descriptor that tells of names in the folder that come, go or change. */
MUST_USE struct oserr sys_inotify(struct backend *be, const char *folder, int *fd);

/* The identity of what descriptor `name` in the folder dir refers to, without waiting for a file
 * server. */
struct sys_identity {
    uint64_t dev, ino;
    bool regular;
};
MUST_USE struct oserr sys_identify(struct backend *be, int dir, const char *name,
                                   struct sys_identity *id);

#endif
