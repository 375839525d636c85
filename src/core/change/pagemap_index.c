/* The index of pages: finding an entry. Leaves are in an array that ascends by their pages. Sweeps
 * go through it in order, so the leaf wanted is nearly always the last one found, or the next. */
#include <stdlib.h>

#include "core/change/pagemap_private.h"

/* The last leaf that does not begin after the page; 0 when all do. */
static size_t leaf_of(const struct pagemap *m, uint64_t page)
{
    size_t low = 0, high = m->count;
    if (m->last < m->count && m->leaves[m->last]->base <= page) {
        low = m->last;
        if (low + 1 == m->count || m->leaves[low + 1]->base > page)
            return low;
        if (low + 2 >= m->count || m->leaves[low + 2]->base > page)
            return low + 1;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (m->leaves[middle]->base <= page)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The first entry of the leaf that is not before the page; n: none. */
static size_t entry_of(struct leaf *l, uint64_t page)
{
    size_t low = 0, high = l->n;
    const uint32_t *at = leaf_at(l);
    if (page <= l->base)
        return 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->base + at[middle] < page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct leaf_pos index_seek(const struct pagemap *m, uint64_t page)
{
    struct leaf_pos p = {0};
    if (m->count == 0)
        return p;
    p.number = leaf_of(m, page);
    p.i = entry_of(m->leaves[p.number], page);
    while (p.number < m->count && p.i >= m->leaves[p.number]->n) {
        p.number++;
        p.i = 0;
    }
    if (p.number < m->count)
        p.leaf = m->leaves[p.number];
    return p;
}

struct leaf_pos index_find(const struct pagemap *m, uint64_t page)
{
    struct leaf_pos p = index_seek(m, page);
    if (p.leaf != NULL && leaf_pos_page(&p) != page)
        p.leaf = NULL;
    return p;
}

bool index_next(const struct pagemap *m, struct leaf_pos *p)
{
    p->i++;
    while (p->number < m->count && p->i >= m->leaves[p->number]->n) {
        p->number++;
        p->i = 0;
    }
    p->leaf = p->number < m->count ? m->leaves[p->number] : NULL;
    return p->leaf != NULL;
}

bool index_prev(const struct pagemap *m, struct leaf_pos *p)
{
    while (p->i == 0 && p->number > 0)
        p->i = m->leaves[--p->number]->n;
    if (p->i == 0)
        return false;
    p->i--;
    p->leaf = m->leaves[p->number];
    return true;
}

size_t index_bytes(const struct pagemap *m)
{
    return m->cap * sizeof(struct leaf *) + m->leaf_bytes;
}

bool index_large(const struct pagemap *m)
{
    size_t bytes = index_bytes(m);
    return bytes > LEAST && m->allowance < bytes + LEAST;
}
