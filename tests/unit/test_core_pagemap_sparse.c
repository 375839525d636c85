/* The page map of data that is scattered: what it takes, and that it is right, in any order. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/change/pagemap.h"
#include "support/random.h"
#include "support/suite.h"

enum { MS = 1000000, MIB = 1 << 20, GROUP = 64, PLACES = 2500, ROUNDS = 30000 };

static void feed(struct pagemap *m, uint64_t page, uint8_t value, int64_t time)
{
    static uint8_t bytes[PAGEMAP_PAGE], state[PAGEMAP_PAGE]; /* BYTE_DATA */
    static uint64_t hashes[256];
    uint32_t want = 0;
    memset(bytes, value, sizeof bytes);
    if (hashes[value] == 0)
        hashes[value] = pagemap_hash(bytes);
    if (pagemap_feed_hashes(m, page * PAGEMAP_PAGE, &hashes[value], 1, time, &want) == 1)
        (void)pagemap_feed(m, page * PAGEMAP_PAGE, bytes, state, sizeof bytes, time);
}

/* ---- what it takes ---- */

enum order { UPWARDS, DOWNWARDS, MIXED, TWICE, ORDERS };

/* The k-th of n, each once. */
static size_t turn(size_t k, size_t n, enum order order)
{
    size_t half = (n + 1) / 2;
    switch (order) {
    case DOWNWARDS:
        return n - 1 - k;
    case MIXED: /* n is no multiple of this prime */
        return (size_t)((uint64_t)k * 1000003 % n);
    case TWICE: /* every other one, then those between */
        return k < half ? k * 2 : (k - half) * 2 + 1;
    default:
        return k;
    }
}

/* `each` pages of every GROUP. */
static uint64_t page_of(size_t k, size_t each)
{
    return (uint64_t)(k / each) * GROUP + k % each * (GROUP / each);
}

static const struct {
    size_t each, groups;
} layouts[] = {{1, 40001}, {2, 25001}, {3, 20001}, {8, 8001}, {63, 1499}, {64, 1499}};

enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Valgrind has time for a part of it only. */
static size_t part_of(size_t n)
{
    return getenv("SHMLENS_MEMCHECK") != NULL ? n / 20 : n;
}

static size_t pages_of(size_t layout)
{
    return layouts[layout].each * part_of(layouts[layout].groups);
}

static void check_bound(const struct pagemap *m, size_t pages)
{
    double bound = 8.0 * MIB + 0.005 * PAGEMAP_PAGE * (double)pages;
    HOLD((double)pagemap_memory(m) <= bound - 2.0 * MIB); /* the rest is the UI's */
}

/* The table alone, with nothing but the least of copies beside it. */
static void check_table(const struct pagemap *m, size_t pages)
{
    double bound = 0.005 * PAGEMAP_PAGE * (double)pages;
    HOLD((double)pagemap_memory(m) <= bound + 270.0 * 1024);
}

static void fill(struct pagemap *m, size_t layout, enum order order, bool room)
{
    size_t each = layouts[layout].each, n = pages_of(layout);
    for (size_t k = 0; k < n; k++) {
        feed(m, page_of(turn(k, n, order), each), 7, MS);
        if (k % 1000 == 0 && room)
            check_bound(m, n);
        else if (k % 1000 == 0)
            check_table(m, k + 1);
    }
    pagemap_seen(m, UINT64_MAX / 2);
    ck_assert_int_eq(pagemap_page(m, page_of(n / 2, each) * PAGEMAP_PAGE).state, PAGE_DATA);
}

TEST_LOOP(any_layout_stays_under_the_bound, LAYOUTS *ORDERS)
{
    size_t layout = (size_t)_i / ORDERS, each = layouts[layout].each;
    size_t n = pages_of(layout);
    enum order order = (enum order)(_i % ORDERS);
    size_t allowance = (size_t)6 * MIB + n * PAGEMAP_PAGE / 200;
    for (int room = 0; room < 2; room++) {
        struct pagemap *m = pagemap_new(room != 0 ? allowance : 1);
        ck_assert_ptr_nonnull(m);
        fill(m, layout, order, room != 0);
        /* some become holes again, then all */
        for (size_t k = 0; k < n; k += 3)
            pagemap_feed_hole(m, page_of(k, each) * PAGEMAP_PAGE,
                              (page_of(k, each) + 1) * PAGEMAP_PAGE, 100000LL * MS);
        room != 0 ? check_bound(m, n) : check_table(m, n);
        pagemap_allow(m, 6 * MIB);
        pagemap_feed_hole(m, 0, UINT64_MAX / 2, 100001LL * MS);
        check_bound(m, 0);
        pagemap_feed_hole(m, 0, UINT64_MAX / 2, 300000LL * MS);
        ck_assert_uint_le(pagemap_memory(m), 64 * 1024);
        ck_assert_int_eq(pagemap_page(m, page_of(n / 2, each) * PAGEMAP_PAGE).state, PAGE_HOLE);
        pagemap_free(m);
    }
}

/* ---- that it is right ---- */

struct place {
    uint64_t page; /* ascending */
    enum page_state state;
    uint8_t value;
    uint32_t count;
    int64_t changed;
};

static struct place place[PLACES];

static bool holes_told[PLACES]; /* as listened to */

