/* OS calls for memory of our own that is like a segment (the image of a recording); as in
 * sys_posix.h. */
#ifndef SHMLENS_BACKEND_SYS_IMAGE_H
#define SHMLENS_BACKEND_SYS_IMAGE_H

#include "backend/linux/sys_file.h"

/* Memory behind a descriptor, with no name and of no size. */
MUST_USE struct oserr sys_image_new(struct backend *be, const char *what, int *fd);

/* The whole pages of a range have no memory any more; its other bytes are 0. */
MUST_USE struct oserr sys_image_punch(struct backend *be, int fd, uint64_t off, uint64_t n);

MUST_USE struct oserr sys_pwrite(struct backend *be, int fd, const void *buf, size_t n,
                                 uint64_t off);

uint64_t sys_memory(void); /* bytes of the machine; UINT64_MAX: not known */

#endif
