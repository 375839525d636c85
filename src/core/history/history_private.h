/* What the files of the history share: the data it consists of.
 *
 * A hash table leads from the number of a page to struct page, which exists as long as something
 * is retained for that page: sealed blocks, in a list by age, and at most one open writer. Every
 * sealed block is also in one list of all pages, in the order of sealing; that is the order in
 * which blocks are dropped, and so the order in which the arena gets its memory back. */
#ifndef SHMLENS_CORE_HISTORY_HISTORY_PRIVATE_H
#define SHMLENS_CORE_HISTORY_HISTORY_PRIVATE_H

#include "core/history/delta.h"
#include "core/history/history.h"
#include "core/u64_table.h"

enum {
    MALLOC_EXTRA = 16, /* bytes of overhead of an allocation */
    UNITS = HISTORY_PAGE / DELTA_UNIT,
    WATCH_MAX = 256,     /* intervals observed since different times */
    SIZES_MAX = 64,      /* changes of the size retained */
    BUCKETS = 4096,      /* of activity */
    SEAL_RAW = 32 * 1024 /* bytes at which a page's changes are sealed */
};

_Static_assert(UNITS == 64, "a page's units are the bits of one word");

/* A sealed block of one page's changes. */
struct delta_block {
    struct delta_block *next;          /* sealed after this one, of any page */
    struct delta_block *newer, *older; /* of the same page */
    struct page *page;
    int64_t first, last;
    uint64_t units; /* bit i: touches unit i of the page */
    size_t n;       /* bytes of data */
    uint8_t data[];
};

struct chunk;

/* Memory for things that are freed in the order in which they were made. */
struct arena {
    struct chunk *first, *last; /* NULL: none */
    struct chunk *spare;        /* empty, for the next; NULL: none */
    size_t chunk;               /* usual bytes of one */
    size_t bytes;               /* in use; the spare one is not counted */
};

void arena_init(struct arena *s, size_t budget); /* chunks are a small part of the budget */
void *arena_put(struct arena *s, size_t n);      /* room for n bytes; NULL: out of memory */
void arena_drop(struct arena *s);                /* frees the oldest; there must be one */
void arena_free(struct arena *s);                /* all */

/* A page that changed. */
struct page {
    struct u64_entry entry;              /* key: offset / HISTORY_PAGE */
    struct delta_block *newest, *oldest; /* NULL: none */
    struct delta_writer *open;           /* what is not sealed yet; NULL: none */
    size_t open_memory;                  /* of `open`, as accounted */
    struct page *open_next, *open_prev;  /* pages with `open`, oldest first */
};

/* [from, to) became a hole, or data. */
struct hole_change {
    int64_t time;
    uint64_t from, to;
    bool hole; /* from then on */
};

enum { HOLES = 126 };

/* Some of them, by age. */
struct hole_block {
    struct hole_block *newer, *older;
    size_t n;
    struct hole_change change[HOLES];
};

struct interval {
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

struct history {
    size_t budget, bytes, open_bytes;
    int64_t since, newest;
    uint64_t changes;
    struct u64_table pages;
    struct delta_block *oldest, *last; /* all blocks in the order of sealing, */
    struct arena blocks;               /* and where they are */
    struct page *open_first, *open_last;
    struct hole_block *hole_first, *hole_last; /* NULL: none */
    struct interval watch[WATCH_MAX];          /* observed; ascending, disjoint */
    size_t watched;
    struct size_change size[SIZES_MAX]; /* number k is size[k % SIZES_MAX] */
    size_t sizes;
    struct activity activity;
};

/* NULL: never changed. */
static inline struct page *history_page(const struct history *h, uint64_t at)
{
    return u64_find(&h->pages, at);
}

/* A sealed copy of what is open of a page, to read: malloc'd. NULL: nothing is open, or out of
 * memory (*failed). */
uint8_t *history_open_copy(const struct page *page, size_t *n, bool *failed);

void history_count(struct history *h, int64_t time, uint64_t n); /* adds to the activity */

/* history_holes.c */
bool history_hole_add(struct history *h,
                      const struct hole_change *change); /* false: out of memory */
bool history_hole_drop(struct history *h); /* drops the oldest block; false: there is none */
void history_hole_at(const struct history *h, int64_t time, const struct history_view *view);

/* The segment's size at a time; *size stays when it has not changed since. */
void history_size_at(const struct history *h, int64_t time, uint64_t *size);

#endif
