/* The sampler's map of a real segment: what changes anywhere in it, and the rows that did. */
#include <string.h>

#include "core/bytes.h"
#include "support/sampled.h"
#include "support/suite.h"

enum { PAGE = 4096, PAGES = 2048, SIZE = PAGES * PAGE, FAR = 1500 * PAGE + 40 };

static void set_up(void)
{
    make_segment(SIZE);
    for (unsigned p = 200; p < PAGES; p++) /* a hole, zeros, data */
        poke((uint64_t)p * PAGE + 7, (uint8_t)(p < 400 ? 0 : p | 1));
    start_sampler(250);
    ask_sweep(16, 50);
}

/* What never changes never seems to, whoever hashed it: the backend, or the map from copies. */
TEST(a_quiet_segment_is_quiet)
{
    AWAIT(sample.map.sweeps >= 5 && sample.map.cells == 16);
    ck_assert_uint_eq(sample.map.changes, 0);
    ck_assert_int_eq(sample.map.hot_time, 0);
    ck_assert_int_eq(sample.map.cell[0].state, PAGE_HOLE);
    ck_assert_int_eq(sample.map.cell[1].state, PAGE_ZERO);
    ck_assert_int_eq(sample.map.cell[15].state, PAGE_DATA);
    ck_assert_uint_le(sample.map.memory, 8 * 1024 * 1024 + SIZE / 200);
    ck_assert_int_gt(sample.map.looked, 0);
    ck_assert_uint_eq(sample.stat.resident, (PAGES - 200) * PAGE);
}

TEST(a_change_far_away_is_seen)
{
    AWAIT(sample.map.sweeps >= 1);
    poke(FAR, 200);
    AWAIT(sample.map.hot_time != 0);
    /* kept: exact; not kept: its page */
    ck_assert(sample.map.hot == FAR || sample.map.hot == FAR / PAGE * PAGE);
    AWAIT(sample.map.cell[FAR / (SIZE / 16)].changed != 0);
    ck_assert_int_eq(sample.map.cell[3].changed, 0);
    poke(50 * PAGE + 1, 9); /* a hole comes to life: known to have been zeros */
    AWAIT(sample.map.hot == 50 * PAGE + 1);
    poke(FAR, 201);
    AWAIT(sample.map.hot == FAR); /* by now it is kept */
    ask_window(FAR - 10, 64);
    AWAIT(sample.offset == FAR - 10);
    ck_assert_int_ne(sample.arrays->changed[10], 0); /* its age came along */
    ck_assert_int_eq(sample.arrays->changed[11], 0);
}

static void expect_change(enum find_kind kind, uint64_t from, uint64_t at, bool wrapped)
{
    struct find_job j = {.kind = kind, .from = from};
    RUN_JOB(job_find, &j);
    ck_assert(j.found);
    ck_assert_uint_eq(j.offset, at);
    ck_assert_int_eq(j.wrapped, wrapped);
}

TEST(changes_are_walked_across_the_segment)
{
    AWAIT(sample.map.sweeps >= 1);
    poke(20, 3);
    poke(60 * PAGE + 5, 3); /* a hole */
    AWAIT(sample.map.changes >= 2);
    expect_change(FIND_CHANGE_NEXT, 0, 20, false);
    expect_change(FIND_CHANGE_NEXT, 20, 60 * PAGE + 5, false);
    expect_change(FIND_CHANGE_NEXT, 60 * PAGE + 5, 20, true);
    expect_change(FIND_CHANGE_PREV, 20, 60 * PAGE + 5, true);
    expect_change(FIND_CHANGE_PREV, 60 * PAGE + 5, 20, false);
}

static void want_rows(uint64_t top, uint64_t keep, int64_t recent)
{
    want.rows = (struct rows_request){true, 0, 16, 4, top, keep, recent};
    ask();
}

/* The rows shown are these. */
static bool shows(size_t n, const uint64_t *at)
{
    const struct rows_result *r = &sample.rows;
    return r->on && r->shown == n && memcmp(r->at + r->first, at, n * sizeof *at) == 0;
}

