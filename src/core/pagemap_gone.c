/* What goes: data that becomes a hole, what a shrinking segment loses, what is forgotten. */
#include <stdlib.h>
#include <string.h>

#include "core/pagemap_private.h"

/* The pages of one slot that lie in [from, to) are holes now. */
static void empty_chunk(struct pagemap *m, size_t slot, uint64_t from, uint64_t to, int64_t time)
{
    struct chunk *c = m->slots[slot].chunk;
    uint64_t first = m->slots[slot].number * CHUNK_PAGES;
    for (size_t i = 0; i < CHUNK_PAGES; i++) {
        if (first + i < from || first + i >= to || c->state[i] == PAGE_HOLE)
            continue;
        struct part p = {.page = first + i,
                         .n = PAGEMAP_PAGE,
                         .bytes = pagemap_zeros,
                         .hole = true,
                         .whole = true,
                         .time = time};
        if (m->size / PAGEMAP_PAGE == p.page)
            p.n = (size_t)(m->size % PAGEMAP_PAGE);
        (void)pagemap_feed_part(m, &p);
    }
    uint32_t now = pagemap_tick(m, time);
    bool quiet = c->newest == 0 || now - c->newest > 30 * BURST;
    if (c->has == 1u << PAGE_HOLE && quiet && first + CHUNK_PAGES <= m->seen) {
        for (size_t i = 0; i < CHUNK_PAGES; i++) {
            struct copy *copy = keep_find(m, first + i);
            if (copy != NULL)
                keep_drop(m, copy, false);
        }
        table_drop(m, slot);
    }
}

void pagemap_feed_hole(struct pagemap *m, uint64_t offset, uint64_t end, int64_t time)
{
    uint64_t from = offset / PAGEMAP_PAGE, to = (end + PAGEMAP_PAGE - 1) / PAGEMAP_PAGE;
    for (size_t i = table_lower(m, from / CHUNK_PAGES);
         i < m->count && m->slots[i].number * CHUNK_PAGES < to; i++)
        if (m->slots[i].chunk != NULL)
            empty_chunk(m, i, from, to, time);
    table_compact(m);
    keep_shrink(m);
}

void pagemap_seen(struct pagemap *m, uint64_t offset)
{
    uint64_t pages = offset / PAGEMAP_PAGE + (offset % PAGEMAP_PAGE != 0);
    if (pages > m->seen)
        m->seen = pages;
}

/* What page number `page` holds from byte `in` on is gone. */
static void cut_page(struct pagemap *m, uint64_t page, size_t in)
{
    struct chunk *c = table_find(m, page / CHUNK_PAGES);
    struct copy *copy = keep_find(m, page);
    if (c == NULL)
        return;
    size_t i = page % CHUNK_PAGES;
    if (copy != NULL && in == 0)
        keep_drop(m, copy, true);
    else if (copy != NULL)
        memset(copy->bytes + in, 0, PAGEMAP_PAGE - in);
    if (copy != NULL && in > 0) {
        c->hash[i] = pagemap_hash(copy->bytes);
    } else if (in == 0) {
        c->hash[i] = m->zero;
        c->tick[i] = c->count[i] = 0;
        pagemap_set_state(c, i, PAGE_HOLE);
    } else if (c->state[i] == PAGE_DATA) {
        pagemap_set_state(c, i, PAGE_UNSEEN);
    }
}

void pagemap_resize(struct pagemap *m, uint64_t size)
{
    uint64_t page = size / PAGEMAP_PAGE;
    bool shrinks = size < m->size;
    m->size = size;
    if (!shrinks)
        return;
    struct copy *c = m->oldest;
    while (c != NULL) {
        struct copy *next = c->newer;
        if (c->page > page)
            keep_drop(m, c, true);
        c = next;
    }
    cut_page(m, page, (size_t)(size % PAGEMAP_PAGE));
    for (uint64_t p = page + 1; p % CHUNK_PAGES != 0; p++)
        cut_page(m, p, 0);
    table_cut(m, page + 1);
}

void pagemap_cool(struct pagemap *m)
{
    for (size_t s = 0; s < m->count; s++) {
        struct chunk *c = m->slots[s].chunk;
        if (c == NULL)
            continue;
        c->hottest = 0;
        memset(c->count, 0, sizeof c->count);
    }
}
