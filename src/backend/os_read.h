/* Reading and changing a whole file of our own: the parts of os_read_file and os_update_file that
 * are the same on every system. */
#ifndef SHMLENS_BACKEND_OS_READ_H
#define SHMLENS_BACKEND_OS_READ_H

#include "backend/os.h"

/* Reads up to n bytes of a file; *got 0: the end. */
typedef struct oserr os_read_some(intptr_t file, void *buf, size_t n, size_t *got);

/* As os_read_file, of an open file; `too_large`: the error for one of more than `limit` bytes. */
MUST_USE struct oserr os_read_all(os_read_some *read, intptr_t file, size_t limit,
                                  struct oserr too_large, char **data, size_t *n);

/* As os_update_file, under a lock that the caller has. */
MUST_USE struct oserr os_change_file(const char *path, size_t limit, bool must_read,
                                     os_change *change, void *ctx);

#endif
