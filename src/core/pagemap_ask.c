/* Asking the map: pages, changed places in order, stretches summed up. */
#include <string.h>

#include "core/pagemap_private.h"

uint32_t pagemap_since(const struct pagemap *m, int64_t since)
{
    if (since <= m->epoch)
        return 1;
    int64_t tick = (since - m->epoch) / TICK;
    return tick >= UINT32_MAX - 1 ? UINT32_MAX : (uint32_t)tick + 1;
}

struct page_info pagemap_page(const struct pagemap *m, uint64_t offset)
{
    uint64_t page = offset / PAGEMAP_PAGE;
    const struct chunk *c = table_find(m, page / CHUNK_PAGES);
    struct page_info info = {.known = pagemap_bytes(m, offset) != NULL};
    if (c == NULL) {
        info.state = page < m->seen ? PAGE_HOLE : PAGE_UNSEEN;
        return info;
    }
    size_t i = page % CHUNK_PAGES;
    info.state = (enum page_state)c->state[i];
    info.changed = pagemap_time(m, c->tick[i]);
    info.count = c->count[i];
    return info;
}

const uint8_t *pagemap_bytes(const struct pagemap *m, uint64_t offset)
{
    uint64_t page = offset / PAGEMAP_PAGE;
    const struct chunk *c = table_find(m, page / CHUNK_PAGES);
    if (c == NULL)
        return page < m->seen ? pagemap_zeros : NULL;
    const struct copy *copy = keep_find(m, page);
    if (copy != NULL)
        return copy->bytes;
    uint8_t state = c->state[page % CHUNK_PAGES];
    return state == PAGE_HOLE || state == PAGE_ZERO ? pagemap_zeros : NULL;
}

void pagemap_ages(const struct pagemap *m, uint64_t offset, int64_t *changed, size_t n)
{
    const struct copy *copy = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t in = (size_t)((offset + i) % PAGEMAP_PAGE);
        if (i == 0 || in == 0)
            copy = keep_find(m, (offset + i) / PAGEMAP_PAGE);
        const struct marks *k = copy != NULL ? copy->marks : NULL;
        bool marked = k != NULL && (k->bytes[in / GRAIN] >> in % GRAIN & 1) != 0;
        changed[i] = marked ? pagemap_time(m, k->tick[in / GRAIN]) : 0;
    }
}

/* ---- walking the changed bytes ---- */

static bool byte_changed(const struct marks *k, size_t in, uint32_t since)
{
    return k->tick[in / GRAIN] >= since && (k->bytes[in / GRAIN] >> in % GRAIN & 1) != 0;
}

/* The first changed byte of [in, end) of a page, -1: none. */
static int first_in(const struct pagemap *m, uint64_t page, size_t in, uint32_t since)
{
    const struct copy *copy = keep_find(m, page);
    if (copy == NULL || copy->marks == NULL)
        return in == 0 ? 0 : -1; /* the page stands for its bytes */
    for (size_t i = in; i < PAGEMAP_PAGE; i++)
        if (byte_changed(copy->marks, i, since))
            return (int)i;
    return -1;
}

static int last_in(const struct pagemap *m, uint64_t page, size_t end, uint32_t since)
{
    const struct copy *copy = keep_find(m, page);
    if (copy == NULL || copy->marks == NULL)
        return end > 0 ? 0 : -1;
    for (size_t i = end; i > 0; i--)
        if (byte_changed(copy->marks, i - 1, since))
            return (int)i - 1;
    return -1;
}

bool pagemap_next(const struct pagemap *m, uint64_t from, int64_t since, uint64_t *offset)
{
    uint32_t tick = pagemap_since(m, since);
    uint64_t page = from / PAGEMAP_PAGE;
    for (size_t s = table_lower(m, page / CHUNK_PAGES); s < m->count; s++) {
        const struct chunk *c = m->slots[s].chunk;
        uint64_t first = m->slots[s].number * CHUNK_PAGES;
        if (c == NULL || c->newest < tick)
            continue;
        for (size_t i = first < page ? (size_t)(page - first) : 0; i < CHUNK_PAGES; i++) {
            size_t in = first + i == page ? (size_t)(from % PAGEMAP_PAGE) : 0;
            int found = c->tick[i] >= tick ? first_in(m, first + i, in, tick) : -1;
            if (found >= 0) {
                *offset = (first + i) * PAGEMAP_PAGE + (uint64_t)found;
                return true;
            }
        }
    }
    return false;
}

