/* Shared by the parts of the history: what is kept, and how a page's blocks are walked. */
#ifndef SHMLENS_CORE_HISTORY_HISTORY_PRIVATE_H
#define SHMLENS_CORE_HISTORY_HISTORY_PRIVATE_H

#include "core/history/delta.h"
#include "core/history/history.h"

enum {
    MALLOC_EXTRA = 16, /* bytes that an allocation costs more than it holds */
    UNITS = PAST_PAGE / DELTA_UNIT,
    WATCH_MAX = 256,     /* stretches watched since different times */
    SIZES_MAX = 64,      /* changes of the size kept */
    BUCKETS = 4096,      /* of activity */
    SEAL_RAW = 32 * 1024 /* a page's changes are packed at so many bytes */
};

_Static_assert(UNITS == 64, "a page's units are the bits of one word");

/* A sealed block of one page's changes. */
struct block {
    struct block *next;          /* sealed after this one, whatever page */
    struct block *newer, *older; /* of the same page */
    struct page *page;
    int64_t first, last;
    uint64_t units; /* bit i: touches unit i of the page */
    size_t n;       /* bytes of data */
    uint8_t data[];
};

struct shelf;

/* Memory for things that go in the order in which they came. */
struct store {
    struct shelf *first, *last; /* NULL: none */
    struct shelf *spare;        /* empty, for the next; NULL: none */
    size_t shelf;               /* bytes that one has room for, usually */
    size_t bytes;               /* that they take, the spare one not counted */
};

void store_init(struct store *s, size_t budget); /* shelves are a small part of the budget */
void *store_put(struct store *s, size_t n);      /* room for n bytes; NULL: out of memory */
void store_drop(struct store *s);                /* what came first goes; there is something */
void store_free(struct store *s);                /* all */

/* A page that changed. */
struct page {
    uint64_t at;                        /* offset / PAST_PAGE */
    struct page *chain;                 /* in the table */
    struct block *newest, *oldest;      /* NULL: none */
    struct delta_writer *open;          /* what is not packed yet; NULL: none */
    size_t open_memory;                 /* of `open`, as accounted */
    struct page *open_next, *open_prev; /* pages with `open`, in the order in which it began */
};

/* [from, to) became a hole, or stopped being one. */
struct hole_change {
    int64_t time;
    uint64_t from, to;
    bool hole; /* from then on */
};

enum { HOLES = 126 };

/* Some of them, in order. */
struct hole_block {
    struct hole_block *newer, *older;
    size_t n;
    struct hole_change change[HOLES];
};

struct stretch {
    uint64_t from, to; /* [from, to), to > from */
    int64_t since;
};

struct size_change {
    int64_t time;
    uint64_t was, is;
};

struct activity {
    int64_t start, width; /* bucket i: [start + i * width, + width); width 0: none yet */
    uint64_t part[BUCKETS];
};

struct past {
    size_t budget, bytes, open_bytes;
    int64_t since, newest;
    uint64_t changes;
    struct page **table; /* chains by page; a power of two */
    size_t slots, pages;
    struct block *oldest, *last; /* all blocks in the order of sealing, */
    struct store blocks;         /* and where they are */
    struct page *open_first, *open_last;
    struct hole_block *hole_first, *hole_last; /* NULL: none */
    struct stretch watch[WATCH_MAX];           /* ascending, apart */
    size_t watched;
    struct size_change size[SIZES_MAX]; /* number k is size[k % SIZES_MAX] */
    size_t sizes;
    struct activity activity;
};

struct page *past_page(const struct past *h, uint64_t at); /* NULL: never changed */

/* What is not packed yet of a page, packed for a look at it: malloc'd, NULL: nothing, or out of
 * memory (*failed). */
uint8_t *past_open_copy(const struct page *page, size_t *n, bool *failed);

void past_count(struct past *h, int64_t time, uint64_t n); /* activity */

/* past_holes.c */
bool past_hole_add(struct past *h, const struct hole_change *change); /* false: out of memory */
bool past_hole_drop(struct past *h); /* the oldest block; false: there is none */
void past_hole_at(const struct past *h, int64_t time, const struct past_view *view);

/* Since when the byte is watched, and until where that holds; INT64_MAX: it is not. */
int64_t past_watched(const struct past *h, uint64_t offset, uint64_t *until);

/* The segment's size at a time: *size unchanged when it did not change since. */
void past_size_at(const struct past *h, int64_t time, uint64_t *size);

#endif
