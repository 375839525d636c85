/* What a line is judged by before anything is asked. */
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"
#include "ui/frame/run_line.h"

/* Nothing is past the end of what has not been looked at yet. */
TEST(a_size_that_is_not_known_refuses_nothing)
{
    struct stage *st = stage_new(24, 80, 4096);
    char writes[COMMAND_WRITES];
    stage_draw(st);
    ck_assert_uint_ne(st->ui.s.sample.seq, 0);
    ck_assert(run_check(&st->ui, "poke 4088 7 --as u64le", NULL, writes));
    ck_assert(!run_check(&st->ui, "poke 4089 7 --as u64le", NULL, writes));
    ck_assert_ptr_nonnull(strstr(st->ui.status, "past the end"));
    st->ui.s.sample.seq = 0;
    st->ui.s.sample.stat.size = 0;
    ck_assert(run_check(&st->ui, "poke 4088 7 --as u64le", NULL, writes));
}

SUITE(test_ui_run_check, .tear_down = stage_tear_down,
      TESTS(a_size_that_is_not_known_refuses_nothing));
