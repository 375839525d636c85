/* Feeding losses: data that becomes a hole, what a shrinking segment loses. A hole keeps its entry
 * for a minute after its last change, so that the change can still be shown. */
#include <stdlib.h>
#include <string.h>

#include "core/change/pagemap_private.h"

/* Removes the copy of a hole that changed long ago (or when there is no room to remember it). True:
 * its entry can be removed too. */
static bool forget(struct pagemap *m, const struct leaf_pos *p, int64_t time)
{
    uint32_t tick = leaf_pos_tick(p);
    if (leaf_pos_state(p) != PAGE_HOLE || leaf_pos_page(p) >= m->seen)
        return false;
    if (tick != 0 && pagemap_tick(m, time) - tick <= 30 * MERGE_TICKS && !index_large(m))
        return false;
    struct copy *copy = copy_find(m, leaf_pos_page(p));
    if (copy != NULL)
        copy_drop(m, copy);
    return true;
}

/* The pages of one leaf from p on, before `to`, are holes now. True: some entries were removed. */
static bool empty_leaf(struct pagemap *m, struct leaf_pos p, uint64_t to, int64_t time)
{
    bool gone[LEAF_MAX] = {false}, some = false;
    for (; p.i < p.leaf->n && leaf_pos_page(&p) < to; p.i++) {
        struct part part = {.page = leaf_pos_page(&p),
                            .n = PAGEMAP_PAGE,
                            .bytes = pagemap_zeros,
                            .hole = true,
                            .whole = true,
                            .time = time};
        if (m->size / PAGEMAP_PAGE == part.page)
            part.n = (size_t)(m->size % PAGEMAP_PAGE);
        if (leaf_pos_state(&p) != PAGE_HOLE)
            (void)pagemap_feed_part(m, &part);
        gone[p.i] = forget(m, &p, time);
        some = some || gone[p.i];
    }
    if (some)
        index_remove(m, p.number, gone);
    return some;
}

void pagemap_feed_hole(struct pagemap *m, uint64_t offset, uint64_t end, int64_t time)
{
    uint64_t from = offset / PAGEMAP_PAGE, to = (end + PAGEMAP_PAGE - 1) / PAGEMAP_PAGE;
    struct leaf_pos p = index_seek(m, from);
    size_t first = p.number;
    bool some = false;
    while (p.leaf != NULL && leaf_pos_page(&p) < to) {
        some = empty_leaf(m, p, to, time) || some;
        p = (struct leaf_pos){.number = p.number + 1};
        if (p.number < m->count)
            p.leaf = m->leaves[p.number];
    }
    if (some)
        index_compact(m, first, p.number);
    copy_shrink(m);
}

static uint64_t pages_of(uint64_t size)
{
    return size / PAGEMAP_PAGE + (size % PAGEMAP_PAGE != 0);
}

void pagemap_seen(struct pagemap *m, uint64_t offset)
{
    uint64_t pages = pages_of(offset);
    if (pages > m->seen)
        m->seen = pages;
}

/* The bytes of a page from `in` (not 0) on are gone. */
static void cut_page(struct pagemap *m, uint64_t page, size_t in)
{
    struct leaf_pos at = index_find(m, page);
    struct copy *copy = copy_find(m, page);
    if (at.leaf == NULL)
        return;
    if (copy != NULL) {
        memset(copy->bytes + in, 0, PAGEMAP_PAGE - in);
        leaf_pos_set_hash(&at, pagemap_hash(copy->bytes));
    } else if (leaf_pos_state(&at) == PAGE_DATA) {
        leaf_pos_set(&at, PAGE_UNSEEN);
    }
}

void pagemap_resize(struct pagemap *m, uint64_t size)
{
    uint64_t pages = pages_of(size);
    bool shrinks = size < m->size, all_seen = m->seen >= pages_of(m->size);
    m->size = size;
    if (!shrinks) {
        m->seen = all_seen && pages > m->seen ? pages : m->seen; /* what it gained is zeros */
        return;
    }
    struct copy *c = m->oldest;
    while (c != NULL) {
        struct copy *next = c->newer;
        if (c->entry.key >= pages)
            copy_drop(m, c);
        c = next;
    }
    if (size % PAGEMAP_PAGE != 0)
        cut_page(m, size / PAGEMAP_PAGE, (size_t)(size % PAGEMAP_PAGE));
    index_truncate(m, pages);
}

void pagemap_reset_counts(struct pagemap *m)
{
    for (size_t k = 0; k < m->count; k++) {
        struct leaf *l = m->leaves[k];
        l->hottest = 0;
        for (size_t i = 0; i < l->n; i++)
            leaf_count(l)[i] %= STATES;
    }
}
