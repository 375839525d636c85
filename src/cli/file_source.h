/* The contents of a file to be stored in a segment (load, create --from). */
#ifndef SHMLENS_CLI_FILE_SOURCE_H
#define SHMLENS_CLI_FILE_SOURCE_H

#include "backend/os.h"
#include "cli/run.h"

struct file_source {
    const char *path;     /* as typed */
    struct os_file *file; /* read piece by piece; NULL: everything is in data */
    uint8_t *data;        /* what a pipe delivered so far */
    uint64_t size;        /* bytes, as far as known; in the end all that were stored */
    uint64_t most;        /* bytes there is room for */
    bool endless;         /* a pipe with more than is kept in memory: `file` has the rest */
};

/* Opens it and makes sure that it has at most `most` bytes. A pipe is read to its end first, so
 * that nothing is stored of what does not fit, unless it delivers more than 64 MiB: then it is
 * stored as it comes. In the UI only regular files are opened, because others may block. False: an
 * error was reported. */
bool file_source_open(struct command_run *r, const char *path, uint64_t most,
                      struct file_source *c);
void file_source_close(struct file_source *c);

/* Stores all of it at `offset`; returns an exit status. An error says how much was stored. */
int file_source_store(struct command_run *r, struct file_source *c, struct seg *s, uint64_t offset);

#endif