static void on_hole(void *ctx, int64_t time, uint64_t offset, bool hole)
{
    (void)time;
    size_t i = 0;
    ck_assert_ptr_eq(ctx, place);
    while (place[i].page * PAGEMAP_PAGE != offset)
        i++;
    HOLD(holes_told[i] != hole);
    holes_told[i] = hole;
}

/* Pages that are close to each other, groups of them far apart. */
static void make_places(void)
{
    uint64_t page = draw(1000);
    for (size_t i = 0; i < PLACES; i++) {
        place[i] = (struct place){.page = page, .state = PAGE_HOLE};
        holes_told[i] = true;
        page += 1 + (draw(4) == 0 ? draw(1000) : 0);
        page += draw(500) == 0 ? (uint64_t)draw(100) << 30 : 0;
    }
}

static void write_page(struct pagemap *m, struct place *p, int64_t time)
{
    uint8_t value = (uint8_t)draw(3);
    feed(m, p->page, value, time);
    p->count += value != p->value;
    p->changed = value != p->value ? time : p->changed;
    p->value = value;
    p->state = value == 0 ? PAGE_ZERO : PAGE_DATA;
}

static void punch(struct pagemap *m, size_t from, size_t to, int64_t time)
{
    pagemap_feed_hole(m, place[from].page * PAGEMAP_PAGE, (place[to - 1].page + 1) * PAGEMAP_PAGE,
                      time);
    for (size_t i = from; i < to; i++) {
        struct place *p = &place[i];
        p->count += p->value != 0;
        p->changed = p->value != 0 ? time : p->changed;
        p->value = 0;
        if (p->state != PAGE_HOLE && p->changed == 0)
            p->count = 0;
        p->state = PAGE_HOLE;
    }
}

static bool same_time(int64_t told, int64_t was)
{
    return was == 0 ? told == 0 : told != 0 && told <= was && was - told < 10 * MS;
}

static void check_places(const struct pagemap *m)
{
    for (size_t i = 0; i < PLACES; i++) {
        struct page_info info = pagemap_page(m, place[i].page * PAGEMAP_PAGE);
        HOLD(info.state == place[i].state && info.count == place[i].count);
        HOLD(same_time(info.changed, place[i].changed));
        HOLD(holes_told[i] == (place[i].state == PAGE_HOLE));
    }
}

/* Places from `from` up to `to` as the map sums them up, and the changed ones next to them. */
static void check_sum(const struct pagemap *m, size_t from, size_t to)
{
    uint64_t start = place[from].page * PAGEMAP_PAGE, at = 0;
    uint64_t end = (place[to - 1].page + 1) * PAGEMAP_PAGE;
    enum page_state state = PAGE_HOLE;
    uint32_t count = 0;
    int64_t changed = 0;
    for (size_t i = from; i < to; i++) {
        state = place[i].state > state ? place[i].state : state;
        count = place[i].count > count ? place[i].count : count;
        changed = place[i].changed > changed ? place[i].changed : changed;
    }
    struct page_sum sum = pagemap_sum(m, start, end);
    HOLD(sum.state == state && sum.count == count && same_time(sum.changed, changed));
    size_t next = from, prev = to;
    while (next < PLACES && place[next].changed == 0)
        next++;
    while (prev > 0 && place[prev - 1].changed == 0)
        prev--;
    bool found = pagemap_next(m, start, 0, &at);
    HOLD(found == (next < PLACES) && (!found || at / PAGEMAP_PAGE == place[next].page));
    found = pagemap_prev(m, end, 0, &at);
    HOLD(found == (prev > 0) && (!found || at / PAGEMAP_PAGE == place[prev - 1].page));
}

/* The segment shrinks to the end of place i, and grows again. */
static void shrink(struct pagemap *m, size_t i)
{
    pagemap_resize(m, (place[i].page + 1) * PAGEMAP_PAGE);
    pagemap_resize(m, UINT64_MAX);
    for (size_t k = i + 1; k < PLACES; k++) {
        place[k] = (struct place){.page = place[k].page, .state = PAGE_HOLE};
        holes_told[k] = true;
    }
}

TEST_LOOP(scattered_pages_are_known_as_they_are, 3)
{
    seed = (uint64_t)_i + 1;
    struct pagemap *m = pagemap_new(1);
    ck_assert_ptr_nonnull(m);
    const struct pagemap_sink sink = {.ctx = place, .hole = on_hole};
    ck_assert(pagemap_listen(m, &sink));
    make_places();
    pagemap_seen(m, UINT64_MAX / 2);
    for (unsigned r = 0; r < part_of(ROUNDS); r++) {
        int64_t time = 1 + (int64_t)r * MS; /* half a minute in all: nothing is forgotten */
        size_t i = draw(PLACES), n = 1 + draw(draw(50) == 0 ? 600 : 5);
        n = n < PLACES - i ? n : PLACES - i;
        if (draw(10) < 7)
            for (size_t k = i; k < i + n; k++)
                write_page(m, &place[k], time);
        else
            punch(m, i, i + n, time);
        if (draw(3000) == 0)
            shrink(m, draw(PLACES));
        if (r % 50 == 0)
            check_sum(m, i, i + n);
        if (r % 1000 == 0)
            check_places(m);
    }
    pagemap_reset_counts(m);
    for (size_t i = 0; i < PLACES; i++)
        place[i].count = 0;
    check_places(m);
    pagemap_free(m);
}

SUITE(test_core_pagemap_sparse, .timeout = 120,
      TESTS(any_layout_stays_under_the_bound, scattered_pages_are_known_as_they_are));
