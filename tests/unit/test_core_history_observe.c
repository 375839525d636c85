/* What the history says of stretches that were not looked at, of sizes, and of activity. */
#include <string.h>

#include "core/bytes.h"
#include "core/history/history.h"
#include "support/random.h"
#include "support/suite.h"

enum { MS = 1000000 };

TEST(nothing_is_known_before_it_is_watched)
{
    struct history *h = history_new(1 << 20);
    uint8_t a[8] = {1, 2, 3, 4, 5, 6, 7, 8}, b[8] = {9, 2, 3, 4, 5, 6, 7, 8};
    uint8_t bytes[8], state[8];
    int64_t changed[8];
    struct history_view v = {0, 8, bytes, state, changed, 1000};
    history_observe(h, 50, 0, 4);
    history_observe(h, 100, 0, 6);
    ck_assert(history_add(h, 200, 0, a, b, 8));
    for (int64_t t = 49; t < 210; t++) {
        memcpy(bytes, b, 8);
        memset(state, BYTE_DATA, 8);
        ck_assert(history_at(h, t, &v));
        ck_assert_int_eq(state[0], t >= 50 ? BYTE_DATA : BYTE_UNKNOWN);
        ck_assert_int_eq(state[5], t >= 100 ? BYTE_DATA : BYTE_UNKNOWN);
        ck_assert_int_eq(state[7], BYTE_UNKNOWN);
        ck_assert_int_eq(bytes[0], t < 50 ? 0 : t < 200 ? 1 : 9);
        ck_assert_int_eq(changed[0], t >= 200 ? 200 : 0);
    }
    history_unobserve(h, 2, 2);
    history_observe(h, 300, 0, 8);
    memcpy(bytes, b, 8);
    memset(state, BYTE_DATA, 8);
    ck_assert(history_at(h, 250, &v));
    const uint8_t want[8] = {0, 0, 2, 2, 0, 0, 2, 2};
    ck_assert_int_eq(memcmp(state, want, 8), 0);
    history_free(h);
}

/* More stretches than are kept apart: what is said to be known was watched then. */
TEST_LOOP(many_stretches_never_claim_too_much, 2)
{
    enum { N = 900 };
    static int64_t since[N];
    struct history *h = history_new(1 << 20);
    seed = (uint64_t)_i + 9;
    memset(since, 0, sizeof since);
    for (int64_t k = 1; k < 3000; k++) {
        size_t n = 1 + draw(6), at = draw((uint32_t)(N - n));
        bool off = draw(4) == 0;
        if (off)
            history_unobserve(h, at, n);
        else
            history_observe(h, k, at, n);
        for (size_t i = at; i < at + n; i++)
            since[i] = off ? 0 : since[i] == 0 ? k : since[i];
    }
    uint8_t bytes[N] = {0}, state[N];
    int64_t changed[N];
    size_t known = 0;
    for (int64_t t = 1; t < 3001; t += 50) {
        struct history_view v = {0, N, bytes, state, changed, 0};
        memset(state, BYTE_DATA, N);
        ck_assert(history_at(h, t, &v));
        for (size_t i = 0; i < N; i++) {
            HOLD(state[i] != BYTE_DATA || (since[i] != 0 && since[i] <= t));
            known += state[i] == BYTE_DATA;
        }
    }
    ck_assert_uint_gt(known, N);
    history_free(h);
}

TEST(the_end_of_then_is_the_end)
{
    struct history *h = history_new(1 << 20);
    uint8_t bytes[8], state[8];
    int64_t changed[8];
    struct history_view v = {0, 8, bytes, state, changed, 0};
    history_observe(h, 10, 0, 8);
    history_size(h, 100, 4, 6);
    history_size(h, 200, 6, 2);
    const int64_t times[3] = {50, 150, 250};
    const uint8_t want[3][8] = {
        {0, 0, 2, 2, 3, 3, 3, 3}, {0, 0, 2, 2, 2, 2, 3, 3}, {0, 0, 3, 3, 3, 3, 3, 3}};
    for (int i = 0; i < 3; i++) {
        memset(bytes, 7, 8);
        memset(state, BYTE_DATA, 2);
        memset(state + 2, BYTE_BEYOND, 6);
        ck_assert(history_at(h, times[i], &v));
        ck_assert_int_eq(memcmp(state, want[i], 8), 0);
    }
    history_free(h);
}

/* Pages that come and go all the time: what is kept of it is right, and in the budget. */
TEST(holes_have_their_part_of_the_budget)
{
    struct history *h = history_new(0);
    struct history_about about;
    history_observe(h, 1, 0, (uint64_t)1 << 40);
    for (int64_t t = 2; t < 60000; t++) { /* page 8 is a hole at odd times */
        HOLD(history_hole(h, t, 8 * HISTORY_PAGE, HISTORY_PAGE, t % 2 == 1));
        HOLD(history_hole(h, t, (uint64_t)t * HISTORY_PAGE * 16, HISTORY_PAGE, true));
        history_about(h, &about);
        HOLD(about.bytes <= about.budget);
    }
    ck_assert(about.since > 1000 && about.since < 59000);
    for (int64_t t = about.since; t < 60000; t += 37) {
        uint8_t bytes[2] = {0}, state[2] = {BYTE_DATA, BYTE_HOLE};
        int64_t changed[2];
        struct history_view v = {9 * HISTORY_PAGE - 1, 2, bytes, state, changed, 0};
        HOLD(history_at(h, t, &v));
        HOLD(state[0] == (t % 2 == 1 ? BYTE_HOLE : BYTE_DATA) && state[1] == BYTE_HOLE);
    }
    history_free(h);
}

TEST(activity_is_summed_where_it_was)
{
    struct history *h = history_new(1 << 20);
    uint8_t old[100] = {0}, new[100];
    uint64_t part[10];
    memset(new, 1, sizeof new);
    history_activity(h, 0, 100, 10, part);
    ck_assert_uint_eq(part[0], 0);
    for (int64_t k = 0; k < 1000; k++) /* 100 bytes each 10 ms in the first half of each second */
        if (k % 100 < 50)
            ck_assert(history_add(h, 1 + k * 10 * MS, 0, k % 2 == 0 ? old : new,
                                  k % 2 == 0 ? new : old, 100));
    history_activity(h, 0, 10000 * (int64_t)MS, 10, part);
    uint64_t sum = 0;
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_ge(part[i], 4900);
        ck_assert_uint_le(part[i], 5100);
        sum += part[i];
    }
    ck_assert_uint_eq(sum, 50000);
    ck_assert(history_add(h, 100000 * (int64_t)MS * 10, 0, old, new, 100)); /* much later */
    history_activity(h, 0, 1000001 * (int64_t)MS, 10, part);
    ck_assert_uint_eq(part[0], 50000);
    ck_assert_uint_eq(part[9], 100);
    history_free(h);
}

SUITE(test_core_history_observe,
      TESTS(nothing_is_known_before_it_is_watched, many_stretches_never_claim_too_much,
            the_end_of_then_is_the_end, holes_have_their_part_of_the_budget,
            activity_is_summed_where_it_was));
