/* Moving about the inspect screen, by keys and by mouse. */
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void setup(void)
{
    st = stage_new(24, 80, STAGE_BYTES);
    stage_put(st, 0x20, "Hello from process!", 19);
    session_move_to(&st->ui.s, 0x10, false);
    stage_draw(st);
}

TEST(test_moving)
{
    struct session *s = &st->ui.s;
    stage_type(st, "l");
    ck_assert_uint_eq(s->cursor, 0x11);
    stage_type(st, "j$");
    ck_assert_uint_eq(s->cursor, 0x2f);
    stage_type(st, "0k");
    ck_assert_uint_eq(s->cursor, 0x10);
    stage_key(st, KEY_PGDN_, 0);
    ck_assert_uint_eq(s->cursor, 0x10 + s->rows * 16);
    ck_assert_uint_eq(s->top, s->rows * 16);
    stage_key(st, KEY_PGUP_, 0);
    ck_assert_uint_eq(s->cursor, 0x10);
    ck_assert_uint_eq(s->top, 0);
    stage_type(st, "G");
    ck_assert_uint_eq(s->cursor, STAGE_BYTES - 1);
    stage_key(st, KEY_HOME_, KEY_CTRL);
    ck_assert_uint_eq(s->cursor, 0);
}

TEST(test_units_are_steps_in_the_cells_and_bytes_in_the_text)
{
    st->ui.s.set.view = view_find("u32le");
    stage_draw(st);
    stage_type(st, "l");
    ck_assert_uint_eq(st->ui.s.cursor, 0x14);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_TEXT);
    stage_type(st, "l");
    ck_assert_uint_eq(st->ui.s.cursor, 0x15);
    stage_key(st, KEY_TAB_, 0);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_CELLS);
}

TEST(test_shift_selects_and_escape_drops_it)
{
    uint64_t from = 0, to = 0;
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    stage_key(st, KEY_DOWN_, KEY_SHIFT);
    session_selection(&st->ui.s, &from, &to);
    ck_assert_uint_eq(from, 0x10);
    ck_assert_uint_eq(to, 0x22);
    stage_key(st, KEY_ESC_, 0);
    ck_assert(!st->ui.s.selecting);
}

static void mouse(enum mouse_kind kind, int row, int col)
{
    struct event ev = {.kind = EVENT_MOUSE, .mouse = kind, .row = row, .col = col};
    ui_event(&st->ui, &ev);
}

TEST(test_mouse)
{
    struct session *s = &st->ui.s;
    mouse(MOUSE_PRESS, STAGE_TOP + 2, 16);
    ck_assert_uint_eq(s->cursor, 0x22);
    ck_assert_int_eq(s->focus, FOCUS_CELLS);
    mouse(MOUSE_PRESS, STAGE_TOP + 3, 60 + 9);
    ck_assert_uint_eq(s->cursor, 0x39);
    ck_assert_int_eq(s->focus, FOCUS_TEXT);
    mouse(MOUSE_DRAG, STAGE_TOP + 4, 60 + 2);
    mouse(MOUSE_RELEASE, STAGE_TOP + 4, 60 + 2);
    ck_assert(s->selecting);
    ck_assert_uint_eq(s->anchor, 0x39);
    ck_assert_uint_eq(s->cursor, 0x42);
    mouse(MOUSE_DRAG, STAGE_TOP + 6, 60); /* without a press before: nothing */
    ck_assert_uint_eq(s->cursor, 0x42);
    mouse(MOUSE_WHEEL_DOWN, STAGE_TOP + 4, 5);
    ck_assert_uint_eq(s->top, 3 * 16);
    mouse(MOUSE_PRESS, STAGE_TOP, 37); /* the gap in the middle belongs to the byte on its left */
    ck_assert_uint_eq(s->cursor, s->top + 8);
    pager_open(&st->ui.host, "text", "one\ntwo\n", false); /* it lies over the bytes */
    mouse(MOUSE_PRESS, 20, 16);
    ck_assert_uint_eq(s->cursor, s->top + 8);
    ck_assert_ptr_nonnull(st->ui.pager);
}

/* A click that does nothing is answered, and the second button opens the menu. */
TEST(test_clicks_are_answered)
{
    mouse(MOUSE_PRESS, 0, 40);
    ck_assert_str_eq(
        st->ui.status,
        "the title is not a menu: F4 edits, Space pauses, F6 is the view, o who uses it");
    mouse(MOUSE_MENU, STAGE_TOP + 2, 16);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
    stage_key(st, KEY_ESC_, 0);
    stage_key(st, KEY_F1_, 0);
    mouse(MOUSE_MENU, 5, 16);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
    stage_key(st, KEY_ESC_, 0);
    pager_open(&st->ui.host, "text", "one\ntwo\n", false);
    mouse(MOUSE_MENU, 5, 16);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "the second button opens no menu over a text"));
    pager_close(&st->ui.host);
}

TEST(test_a_shrinking_segment_takes_the_cursor_along)
{
    stage_type(st, "G");
    stage_draw(st);
    st->size = 100;
    stage_draw(st);
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor, 99);
    ck_assert_uint_eq(st->ui.s.top, 0); /* its 7 rows are all there, not the last one alone */
    st->size = 4000;
    stage_draw(st);
    stage_type(st, "G");
    st->size = 3000;
    stage_draw(st);
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor, 2999);
    ck_assert_uint_eq(st->ui.s.top + st->ui.s.rows * 16, 3008); /* the screen is full */
    ck_assert(canvas_resize(&st->ui.canvas, 40, 80));           /* and stays full when it grows */
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.top + st->ui.s.rows * 16, 3008);
}

SUITE(test_ui_moving, .set_up = setup, .tear_down = stage_tear_down,
      TESTS(test_moving, test_units_are_steps_in_the_cells_and_bytes_in_the_text,
            test_shift_selects_and_escape_drops_it, test_mouse, test_clicks_are_answered,
            test_a_shrinking_segment_takes_the_cursor_along));
