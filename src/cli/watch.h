/* The sampling half of watch: where to look, the copy to compare with, the lines. */
#ifndef SHMLENS_CLI_WATCH_H
#define SHMLENS_CLI_WATCH_H

#include "backend/os.h"
#include "cli/peek.h"

enum { WATCH_CHUNK = 1024 * 1024, WATCH_PAGES = WATCH_CHUNK / BLOCK_PAGE };

/* What a part of the range held when last looked at. A part that was never but zero has none: so a
 * sparse segment costs no memory where nothing was written. */
struct watch_chunk {
    uint8_t data[WATCH_PAGES]; /* 1: the page was no hole */
    uint8_t bytes[WATCH_CHUNK];
};

/* Changed bytes that reach the end of what was compared: they may go on in the next piece. */
struct watch_held {
    uint8_t *old, *new;
    size_t n, cap;
    uint64_t at; /* from the start of the range */
    bool fresh;
};

struct watch {
    struct run *r;
    const struct view *view; /* NULL: bytes, adjacent ones on one line */
    size_t unit;             /* bytes of one value */
    struct range range;
    bool to_end; /* no LENGTH was given: the range grows with the segment */
    bool json;
    uint64_t count;   /* lines after which to end, 0: never */
    int64_t duration; /* ns, -1: for ever */
    int64_t period;   /* ns between samples */
    double cpu;       /* percent of a processor, 0: no limit */

    int64_t start;    /* of os_now */
    uint64_t printed; /* lines */
    bool seen;        /* the first look is over: differences are changes */
    bool failed;      /* looking at the segment failed the last time */
    uint64_t size;    /* of the segment, as last reported */
    struct seg_stat last;

    uint64_t reached; /* how far into the range this look has come */
    uint64_t known;   /* bytes of the range that were looked at once; behind them all is fresh */
    struct watch_chunk **chunk;
    size_t chunks;
    struct watch_held held;
    struct block block;
};

SHM_MUST struct oserr watch_new(struct watch *w);
void watch_free(struct watch *w);

/* The range has `length` bytes now, not less than before. False: no memory. */
SHM_MUST bool watch_grow(struct watch *w, uint64_t length);

/* n bytes at `at` (from the start of the range) are `new` now; n is a multiple of the unit. Prints
 * what changed and keeps them. False: no memory. */
SHM_MUST bool watch_compare(struct watch *w, int64_t now, uint64_t at, const uint8_t *new,
                            size_t n);

/* Nothing adjacent follows: prints what is held. */
void watch_release(struct watch *w, int64_t now);

/* Looks once: prints a line a change (the first time: none) and keeps what it saw. */
int watch_sample(struct watch *w, int64_t now);

#endif
