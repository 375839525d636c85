/* Feeding the map: what is known is compared byte by byte, the rest by hash. Every change that the
 * program ever notices is found in feed_known or feed_unknown: both detect, notify the listeners,
 * then take over the new bytes. */
#include "core/change/pagemap.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "core/bytes.h"
#include "core/change/pagemap_private.h"
#include "core/page_hash.h"

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
        copy_drop(m, m->newest);
    index_truncate(m, 0);
    free(m->leaves);
    u64_free(&m->copies);
    free(m);
}

void pagemap_allow(struct pagemap *m, size_t allowance)
{
    m->allowance = allowance;
}

size_t pagemap_memory(const struct pagemap *m)
{
    return sizeof *m + index_bytes(m) + copy_bytes(m);
}

bool pagemap_starved(const struct pagemap *m)
{
    return m->starved;
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
#ifdef SHMLENS_AVX2
    if (__builtin_cpu_supports("avx2"))
        return page_hash_avx2(page);
#endif
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

/* ---- notifying ---- */

static void notify_changed(const struct pagemap *m, const struct part *p, size_t at,
                           const uint8_t *old, size_t n)
{
    uint64_t offset = p->page * PAGEMAP_PAGE + p->in + at;
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].changed != NULL)
            m->sink[i].changed(m->sink[i].ctx, p->time, offset, old, p->bytes + at, n);
}

static void notify_differs(const struct pagemap *m, const struct part *p, const uint8_t *old)
{
    uint64_t offset = p->page * PAGEMAP_PAGE + p->in;
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].differs != NULL)
            m->sink[i].differs(m->sink[i].ctx, p->time, offset, old, p->bytes, p->n);
}

/* ---- one page ---- */

/* The page's new state; listeners hear of holes that begin and end. */
static void become(const struct pagemap *m, const struct leaf_pos *at, enum page_state state,
                   int64_t time)
{
    enum page_state was = leaf_pos_state(at);
    leaf_pos_set(at, state);
    if (was == PAGE_UNSEEN || state == PAGE_UNSEEN || (was == PAGE_HOLE) == (state == PAGE_HOLE))
        return;
    for (size_t i = 0; i < m->sinks; i++)
        if (m->sink[i].hole != NULL)
            m->sink[i].hole(m->sink[i].ctx, time, leaf_pos_page(at) * PAGEMAP_PAGE,
                            state == PAGE_HOLE);
}

static enum page_state state_of(const struct pagemap *m, bool hole, uint64_t hash)
{
    return hole ? PAGE_HOLE : hash == m->zero ? PAGE_ZERO : PAGE_DATA;
}

