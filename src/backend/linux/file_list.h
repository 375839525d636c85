/* The list of files that keep memory without a user. */
#ifndef SHMLENS_BACKEND_LINUX_FILE_LIST_H
#define SHMLENS_BACKEND_LINUX_FILE_LIST_H

#include "backend/listing.h"

/* Adds a row `file:PATH` for each file in folders of /dev/shm and on hugetlbfs, when segments of
 * kind posix or files are wanted. */
MUST_USE struct oserr file_list(struct backend *be, unsigned kinds, struct listing *l);

/* SEG_ST_ bits of such a file, by its path; huge: it is on hugetlbfs. */
unsigned file_state(const char *path, bool huge);

#endif
