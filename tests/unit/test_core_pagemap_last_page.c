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

/* What a segment gains is zeros: data there is a change, when all that was before had been seen. */
TEST(what_is_gained_is_zeros)
{
    static uint8_t page[PAGEMAP_PAGE] = {[7] = 1};
    for (int seen = 0; seen < 2; seen++) {
        struct pagemap *m = pagemap_new(LARGE);
        ck_assert_ptr_nonnull(m);
        pagemap_resize(m, 2 * PAGEMAP_PAGE);
        pagemap_seen(m, seen != 0 ? 2 * PAGEMAP_PAGE : PAGEMAP_PAGE);
        pagemap_resize(m, 4 * PAGEMAP_PAGE);
        size_t changed = pagemap_feed_data(m, 2 * PAGEMAP_PAGE, page, PAGEMAP_PAGE, 1);
        ck_assert_uint_eq(changed, seen != 0 ? 1 : 0);
        ck_assert_int_eq(pagemap_page(m, 3 * PAGEMAP_PAGE).state,
                         seen != 0 ? PAGE_HOLE : PAGE_UNSEEN);
        pagemap_free(m);
    }
}

/* Without a limit: every page is known, zeros without a copy. */
TEST(without_a_limit)
{
    enum { PAGES = 3000, COPIES = PAGES / 3 };
    static uint8_t page[PAGEMAP_PAGE];
    struct pagemap *m = pagemap_new(PAGEMAP_NO_LIMIT);
    ck_assert_ptr_nonnull(m);
    pagemap_seen(m, UINT64_MAX);
    for (uint64_t k = 0; k < PAGES; k++) { /* data, zeros, a hole */
        page[5] = k % 3 == 0;
        if (k % 3 < 2)
            (void)pagemap_feed_data(m, k * PAGEMAP_PAGE, page, PAGEMAP_PAGE, 1);
    }
    ck_assert(!pagemap_starved(m));
    ck_assert_uint_gt(pagemap_memory(m), COPIES * (size_t)PAGEMAP_PAGE);
    ck_assert_uint_lt(pagemap_memory(m), COPIES * (size_t)(PAGEMAP_PAGE + 256));
    uint64_t at = 0;
    for (uint64_t k = 0; k < PAGES; k += k % 3 == 0 ? 1 : 2) {
        ck_assert(pagemap_next_page(m, at, &at));
        ck_assert_uint_eq(at, k * PAGEMAP_PAGE);
        ck_assert_int_eq(pagemap_page(m, at).state, k % 3 == 0 ? PAGE_DATA : PAGE_ZERO);
        ck_assert_ptr_nonnull(pagemap_bytes(m, at));
        at += PAGEMAP_PAGE;
    }
    ck_assert(!pagemap_next_page(m, at, &at));
    pagemap_feed_hole(m, 0, PAGES * (uint64_t)PAGEMAP_PAGE, 2);
    ck_assert(!pagemap_next_page(m, 0, &at));
    ck_assert_uint_lt(pagemap_memory(m), 256 * (size_t)1024);
    pagemap_free(m);
}

SUITE(test_core_pagemap_last_page, TESTS(what_is_gained_is_zeros, without_a_limit,
                                         holes_take_no_memory, an_odd_end_and_unknown_bytes));
