/* The page map against a naive oracle: random writes into a buffer, the map fed samples of it. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/change/pagemap.h"
#include "support/suite.h"

enum {
    PAGES = 96,
    BYTES = PAGES * PAGEMAP_PAGE,
    MS = 1000000,
    ROUNDS = 3000,
    SMALL = 1,        /* an allowance that keeps the least */
    LARGE = 1 << 24,  /* one that keeps everything */
    LEAST = 300 << 10 /* what the map takes when it may take nothing, the table aside */
};

/* What a listener and a naive reader know. */
struct oracle {
    uint8_t now[BYTES];    /* the segment */
    uint8_t last[BYTES];   /* as last fed */
    uint8_t shadow[BYTES]; /* what was seen first, and then only what the map reports */
    uint8_t parts[BYTES];  /* and from the parts that it tells as a whole */
    bool fed[PAGES], hole[PAGES];
    uint32_t count[PAGES];
    int64_t changed[BYTES]; /* time of the last exact change */
    size_t exact;           /* bytes told to have changed exactly */
    int64_t time;
    struct pagemap *map;
    unsigned seed;
};

static unsigned dice(struct oracle *o, unsigned n)
{
    o->seed = o->seed * 1664525u + 1013904223u;
    return (o->seed >> 8) % n;
}

static void on_changed(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct oracle *o = ctx;
    ck_assert(time == o->time && offset + n <= BYTES);
    ck_assert_mem_eq(new, o->now + offset, n);
    memcpy(o->shadow + offset, new, n);
    ck_assert_mem_eq(o->parts + offset, new, n); /* on_differs came first */
    if (old == NULL) {
        ck_assert(offset % PAGEMAP_PAGE == 0 && n == PAGEMAP_PAGE);
        return;
    }
    ck_assert_mem_eq(old, o->last + offset, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_ne(old[i], new[i]);
        o->changed[offset + i] = time;
    }
    o->exact += n;
}

static void on_differs(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct oracle *o = ctx;
    ck_assert(time == o->time && offset / PAGEMAP_PAGE == (offset + n - 1) / PAGEMAP_PAGE);
    ck_assert_mem_eq(old != NULL ? old : new, old != NULL ? o->last + offset : o->now + offset, n);
    memcpy(o->parts + offset, new, n);
}

static struct oracle *oracle_new(size_t allowance)
{
    struct oracle *o = calloc(1, sizeof *o);
    ck_assert_ptr_nonnull(o);
    o->map = pagemap_new(allowance);
    ck_assert_ptr_nonnull(o->map);
    const struct pagemap_sink sink = {o, on_changed, on_differs, NULL};
    ck_assert(pagemap_listen(o->map, &sink));
    o->time = 5000LL * MS;
    o->seed = 7;
    for (size_t p = 0; p < PAGES; p++)
        o->hole[p] = p % 3 != 0;
    return o;
}

static void oracle_free(struct oracle *o)
{
    pagemap_free(o->map);
    free(o);
}

/* What feeding bytes [from, to) of one page must do, and the feeding. */
static void feed_page(struct oracle *o, size_t page, size_t from, size_t to)
{
    uint8_t state[PAGEMAP_PAGE];
    size_t at = page * PAGEMAP_PAGE, differ = 0;
    bool known = pagemap_page(o->map, at).known, whole = to - from == PAGEMAP_PAGE;
    memset(state, o->hole[page] ? BYTE_HOLE : BYTE_DATA, sizeof state);
    for (size_t i = from; i < to; i++)
        differ += o->last[at + i] != o->now[at + i];
    size_t exact = o->exact;
    size_t sum = pagemap_feed(o->map, at + from, o->now + at + from, state, to - from, o->time);
    ck_assert_uint_eq(sum, known ? differ : 0);
    ck_assert_uint_eq(o->exact - exact, sum);
    if (!known && !whole)
        return;
    o->count[page] += o->fed[page] && differ > 0;
    memcpy(o->last + at + from, o->now + at + from, to - from);
    if (!o->fed[page])
        memcpy(o->shadow + at, o->last + at, PAGEMAP_PAGE);
    o->fed[page] = true;
}