TEST(only_changed_rows)
{
    static const uint64_t some[] = {0, 0x20, 10 * PAGE},
                          more[] = {0x20, 10 * PAGE, 20 * PAGE, 30 * PAGE};
    AWAIT(sample.map.sweeps >= 1);
    want_rows(0, 0, 1000LL * 1000 * MS);
    AWAIT(shows(1, some)); /* the row of the cursor */
    poke(0x25, 1);
    poke(10 * PAGE + 3, 2);
    AWAIT(shows(3, some));
    ck_assert_uint_eq(sample.length, 48);
    ck_assert_uint_eq(sample_index(&sample, 0x25), 21);
    ck_assert_int_eq(sample.arrays->bytes[21], 1);
    ck_assert_int_ne(sample.arrays->changed[21], 0);
    ck_assert_int_eq(sample.arrays->changed[20], 0);
    ck_assert_uint_eq(sample_index(&sample, 0x30), SIZE_MAX);
    poke(0x25, 77); /* live */
    AWAIT(sample.arrays->bytes[21] == 77);
    poke(20 * PAGE, 1);
    poke(30 * PAGE, 1);
    want_rows(0x20, 0x20, 1000LL * 1000 * MS);
    AWAIT(shows(4, more));
    want_rows(25 * PAGE, 30 * PAGE, 1000LL * 1000 * MS); /* at the end: filled from above */
    AWAIT(shows(4, more));
    want.rows = (struct rows_request){.on = false};
    ask();
    AWAIT(!sample.rows.on && sample.length == 256);
    ck_assert_int_eq(sample.arrays->bytes[0x25], 77);
}

TEST(only_rows_that_differ_from_the_baseline)
{
    static const uint64_t some[] = {0, 10 * PAGE + 16, FAR / 16 * 16}, none[] = {0};
    poke(0x25, 1);
    struct baseline_job j = {.change = BASELINE_SET};
    RUN_JOB(job_baseline, &j);
    ck_assert(j.done);
    want_rows(0, 0, MS); /* how recent does not matter */
    AWAIT(shows(1, none));
    poke(10 * PAGE + 30, 2);
    poke(FAR, 222);
    AWAIT(shows(3, some));
    ck_assert_int_eq(sample.arrays->base[sample_index(&sample, FAR)], 1);
    ck_assert_int_eq(sample.arrays->base[sample_index(&sample, FAR) + 1], 0);
    poke(10 * PAGE + 30, 0);
    poke(FAR, 0);
    AWAIT(shows(1, none));
}

/* Pieces far apart, each with the exact age of its bytes; other pieces keep what they share. */
TEST(pieces_are_sampled_with_their_ages)
{
    AWAIT(sample.map.sweeps >= 1);
    spans_set(&want.spans, 0x24, 6);
    ck_assert(spans_append(&want.spans, FAR, 8, SAMPLE_MAX));
    ask();
    AWAIT(sample.spans.count == 2);
    ck_assert_uint_eq(sample.length, 14);
    ck_assert_uint_eq(sample_index(&sample, FAR + 3), 9);
    ck_assert_uint_eq(sample_index(&sample, 0x2a), SIZE_MAX);
    poke(0x25, 1);
    poke(FAR + 3, 9);
    AWAIT(sample.arrays->bytes[1] == 1 && sample.arrays->bytes[9] == 9);
    for (size_t i = 0; i < 14; i++)
        ck_assert_int_eq(sample.arrays->changed[i] != 0, i == 1 || i == 9);
    int64_t changed = sample.arrays->changed[9];
    spans_set(&want.spans, FAR + 2, 4);
    ask();
    AWAIT(sample.length == 4);
    ck_assert_int_eq(sample.arrays->changed[1], changed);
    ck_assert_uint_eq(sample.arrays->count[1], 1);
    want.past.time = changed - 1; /* and as they were */
    ask();
    AWAIT(sample.past.time != 0);
    ck_assert_int_ne(sample.arrays->bytes[1], 9);
    want.past.time = 0;
    want.spans.count = 0;
    ask();
    AWAIT(sample.spans.count == 0 && sample.length == 256);
}

TEST(it_rests_when_told)
{
    AWAIT(sample.map.sweeps >= 1);
    ask_sweep(16, 0);
    uint64_t seq = sample.seq;
    AWAIT(sample.seq > seq + 2);
    uint64_t laps = sample.map.sweeps;
    seq = sample.seq;
    AWAIT(sample.seq > seq + 100);
    ck_assert_uint_le(sample.map.sweeps, laps + 1);
    ask_sweep(16, 50);
    AWAIT(sample.map.sweeps > laps + 2);
}

SUITE(test_program_map_job, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_quiet_segment_is_quiet, a_change_far_away_is_seen,
            changes_are_walked_across_the_segment, only_changed_rows,
            only_rows_that_differ_from_the_baseline, pieces_are_sampled_with_their_ages,
            it_rests_when_told));
