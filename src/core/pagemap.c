/* Feeding the map: what is known is compared byte by byte, the rest by hash. */
#include "core/pagemap.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "core/diff.h"
#include "core/pagemap_private.h"

const uint8_t pagemap_zeros[PAGEMAP_PAGE];

struct pagemap *pagemap_new(size_t allowance)
{
    struct pagemap *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->allowance = allowance;
    m->zero = pagemap_hash(pagemap_zeros);
    m->size = UINT64_MAX;
    return m;
}

void pagemap_free(struct pagemap *m)
{
    if (m == NULL)
        return;
    while (m->newest != NULL)
        keep_drop(m, m->newest, false);
    table_cut(m, 0);
    free(m->slots);
    free(m->bucket);
    free(m);
}

void pagemap_allow(struct pagemap *m, size_t allowance)
{
    m->allowance = allowance;
}

size_t pagemap_memory(const struct pagemap *m)
{
    return sizeof *m + table_bytes(m) + keep_bytes(m);
}

bool pagemap_listen(struct pagemap *m, const struct pagemap_sink *sink)
{
    if (m->sinks == PAGEMAP_SINKS)
        return false;
    m->sink[m->sinks++] = *sink;
    return true;
}

void pagemap_pin(struct pagemap *m, uint64_t offset, size_t n)
{
    m->pin_from = offset / PAGEMAP_PAGE;
    m->pin_to = n == 0 ? m->pin_from : (offset + n - 1) / PAGEMAP_PAGE + 1;
}

uint64_t pagemap_hash(const uint8_t page[PAGEMAP_PAGE])
{
    return XXH3_64bits(page, PAGEMAP_PAGE);
}

uint32_t pagemap_tick(struct pagemap *m, int64_t time)
{
    if (!m->started) {
        m->started = true;
        m->epoch = time;
    }
    int64_t tick = time > m->epoch ? (time - m->epoch) / TICK : 0;
    return tick >= UINT32_MAX - 1 ? UINT32_MAX : (uint32_t)tick + 1;
}

int64_t pagemap_time(const struct pagemap *m, uint32_t tick)
{
    int64_t time = m->epoch + ((int64_t)tick - 1) * TICK;
    return tick == 0 ? 0 : time == 0 ? 1 : time;
}

uint64_t pagemap_changes(const struct pagemap *m)
{
    return m->changes;
}

/* ---- telling ---- */

static void tell_changed(const struct pagemap *m, const struct part *p, size_t at,
                         const uint8_t *old, size_t n)
{
    uint64_t offset = p->page * PAGEMAP_PAGE + p->in + at;
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].changed != NULL)
            m->sink[i].changed(m->sink[i].ctx, p->time, offset, old, p->bytes + at, n);
}

static void tell_differs(const struct pagemap *m, const struct part *p, const uint8_t *old)
{
    uint64_t offset = p->page * PAGEMAP_PAGE + p->in;
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].differs != NULL)
            m->sink[i].differs(m->sink[i].ctx, p->time, offset, old, p->bytes, p->n);
}

static void tell_kept(const struct pagemap *m, const struct part *p)
{
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].kept != NULL)
            m->sink[i].kept(m->sink[i].ctx, p->time, p->page * PAGEMAP_PAGE, p->bytes, p->n);
}

/* ---- one page ---- */

void pagemap_set_state(struct chunk *c, size_t i, enum page_state state)
{
    if (c->state[i] == state)
        return;
    c->state[i] = (uint8_t)state;
    table_sum_states(c);
}

static enum page_state state_of(const struct pagemap *m, const struct part *p, uint64_t hash)
{
    return p->hole ? PAGE_HOLE : hash == m->zero ? PAGE_ZERO : PAGE_DATA;
}

static void stamp(struct chunk *c, size_t i, uint32_t tick)
{
    c->tick[i] = c->newest = tick;
    if (c->count[i] < UINT32_MAX)
        c->count[i]++;
    if (c->count[i] > c->hottest)
        c->hottest = c->count[i];
}

/* How many of their bytes are the same before the first that is not, in memory order; a != b. */
static size_t first_differing(uint64_t a, uint64_t b)
{
    const uint16_t one = 1;
    bool little = *(const uint8_t *)&one == 1;
    return (size_t)(little ? __builtin_ctzll(a ^ b) : __builtin_clzll(a ^ b)) / 8;
}

/* Tells each run of bytes that differ, and marks it in the copy. Returns how many bytes differ. */
static size_t tell_runs(struct pagemap *m, const struct part *p, struct copy *copy,
                        const uint8_t *was)
{
    uint32_t tick = pagemap_tick(m, p->time);
    size_t sum = 0, at = 0;
    while (at < p->n) {
        uint64_t a = 0, b = 0;
        if (p->n - at >= sizeof a) {
            memcpy(&a, was + at, sizeof a);
            memcpy(&b, p->bytes + at, sizeof b);
            if (a == b) {
                at += sizeof a;
                continue;
            }
            at += first_differing(a, b);
        }
        while (at < p->n && was[at] == p->bytes[at])
            at++;
        size_t first = at;
        while (at < p->n && was[at] != p->bytes[at])
            at++;
        if (at > first) {
            tell_changed(m, p, first, was + first, at - first);
            keep_mark(m, copy, p->in + first, at - first, tick);
        }
        sum += at - first;
    }
    return sum;
}

