/* The index of pages: adding and removing entries. Whatever the order in which pages come and go,
 * two neighbouring leaves have more than LEAF_TWO pages together, so that the overhead of a leaf is
 * small for each page. */
#include <stdlib.h>
#include <string.h>

#include "core/change/pagemap_private.h"

enum { FIRST_LEAVES = 64, STEP_SMALL = 4, STEP = 8, SMALL = 64, WORDS = 4 };

static size_t bytes_of(size_t cap)
{
    return sizeof(struct leaf) + cap * (WORDS * sizeof(uint32_t) + sizeof(uint16_t)) + MALLOC_EXTRA;
}

static size_t room_for(size_t n)
{
    size_t step = n < SMALL ? STEP_SMALL : STEP;
    return (n + step - 1) / step * step;
}

void leaf_pos_set(const struct leaf_pos *p, enum page_state state)
{
    uint32_t *count = &leaf_count(p->leaf)[p->i];
    p->leaf->of[*count % STATES]--;
    p->leaf->of[state]++;
    *count = *count / STATES * STATES + (uint32_t)state;
}

/* ---- leaves ---- */

static struct leaf *leaf_new(struct pagemap *m, uint64_t base, size_t cap)
{
    struct leaf *l = malloc(bytes_of(cap) - MALLOC_EXTRA);
    m->starved = m->starved || l == NULL;
    if (l == NULL)
        return NULL;
    memset(l, 0, sizeof *l);
    l->base = base;
    l->cap = (uint16_t)cap;
    m->leaf_bytes += bytes_of(cap);
    return l;
}

static void leaf_free(struct pagemap *m, struct leaf *l)
{
    m->leaf_bytes -= bytes_of(l->cap);
    free(l);
}

/* Moves n entries of a leaf, from i on, to position `to` of the same or a different leaf. */
static void move_entries(struct leaf *l, size_t to, struct leaf *from, size_t i, size_t n)
{
    uint32_t shift = (uint32_t)(from->base - l->base);
    memmove(leaf_at(l) + to, leaf_at(from) + i, n * sizeof(uint32_t));
    memmove(leaf_tick(l) + to, leaf_tick(from) + i, n * sizeof(uint32_t));
    memmove(leaf_count(l) + to, leaf_count(from) + i, n * sizeof(uint32_t));
    memmove(leaf_low(l) + to, leaf_low(from) + i, n * sizeof(uint32_t));
    memmove(leaf_high(l) + to, leaf_high(from) + i, n * sizeof(uint16_t));
    for (size_t k = 0; k < n && shift != 0; k++)
        leaf_at(l)[to + k] += shift;
}

static void sum_up(struct leaf *l)
{
    l->newest = l->hottest = 0;
    memset(l->of, 0, sizeof l->of);
    for (size_t i = 0; i < l->n; i++) {
        uint32_t count = leaf_count(l)[i], tick = leaf_tick(l)[i];
        l->of[count % STATES]++;
        l->newest = tick > l->newest ? tick : l->newest;
        l->hottest = count / STATES > l->hottest ? count / STATES : l->hottest;
    }
}

/* Gives the leaf room for `cap` pages. False: out of memory, it stays as it was. */
static bool leaf_size(struct pagemap *m, size_t number, size_t cap)
{
    struct leaf *old = m->leaves[number];
    if (cap == old->cap)
        return true;
    struct leaf *l = leaf_new(m, old->base, cap);
    if (l == NULL)
        return false;
    l->n = old->n;
    l->newest = old->newest;
    l->hottest = old->hottest;
    memcpy(l->of, old->of, sizeof l->of);
    move_entries(l, 0, old, 0, old->n);
    m->leaves[number] = l;
    leaf_free(m, old);
    return true;
}