/* As the sampler goes around: hashes of data, then the bytes that are wanted. */
static void lap(struct oracle *o)
{
    for (size_t p = 0; p < PAGES; p++) {
        size_t at = p * PAGEMAP_PAGE;
        if (o->hole[p]) {
            ck_assert(!o->fed[p] || memcmp(o->last + at, o->now + at, PAGEMAP_PAGE) == 0);
            pagemap_feed_hole(o->map, at, at + PAGEMAP_PAGE, o->time);
            o->fed[p] = true;
            continue;
        }
        uint64_t hash = pagemap_hash(o->now + at);
        uint32_t want = 9;
        if (pagemap_feed_hashes(o->map, at, &hash, 1, o->time, &want) == 1) {
            ck_assert_uint_eq(want, 0);
            feed_page(o, p, 0, PAGEMAP_PAGE);
        } else { /* nothing to see: it was the same, or it is its first time */
            ck_assert(!o->fed[p] || memcmp(o->last + at, o->now + at, PAGEMAP_PAGE) == 0);
            memcpy(o->last + at, o->now + at, PAGEMAP_PAGE);
            if (!o->fed[p])
                memcpy(o->shadow + at, o->now + at, PAGEMAP_PAGE);
            o->fed[p] = true;
        }
    }
    pagemap_seen(o->map, BYTES);
}

static void write_some(struct oracle *o)
{
    for (unsigned k = dice(o, 6); k > 0; k--) {
        size_t at = dice(o, BYTES), n = 1 + dice(o, 12);
        for (size_t i = at; i < at + n && i < BYTES; i++) {
            o->now[i] = (uint8_t)dice(o, 3);
            o->hole[i / PAGEMAP_PAGE] = false;
        }
    }
}

static void check_pages(const struct oracle *o)
{
    for (size_t p = 0; p < PAGES; p++) {
        struct page_info info = pagemap_page(o->map, p * PAGEMAP_PAGE);
        const uint8_t *bytes = pagemap_bytes(o->map, p * PAGEMAP_PAGE);
        ck_assert_uint_eq(info.count, o->count[p]);
        ck_assert_int_eq(info.known, bytes != NULL);
        if (bytes != NULL)
            ck_assert_mem_eq(bytes, o->last + p * PAGEMAP_PAGE, PAGEMAP_PAGE);
        if (o->fed[p])
            ck_assert_mem_eq(o->last + p * PAGEMAP_PAGE, o->shadow + p * PAGEMAP_PAGE,
                             PAGEMAP_PAGE);
    }
}

static void run_model(size_t allowance, bool all_known)
{
    struct oracle *o = oracle_new(allowance);
    int rounds = getenv("SHMLENS_MEMCHECK") != NULL ? ROUNDS / 5 : ROUNDS; /* valgrind is slow */
    for (int r = 0; r < rounds; r++) {
        o->time += (int64_t)(1 + dice(o, 9)) * MS;
        write_some(o);
        if (dice(o, 3) == 0)
            lap(o);
        size_t page = dice(o, PAGES), from = dice(o, PAGEMAP_PAGE);
        pagemap_pin(o->map, page * PAGEMAP_PAGE, 1);
        feed_page(o, page, 0, PAGEMAP_PAGE);
        feed_page(o, page, from, from + dice(o, (unsigned)(PAGEMAP_PAGE - from)) + 1);
        ck_assert(pagemap_page(o->map, page * PAGEMAP_PAGE).known);
        if (r % 16 == 0)
            check_pages(o);
        ck_assert_uint_le(pagemap_memory(o->map), allowance > LEAST ? allowance : LEAST + 8 * 1024);
    }
    if (all_known)
        for (size_t p = 0; p < PAGES; p++)
            ck_assert(pagemap_page(o->map, p * PAGEMAP_PAGE).known);
    check_pages(o);
    oracle_free(o);
}

TEST(equals_a_naive_reader_with_room)
{
    run_model(LARGE, true);
}