/* A known page: exact. */
static size_t feed_known(struct pagemap *m, const struct part *p, const uint8_t *page)
{
    struct chunk *c = NULL;
    size_t i = p->page % CHUNK_PAGES;
    bool same = memcmp(page + p->in, p->bytes, p->n) == 0;
    if (same && p->hole) {
        c = table_find(m, p->page / CHUNK_PAGES);
        if (c != NULL && p->whole)
            pagemap_set_state(c, i, PAGE_HOLE);
        return 0;
    }
    c = table_make(m, p->page / CHUNK_PAGES);
    if (c == NULL)
        return 0;
    if (same) {
        if (c->state[i] <= PAGE_HOLE)
            pagemap_set_state(c, i, c->hash[i] == m->zero ? PAGE_ZERO : PAGE_DATA);
        return 0;
    }
    struct copy *copy = keep_find(m, p->page);
    if (copy == NULL)
        copy = keep_add(m, p->page, page);
    if (copy == NULL) { /* no memory: a page like those that are too many */
        pagemap_set_state(c, i, PAGE_UNSEEN);
        return 0;
    }
    tell_differs(m, p, copy->bytes + p->in);
    size_t sum = tell_runs(m, p, copy, copy->bytes + p->in);
    memcpy(copy->bytes + p->in, p->bytes, p->n);
    keep_touch(m, copy);
    c->hash[i] = pagemap_hash(copy->bytes);
    pagemap_set_state(c, i, state_of(m, p, c->hash[i]));
    stamp(c, i, pagemap_tick(m, p->time));
    m->changes += sum;
    return sum;
}

/* A page of which at most the hash is known. */
static void feed_unknown(struct pagemap *m, const struct part *p)
{
    uint8_t page[PAGEMAP_PAGE] = {0};
    struct chunk *c = p->whole ? table_make(m, p->page / CHUNK_PAGES) : NULL;
    if (c == NULL)
        return;
    size_t i = p->page % CHUNK_PAGES;
    memcpy(page, p->bytes, p->n);
    uint64_t hash = pagemap_hash(page);
    bool changed = c->state[i] != PAGE_UNSEEN && hash != c->hash[i];
    if (changed) {
        tell_differs(m, p, NULL);
        tell_changed(m, p, 0, NULL, p->n);
        stamp(c, i, pagemap_tick(m, p->time));
        m->changes++;
    }
    c->hash[i] = hash;
    pagemap_set_state(c, i, state_of(m, p, hash));
    bool known = c->state[i] != PAGE_DATA;
    if (!known && (changed || keep_pinned(m, p->page) || keep_room(m))) {
        struct copy *copy = keep_add(m, p->page, page);
        known = copy != NULL;
        if (known && changed)
            keep_touch(m, copy);
    }
    if (known)
        tell_kept(m, p);
}

size_t pagemap_feed_part(struct pagemap *m, const struct part *p)
{
    const uint8_t *page = pagemap_bytes(m, p->page * PAGEMAP_PAGE);
    if (page != NULL)
        return feed_known(m, p, page);
    feed_unknown(m, p);
    return 0;
}

/* How much of state[0, n) is like its first. */
static size_t alike(const uint8_t *state, size_t n)
{
    size_t i = 1;
    if (memcmp(state, state + 1, n - 1) == 0)
        return n;
    while (i < n && state[i] == state[0])
        i++;
    return i;
}

size_t pagemap_feed(struct pagemap *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time)
{
    size_t sum = 0;
    (void)pagemap_tick(m, time);
    for (size_t at = 0; at < n;) {
        size_t in = (size_t)((offset + at) % PAGEMAP_PAGE);
        size_t room = PAGEMAP_PAGE - in < n - at ? PAGEMAP_PAGE - in : n - at;
        size_t take = alike(state + at, room);
        struct part p = {.page = (offset + at) / PAGEMAP_PAGE,
                         .in = in,
                         .n = take,
                         .bytes = state[at] == BYTE_HOLE ? pagemap_zeros : bytes + at,
                         .hole = state[at] == BYTE_HOLE,
                         .time = time};
        bool ends = take < room && state[at + take] == BYTE_BEYOND;
        p.whole = in == 0 && (take == PAGEMAP_PAGE || ends || offset + at + take >= m->size);
        if (state[at] == BYTE_DATA || state[at] == BYTE_HOLE)
            sum += pagemap_feed_part(m, &p);
        at += take;
    }
    keep_shrink(m);
    return sum;
}

/* One hash; true: the bytes are wanted. */
static bool feed_hash(struct pagemap *m, struct chunk *c, size_t i, uint64_t page, uint64_t hash)
{
    if (c->state[i] == PAGE_UNSEEN) {
        if (hash != m->zero && (keep_pinned(m, page) || keep_room(m)))
            return true;
        c->hash[i] = hash;
    } else if (c->hash[i] != hash) {
        return true;
    }
    if (c->state[i] < PAGE_ZERO)
        pagemap_set_state(c, i, hash == m->zero ? PAGE_ZERO : PAGE_DATA);
    return false;
}

size_t pagemap_feed_hashes(struct pagemap *m, uint64_t offset, const uint64_t *hash, size_t n,
                           uint32_t *want)
{
    size_t wants = 0;
    uint64_t first = offset / PAGEMAP_PAGE;
    for (size_t at = 0; at < n;) {
        size_t i = (size_t)((first + at) % CHUNK_PAGES), end = at + CHUNK_PAGES - i;
        struct chunk *c = table_make(m, (first + at) / CHUNK_PAGES);
        for (end = end < n ? end : n; at < end; at++, i++) {
            if (c != NULL && c->hash[i] == hash[at] && c->state[i] >= PAGE_ZERO)
                continue;
            if (c != NULL && feed_hash(m, c, i, first + at, hash[at]))
                want[wants++] = (uint32_t)at;
        }
    }
    return wants;
}