/* Inserts a leaf into the array. */
static bool open_leaf(struct pagemap *m, size_t number, struct leaf *l)
{
    if (m->count == m->cap) {
        size_t cap = m->cap == 0 ? FIRST_LEAVES : m->cap + m->cap / 4;
        struct leaf **leaves = realloc(m->leaves, cap * sizeof(struct leaf *));
        m->starved = m->starved || leaves == NULL;
        if (leaves == NULL)
            return false;
        m->leaves = leaves;
        m->cap = cap;
    }
    memmove(m->leaves + number + 1, m->leaves + number,
            (m->count - number) * sizeof(struct leaf *));
    m->leaves[number] = l;
    m->count++;
    return true;
}

/* Can all pages of b be counted from a's base? */
static bool reaches(const struct leaf *a, struct leaf *b)
{
    return b->n == 0 || b->base + leaf_at(b)[b->n - 1] - a->base <= UINT32_MAX;
}

/* Merges a leaf with the one after it when both are small. True: merged. */
static bool join(struct pagemap *m, size_t number)
{
    if (number + 1 >= m->count)
        return false;
    struct leaf *b = m->leaves[number + 1];
    size_t n = m->leaves[number]->n, all = n + b->n;
    if (all > LEAF_TWO || !reaches(m->leaves[number], b) || !leaf_size(m, number, room_for(all)))
        return false;
    struct leaf *a = m->leaves[number];
    move_entries(a, n, b, 0, b->n);
    a->n = (uint16_t)all;
    sum_up(a);
    leaf_free(m, b);
    m->count--;
    memmove(m->leaves + number + 1, m->leaves + number + 2,
            (m->count - number - 1) * sizeof(struct leaf *));
    return true;
}

/* ---- adding a page ---- */

/* The upper half becomes a leaf of its own. */
static bool split(struct pagemap *m, size_t number)
{
    struct leaf *a = m->leaves[number];
    size_t half = a->n / 2, rest = a->n - half;
    struct leaf *b = leaf_new(m, a->base + leaf_at(a)[half], room_for(rest + 1));
    if (b == NULL || !open_leaf(m, number + 1, b)) {
        if (b != NULL)
            leaf_free(m, b);
        return false;
    }
    move_entries(b, 0, a, half, rest);
    b->n = (uint16_t)rest;
    a->n = (uint16_t)half;
    sum_up(a);
    sum_up(b);
    (void)leaf_size(m, number, room_for(half + 1)); /* else it is as large as it was */
    return true;
}

/* Counts the pages of the leaf from this one on. */
static void rebase(struct leaf *l, uint64_t base)
{
    uint32_t shift = (uint32_t)(l->base - base);
    for (size_t k = 0; k < l->n && shift != 0; k++)
        leaf_at(l)[k] += shift;
    l->base = base;
}

/* Inserts an entry with the state that absent pages imply (hole or unseen). */
static struct leaf_pos insert(struct pagemap *m, size_t number, size_t i, uint64_t page,
                              size_t ahead)
{
    struct leaf *l = m->leaves[number];
    struct leaf_pos p = {.number = number, .i = i};
    if (l->n == l->cap) {
        size_t cap = room_for(l->n + (ahead > 0 ? ahead : 1));
        if (!leaf_size(m, number, cap < LEAF_MAX ? cap : LEAF_MAX))
            return p;
        l = m->leaves[number];
    }
    if (page < l->base)
        rebase(l, page);
    enum page_state state = page < m->seen ? PAGE_HOLE : PAGE_UNSEEN;
    move_entries(l, i + 1, l, i, l->n - i);
    leaf_at(l)[i] = (uint32_t)(page - l->base);
    leaf_tick(l)[i] = 0;
    leaf_count(l)[i] = (uint32_t)state;
    l->of[state]++;
    l->n++;
    p.leaf = l;
    leaf_pos_set_hash(&p, m->zero);
    m->last = number;
    return p;
}

/* Inserts a leaf after the given one (before all: SIZE_MAX), with this one page. */
static struct leaf_pos insert_alone(struct pagemap *m, size_t number, uint64_t page, size_t ahead)
{
    size_t cap = room_for(ahead > 0 ? ahead : 1);
    struct leaf *l = leaf_new(m, page, cap < LEAF_MAX ? cap : LEAF_MAX);
    if (l == NULL || !open_leaf(m, number + 1, l)) {
        if (l != NULL)
            leaf_free(m, l);
        return (struct leaf_pos){0};
    }
    return insert(m, number + 1, 0, page, ahead);
}

