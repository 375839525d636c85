/* The copies of pages: found by number, ordered by their last change; the least recent goes first
 * when there is no room. */
#include <stdlib.h>
#include <string.h>

#include "core/change/pagemap_private.h"

enum { FIRST_BUCKETS = 256 };

static size_t bucket_of(const struct pagemap *m, uint64_t page)
{
    return (size_t)((page * 0x9e3779b97f4a7c15u) >> 32) & (m->buckets - 1);
}

struct copy *copy_find(const struct pagemap *m, uint64_t page)
{
    if (m->buckets == 0)
        return NULL;
    struct copy *c = m->bucket[bucket_of(m, page)].first;
    while (c != NULL && c->page != page)
        c = c->chain;
    return c;
}

bool copy_pinned(const struct pagemap *m, uint64_t page)
{
    return page >= m->pin_from && page < m->pin_to;
}

size_t copy_bytes(const struct pagemap *m)
{
    return m->buckets * sizeof(struct bucket) + m->copies * (sizeof(struct copy) + sizeof(size_t)) +
           m->marked * sizeof(struct dirty_times);
}

/* What the table leaves of the allowance. */
static size_t room(const struct pagemap *m)
{
    size_t table = sizeof *m + index_bytes(m);
    size_t left = m->allowance > table ? m->allowance - table : 0;
    return left > LEAST ? left : LEAST;
}

bool copy_room(const struct pagemap *m)
{
    return copy_bytes(m) + sizeof(struct copy) + sizeof(struct dirty_times) <= room(m);
}

static void unlink_copy(struct pagemap *m, struct copy *c)
{
    if (m->newest == c)
        m->newest = c->older;
    if (m->oldest == c)
        m->oldest = c->newer;
    if (c->newer != NULL)
        c->newer->older = c->older;
    if (c->older != NULL)
        c->older->newer = c->newer;
}

static void link_newest(struct pagemap *m, struct copy *c)
{
    c->newer = NULL;
    c->older = m->newest;
    *(m->newest != NULL ? &m->newest->newer : &m->oldest) = c;
    m->newest = c;
}

/* Nothing changed in it yet: the first to go. */
static void link_oldest(struct pagemap *m, struct copy *c)
{
    c->older = NULL;
    c->newer = m->oldest;
    *(m->oldest != NULL ? &m->oldest->older : &m->newest) = c;
    m->oldest = c;
}

void copy_touch(struct pagemap *m, struct copy *c)
{
    if (m->newest == c)
        return;
    unlink_copy(m, c);
    link_newest(m, c);
}

void copy_drop(struct pagemap *m, struct copy *c, bool tell)
{
    struct copy **at = &m->bucket[bucket_of(m, c->page)].first;
    while (*at != c)
        at = &(*at)->chain;
    *at = c->chain;
    unlink_copy(m, c);
    m->copies--;
    m->marked -= c->marks != NULL;
    for (size_t i = 0; tell && i < m->sinks; i++)
        if (m->sink[i].dropped != NULL)
            m->sink[i].dropped(m->sink[i].ctx, c->page * PAGEMAP_PAGE);
    free(c->marks);
    free(c);
}

/* Lets the least recently changed one go that is not on the screen. */
static bool drop_one(struct pagemap *m)
{
    struct copy *c = m->oldest;
    while (c != NULL && copy_pinned(m, c->page))
        c = c->newer;
    if (c != NULL)
        copy_drop(m, c, true);
    return c != NULL;
}

void copy_shrink(struct pagemap *m)
{
    while (copy_bytes(m) > room(m) && drop_one(m))
        ;
}

static bool grow_buckets(struct pagemap *m)
{
    size_t n = m->buckets == 0 ? FIRST_BUCKETS : m->buckets * 2;
    struct bucket *bucket = calloc(n, sizeof *bucket);
    if (bucket == NULL)
        return m->buckets != 0;
    free(m->bucket);
    m->bucket = bucket;
    m->buckets = n;
    for (struct copy *c = m->newest; c != NULL; c = c->older) {
        size_t i = bucket_of(m, c->page);
        c->chain = bucket[i].first;
        bucket[i].first = c;
    }
    return true;
}

struct copy *copy_add(struct pagemap *m, uint64_t page, const uint8_t bytes[PAGEMAP_PAGE])
{
    while (!copy_room(m) && drop_one(m))
        ;
    if (!copy_room(m) && !copy_pinned(m, page))
        return NULL;
    if (m->copies >= m->buckets && !grow_buckets(m))
        return NULL;
    struct copy *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    c->page = page;
    c->marks = NULL;
    memcpy(c->bytes, bytes, PAGEMAP_PAGE);
    size_t i = bucket_of(m, page);
    c->chain = m->bucket[i].first;
    m->bucket[i].first = c;
    m->copies++;
    link_oldest(m, c);
    return c;
}

/* Bytes [in, in + n) of the copy changed; without memory for it the page alone knows. */
static void mark_range(struct dirty_times *k, size_t in, size_t n, uint32_t tick)
{
    for (size_t i = in; i < in + n; i++) {
        size_t grain = i / DIRTY_GRANULE;
        if (k->tick[grain] == 0 || tick - k->tick[grain] > MERGE_TICKS)
            k->bytes[grain] = 0;
        k->tick[grain] = tick;
        k->bytes[grain] = (uint16_t)(k->bytes[grain] | 1u << i % DIRTY_GRANULE);
    }
}

void copy_mark(struct pagemap *m, struct copy *c, size_t in, size_t n, uint32_t tick)
{
    if (c->marks == NULL) {
        c->marks = calloc(1, sizeof *c->marks);
        if (c->marks == NULL)
            return;
        m->marked++;
    }
    mark_range(c->marks, in, n, tick);
}
