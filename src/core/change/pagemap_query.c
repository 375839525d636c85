/* Queries: single pages, changed bytes in order, sums of ranges. */
#include <string.h>

#include "core/change/pagemap_private.h"

/* The first tick that counts. */
static uint32_t tick_since(const struct pagemap *m, int64_t since)
{
    if (since <= m->epoch)
        return 1;
    int64_t tick = (since - m->epoch) / TICK;
    return tick >= UINT32_MAX - 1 ? UINT32_MAX : (uint32_t)tick + 1;
}

struct page_info pagemap_page(const struct pagemap *m, uint64_t offset)
{
    uint64_t page = offset / PAGEMAP_PAGE;
    struct leaf_pos at = index_find(m, page);
    struct page_info info = {.known = pagemap_bytes(m, offset) != NULL};
    info.state = page < m->seen ? PAGE_HOLE : PAGE_UNSEEN;
    if (at.leaf != NULL) {
        info.state = leaf_pos_state(&at);
        info.changed = pagemap_time(m, leaf_pos_tick(&at));
        info.count = leaf_pos_count(&at);
    }
    return info;
}

const uint8_t *pagemap_bytes(const struct pagemap *m, uint64_t offset)
{
    uint64_t page = offset / PAGEMAP_PAGE;
    struct leaf_pos at = index_find(m, page);
    if (at.leaf == NULL)
        return page < m->seen ? pagemap_zeros : NULL;
    const struct copy *copy = copy_find(m, page);
    if (copy != NULL)
        return copy->bytes;
    enum page_state state = leaf_pos_state(&at);
    return state == PAGE_HOLE || state == PAGE_ZERO ? pagemap_zeros : NULL;
}

void pagemap_ages(const struct pagemap *m, uint64_t offset, int64_t *changed, size_t n)
{
    const struct copy *copy = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t in = (size_t)((offset + i) % PAGEMAP_PAGE);
        if (i == 0 || in == 0)
            copy = copy_find(m, (offset + i) / PAGEMAP_PAGE);
        const struct dirty_times *k = copy != NULL ? copy->times : NULL;
        bool marked = k != NULL && (k->bytes[in / DIRTY_GRANULE] >> in % DIRTY_GRANULE & 1) != 0;
        changed[i] = marked ? pagemap_time(m, k->tick[in / DIRTY_GRANULE]) : 0;
    }
}

/* ---- walking the pages with memory, and the changed bytes ---- */

bool pagemap_next_page(const struct pagemap *m, uint64_t from, uint64_t *offset)
{
    struct leaf_pos p = index_seek(m, from / PAGEMAP_PAGE);
    bool more = p.leaf != NULL;
    while (more) {
        if (leaf_pos_state(&p) >= PAGE_ZERO) {
            *offset = leaf_pos_page(&p) * PAGEMAP_PAGE;
            return true;
        }
        if (p.leaf->of[PAGE_ZERO] == 0 && p.leaf->of[PAGE_DATA] == 0)
            p.i = (size_t)p.leaf->n - 1; /* nor any other in this leaf */
        more = index_next(m, &p);
    }
    return false;
}

static bool byte_changed(const struct dirty_times *k, size_t in, uint32_t since)
{
    return k->tick[in / DIRTY_GRANULE] >= since &&
           (k->bytes[in / DIRTY_GRANULE] >> in % DIRTY_GRANULE & 1) != 0;
}

/* The first changed byte of [in, end) of a page, -1: none. */
static int first_in(const struct pagemap *m, uint64_t page, size_t in, uint32_t since)
{
    const struct copy *copy = copy_find(m, page);
    if (copy == NULL || copy->times == NULL)
        return in == 0 ? 0 : -1; /* the page stands for its bytes */
    for (size_t i = in; i < PAGEMAP_PAGE; i++)
        if (byte_changed(copy->times, i, since))
            return (int)i;
    return -1;
}

static int last_in(const struct pagemap *m, uint64_t page, size_t end, uint32_t since)
{
    const struct copy *copy = copy_find(m, page);
    if (copy == NULL || copy->times == NULL)
        return end > 0 ? 0 : -1;
    for (size_t i = end; i > 0; i--)
        if (byte_changed(copy->times, i - 1, since))
            return (int)i - 1;
    return -1;
}

