/* What the parts of the page map share. */
#ifndef SHMLENS_CORE_CHANGE_PAGEMAP_PRIVATE_H
#define SHMLENS_CORE_CHANGE_PAGEMAP_PRIVATE_H

#include "core/change/pagemap.h"

enum {
    LEAF_MAX = 224,     /* pages of a leaf, at most: as large as a copy, whose place it may take; */
    LEAF_TWO = 180,     /* two neighbours that have no more together become one */
    DIRTY_GRANULE = 16, /* bytes of a copy that share the time of their last change */
    GRAINS = PAGEMAP_PAGE / DIRTY_GRANULE,
    TICK = 10000000,   /* ns: times are kept in such steps, 0: never */
    MERGE_TICKS = 200, /* ticks: changes of a grain that are not further apart are one */
    STATES = PAGE_DATA + 1,
    COUNT_MAX = (1 << 30) - 1,
    LEAST = 256 * 1024, /* bytes that copies may take however large the table is */
    MALLOC_EXTRA = 16   /* bytes that an allocation costs more than it holds */
};

/* Pages that had data (or are not as those around them), ascending. 18 bytes for each, whether they
 * are neighbours or far apart; a page that is not in the table is a hole when the map has passed
 * it, else not seen yet. One allocation: five arrays of `cap` lie behind the struct (leaf_...). */
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

static inline uint16_t *leaf_high(struct leaf *l) /* 32 to 47: 1 in 2^48 changes is not seen */
{
    return (uint16_t *)(void *)(l->word + (size_t)4 * l->cap);
}

/* An entry of the table. */
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

static inline uint32_t place_count(const struct leaf_pos *p)
{
    return leaf_count(p->leaf)[p->i] / STATES;
}

static inline uint32_t leaf_pos_tick(const struct leaf_pos *p)
{
    return leaf_tick(p->leaf)[p->i];
}

static inline bool place_holds(const struct leaf_pos *p, uint64_t hash)
{
    return leaf_low(p->leaf)[p->i] == (uint32_t)hash &&
           leaf_high(p->leaf)[p->i] == (uint16_t)(hash >> 32);
}

static inline void place_hash(const struct leaf_pos *p, uint64_t hash)
{
    leaf_low(p->leaf)[p->i] = (uint32_t)hash;
    leaf_high(p->leaf)[p->i] = (uint16_t)(hash >> 32);
}

/* When the bytes of a page changed. */
struct dirty_times {
    uint32_t tick[GRAINS];  /* last change, 0: none */
    uint16_t bytes[GRAINS]; /* bit per byte that changed then, or shortly before */
};

struct copy {
    struct copy *chain;         /* the next in its bucket */
    struct copy *newer, *older; /* by last change */
    struct dirty_times *marks;  /* NULL: nothing changed since it is kept */
    uint64_t page;              /* its number */
    uint8_t bytes[PAGEMAP_PAGE];
};

_Static_assert(sizeof(struct leaf) + 18 * LEAF_MAX <= sizeof(struct copy), "LEAF_MAX");

struct bucket {
    struct copy *first;
};

struct pagemap {
    struct leaf **leaves; /* ascending, apart; none is empty (but while pages go) */
    size_t count, cap;
    size_t leaf_bytes; /* that the leaves take */
    size_t last;       /* number of the leaf found last: the next is near */
    uint64_t seen;     /* pages before this one that are not in the table are holes */
    uint64_t size;     /* of the segment, bytes; UINT64_MAX: not told */
    uint64_t changes;  /* see pagemap_changes */
    int64_t epoch;     /* time of the first feeding */
    bool started;      /* there was one */
    uint64_t zero;     /* hash of a page of zeros */
    /* copies */
    struct bucket *bucket;
    size_t buckets, copies, marked; /* marked: copies with marks */
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
    bool whole; /* the page, or all of it that exists */
    int64_t time;
};

/* pagemap.c */
size_t pagemap_feed_part(struct pagemap *m, const struct part *p); /* bytes that changed */

/* pagemap_table.c */
struct leaf_pos index_seek(const struct pagemap *m, uint64_t page); /* the first not before it */
struct leaf_pos index_find(const struct pagemap *m, uint64_t page); /* leaf NULL: not there */
bool index_next(const struct pagemap *m, struct leaf_pos *p);       /* false: it was the last */
bool index_prev(const struct pagemap *m, struct leaf_pos *p);       /* false: it was the first */
size_t index_bytes(const struct pagemap *m);
bool index_large(const struct pagemap *m); /* it leaves copies too little of the allowance */

/* pagemap_grow.c: the page's place, made when it is not there; `ahead`: it and so many that follow
 * are coming. Leaf NULL: out of memory. Other places do not hold afterwards. */
struct leaf_pos index_insert(struct pagemap *m, uint64_t page, size_t ahead);
void leaf_pos_set(const struct leaf_pos *p, enum page_state state);

/* Entries i of the leaf with gone[i] go. The leaf stays, empty perhaps, until index_compact. */
void index_remove(struct pagemap *m, size_t number, const bool gone[LEAF_MAX]);
void index_compact(struct pagemap *m, size_t first,
                   size_t end);                        /* after removing in [first, end) */
void index_truncate(struct pagemap *m, uint64_t page); /* forgets all from it on */

/* pagemap_keep.c */
struct copy *copy_find(const struct pagemap *m, uint64_t page);
/* Makes room first, then keeps; NULL: no room or no memory. */
struct copy *copy_add(struct pagemap *m, uint64_t page, const uint8_t bytes[PAGEMAP_PAGE]);
void copy_touch(struct pagemap *m, struct copy *c); /* it changed last */
void copy_drop(struct pagemap *m, struct copy *c, bool tell);
bool copy_pinned(const struct pagemap *m, uint64_t page);
bool copy_room(const struct pagemap *m); /* for one more, without letting another go */
void copy_shrink(struct pagemap *m);     /* down to the allowance */
void copy_mark(struct pagemap *m, struct copy *c, size_t in, size_t n, uint32_t tick);
size_t copy_bytes(const struct pagemap *m);

uint32_t pagemap_tick(struct pagemap *m, int64_t time);
int64_t pagemap_time(const struct pagemap *m, uint32_t tick);   /* 0 for 0 */
uint32_t pagemap_since(const struct pagemap *m, int64_t since); /* first tick that counts */

extern const uint8_t pagemap_zeros[PAGEMAP_PAGE];

#endif
