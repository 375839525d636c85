/* Who stores into a field: which thread of which process, in which function, called by which.
 *
 * A breakpoint is armed on the very bytes of the field in every process that maps them writable
 * (backend/trap.h). Stores are only counted and copied while it is armed, so that its writers are
 * slowed for a short time; what they show (function, file, line, callers) is read afterwards, from
 * the debug information of the process and its copied stack. */
#ifndef SHMLENS_PROPOSE_WRITERS_H
#define SHMLENS_PROPOSE_WRITERS_H

#include "propose/propose.h"

enum {
    WRITERS_STORES = 16, /* that are looked at */
    WRITERS_FRAMES = 8,  /* the function that stores, and its callers */
    WRITERS_PIECES = 4   /* breakpoints of a thread */
};

/* A function on the stack, raw; empty, 0: not known. */
struct writer_frame {
    uint64_t address; /* in the process */
    char function[256], file[512];
    uint32_t line;
};

/* Stores of one thread by the same way. */
struct field_writer {
    uint32_t pid, tid;
    char comm[SEG_COMM]; /* of the process, raw */
    unsigned stores;
    bool kernel;                               /* the kernel stored, in a call of the thread */
    struct writer_frame frame[WRITERS_FRAMES]; /* the one that stores first */
    size_t frames;
};

struct writers {
    struct field_writer row[WRITERS_STORES]; /* who stored most first */
    size_t count;
    unsigned stores;        /* of all */
    bool stopped;           /* progress said so: these were seen until then */
    bool watched;           /* a breakpoint was armed; if not, a note says why */
    bool kernel;            /* what the kernel stores was watched, too */
    uint64_t bytes;         /* of the field that were watched: its first ones */
    int64_t took;           /* ns that it was armed */
    struct proposals notes; /* what is not known, and why */
};

/* Watches the `n` bytes at ask->offset for at most `wait` ns or WRITERS_STORES stores. ask->who and
 * ask->progress are needed. *out is freed by writers_free, also after an error. */
MUST_USE struct oserr writers_find(struct backend *be, const struct propose_ask *ask, uint64_t n,
                                   int64_t wait, struct writers *out);
void writers_free(struct writers *w);

#endif