bool pagemap_next(const struct pagemap *m, uint64_t from, int64_t since, uint64_t *offset)
{
    uint32_t tick = tick_since(m, since);
    struct leaf_pos p = index_seek(m, from / PAGEMAP_PAGE);
    bool more = p.leaf != NULL;
    while (more) {
        uint64_t page = leaf_pos_page(&p);
        size_t in = page == from / PAGEMAP_PAGE ? (size_t)(from % PAGEMAP_PAGE) : 0;
        int found = leaf_pos_tick(&p) >= tick ? first_in(m, page, in, tick) : -1;
        if (found >= 0) {
            *offset = page * PAGEMAP_PAGE + (uint64_t)found;
            return true;
        }
        if (p.leaf->newest < tick) /* nor any after it */
            p.i = (size_t)p.leaf->n - 1;
        more = index_next(m, &p);
    }
    return false;
}

bool pagemap_prev(const struct pagemap *m, uint64_t before, int64_t since, uint64_t *offset)
{
    uint32_t tick = tick_since(m, since);
    struct leaf_pos p = index_seek(m, before / PAGEMAP_PAGE + 1);
    if (p.leaf == NULL)
        p.number = m->count;
    while (index_prev(m, &p)) {
        uint64_t page = leaf_pos_page(&p);
        size_t in = page == before / PAGEMAP_PAGE ? (size_t)(before % PAGEMAP_PAGE) : PAGEMAP_PAGE;
        int found = leaf_pos_tick(&p) >= tick ? last_in(m, page, in, tick) : -1;
        if (found >= 0) {
            *offset = page * PAGEMAP_PAGE + (uint64_t)found;
            return true;
        }
        if (p.leaf->newest < tick)
            p.i = 0;
    }
    return false;
}

/* ---- sums ---- */

struct sum {
    enum page_state state;
    uint32_t tick, count;
};

static void add(struct sum *s, enum page_state state, uint32_t tick, uint32_t count)
{
    s->state = state > s->state ? state : s->state;
    s->tick = tick > s->tick ? tick : s->tick;
    s->count = count > s->count ? count : s->count;
}

/* Bytes [in, end) of one page, as fine as is known. */
static void add_part(const struct pagemap *m, struct sum *s, const struct leaf_pos *p, size_t in,
                     size_t end)
{
    enum page_state state = leaf_pos_state(p);
    uint32_t tick = leaf_pos_tick(p);
    const struct copy *copy = end - in < PAGEMAP_PAGE ? copy_find(m, leaf_pos_page(p)) : NULL;
    if (copy != NULL) {
        if (state == PAGE_DATA && memcmp(copy->bytes + in, pagemap_zeros, end - in) == 0)
            state = PAGE_ZERO;
        tick = 0;
        for (size_t g = in / DIRTY_GRANULE; copy->times != NULL && g * DIRTY_GRANULE < end; g++)
            tick = copy->times->tick[g] > tick ? copy->times->tick[g] : tick;
    }
    add(s, state, tick, tick != 0 ? leaf_pos_count(p) : 0);
}

/* All of a leaf. */
static void add_leaf(struct sum *s, const struct leaf *l)
{
    enum page_state state = PAGE_DATA;
    while (state > PAGE_UNSEEN && l->of[state] == 0)
        state--;
    add(s, state, l->newest, l->hottest);
}

/* Adds the entry, or its leaf when all of it lies in [from, to), bytes; steps past it. False: that
 * is past `to`, or the end. */
static bool add_next(const struct pagemap *m, struct sum *s, struct leaf_pos *p, uint64_t from,
                     uint64_t to)
{
    uint64_t at = leaf_pos_page(p) * PAGEMAP_PAGE;
    if (at >= to)
        return false;
    struct leaf *l = p->leaf;
    uint64_t last = (l->base + leaf_at(l)[l->n - 1]) * PAGEMAP_PAGE;
    if (p->i == 0 && at >= from && last < to && to - last >= PAGEMAP_PAGE) {
        add_leaf(s, l);
        p->i = (size_t)l->n - 1;
    } else {
        add_part(m, s, p, at < from ? (size_t)(from - at) : 0,
                 to - at < PAGEMAP_PAGE ? (size_t)(to - at) : PAGEMAP_PAGE);
    }
    return index_next(m, p);
}

struct page_sum pagemap_sum(const struct pagemap *m, uint64_t from, uint64_t to)
{
    struct sum s = {.state = PAGE_UNSEEN};
    if (from / PAGEMAP_PAGE < m->seen)
        s.state = PAGE_HOLE;
    struct leaf_pos p = index_seek(m, from / PAGEMAP_PAGE);
    bool more = p.leaf != NULL;
    while (more)
        more = add_next(m, &s, &p, from, to);
    struct page_sum out = {0};
    out.state = s.state;
    out.changed = pagemap_time(m, s.tick);
    out.count = s.count;
    return out;
}
