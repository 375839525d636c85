/* What the parts of the page map share.
 *
 * pagemap.c             feeding: compares, notifies, takes over
 * pagemap_holes.c       feeding losses: holes, a smaller size
 * pagemap_copies.c      the copies of pages and the times of their bytes
 * pagemap_index.c       finding a page's entry; pagemap_index_edit.c adds and removes entries
 * pagemap_query.c       what others ask
 */
#ifndef SHMLENS_CORE_CHANGE_PAGEMAP_PRIVATE_H
#define SHMLENS_CORE_CHANGE_PAGEMAP_PRIVATE_H

#include "core/change/pagemap.h"
#include "core/runs.h"
#include "core/u64_table.h"

enum {
    LEAF_MAX = 224,     /* most pages in a leaf: no larger than a copy, so malloc can reuse one */
    LEAF_TWO = 180,     /* two neighbours with at most so many pages together become one */
    DIRTY_GRANULE = 16, /* bytes of a copy that share the time of their last change */
    GRANULES = PAGEMAP_PAGE / DIRTY_GRANULE,
    PAGE_UNITS = RUNS_UNITS, /* words of a bit for each byte of a page */
    TICK = 10000000,         /* ns: the unit of times; tick 0 is never */
    MERGE_TICKS = 200,       /* changes of a granule at most so many ticks apart count as one */
    STATES = PAGE_DATA + 1,
    COUNT_MAX = (1 << 30) - 1,
    LEAST = 256 * 1024, /* bytes that copies may take however large the index is */
    MALLOC_EXTRA = 16   /* bytes that an allocation costs more than it holds */
};

/* A leaf of the index: pages that had data (or differ from those around them), ascending, 18 bytes
 * for each whether they are neighbours or far apart. A page without an entry is a hole when the map
 * has passed it, else not seen yet. One allocation: five arrays of `cap` follow the struct
 * (leaf_...). */
struct leaf {
    uint64_t base;       /* its first page (when it has one): they are counted from here */
    uint32_t newest;     /* tick of the newest change in it */
    uint32_t hottest;    /* the greatest count */
    uint16_t n, cap;     /* pages in it, room */
    uint16_t of[STATES]; /* how many are in each enum page_state */
    uint32_t word[];
};

static inline uint32_t *leaf_at(struct leaf *l) /* the page, counted from base */
{
    return l->word;
}

static inline uint32_t *leaf_tick(struct leaf *l) /* of the last change, 0: none */
{
    return l->word + l->cap;
}

static inline uint32_t *leaf_count(struct leaf *l) /* changes * 4 + enum page_state */
{
    return l->word + (size_t)2 * l->cap;
}

static inline uint32_t *leaf_low(struct leaf *l) /* bits 0 to 31 of the hash, and */
{
    return l->word + (size_t)3 * l->cap;
}

static inline uint16_t *leaf_high(struct leaf *l) /* 32 to 47: 1 in 2^48 changes is missed */
{
    return (uint16_t *)(void *)(l->word + (size_t)4 * l->cap);
}

/* An entry of the index. */
struct leaf_pos {
    struct leaf *leaf; /* NULL: none */
    size_t number;     /* of the leaf */
    size_t i;          /* in it */
};

static inline uint64_t leaf_pos_page(const struct leaf_pos *p)
{
    return p->leaf->base + leaf_at(p->leaf)[p->i];
}

static inline enum page_state leaf_pos_state(const struct leaf_pos *p)
{
    return (enum page_state)(leaf_count(p->leaf)[p->i] % STATES);
}

static inline uint32_t leaf_pos_count(const struct leaf_pos *p)
{
    return leaf_count(p->leaf)[p->i] / STATES;
}

static inline uint32_t leaf_pos_tick(const struct leaf_pos *p)
{
    return leaf_tick(p->leaf)[p->i];
}

static inline bool leaf_pos_holds(const struct leaf_pos *p, uint64_t hash)
{
    return leaf_low(p->leaf)[p->i] == (uint32_t)hash &&
           leaf_high(p->leaf)[p->i] == (uint16_t)(hash >> 32);
}

static inline void leaf_pos_set_hash(const struct leaf_pos *p, uint64_t hash)
{
    leaf_low(p->leaf)[p->i] = (uint32_t)hash;
    leaf_high(p->leaf)[p->i] = (uint16_t)(hash >> 32);
}

/* When the bytes of a page changed. */
struct dirty_times {
    uint32_t tick[GRANULES];  /* of the last change, 0: none */
    uint16_t bytes[GRANULES]; /* a bit for each byte that changed then or shortly before */
};

