/* The contents of a file on their way into a segment (load, create --from). */
#ifndef SHMLENS_CLI_FILE_SOURCE_H
#define SHMLENS_CLI_FILE_SOURCE_H

#include "backend/os.h"
#include "cli/run.h"

struct file_source {
    const char *path;     /* as typed */
    struct os_file *file; /* read piece by piece; NULL: all of it is in data */
    uint8_t *data;        /* what a pipe gave so far */
    uint64_t size;        /* bytes, as far as they are known; then all that were stored */
    uint64_t most;        /* bytes there is room for */
    bool endless;         /* a pipe that gave more than is kept in memory: `file` has the rest */
};

/* Opens it and makes sure that it has at most `most` bytes. A pipe is read to its end first, so
 * that nothing is stored of what does not fit, unless it gives more than 64 MiB: then it is stored
 * as it comes. In the UI only regular files are opened, since others may never answer. False: it
 * was reported. */
bool file_source_open(struct command_run *r, const char *path, uint64_t most,
                      struct file_source *c);
void file_source_close(struct file_source *c);

/* Stores all of it at `offset`. An exit status; where it fails, how much was stored is said. */
int file_source_store(struct command_run *r, struct file_source *c, struct seg *s, uint64_t offset);

#endif
