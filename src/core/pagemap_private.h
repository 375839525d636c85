/* What the parts of the page map share. */
#ifndef SHMLENS_CORE_PAGEMAP_PRIVATE_H
#define SHMLENS_CORE_PAGEMAP_PRIVATE_H

#include "core/pagemap.h"

enum {
    CHUNK_PAGES = 64,
    GRAIN = 16, /* bytes of a copy that share the time of their last change */
    GRAINS = PAGEMAP_PAGE / GRAIN,
    TICK = 10000000, /* ns: times are kept in such steps, 0: never */
    BURST = 200      /* ticks: changes of a grain that are not further apart are one */
};

/* CHUNK_PAGES pages of which at least one had data, or is not seen yet. */
struct chunk {
    uint32_t newest;  /* tick of the newest change in it */
    uint32_t hottest; /* the greatest count */
    uint32_t has;     /* bit per enum page_state that a page in it has */
    uint32_t tick[CHUNK_PAGES];
    uint32_t count[CHUNK_PAGES];
    uint64_t hash[CHUNK_PAGES];
    uint8_t state[CHUNK_PAGES]; /* enum page_state */
};

/* Ascending by number. */
struct slot {
    uint64_t number;     /* of the chunk: its first page / CHUNK_PAGES */
    struct chunk *chunk; /* NULL: all holes again */
};

/* When the bytes of a page changed. */
struct marks {
    uint32_t tick[GRAINS];  /* last change, 0: none */
    uint16_t bytes[GRAINS]; /* bit per byte that changed then, or shortly before */
};

struct copy {
    struct copy *chain;         /* the next in its bucket */
    struct copy *newer, *older; /* by last change */
    struct marks *marks;        /* NULL: nothing changed since it is kept */
    uint64_t page;              /* its number */
    uint8_t bytes[PAGEMAP_PAGE];
};

struct bucket {
    struct copy *first;
};

struct pagemap {
    struct slot *slots;
    size_t count, cap;
    size_t chunks;    /* slots with a chunk */
    size_t last;      /* index of the slot found last: the next is near */
    uint64_t seen;    /* pages before this one that have no chunk are holes */
    uint64_t size;    /* of the segment, bytes; UINT64_MAX: not told */
    uint64_t changes; /* see pagemap_changes */
    int64_t epoch;    /* time of the first feeding */
    bool started;     /* there was one */
    uint64_t zero;    /* hash of a page of zeros */
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
void pagemap_set_state(struct chunk *c, size_t i, enum page_state state);

/* pagemap_table.c */
struct chunk *table_find(const struct pagemap *m, uint64_t number); /* NULL: none */
struct chunk *table_make(struct pagemap *m, uint64_t number);       /* NULL: out of memory */
size_t table_lower(const struct pagemap *m, uint64_t number);       /* first slot not before it */
void table_drop(struct pagemap *m, size_t slot);                    /* its chunk is all holes */
void table_compact(struct pagemap *m);
void table_cut(struct pagemap *m, uint64_t pages); /* forgets chunks at and behind this page */
void table_sum_states(struct chunk *c);
size_t table_bytes(const struct pagemap *m);

/* pagemap_keep.c */
struct copy *keep_find(const struct pagemap *m, uint64_t page);
/* Makes room first, then keeps; NULL: no room or no memory. */
struct copy *keep_add(struct pagemap *m, uint64_t page, const uint8_t bytes[PAGEMAP_PAGE]);
void keep_touch(struct pagemap *m, struct copy *c); /* it changed last */
void keep_drop(struct pagemap *m, struct copy *c, bool tell);
bool keep_pinned(const struct pagemap *m, uint64_t page);
bool keep_room(const struct pagemap *m); /* for one more, without letting another go */
void keep_shrink(struct pagemap *m);     /* down to the allowance */
void keep_mark(struct pagemap *m, struct copy *c, size_t in, size_t n, uint32_t tick);
size_t keep_bytes(const struct pagemap *m);

uint32_t pagemap_tick(struct pagemap *m, int64_t time);
int64_t pagemap_time(const struct pagemap *m, uint32_t tick);   /* 0 for 0 */
uint32_t pagemap_since(const struct pagemap *m, int64_t since); /* first tick that counts */

extern const uint8_t pagemap_zeros[PAGEMAP_PAGE];

#endif
