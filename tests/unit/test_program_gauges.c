/* Gauges: pieces of the segment beside the window, live and in the past, and their trends. */
#include <string.h>

#include "core/bytes.h"
#include "support/sampled.h"
#include "support/suite.h"

enum { PAGE = 4096, SIZE = 512 * PAGE, FAR = 300 * PAGE + 40, HOLE = 100 * PAGE };

static void set_up(void)
{
    make_segment(SIZE);
    poke(FAR, 1);
    poke(8, 1);
    start_sampler(250);
    want.gauges.count = 4;
    want.gauges.at[0] = (struct gauge){FAR, 4, true};
    want.gauges.at[1] = (struct gauge){8, 4, false};
    want.gauges.at[2] = (struct gauge){HOLE, 8, true};
    want.gauges.at[3] = (struct gauge){SIZE - 2, 4, false};
    ask();
}

#define GAUGES (&sample.arrays->gauges)

static uint8_t byte_of(size_t gauge)
{
    return GAUGES->count > gauge ? GAUGES->bytes[GAUGES->first[gauge]] : 0;
}

static bool changed(size_t gauge)
{
    return GAUGES->count > gauge && GAUGES->changed[GAUGES->first[gauge]] != 0;
}

TEST(they_are_live_wherever_they_lie)
{
    AWAIT(byte_of(0) == 1 && byte_of(1) == 1);
    poke(FAR, 2);
    poke(8, 3);
    AWAIT(byte_of(0) == 2 && byte_of(1) == 3);
    AWAIT(changed(0) && changed(1));
    /* not stored; where a page is one change it has that of its page */
    int64_t beside = GAUGES->changed[GAUGES->first[0] + 2];
    ck_assert(beside == 0 || beside == GAUGES->changed[GAUGES->first[0]]);
    ck_assert_uint_eq(gauge_find(GAUGES, FAR, 4), 0);
    ck_assert_uint_eq(gauge_find(GAUGES, 8, 4), 1);
    ck_assert_uint_eq(gauge_find(GAUGES, 8, 2), SIZE_MAX);
}

TEST(what_is_not_there_is_said_and_holes_stay_holes)
{
    AWAIT(GAUGES->count == 4 && sample.map.sweeps > 0);
    ck_assert_int_eq(GAUGES->state[GAUGES->first[2]], BYTE_HOLE);
    ck_assert_int_eq(GAUGES->state[GAUGES->first[3]], BYTE_HOLE);
    ck_assert_int_eq(GAUGES->state[GAUGES->first[3] + 2], BYTE_BEYOND);
    ck_assert_uint_eq(sample.stat.resident, 2 * PAGE);
}

TEST(no_gauge_overflows_the_answer)
{
    want.gauges.count = GAUGES_MAX;
    for (size_t i = 0; i < GAUGES_MAX; i++)
        want.gauges.at[i] = (struct gauge){i * PAGE + 100, 100, true};
    ask();
    AWAIT(GAUGES->count == GAUGE_BYTES / 100);
    ck_assert(!GAUGES->trend[0].kept); /* too long for a value */
    for (size_t i = 0; i < GAUGES_MAX; i++)
        want.gauges.at[i].size = 8;
    ask();
    AWAIT(GAUGES->count == GAUGES_MAX);
    AWAIT(GAUGES->trend[GAUGES_MAX - 1].kept);
    want.gauges.at[1].size = GAUGE_MAX + 1;
    ask();
    AWAIT(GAUGES->count == 1);
}

/* The trend of the gauge FAR. */
static const struct gauge_trend *trend(void)
{
    static const struct gauge_trend none;
    return GAUGES->count > 0 ? &GAUGES->trend[0] : &none;
}

/* How many known cells of it have this value. */
static unsigned cells_of(uint8_t value)
{
    unsigned n = 0;
    for (unsigned i = 0; i < TREND_CELLS; i++)
        n += (trend()->known >> i & 1) != 0 && trend()->cell[i][0] == value;
    return n;
}

TEST(values_go_into_the_trend)
{
    AWAIT(cells_of(1) >= 2);
    for (uint8_t v = 2; v < 6; v++) {
        poke(FAR, v);
        AWAIT(cells_of(v) >= 2 && trend()->rate > 0); /* it has moved on by a step */
        ck_assert_int_eq(trend()->cell[TREND_CELLS - 1][0], v);
    }
    AWAIT(trend()->rate < 1); /* nothing for a second */
    ck_assert_uint_ge(cells_of(5), 4);
    for (uint8_t v = 1; v < 6; v++)
        ck_assert_uint_ge(cells_of(v), 1);
    ck_assert_int_lt(trend()->changed - GAUGES->changed[GAUGES->first[0]], 11 * MS);
    ck_assert_int_ge(trend()->changed, GAUGES->changed[GAUGES->first[0]]);
}

TEST(the_past_has_its_own)
{
    AWAIT(cells_of(1) >= 2);
    for (uint8_t v = 2; v < 4; v++) {
        poke(FAR, v);
        AWAIT(cells_of(v) >= 2);
    }
    struct time_job step = {.offset = FAR, .length = 4, .from = INT64_MAX, .steps = -1};
    RUN_JOB(job_time, &step);
    ck_assert(step.moved);
    want.past.time = step.time; /* it was 2 then */
    ask();
    AWAIT(sample.past.time == step.time && byte_of(0) == 2);
    AWAIT(cells_of(2) >= 1 && cells_of(3) == 0);
    ck_assert(trend()->changed <= step.time && trend()->changed != 0);
    poke(FAR, 9); /* the past does not change */
    uint64_t seq = sample.seq;
    AWAIT(sample.seq > seq + 5);
    ck_assert_int_eq(byte_of(0), 2);
    want.past.time = 0;
    ask();
    AWAIT(byte_of(0) == 9 && cells_of(2) >= 1 && cells_of(3) >= 1);
}

TEST(without_a_history_there_is_no_trend)
{
    want.past.budget = 0;
    ask();
    AWAIT(byte_of(0) == 1 && !sample.past.kept);
    poke(FAR, 2);
    AWAIT(byte_of(0) == 2);
    ck_assert(!trend()->kept && trend()->rate < 1);
}

SUITE(test_program_gauges, .set_up = set_up, .tear_down = tear_down,
      TESTS(they_are_live_wherever_they_lie, what_is_not_there_is_said_and_holes_stay_holes,
            no_gauge_overflows_the_answer, values_go_into_the_trend, the_past_has_its_own,
            without_a_history_there_is_no_trend));