TEST(equals_a_naive_reader_without_room)
{
    run_model(SMALL, false);
}

static int64_t age(const struct oracle *o, uint64_t offset)
{
    int64_t changed = -1;
    pagemap_ages(o->map, offset, &changed, 1);
    return changed;
}

/* Walking finds each byte whose grain is fresh, in order, both ways. */
TEST(walks_the_changes_in_order)
{
    struct oracle *o = oracle_new(LARGE);
    lap(o);
    for (int r = 0; r < 40; r++) {
        o->time += 100LL * MS;
        write_some(o);
        lap(o);
    }
    uint64_t at = 0, back = 0;
    size_t i = 0;
    while (pagemap_next(o->map, at, 0, &at)) {
        for (; i < at; i++)
            ck_assert_int_eq(age(o, i), 0);
        ck_assert_int_ne(o->changed[at], 0);
        ck_assert(pagemap_prev(o->map, at + 1, 0, &back));
        ck_assert_uint_eq(back, at);
        i = (size_t)++at;
    }
    for (; i < BYTES; i++)
        ck_assert_int_eq(age(o, i), 0);
    ck_assert(!pagemap_prev(o->map, 0, 0, &back));
    ck_assert(!pagemap_next(o->map, 0, o->time + 100LL * MS, &at));
    o->time += 1000LL * MS;
    o->now[5000] ^= 1;
    o->hole[1] = false;
    lap(o);
    ck_assert(pagemap_next(o->map, 0, o->time - 500LL * MS, &at));
    ck_assert_uint_eq(at, 5000);
    ck_assert(pagemap_prev(o->map, UINT64_MAX, o->time - 500LL * MS, &at));
    ck_assert_uint_eq(at, 5000);
    oracle_free(o);
}

/* Where there is no copy the page is known, and from then on its bytes. */
TEST(a_page_without_a_copy_is_known_by_page_first)
{
    struct oracle *o = oracle_new(SMALL);
    memset(o->now, 1, BYTES);
    memset(o->hole, 0, sizeof o->hole);
    lap(o);
    size_t page = PAGES - 1;
    ck_assert(!pagemap_page(o->map, page * PAGEMAP_PAGE).known);
    o->time += 100LL * MS;
    o->now[page * PAGEMAP_PAGE + 77] = 2;
    lap(o);
    ck_assert_uint_eq(o->exact, 0);
    uint64_t at = 0;
    ck_assert(pagemap_next(o->map, 0, 0, &at));
    ck_assert_uint_eq(at, page * PAGEMAP_PAGE);
    ck_assert(!pagemap_next(o->map, at + 1, 0, &at));
    o->time += 100LL * MS;
    o->now[page * PAGEMAP_PAGE + 78] = 2;
    lap(o);
    ck_assert_uint_eq(o->exact, 1);
    ck_assert(pagemap_next(o->map, 0, 0, &at));
    ck_assert_uint_eq(at, page * PAGEMAP_PAGE + 78);
    oracle_free(o);
}

TEST(a_shrunk_segment_forgets_what_it_lost)
{
    struct oracle *o = oracle_new(LARGE);
    memset(o->now, 1, BYTES);
    memset(o->hole, 0, sizeof o->hole);
    pagemap_resize(o->map, BYTES);
    lap(o);
    uint64_t size = 10 * PAGEMAP_PAGE + 100;
    pagemap_resize(o->map, size);
    ck_assert_int_eq(pagemap_page(o->map, 11 * PAGEMAP_PAGE).state, PAGE_HOLE);
    const uint8_t *tail = pagemap_bytes(o->map, 10 * PAGEMAP_PAGE);
    ck_assert_ptr_nonnull(tail);
    ck_assert_uint_eq(tail[99], 1);
    ck_assert_uint_eq(tail[100], 0);
    ck_assert_uint_eq(o->exact, 0); /* losing bytes is not a change of theirs */
    uint8_t state[PAGEMAP_PAGE] = {BYTE_DATA};
    memset(o->last + size, 0, BYTES - size); /* grown again, and written: compared with zeros */
    pagemap_resize(o->map, BYTES);
    memset(state, BYTE_DATA, sizeof state);
    ck_assert_uint_eq(pagemap_feed(o->map, 50 * PAGEMAP_PAGE, o->now + 50 * PAGEMAP_PAGE, state,
                                   PAGEMAP_PAGE, o->time),
                      PAGEMAP_PAGE);
    oracle_free(o);
}