struct copy {
    struct u64_entry entry;     /* key: the page's number */
    struct copy *newer, *older; /* by last change */
    struct dirty_times *times;  /* NULL: nothing changed since it was made */
    uint8_t bytes[PAGEMAP_PAGE];
};

_Static_assert(PAGE_UNITS *DIFFERING == PAGEMAP_PAGE, "PAGE_UNITS");
_Static_assert(sizeof(struct leaf) + 18 * LEAF_MAX <= sizeof(struct copy), "LEAF_MAX");

struct pagemap {
    struct leaf **leaves; /* ascending, disjoint; none is empty (but while pages are removed) */
    size_t count, cap;
    size_t leaf_bytes; /* that the leaves take */
    size_t last;       /* number of the leaf found last: the next is near */
    uint64_t seen;     /* pages before this one that are not in the index are holes */
    uint64_t size;     /* of the segment, bytes; UINT64_MAX: not known */
    uint64_t changes;  /* see pagemap_changes */
    int64_t epoch;     /* time of the first feeding */
    bool started;      /* there was one */
    bool starved;      /* an allocation failed */
    uint64_t zero;     /* hash of a page of zeros */
    struct u64_table copies;
    size_t timed; /* copies with times */
    struct copy *newest, *oldest;
    uint64_t pin_from, pin_to; /* pages */
    size_t allowance;
    struct pagemap_sink sink[PAGEMAP_SINKS];
    size_t sinks;
};

/* A part of one page on its way into the map. */
struct part {
    uint64_t page;        /* its number */
    size_t in, n;         /* bytes [in, in + n) of the page */
    const uint8_t *bytes; /* of the part */
    bool hole;
    bool whole; /* it is the page, or all of it that exists */
    int64_t time;
};

/* pagemap.c */
size_t pagemap_feed_part(struct pagemap *m, const struct part *p); /* bytes that changed */

/* pagemap_index.c */
struct leaf_pos index_seek(const struct pagemap *m, uint64_t page); /* the first not before it */
struct leaf_pos index_find(const struct pagemap *m, uint64_t page); /* leaf NULL: not there */
bool index_next(const struct pagemap *m, struct leaf_pos *p);       /* false: it was the last */
bool index_prev(const struct pagemap *m, struct leaf_pos *p);       /* false: it was the first */
size_t index_bytes(const struct pagemap *m);
bool index_large(const struct pagemap *m); /* it leaves copies too little of the allowance */

/* pagemap_index_edit.c: the page's entry, made when there is none; `ahead`: how many pages from
 * this one on are about to come. Leaf NULL: out of memory. Other positions are invalid afterwards.
 */
struct leaf_pos index_insert(struct pagemap *m, uint64_t page, size_t ahead);
void leaf_pos_set(const struct leaf_pos *p, enum page_state state);

/* Removes the entries i of the leaf with gone[i]. It stays, perhaps empty, until index_compact. */
void index_remove(struct pagemap *m, size_t number, const bool gone[LEAF_MAX]);
void index_compact(struct pagemap *m, size_t first,
                   size_t end);                        /* after removing in [first, end) */
void index_truncate(struct pagemap *m, uint64_t page); /* forgets all from it on */

/* pagemap_copies.c */
static inline struct copy *copy_find(const struct pagemap *m, uint64_t page)
{
    return u64_find(&m->copies, page);
}

/* Makes room first, then a copy; NULL: no room or no memory. */
struct copy *copy_add(struct pagemap *m, uint64_t page, const uint8_t bytes[PAGEMAP_PAGE]);
void copy_touch(struct pagemap *m, struct copy *c); /* it changed last */
void copy_drop(struct pagemap *m, struct copy *c);
bool copy_pinned(const struct pagemap *m, uint64_t page);
bool copy_room(const struct pagemap *m); /* for one more, without dropping another */
void copy_shrink(struct pagemap *m);     /* down to the allowance */

/* These bytes of the copy changed. Without memory for it only the page's time is known. */
void copy_mark(struct pagemap *m, struct copy *c, const uint64_t differs[PAGE_UNITS],
               uint32_t tick);
size_t copy_bytes(const struct pagemap *m);

uint32_t pagemap_tick(struct pagemap *m, int64_t time);
int64_t pagemap_time(const struct pagemap *m, uint32_t tick); /* 0 for 0 */

extern const uint8_t pagemap_zeros[PAGEMAP_PAGE];

#endif