static void stamp(const struct leaf_pos *at, uint32_t tick)
{
    struct leaf *l = at->leaf;
    uint32_t count = leaf_pos_count(at);
    leaf_tick(l)[at->i] = l->newest = tick;
    if (count < COUNT_MAX) {
        leaf_count(l)[at->i] += STATES;
        count++;
    }
    if (count > l->hottest)
        l->hottest = count;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A run of bytes that differ, which may not be at its end yet. */
struct run {
    size_t from, end; /* in the page; equal: none */
};

static void end_run(const struct pagemap *m, const struct part *p, const uint8_t *was,
                    struct run *r)
{
    if (r->end > r->from)
        notify_changed(m, p, r->from - p->in, was + (r->from - p->in), r->end - r->from);
    r->from = r->end;
}

/* Notifies of the runs in `bits`, which begin at `at` of the page; *r is the one that may go on. */
static void add_runs(const struct pagemap *m, const struct part *p, const uint8_t *was, size_t at,
                     uint64_t bits, struct run *r)
{
    while (bits != 0) {
        unsigned first = (unsigned)__builtin_ctzll(bits);
        uint64_t zeros = ~(bits >> first);
        unsigned n = zeros == 0 ? DIFFERING : (unsigned)__builtin_ctzll(zeros);
        if (r->end != at + first || r->end == r->from) {
            end_run(m, p, was, r);
            r->from = at + first;
        }
        r->end = at + first + n;
        bits = first + n == DIFFERING ? 0 : bits >> (first + n) << (first + n);
    }
}

/* Which bytes of the page differ, as far as it is in the part; returns how many. */
static size_t part_differs(const struct part *p, const uint8_t *was, uint64_t differs[PAGE_UNITS])
{
    size_t from = p->in / DIFFERING, units = (p->in + p->n - 1) / DIFFERING + 1 - from;
    uint8_t a[PAGEMAP_PAGE], b[PAGEMAP_PAGE];
    if (p->n == PAGEMAP_PAGE)
        return runs_differing(was, p->bytes, PAGE_UNITS, differs);
    memset(differs, 0, PAGE_UNITS * sizeof *differs);
    memset(a, 0, units * DIFFERING);
    memset(b, 0, units * DIFFERING);
    memcpy(a + p->in % DIFFERING, was, p->n);
    memcpy(b + p->in % DIFFERING, p->bytes, p->n);
    return runs_differing(a, b, units, differs + from);
}

/* Notifies of each run of bytes that differ, and notes its time in the copy. Returns how many bytes
 * differ. */
static size_t notify_runs(struct pagemap *m, const struct part *p, struct copy *copy)
{
    const uint8_t *was = copy->bytes + p->in;
    uint64_t differs[PAGE_UNITS];
    struct run r = {0, 0};
    bool heard = false;
    for (size_t i = 0; i < m->sinks; i++)
        heard = heard || m->sink[i].changed != NULL;
    size_t sum = part_differs(p, was, differs);
    for (size_t i = p->in / DIFFERING; heard && i < PAGE_UNITS; i++)
        add_runs(m, p, was, i * DIFFERING, differs[i], &r);
    end_run(m, p, was, &r);
    copy_mark(m, copy, differs, pagemap_tick(m, p->time));
    return sum;
}

/* The part was a hole when it was read: is the page one? Holes are whole pages of zeros. */
static bool whole_hole(const struct part *p, const uint8_t *page)
{
    return p->hole && (p->whole || memcmp(page, pagemap_zeros, PAGEMAP_PAGE) == 0);
}

/* A known page whose bytes are the same: at most it became a hole, or is no longer one. */
static void feed_same(struct pagemap *m, const struct part *p, const uint8_t *page)
{
    struct leaf_pos at = p->hole ? index_find(m, p->page) : index_insert(m, p->page, 1);
    if (at.leaf == NULL)
        return;
    if (whole_hole(p, page))
        become(m, &at, PAGE_HOLE, p->time);
    else if (!p->hole && leaf_pos_state(&at) <= PAGE_HOLE)
        become(m, &at, leaf_pos_holds(&at, m->zero) ? PAGE_ZERO : PAGE_DATA, p->time);
}

/* A known page: exact. */
static size_t feed_known(struct pagemap *m, const struct part *p, const uint8_t *page)
{
    if (memcmp(page + p->in, p->bytes, p->n) == 0) {
        feed_same(m, p, page);
        return 0;
    }
    struct leaf_pos at = index_insert(m, p->page, 1);
    if (at.leaf == NULL)
        return 0;
    struct copy *copy = copy_find(m, p->page);
    if (copy == NULL)
        copy = copy_add(m, p->page, page);
    if (copy == NULL) { /* no memory: known by its hash only */
        leaf_pos_set(&at, PAGE_UNSEEN);
        return 0;
    }
    if (leaf_pos_state(&at) == PAGE_HOLE && !p->hole)
        become(m, &at, PAGE_ZERO, p->time);
    notify_differs(m, p, copy->bytes + p->in);
    size_t sum = notify_runs(m, p, copy);
    memcpy(copy->bytes + p->in, p->bytes, p->n);
    copy_touch(m, copy);
    uint64_t hash = pagemap_hash(copy->bytes);
    leaf_pos_set_hash(&at, hash);
    become(m, &at, state_of(m, whole_hole(p, copy->bytes), hash), p->time);
    stamp(&at, pagemap_tick(m, p->time));
    m->changes += sum;
    if (m->allowance == PAGEMAP_NO_LIMIT && leaf_pos_state(&at) < PAGE_DATA)
        copy_drop(m, copy); /* zeros need none */
    return sum;
}

/* A page of which at most the hash is known. */
static void feed_unknown(struct pagemap *m, const struct part *p)
{
    uint8_t padded[PAGEMAP_PAGE];
    const uint8_t *page = p->bytes;
    struct leaf_pos at = {0};
    if (p->whole)
        at = index_insert(m, p->page, 1);
    if (at.leaf == NULL)
        return;
    if (p->n < PAGEMAP_PAGE) { /* the last page, up to its end */
        memset(padded, 0, sizeof padded);
        memcpy(padded, p->bytes, p->n);
        page = padded;
    }
    uint64_t hash = pagemap_hash(page);
    bool changed = leaf_pos_state(&at) != PAGE_UNSEEN && !leaf_pos_holds(&at, hash);
    if (changed) {
        notify_differs(m, p, NULL);
        notify_changed(m, p, 0, NULL, p->n);
        stamp(&at, pagemap_tick(m, p->time));
        m->changes++;
    }
    leaf_pos_set_hash(&at, hash);
    become(m, &at, state_of(m, p->hole, hash), p->time);
    if (leaf_pos_state(&at) == PAGE_DATA && (changed || copy_pinned(m, p->page) || copy_room(m))) {
        struct copy *copy = copy_add(m, p->page, page);
        if (copy != NULL && changed)
            copy_touch(m, copy);
    }
}

size_t pagemap_feed_part(struct pagemap *m, const struct part *p)
{
    const uint8_t *page = pagemap_bytes(m, p->page * PAGEMAP_PAGE);
    if (page != NULL)
        return feed_known(m, p, page);
    feed_unknown(m, p);
    return 0;
}

/* Length of the run of equal states that state[0, n) begins with. */
static size_t alike(const uint8_t *state, size_t n)
{
    size_t i = 1;
    if (memcmp(state, state + 1, n - 1) == 0)
        return n;
    while (i < n && state[i] == state[0])
        i++;
    return i;
}

/* The n bytes at offset, in one page and all data or all a hole; `ends`: the segment ends there. */
static size_t feed_run(struct pagemap *m, uint64_t offset, const uint8_t *bytes, size_t n,
                       bool hole, bool ends, int64_t time)
{
    struct part p = {.page = offset / PAGEMAP_PAGE,
                     .in = (size_t)(offset % PAGEMAP_PAGE),
                     .n = n,
                     .bytes = hole ? pagemap_zeros : bytes,
                     .hole = hole,
                     .time = time};
    p.whole = p.in == 0 && (n == PAGEMAP_PAGE || ends || offset + n >= m->size);
    return pagemap_feed_part(m, &p);
}

size_t pagemap_feed(struct pagemap *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time)
{
    size_t sum = 0;
    (void)pagemap_tick(m, time);
    for (size_t at = 0, take = 0; at < n; at += take) {
        size_t room = smaller(PAGEMAP_PAGE - (size_t)((offset + at) % PAGEMAP_PAGE), n - at);
        take = alike(state + at, room);
        bool hole = state[at] == BYTE_HOLE;
        bool ends = take < room && state[at + take] == BYTE_BEYOND;
        if (hole || state[at] == BYTE_DATA)
            sum += feed_run(m, offset + at, bytes + at, take, hole, ends, time);
    }
    copy_shrink(m);
    return sum;
}

size_t pagemap_feed_data(struct pagemap *m, uint64_t offset, const uint8_t *bytes, size_t n,
                         int64_t time)
{
    size_t sum = 0;
    (void)pagemap_tick(m, time);
    for (size_t at = 0, take = 0; at < n; at += take) {
        take = smaller(PAGEMAP_PAGE - (size_t)((offset + at) % PAGEMAP_PAGE), n - at);
        sum += feed_run(m, offset + at, bytes + at, take, false, at + take == n, time);
    }
    copy_shrink(m);
    return sum;
}

/* A page whose hash is not the one in the index; `ahead`: see index_insert. True: its bytes are
 * wanted. */
static bool feed_hash(struct pagemap *m, uint64_t page, uint64_t hash, int64_t time, size_t ahead)
{
    struct leaf_pos at = index_find(m, page);
    enum page_state state = page < m->seen ? PAGE_HOLE : PAGE_UNSEEN;
    bool same = hash == m->zero;
    if (at.leaf != NULL) {
        state = leaf_pos_state(&at);
        same = leaf_pos_holds(&at, hash);
    }
    if (state != PAGE_UNSEEN && !same)
        return true;
    if (state == PAGE_UNSEEN && hash != m->zero && (copy_pinned(m, page) || copy_room(m)))
        return true;
    if (at.leaf == NULL)
        at = index_insert(m, page, ahead);
    if (at.leaf == NULL)
        return false;
    leaf_pos_set_hash(&at, hash);
    if (state < PAGE_ZERO)
        become(m, &at, hash == m->zero ? PAGE_ZERO : PAGE_DATA, time);
    return false;
}

/* How many of the pages from `page` on are in the index with these hashes, as data. */
static size_t as_before(struct pagemap *m, uint64_t page, const uint64_t *hash, size_t n)
{
    struct leaf_pos p = index_seek(m, page);
    size_t k = 0;
    if (p.leaf == NULL)
        return 0;
    m->last = p.number;
    const uint32_t *at = leaf_at(p.leaf), *low = leaf_low(p.leaf), *count = leaf_count(p.leaf);
    const uint16_t *high = leaf_high(p.leaf);
    n = n < p.leaf->n - p.i ? n : p.leaf->n - p.i;
    uint64_t first = page - p.leaf->base; /* the first entry may follow the page */
    while (k < n && at[p.i + k] == first + k && low[p.i + k] == (uint32_t)hash[k] &&
           high[p.i + k] == (uint16_t)(hash[k] >> 32) && count[p.i + k] % STATES >= PAGE_ZERO)
        k++;
    return k;
}

size_t pagemap_feed_hashes(struct pagemap *m, uint64_t offset, const uint64_t *hash, size_t n,
                           int64_t time, uint32_t *want)
{
    size_t wants = 0;
    uint64_t first = offset / PAGEMAP_PAGE;
    (void)pagemap_tick(m, time);
    for (size_t at = 0; at < n;) {
        size_t same = as_before(m, first + at, hash + at, n - at);
        at += same;
        if (same > 0)
            continue;
        if (feed_hash(m, first + at, hash[at], time, n - at))
            want[wants++] = (uint32_t)at;
        at++;
    }
    copy_shrink(m);
    return wants;
}