/* Stretches smaller and larger than a page, and than what is summed up at once. */
TEST(sums_stretches)
{
    struct oracle *o = oracle_new(LARGE);
    lap(o);
    o->time += 100LL * MS;
    o->now[70 * PAGEMAP_PAGE + 1000] = 1;
    o->hole[70] = false;
    lap(o);
    ck_assert_int_eq(pagemap_sum(o->map, 0, BYTES).state, PAGE_DATA);
    ck_assert_uint_eq(pagemap_sum(o->map, 0, BYTES).count, 1);
    ck_assert_int_eq(pagemap_sum(o->map, 0, 64 * PAGEMAP_PAGE).changed, 0);
    ck_assert_int_eq(pagemap_sum(o->map, 1 * PAGEMAP_PAGE, 3 * PAGEMAP_PAGE).state, PAGE_HOLE);
    uint64_t at = 70 * PAGEMAP_PAGE;
    ck_assert_int_ne(pagemap_sum(o->map, at + 992, at + 1008).changed, 0);
    ck_assert_int_eq(pagemap_sum(o->map, at, at + 512).changed, 0);
    ck_assert_int_eq(pagemap_sum(o->map, at, at + 512).state, PAGE_ZERO);
    oracle_free(o);
}

struct told {
    struct {
        uint64_t offset;
        size_t n;
    } run[8];
    size_t runs;
};

static void tell_run(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                     const uint8_t *new, size_t n)
{
    struct told *t = ctx;
    (void)time;
    ck_assert_ptr_nonnull(old);
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_ne(old[i], new[i]);
    ck_assert_uint_lt(t->runs, 8);
    t->run[t->runs].offset = offset;
    t->run[t->runs++].n = n;
}

/* Bytes are compared 64 at a time; a run does not end there. */
TEST(runs_are_whole_wherever_they_begin)
{
    static const struct {
        size_t from, n;
    } runs[] = {{3, 1}, {5, 2}, {60, 140}, {255, 1}, {257, 63}, {4090, 6}};
    static uint8_t page[PAGEMAP_PAGE], state[PAGEMAP_PAGE];
    struct told t = {.runs = 0};
    struct pagemap *map = pagemap_new(LARGE);
    const struct pagemap_sink sink = {.ctx = &t, .changed = tell_run};
    ck_assert(pagemap_listen(map, &sink));
    memset(page, 9, sizeof page);
    (void)pagemap_feed(map, 0, page, state, sizeof page, MS);
    size_t sum = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        memset(page + runs[i].from, 7, runs[i].n);
        sum += runs[i].n;
    }
    /* from an odd place, so that the units are not those of the part */
    ck_assert_uint_eq(pagemap_feed(map, 3, page + 3, state + 3, sizeof page - 3, 2 * (int64_t)MS),
                      sum);
    ck_assert_uint_eq(t.runs, sizeof runs / sizeof *runs);
    for (size_t i = 0; i < t.runs; i++) {
        ck_assert_uint_eq(t.run[i].offset, runs[i].from);
        ck_assert_uint_eq(t.run[i].n, runs[i].n);
    }
    ck_assert_int_ne(pagemap_sum(map, 192, 208).changed, 0);
    ck_assert_int_eq(pagemap_sum(map, 208, 224).changed, 0);
    pagemap_free(map);
}

SUITE(test_core_pagemap,
      TESTS(equals_a_naive_reader_with_room, equals_a_naive_reader_without_room,
            walks_the_changes_in_order, a_page_without_a_copy_is_known_by_page_first,
            a_shrunk_segment_forgets_what_it_lost, sums_stretches,
            runs_are_whole_wherever_they_begin));
