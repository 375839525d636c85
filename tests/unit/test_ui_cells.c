/* Cells of numbers may begin at any byte. Whatever brings the cursor somewhere: the cell that is
 * lit, what the inspector shows, and what p writes are one place. */
#include <inttypes.h>
#include <string.h>

#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void set_up(void)
{
    st = stage_new(24, 80, 1024);
    for (size_t i = 0; i < 1024; i++)
        st->bytes[i] = (uint8_t)(i * 7 + i / 16);
    stage_act(st, act_edit, NULL);
    stage_run(st);
    stage_draw(st);
}

/* The text of the lit cell; its cells are the only ones of this style. */
static const char *lit(void)
{
    static char text[64];
    const struct inspect_layout *at = &st->ui.inspect->at;
    const struct canvas *c = &st->ui.canvas;
    enum style want = st->ui.s.focus == FOCUS_CELLS ? STYLE_CURSOR : STYLE_CURSOR2;
    size_t n = 0;
    for (int row = at->top; row < at->top + at->rows; row++)
        for (int col = at->cells; col < at->cells_end; col++) {
            const struct cell *cell = &c->cells[row * c->cols + col];
            if (cell->style == want && cell->cp != ' ' && n + 1 < sizeof text)
                text[n++] = (char)cell->cp;
        }
    text[n] = '\0';
    return text;
}

static void one_place(uint64_t offset, const char *view)
{
    const struct view *v = view_find(view);
    char where[48], value[VIEW_UNIT_MAX], poked[64];
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor, offset);
    (void)view_format(v, st->bytes + offset, value);
    ck_assert_str_eq(lit(), value);
    (void)snprintf(where, sizeof where, "\u2500 0x%" PRIx64 " (%" PRIu64 ") ", offset, offset);
    ck_assert_int_ge(frame_find(&st->ui.canvas, where), 0);
    int panel = st->ui.inspect->at.panel_top + 1, found = 0;
    for (int row = panel; row < panel + 2; row++)
        found += strstr(stage_text(st, row, 0, 80), value) != NULL;
    ck_assert_int_gt(found, 0);
    ck_assert_uint_eq(st->ui.s.value_offset, offset);
    inspect_ask_poke(&st->ui);
    stage_draw(st);
    (void)snprintf(poked, sizeof poked, "poke at 0x%" PRIx64 " ", offset);
    ck_assert_msg(frame_find(&st->ui.canvas, poked) > 0, "%s: %s", poked,
                  stage_text(st, 22, 0, 80));
    stage_key(st, KEY_ESC_, 0);
    stage_type(st, "1");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    (void)snprintf(poked, sizeof poked, "poke 0x%" PRIx64 " 1 --as %s", offset, view);
    ck_assert_msg(strncmp(st->line, poked, strlen(poked)) == 0, "%s, not %s", st->line, poked);
    session_move_to(&st->ui.s, offset, false);
    stage_draw(st);
    ck_assert_str_eq(lit(), "1");
}

TEST(goto_makes_the_cells_begin_there)
{
    static const struct {
        const char *view;
        uint64_t offset;
    } rows[] = {{"u16le", 0x41}, {"u32le", 0x41}, {"u32le", 0x43}, {"u64le", 0x45},
                {"u64le", 0x48}, {"u32le", 0x4f}, {"u64be", 0x1f}, {"i32le", 0x40}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[32];
        set_up();
        (void)snprintf(line, sizeof line, "view %s", rows[i].view);
        ui_run(&st->ui, line);
        (void)snprintf(line, sizeof line, "goto 0x%" PRIx64, rows[i].offset);
        ui_run(&st->ui, line);
        one_place(rows[i].offset, rows[i].view);
    }
}

TEST(a_shifted_cell_reaches_into_the_next_row)
{
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x41");
    for (int i = 0; i < 3; i++)
        stage_key(st, KEY_RIGHT_, 0);
    one_place(0x4d, "u32le"); /* its last byte is 0x50 */
    stage_key(st, KEY_RIGHT_, 0);
    one_place(0x51, "u32le");
    stage_key(st, KEY_LEFT_, 0);
    one_place(0x4d, "u32le");
    stage_key(st, KEY_HOME_, 0);
    one_place(0x41, "u32le");
    stage_key(st, KEY_END_, 0);
    one_place(0x4d, "u32le");
    stage_key(st, KEY_DOWN_, 0);
    one_place(0x5d, "u32le");
    stage_key(st, KEY_HOME_, KEY_CTRL);
    one_place(0x1, "u32le"); /* the byte before it is in no cell */
    set_up();
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x43");
    st->ui.s.edit = false;
    stage_draw(st);
    st->ui.status[0] = '\0';
    stage_draw(st);
    frame_check(&st->ui.canvas, "inspect-shifted");
}

TEST(other_ways_lead_to_the_cell_that_is_there)
{
    stage_at(st, 0x13); /* in hex every byte is a cell */
    ui_run(&st->ui, "view u32le");
    one_place(0x10, "u32le");                /* cells begin at the start of the row */
    session_move_to(&st->ui.s, 0x2a, false); /* a changed byte in the middle of a value */
    one_place(0x28, "u32le");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = STAGE_TOP + 5, .col = 24};
    ui_event(&st->ui, &ev);
    one_place(0x54, "u32le");
    stage_key(st, KEY_TAB_, 0); /* to the text */
    stage_key(st, KEY_RIGHT_, 0);
    stage_key(st, KEY_RIGHT_, 0);
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.cursor, 0x56);
    stage_key(st, KEY_TAB_, 0); /* and back */
    one_place(0x54, "u32le");
}

TEST(a_shift_that_was_asked_for_stays_in_other_views)
{
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x21");
    ui_run(&st->ui, "view u64le");
    one_place(0x21, "u64le");
    ui_run(&st->ui, "order big");
    one_place(0x21, "u64be");
    ui_run(&st->ui, "goto 0x20");
    one_place(0x20, "u64be");
    ui_run(&st->ui, "view hex");
    ui_run(&st->ui, "view u16le");
    one_place(0x20, "u16le");
}

/* Rows that are no whole number of cells end with a part of one, and begin with a whole one. */
TEST(cut_cells_are_stepped_through)
{
    static const uint64_t right[] = {0x0, 0x4, 0x8, 0xa, 0xe, 0x12, 0x14};
    ui_run(&st->ui, "set width 10");
    ui_run(&st->ui, "view u32le");
    stage_draw(st);
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        ck_assert_uint_eq(st->ui.s.cursor, right[i]);
        stage_key(st, KEY_RIGHT_, 0);
    }
    for (size_t i = sizeof right / sizeof right[0]; i > 0; i--) {
        stage_key(st, KEY_LEFT_, 0);
        ck_assert_uint_eq(st->ui.s.cursor, right[i - 1]);
    }
}

TEST(a_selection_is_of_whole_shifted_cells)
{
    uint64_t from = 0, to = 0;
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x4d");
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    session_selection(&st->ui.s, &from, &to);
    ck_assert_uint_eq(from, 0x4d);
    ck_assert_uint_eq(to, 0x55);
}

SUITE(test_ui_cells, .set_up = set_up, .tear_down = stage_tear_down,
      TESTS(goto_makes_the_cells_begin_there, a_shifted_cell_reaches_into_the_next_row,
            other_ways_lead_to_the_cell_that_is_there,
            a_shift_that_was_asked_for_stays_in_other_views, cut_cells_are_stepped_through,
            a_selection_is_of_whole_shifted_cells));