/* Can a page before leaf `number` become its first? */
static bool takes_first(const struct pagemap *m, size_t number, uint64_t page)
{
    if (number >= m->count || m->leaves[number]->n >= LEAF_MAX)
        return false;
    struct leaf *l = m->leaves[number];
    return l->base + leaf_at(l)[l->n - 1] - page <= UINT32_MAX;
}

/* How many of the pages to come fit before the next entry. */
static size_t gap(const struct pagemap *m, const struct leaf_pos *next, uint64_t page, size_t ahead)
{
    if (next->leaf == NULL || m->count == 0)
        return ahead;
    uint64_t n = leaf_pos_page(next) - page;
    return n < ahead ? (size_t)n : ahead;
}

struct leaf_pos index_insert(struct pagemap *m, uint64_t page, size_t ahead)
{
    struct leaf_pos p = index_seek(m, page);
    if (p.leaf != NULL && leaf_pos_page(&p) == page) {
        m->last = p.number;
        return p;
    }
    ahead = gap(m, &p, page, ahead);
    if (m->count == 0)
        return insert_alone(m, SIZE_MAX, page, ahead);
    if (p.leaf != NULL && p.i > 0) { /* in the middle of a leaf */
        if (p.leaf->n < LEAF_MAX)
            return insert(m, p.number, p.i, page, ahead);
        size_t number = p.number;
        if (!split(m, number))
            return (struct leaf_pos){0};
        if (!join(m, number + 1) && number > 0)
            (void)join(m, number - 1);
        return index_insert(m, page, ahead);
    }
    size_t before = p.leaf != NULL ? p.number - 1 : m->count - 1; /* SIZE_MAX: none */
    struct leaf *l = before == SIZE_MAX ? NULL : m->leaves[before];
    if (l != NULL && l->n < LEAF_MAX && page - l->base <= UINT32_MAX)
        return insert(m, before, l->n, page, ahead);
    if (takes_first(m, before + 1, page))
        return insert(m, before + 1, 0, page, ahead);
    return insert_alone(m, before, page, ahead);
}

/* ---- removing pages ---- */

void index_remove(struct pagemap *m, size_t number, const bool gone[LEAF_MAX])
{
    struct leaf *l = m->leaves[number];
    size_t to = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!gone[i] && to != i)
            move_entries(l, to, l, i, 1);
        to += !gone[i];
    }
    l->n = (uint16_t)to;
    if (to > 0)
        rebase(l, l->base + leaf_at(l)[0]);
    sum_up(l);
}

/* Frees empty leaves and merges small ones. */
void index_compact(struct pagemap *m, size_t first, size_t end)
{
    size_t to = first;
    for (size_t k = first; k < end; k++)
        if (m->leaves[k]->n == 0)
            leaf_free(m, m->leaves[k]);
        else
            m->leaves[to++] = m->leaves[k];
    memmove(m->leaves + to, m->leaves + end, (m->count - end) * sizeof(struct leaf *));
    m->count -= end - to;
    for (size_t k = first; k < to; k++) {
        size_t fits = room_for(m->leaves[k]->n);
        if (fits < m->leaves[k]->cap)
            (void)leaf_size(m, k, fits);
    }
    for (size_t k = first > 0 ? first - 1 : 0; k < to;)
        if (join(m, k))
            to--;
        else
            k++;
    m->last = 0;
}

void index_truncate(struct pagemap *m, uint64_t page)
{
    struct leaf_pos p = index_seek(m, page);
    if (p.leaf == NULL)
        return;
    size_t first = p.number;
    bool gone[LEAF_MAX] = {false};
    for (size_t i = p.i; i < p.leaf->n; i++)
        gone[i] = true;
    index_remove(m, first, gone);
    for (size_t k = first + 1; k < m->count; k++)
        m->leaves[k]->n = 0;
    index_compact(m, first, m->count);
}
