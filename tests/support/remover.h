/* What a test has made goes when the test has ended, however it ended: one that fails or is killed
 * does not come to its own clearing up, nor to atexit, so another process does it. Tell it before
 * (a path) or right after (an id) the thing is made; what is gone by then is no matter. */
#ifndef SHMLENS_TESTS_SUPPORT_REMOVER_H
#define SHMLENS_TESTS_SUPPORT_REMOVER_H

#include <stdbool.h>

enum { REMOVER_PATH = 500 }; /* bytes of a path, with the NUL */

/* A file, or a folder with all that is in it; `/dev/shm/NAME` is a POSIX segment. Absolute. */
void remover_path(const char *path);

/* A POSIX segment by its name; the slash in front may be missing. */
void remover_segment(const char *name);

/* A System V segment of ours. Another one that got its id later is left alone. */
void remover_sysv(int id);

/* Removes a folder and all in it now; false: something of it stays, or it was not there. */
bool remover_tree(const char *path);

#endif
