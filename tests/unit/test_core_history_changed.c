/* What had changed by a moment, in the order of the segment, against an oracle of every change. */
#include <string.h>

#include "core/history/history.h"
#include "support/random.h"
#include "support/suite.h"

enum { PAGES = 6, SPACE = PAGES * HISTORY_PAGE, MOMENTS = 60, MS = 1000000, PARTS = 7 };

static const uint64_t BASE = (uint64_t)5 << 30;
static bool changed[MOMENTS + 1][SPACE];
static int64_t time_of(int moment)
{
    return (int64_t)(moment + 1) * MS;
}

/* A history in which at every moment some bytes of some pages changed; page 3 never does. */
static struct history *fill(size_t budget)
{
    static uint8_t now[SPACE], old[SPACE];
    struct history *h = history_new(budget);
    ck_assert_ptr_nonnull(h);
    memset(now, 0, sizeof now);
    memset(changed, 0, sizeof changed);
    history_observe(h, 1, BASE, SPACE);
    for (int m = 0; m < MOMENTS; m++) {
        size_t page = draw(PAGES), at = page * HISTORY_PAGE + draw(HISTORY_PAGE - 300),
               n = 1 + draw(300);
        if (page == 3)
            continue;
        memcpy(old, now + at, n);
        for (size_t i = at; i < at + n; i++)
            if (draw(4) == 0) {
                now[i]++;
                changed[m][i] = true;
            }
        ck_assert(history_add(h, time_of(m), BASE + at, old, now + at, n));
    }
    return h;
}

/* Did byte i change in (since, time]? */
static bool did(size_t i, int64_t since, int64_t time)
{
    for (int m = 0; m < MOMENTS; m++)
        if (changed[m][i] && time_of(m) > since && time_of(m) <= time)
            return true;
    return false;
}

TEST_LOOP(changed_bytes_in_order, 10)
{
    seed = (uint64_t)_i + 1;
    struct history *h = fill(1 << 20);
    for (int k = 0; k < 60; k++) {
        int to = (int)draw(MOMENTS), from = (int)draw((uint32_t)to + 1) - 1;
        int64_t since = from < 0 ? INT64_MIN : time_of(from), time = time_of(to);
        size_t low = draw(SPACE), high = low + draw((uint32_t)(SPACE - low));
        bool back = draw(2) == 0;
        size_t want = SIZE_MAX;
        for (size_t i = low; i < high && (back || want == SIZE_MAX); i++)
            if (did(i, since, time))
                want = i;
        uint64_t offset = 0;
        bool found = history_changed(h, since, time, BASE + low, BASE + high, back, &offset);
        ck_assert_int_eq(found, want != SIZE_MAX);
        ck_assert(!found || offset == BASE + want);
    }
    history_free(h);
}

TEST_LOOP(newest_of_each_part, 10)
{
    seed = (uint64_t)_i + 100;
    struct history *h = fill(1 << 20);
    for (int k = 0; k < 20; k++) {
        int to = (int)draw(MOMENTS), from = (int)draw((uint32_t)to + 1);
        int64_t newest[PARTS];
        history_newest(h, time_of(from), time_of(to), BASE, BASE + SPACE, PAGES, newest);
        for (size_t p = 0; p < PAGES; p++) {
            int64_t want = 0;
            for (int m = from + 1; m <= to; m++)
                if (memchr(changed[m] + p * HISTORY_PAGE, true, HISTORY_PAGE) != NULL)
                    want = time_of(m);
            ck_assert_int_eq(newest[p], want);
        }
    }
    history_free(h);
}

TEST(what_is_not_known_counts_where_it_may_be)
{
    static uint8_t bytes[HISTORY_PAGE];
    int64_t newest[3];
    uint64_t offset = 0;
    struct history *h = history_new(1 << 20);
    ck_assert(history_add(h, 50, BASE, NULL, bytes, sizeof bytes));
    ck_assert(history_changed(h, INT64_MIN, 50, BASE - HISTORY_PAGE, BASE + SPACE, false, &offset));
    ck_assert_uint_eq(offset, BASE);
    ck_assert(
        !history_changed(h, INT64_MIN, 49, BASE - HISTORY_PAGE, BASE + SPACE, false, &offset));
    history_newest(h, 0, 60, BASE - HISTORY_PAGE, BASE + 2 * HISTORY_PAGE, 3, newest);
    ck_assert(newest[0] == 0 && newest[1] == 50 && newest[2] == 0);
    history_newest(h, 0, 60, BASE, BASE + 30, 3, newest); /* parts smaller than a page */
    ck_assert(newest[0] == 50 && newest[1] == 50 && newest[2] == 50);
    history_size(h, 70, 8192, 4096);
    ck_assert_uint_eq(history_size_then(h, 69, 4096), 8192);
    ck_assert_uint_eq(history_size_then(h, 70, 4096), 4096);
    history_free(h);
}

SUITE(test_core_history_changed,
      TESTS(changed_bytes_in_order, newest_of_each_part, what_is_not_known_counts_where_it_may_be));
