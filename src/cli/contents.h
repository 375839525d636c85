/* The contents of a file on their way into a segment (load, create --from). */
#ifndef SHMLENS_CLI_CONTENTS_H
#define SHMLENS_CLI_CONTENTS_H

#include "backend/os.h"
#include "cli/run.h"

struct contents {
    const char *path;     /* as typed */
    struct os_file *file; /* a regular file, read piece by piece; NULL: all of it is in data */
    uint8_t *data;        /* what a pipe gave */
    uint64_t size;        /* bytes */
};

/* Opens it and makes sure that it has at most `most` bytes: a pipe is read to its end, so that
 * nothing is stored of what does not fit. False: it was reported. */
bool contents_open(struct run *r, const char *path, uint64_t most, struct contents *c);
void contents_close(struct contents *c);

/* Stores all of it at `offset`. An exit status. */
int contents_store(struct run *r, struct contents *c, struct seg *s, uint64_t offset);

#endif
