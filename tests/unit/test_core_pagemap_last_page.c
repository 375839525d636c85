/* The page map at the ends of what there is: giants of holes, odd sizes, unknown bytes. */
#include <string.h>

#include "core/bytes.h"
#include "core/change/pagemap.h"
#include "support/suite.h"

enum { MS = 1000000, SMALL = 1, LARGE = 1 << 24 };

/* A sparse giant costs what its data costs. */
TEST(holes_take_no_memory)
{
    struct pagemap *m = pagemap_new(SMALL);
    uint64_t size = (uint64_t)1 << 62, hash = 5, at = 0;
    uint32_t want = 0;
    size_t empty = pagemap_memory(m);
    pagemap_feed_hole(m, 0, size, 1);
    pagemap_seen(m, size);
    ck_assert_uint_eq(pagemap_memory(m), empty);
    ck_assert_int_eq(pagemap_page(m, size / 2).state, PAGE_HOLE);
    uint8_t page[PAGEMAP_PAGE] = {[9] = 1}, state[PAGEMAP_PAGE] = {BYTE_DATA};
    ck_assert_uint_eq(pagemap_feed_hashes(m, size / 2, &hash, 1, 900, &want), 1);
    ck_assert_uint_eq(pagemap_feed(m, size / 2, page, state, sizeof page, 1000), 1);
    ck_assert(pagemap_next(m, 0, 0, &at));
    ck_assert_uint_eq(at, size / 2 + 9);
    ck_assert_int_eq(pagemap_sum(m, 0, size).state, PAGE_DATA);
    ck_assert_int_eq(pagemap_sum(m, 0, size / 4).state, PAGE_HOLE);
    ck_assert_uint_lt(pagemap_memory(m), empty + 64 * 1024);
    int64_t later = 1000LL * 1000 * MS;
    pagemap_feed_hole(m, 0, size, later); /* punched: that is a change, to zeros */
    ck_assert_int_ge(pagemap_page(m, size / 2).changed, later - 10 * MS);
    ck_assert_int_eq(pagemap_page(m, size / 2).state, PAGE_HOLE);
    pagemap_feed_hole(m, 0, size, 2 * later);
    ck_assert_int_eq(pagemap_page(m, size / 2).changed, 0); /* long ago: forgotten with its page */
    pagemap_free(m);
}

/* The page at the end of a segment that has no whole number of pages; unknown bytes. */
TEST(an_odd_end_and_unknown_bytes)
{
    struct pagemap *m = pagemap_new(LARGE);
    uint8_t page[PAGEMAP_PAGE], state[PAGEMAP_PAGE];
    memset(page, 3, sizeof page);
    memset(state, BYTE_DATA, 100);
    memset(state + 100, BYTE_BEYOND, sizeof state - 100);
    ck_assert_uint_eq(pagemap_feed(m, 0, page, state, sizeof page, 1), 0);
    ck_assert(pagemap_page(m, 0).known);
    ck_assert_uint_eq(pagemap_bytes(m, 0)[99], 3);
    ck_assert_uint_eq(pagemap_bytes(m, 0)[100], 0);
    memset(page, 4, sizeof page);
    memset(state, BYTE_UNKNOWN, 50);
    ck_assert_uint_eq(pagemap_feed(m, 0, page, state, sizeof page, 2), 50);
    ck_assert_uint_eq(pagemap_bytes(m, 0)[49], 3);
    ck_assert_uint_eq(pagemap_page(m, 0).count, 1);
    pagemap_reset_counts(m);
    ck_assert_uint_eq(pagemap_page(m, 0).count, 0);
    ck_assert_uint_eq(pagemap_sum(m, 0, sizeof page).count, 0);
    ck_assert_int_ne(pagemap_page(m, 0).changed, 0);
    ck_assert_uint_eq(pagemap_bytes(m, 0)[50], 4);
    pagemap_free(m);
}

SUITE(test_core_pagemap_last_page, TESTS(holes_take_no_memory, an_odd_end_and_unknown_bytes));
