/* When the inspector shows what it reads. */
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static const int64_t ms = 1000000;
static struct stage *st;

/* The cursor is on a value that another process has just stored. */
static void scene(uint64_t value)
{
    st = stage_new(24, 80, STAGE_BYTES);
    stage_at(st, 0x10);
    st->ui.now += 100 * ms;
    stage_put(st, 0x10, &value, sizeof value);
    stage_draw(st);
}

/* And 16 ms later another one. */
static void store(uint64_t value)
{
    st->ui.now += 16 * ms;
    stage_put(st, 0x10, &value, sizeof value);
    stage_draw(st);
}

static bool shows(const char *value)
{
    return frame_find(&st->ui.canvas, value) > 0;
}

/* A value that changes all the time is read 15 times a second; the last one is shown for sure. */
TEST(readings_are_steady)
{
    scene(1111111111111111111);
    ck_assert(shows("1111111111111111111")); /* the first at once */
    ck_assert_int_eq(st->ui.inspect->readings.due, 0);
    store(2222222222222222222);
    ck_assert(shows("1111111111111111111"));
    ck_assert_int_gt(st->ui.inspect->readings.due, st->ui.now);
    ck_assert_int_le(ui_next(&st->ui), st->ui.inspect->readings.due);
    st->ui.now = st->ui.inspect->readings.due;
    stage_draw(st);
    ck_assert(shows("2222222222222222222"));
    ck_assert_int_eq(st->ui.inspect->readings.due, 0);
    store(3333333333333333333);
    ck_assert(shows("2222222222222222222"));
    stage_at(st, 0x11); /* another place is shown at once */
    ck_assert(!shows("2222222222222222222"));
}

/* What stands is of one moment, above and below. */
TEST(a_paused_picture_is_read_as_it_is)
{
    scene(1111111111111111111);
    st->ui.s.paused = true;
    store(2222222222222222222); /* it came with the last picture */
    ck_assert(shows("2222222222222222222"));
}

SUITE(test_ui_readings, .tear_down = stage_tear_down,
      TESTS(readings_are_steady, a_paused_picture_is_read_as_it_is));
