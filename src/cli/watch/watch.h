/* The engine of watch and record: a private copy of a range, compared at every sample. What it
 * finds goes to a sink: lines (watch), a file (record). */
#ifndef SHMLENS_CLI_WATCH_WATCH_H
#define SHMLENS_CLI_WATCH_WATCH_H

#include "backend/os.h"
#include "cli/commands/peek.h"

enum {
    WATCH_CHUNK = 1024 * 1024,
    WATCH_PAGES = WATCH_CHUNK / BLOCK_PAGE,
    WATCH_PART = 64 * 1024, /* bytes of the copy that are next to each other */
    WATCH_PARTS = WATCH_CHUNK / WATCH_PART,
    WATCH_PART_PAGES = WATCH_PART / BLOCK_PAGE
};

/* What a part of the range held when last looked at. Where it was never but a hole (or zero, when
 * nobody asks for holes) there is none, nor are there bytes where it was never but zero: so a
 * scattered segment costs little more than what is resident of it. */
struct watch_chunk {
    uint8_t data[WATCH_PAGES];  /* 1: the page was no hole */
    uint8_t *part[WATCH_PARTS]; /* on pages; NULL: zeros */
};

/* Hashes of the pages of the segment that WATCH_CHUNK bytes of the range touch. */
struct watch_hashes {
    uint64_t *part[WATCH_PARTS]; /* WATCH_PART_PAGES each, 0: not known; NULL: none is known */
};

struct watch_arena; /* where parts are */

/* Changed bytes that reach the end of what was compared: they may go on in the next piece. */
struct watch_held {
    uint8_t *old, *new;
    size_t n, cap;
    uint64_t at; /* from the start of the range */
    bool fresh;
};

struct watch;

/* Where what is seen goes. Times are ns since w->start. */
struct watch_sink {
    bool pieces; /* runs of changed bytes need not be joined: a change has at most WATCH_PART */

    /* The first look is over, the copy holds what was there. An exit status: EXIT_DONE goes on. */
    int (*begin)(struct watch *w); /* NULL: nothing to do */

    /* n bytes at `offset` of the segment were `old` and are `new`; old NULL: never seen before. */
    void (*change)(struct watch *w, int64_t t, uint64_t offset, const uint8_t *old,
                   const uint8_t *new, size_t n);

    /* The n bytes of a page that had data are a hole now; their change to 0 was told before. */
    void (*hole)(struct watch *w, int64_t t, uint64_t offset, size_t n); /* NULL: not wanted */

    /* The n bytes of a page that was a hole are data now; before their change, if there is one. */
    void (*data)(struct watch *w, int64_t t, uint64_t offset, size_t n); /* NULL: not wanted */

    /* Nobody looked for `behind` ns before t. */
    void (*gap)(struct watch *w, int64_t t, int64_t behind);

    /* What happened to the segment itself; w->last is how it was. Before this time's changes. */
    void (*state)(struct watch *w, int64_t t, const struct seg_stat *now);

    /* After each look: what was told must be out. False: it could not be written. */
    bool (*flush)(struct watch *w);

    bool (*ended)(const struct watch *w); /* it needs no more */

    void (*end)(struct watch *w); /* the last look is over; NULL: nothing to do */
};

struct watch {
    struct command_run *r;
    const struct watch_sink *sink;
    void *ctx;               /* the sink's */
    const struct view *view; /* NULL: bytes, adjacent ones on one line */
    size_t unit;             /* bytes of one value */
    struct range range;
    bool to_end; /* no LENGTH was given: the range grows with the segment */
    bool json;
    uint64_t count;   /* lines after which to end, 0: never */
    int64_t duration; /* ns, -1: for ever */
    int64_t period;   /* ns between samples */
    double cpu;       /* percent of a processor, 0: no limit */

    int64_t start;        /* of os_now */
    uint64_t printed;     /* lines */
    bool seen;            /* the first look is over: differences are changes */
    bool failed;          /* looking at the segment failed the last time */
    struct seg_stat last; /* of the segment, as last told */

    uint64_t reached; /* how far into the range this look has come */
    uint64_t known;   /* bytes of the range that were looked at once; behind them all is fresh */
    struct watch_chunk **chunk;
    size_t chunks;
    struct watch_arena *arena;
    struct watch_hashes **hash; /* NULL where there is no data */
    size_t hashes;
    struct watch_held held;
    struct aligned_buffer block;
    uint64_t joined;   /* the segment's offset behind the pages read last, */
    int64_t joined_at; /* and when that was: pages that follow belong to the same change */
    int64_t owed;      /* ns of work that --cpu has not been paid for */
    int64_t behind;    /* ns of a gap that was told and goes on; 0: none */
    uint64_t told;     /* changes that the sink was told of, */
    uint64_t let_out;  /* and when it was last asked to let them out */
};

MUST_USE struct oserr watch_new(struct watch *w);
void watch_free(struct watch *w);

/* Looks until the sink has enough, the time is over or a stop is asked for; frees the copy. r,
 * sink, view, unit, range, to_end, duration, period and cpu are set. An exit status; EXIT_NO: the
 * time was over before the sink had enough. */
int watch_run(struct watch *w);

/* --hz, --for, --cpu into period, duration and cpu. False: it was reported. */
bool watch_options(struct command_run *r, struct watch *w);

/* The range has `length` bytes now, not less than before. False: no memory. */
MUST_USE bool watch_grow(struct watch *w, uint64_t length);

/* The range has only `length` bytes now: what the copy holds behind that is forgotten, and fresh
 * when it comes back. */
void watch_shrink(struct watch *w, uint64_t length);

/* The bytes of the copy from `at` (from the start of the range) to the end of its WATCH_PART. */
const uint8_t *watch_bytes(const struct watch *w, uint64_t at);

/* The same for changing; NULL: no memory. Its chunk is there. */
uint8_t *watch_part(struct watch *w, uint64_t at);

/* n bytes at `at` (from the start of the range) are `new` now; n is a multiple of the unit. Tells
 * the sink what changed and keeps them. False: no memory. */
MUST_USE bool watch_compare(struct watch *w, int64_t now, uint64_t at, const uint8_t *new,
                            size_t n);

/* Nothing adjacent follows: tells what is held. */
void watch_release(struct watch *w, int64_t now);

/* Says what a watch may be of a recording: all changes of [0, `duration`), with their own times. */
int watch_recorded(struct watch *w);

/* The same for [at, end) of the range, read in pieces. An exit status. */
int watch_read(struct watch *w, int64_t now, uint64_t at, uint64_t end);

/* [at, end) of the range is a hole now: only what was data before is looked at. */
int watch_hole(struct watch *w, int64_t now, uint64_t at, uint64_t end);

/* All of a long range: pages whose hash is the known one are as they were (watch_pages.c). */
int watch_pages(struct watch *w, int64_t now);

/* Tables for a range of so many bytes. False: no memory. */
MUST_USE bool watch_pages_grow(struct watch *w, uint64_t length);
void watch_pages_free(struct watch *w);

/* The range has only `length` bytes now: no page from there on is known. */
void watch_pages_forget(struct watch *w, uint64_t length);

/* Looks once: tells what changed (the first time: nothing) and keeps what it saw. */
int watch_sample(struct watch *w, int64_t now);

/* The sink that prints a line a change (w->json, w->count, w->printed). */
extern const struct watch_sink watch_lines;

#endif
