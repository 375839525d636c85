/* The programs and libraries that a process runs, and the files that belong to them, found as that
 * process sees them.
 *
 * A module is a file of which a process has executable pages. Its path means something only in that
 * process's root folder, and the file there may have been replaced. So the file is opened
 * through /proc/PID/root and taken only if device and inode are those of the mapping, else through
 * /proc/PID/exe or /proc/PID/map_files, which lead to deleted files too. Other files (debug files)
 * are opened below the same root: no link leads out of it. Nothing but a regular file is ever
 * opened: others are looked at by a descriptor that only stands for the path. */
#ifndef SHMLENS_BACKEND_MODULES_H
#define SHMLENS_BACKEND_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct backend;

struct module {
    char *path;                   /* as the process calls it, raw, without ` (deleted)` */
    uint64_t start, end;          /* its first executable mapping */
    uint64_t offset;              /* in the file, of start */
    uint64_t first, first_offset; /* its first mapping of all: an address, and where in the file */
    uint64_t dev, ino;
    bool program; /* the executable, not a library */
    bool system;  /* lies below /usr/lib or /lib */
};

/* The executable first, the system's libraries last. */
struct modules {
    uint32_t pid;
    struct module *module;
    size_t count;
};

/* Lists them. The caller frees with modules_free, also after an error. */
MUST_USE struct oserr modules_list(struct backend *be, uint32_t pid, struct modules *out);
void modules_free(struct modules *m);

/* Opens the file of a module for reading; the caller closes it with module_close. ENOENT: the file
 * that runs cannot be reached any more. */
MUST_USE struct oserr module_open(struct backend *be, const struct modules *m, size_t i, int *fd);

/* Opens a regular file that process `pid` knows by an absolute path; 0: we do. SEG_E_NOT_SEGMENT:
 * something else is there. SEG_E_STRAY: a link that leads to nothing below the process's root
 * folder, as one does that would lead out of it. */
MUST_USE struct oserr module_file(struct backend *be, uint32_t pid, const char *path, int *fd);
void module_close(struct backend *be, int fd); /* -1 is fine */

#endif
