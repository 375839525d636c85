/* The copies of pages: found by number, and in a list ordered by their last change. When there is
 * no room, the one that has not changed for longest is dropped, unless it is pinned. */
#include <stdlib.h>
#include <string.h>

#include "core/change/pagemap_private.h"

enum { IN_UNIT = DIFFERING / DIRTY_GRANULE };

bool copy_pinned(const struct pagemap *m, uint64_t page)
{
    return page >= m->pin_from && page < m->pin_to;
}

size_t copy_bytes(const struct pagemap *m)
{
    return u64_bytes(&m->copies) + m->copies.count * (sizeof(struct copy) + sizeof(size_t)) +
           m->timed * sizeof(struct dirty_times);
}

/* What the index leaves of the allowance. */
static size_t room(const struct pagemap *m)
{
    size_t index = sizeof *m + index_bytes(m);
    size_t left = m->allowance > index ? m->allowance - index : 0;
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

/* Nothing changed in it yet: the first to be dropped. */
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

void copy_drop(struct pagemap *m, struct copy *c)
{
    u64_remove(&m->copies, &c->entry);
    unlink_copy(m, c);
    m->timed -= c->times != NULL;
    free(c->times);
    free(c);
}

/* Drops the least recently changed copy that is not pinned. False: there is none. */
static bool drop_one(struct pagemap *m)
{
    struct copy *c = m->oldest;
    while (c != NULL && copy_pinned(m, c->entry.key))
        c = c->newer;
    if (c != NULL)
        copy_drop(m, c);
    return c != NULL;
}

void copy_shrink(struct pagemap *m)
{
    while (copy_bytes(m) > room(m) && drop_one(m))
        ;
}

struct copy *copy_add(struct pagemap *m, uint64_t page, const uint8_t bytes[PAGEMAP_PAGE])
{
    while (!copy_room(m) && drop_one(m))
        ;
    if (!copy_room(m) && !copy_pinned(m, page))
        return NULL;
    struct copy *c = malloc(sizeof *c);
    if (c != NULL)
        c->entry.key = page;
    if (c == NULL || !u64_add(&m->copies, &c->entry)) {
        free(c);
        m->starved = true;
        return NULL;
    }
    c->times = NULL;
    memcpy(c->bytes, bytes, PAGEMAP_PAGE);
    link_oldest(m, c);
    return c;
}

/* Without a branch, so that compilers do several granules at once; most pages that change have both
 * granules that do and granules that do not, in no order that a processor could predict. */
static void mark_granules(struct dirty_times *k, const uint16_t *changed, uint32_t tick)
{
    for (size_t i = 0; i < GRANULES; i++) {
        uint16_t here = changed[i];
        uint32_t was = k->tick[i];
        bool keeps = (here == 0) | ((was != 0) & (tick - was <= MERGE_TICKS));
        k->bytes[i] = (uint16_t)(here | (keeps ? k->bytes[i] : 0));
        k->tick[i] = here != 0 ? tick : was;
    }
}

void copy_mark(struct pagemap *m, struct copy *c, const uint64_t differs[PAGE_UNITS], uint32_t tick)
{
    uint16_t changed[GRANULES];
    if (m->allowance == PAGEMAP_NO_LIMIT) /* nobody asks for times of bytes */
        return;
    if (c->times == NULL) {
        c->times = calloc(1, sizeof *c->times);
        if (c->times == NULL)
            return;
        m->timed++;
    }
    for (size_t i = 0; i < PAGE_UNITS; i++) {
        changed[i * IN_UNIT] = (uint16_t)differs[i];
        changed[i * IN_UNIT + 1] = (uint16_t)(differs[i] >> DIRTY_GRANULE);
        changed[i * IN_UNIT + 2] = (uint16_t)(differs[i] >> 2 * DIRTY_GRANULE);
        changed[i * IN_UNIT + 3] = (uint16_t)(differs[i] >> 3 * DIRTY_GRANULE);
    }
    mark_granules(c->times, changed, tick);
}