bool pagemap_prev(const struct pagemap *m, uint64_t before, int64_t since, uint64_t *offset)
{
    uint32_t tick = pagemap_since(m, since);
    uint64_t page = before / PAGEMAP_PAGE;
    for (size_t s = table_lower(m, page / CHUNK_PAGES + 1); s > 0; s--) {
        const struct chunk *c = m->slots[s - 1].chunk;
        uint64_t first = m->slots[s - 1].number * CHUNK_PAGES;
        if (c == NULL || c->newest < tick)
            continue;
        size_t end = page - first < CHUNK_PAGES ? (size_t)(page - first) + 1 : CHUNK_PAGES;
        for (size_t i = end; i > 0; i--) {
            uint64_t p = first + i - 1;
            size_t in = p == page ? (size_t)(before % PAGEMAP_PAGE) : PAGEMAP_PAGE;
            int found = c->tick[i - 1] >= tick ? last_in(m, p, in, tick) : -1;
            if (found >= 0) {
                *offset = p * PAGEMAP_PAGE + (uint64_t)found;
                return true;
            }
        }
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
static void add_part(const struct pagemap *m, struct sum *s, const struct chunk *c, uint64_t page,
                     size_t in, size_t end)
{
    size_t i = page % CHUNK_PAGES;
    enum page_state state = (enum page_state)c->state[i];
    uint32_t tick = c->tick[i];
    const struct copy *copy = keep_find(m, page);
    if (copy != NULL && end - in < PAGEMAP_PAGE) {
        if (state == PAGE_DATA && memcmp(copy->bytes + in, pagemap_zeros, end - in) == 0)
            state = PAGE_ZERO;
        tick = 0;
        for (size_t g = in / GRAIN; copy->marks != NULL && g * GRAIN < end; g++)
            tick = copy->marks->tick[g] > tick ? copy->marks->tick[g] : tick;
    }
    add(s, state, tick, tick != 0 ? c->count[i] : 0);
}

/* The pages of a chunk that lie in [from, to), bytes. */
static void add_chunk(const struct pagemap *m, struct sum *s, const struct slot *slot,
                      uint64_t from, uint64_t to)
{
    const struct chunk *c = slot->chunk;
    uint64_t first = slot->number * CHUNK_PAGES;
    if (first * PAGEMAP_PAGE >= from && to - first * PAGEMAP_PAGE >= CHUNK_PAGES * PAGEMAP_PAGE) {
        enum page_state state = PAGE_DATA;
        while (state > PAGE_UNSEEN && (c->has >> state & 1) == 0)
            state--;
        add(s, state, c->newest, c->hottest);
        return;
    }
    for (size_t i = 0; i < CHUNK_PAGES; i++) {
        uint64_t at = (first + i) * PAGEMAP_PAGE, end = at + PAGEMAP_PAGE;
        if (end <= from || at >= to)
            continue;
        add_part(m, s, c, first + i, at < from ? (size_t)(from - at) : 0,
                 end > to ? (size_t)(to - at) : PAGEMAP_PAGE);
    }
}

struct page_sum pagemap_sum(const struct pagemap *m, uint64_t from, uint64_t to)
{
    struct sum s = {.state = PAGE_UNSEEN};
    uint64_t number = from / PAGEMAP_PAGE / CHUNK_PAGES;
    if (from / PAGEMAP_PAGE < m->seen)
        s.state = PAGE_HOLE;
    for (size_t i = table_lower(m, number); i < m->count; i++) {
        if (m->slots[i].number * CHUNK_PAGES * PAGEMAP_PAGE >= to)
            break;
        if (m->slots[i].chunk != NULL)
            add_chunk(m, &s, &m->slots[i], from, to);
    }
    struct page_sum out = {0};
    out.state = s.state;
    out.changed = pagemap_time(m, s.tick);
    out.count = s.count;
    return out;
}
