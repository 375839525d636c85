/* When the title says that only shmlens keeps a segment alive. */
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

TEST(once_it_is_known_that_nobody_else_uses_it)
{
    st = stage_new(24, 80, STAGE_BYTES);
    st->ui.s.sample.stat.name_gone = true;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), -1); /* not known yet */
    st->ui.s.walk.id = st->ui.s.id;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), 0);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "only shmlens keeps it alive"), 1);
}

/* On Windows our own pass over the names opens it for a moment, and is no user. */
TEST(on_windows_it_does_not_flicker)
{
    enum { MS = 1000000 };
    st = stage_new(24, 80, STAGE_BYTES);
    st->ui.s.walk.id = st->ui.s.id;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), -1);
    for (int i = 0; i < 4; i++) {
        st->ui.s.sample.stat.state ^= SEG_ST_ONLY_US;
        stage_draw(st);
        ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), 0);
        ck_assert_int_eq(frame_find(&st->ui.canvas, "only shmlens keeps it alive"), 1);
        st->ui.now += 100 * MS;
    }
    st->ui.now += 100 * MS; /* that long nobody but a user has it */
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), -1);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "no other process"), 0);
}

SUITE(test_ui_alive, .tear_down = stage_tear_down,
      TESTS(once_it_is_known_that_nobody_else_uses_it, on_windows_it_does_not_flicker));
