/* Freezing from the inspect screen: what is marked, listed and let go; what did not settle. */
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void set_up(void)
{
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
    st = stage_new(24, 80, 256);
    stage_put(st, 0x10, bytes, sizeof bytes);
    ui_run(&st->ui, "edit");
    stage_run(st);
    ck_assert(st->ui.s.edit);
    stage_draw(st);
}

static void freeze_at(uint64_t offset, const char *view)
{
    ui_run(&st->ui, view);
    session_align(&st->ui.s, offset);
    session_move_to(&st->ui.s, offset, false);
    stage_draw(st);
    stage_key(st, 't', KEY_CTRL);
    stage_run(st);
    stage_draw(st);
}

static const struct freeze *list(void)
{
    return &st->ui.s.sample.freeze;
}

TEST(the_value_at_the_cursor_is_marked)
{
    freeze_at(0x12, "view hex");
    ck_assert_uint_eq(list()->count, 1);
    ck_assert_uint_eq(list()->value[0].offset, 0x12);
    ck_assert_int_eq(list()->value[0].value[0], 3);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 0, 22), "00000010  01 02=03 04 ");
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 80), "EDIT  1 FROZEN"));
    ck_assert_ptr_nonnull(strstr(stage_text(st, st->ui.inspect->at.panel_top, 0, 80),
                                 "0x12 (18) frozen, never restored"));
    session_move_to(&st->ui.s, 0, false);
    stage_draw(st);
    const struct cell *row =
        st->ui.canvas.cells + (size_t)(STAGE_TOP + 1) * (size_t)st->ui.canvas.cols;
    ck_assert_int_eq(row[16].style, STYLE_FROZEN);
    ck_assert_int_eq(row[17].style, STYLE_FROZEN);
    ck_assert_int_ne(row[19].style, STYLE_FROZEN);
    freeze_at(0x12, "view hex");
    ck_assert_uint_eq(list()->count, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "released"));
}

TEST(a_unit_of_the_view_is_frozen)
{
    ui_run(&st->ui, "view u32le");
    ui_run(&st->ui, "goto 0x15"); /* the cells begin there: no other place is taken for it */
    stage_draw(st);
    stage_key(st, 't', KEY_CTRL);
    stage_run(st);
    ck_assert_uint_eq(list()->count, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    freeze_at(0x14, "view u32le");
    ck_assert_uint_eq(list()->count, 1);
    ck_assert_uint_eq(list()->value[0].offset, 0x14);
    ck_assert_uint_eq(list()->value[0].size, 4);
    ck_assert_str_eq(list()->value[0].view, "u32le");
    freeze_at(0x16, "view hex"); /* any of its bytes lets it go */
    ck_assert_uint_eq(list()->count, 0);
}

TEST(the_list_lets_one_go)
{
    freeze_at(0x10, "view u32le");
    freeze_at(0x14, "view u32le");
    st->ui.s.sample.freeze.value[1].fights = 312;
    st->ui.s.sample.freeze.value[1].last = st->ui.now;
    ui_run(&st->ui, "frozen");
    stage_draw(st);
    ck_assert_int_eq(st->ui.prompt.menu_count, 3);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 20, 0, 80), "restored 312 times, from 0 0.0 s"));
    stage_key(st, KEY_DOWN_, 0);
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(list()->count, 1);
    ck_assert_uint_eq(list()->value[0].offset, 0x10);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "restored 312 times"));
    ui_run(&st->ui, "thaw all");
    stage_run(st);
    ck_assert_uint_eq(list()->count, 0);
    ui_run(&st->ui, "frozen");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
}

TEST(what_cannot_be_frozen)
{
    ui_run(&st->ui, "set width 6");
    freeze_at(6, "view u32le");
    ck_assert_uint_eq(list()->count, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "not a multiple of 4"));
    ui_run(&st->ui, "set width 16");
    st->state[0x20] = BYTE_UNKNOWN;
    freeze_at(0x20, "view hex");
    ck_assert_uint_eq(list()->count, 0);
    ui_run(&st->ui, "thaw 0x10");
    stage_run(st);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "nothing is frozen there"));
    ui_run(&st->ui, "thaw nonsense");
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

TEST(read_only_asks_first)
{
    ui_run(&st->ui, "edit");
    stage_run(st);
    stage_key(st, 't', KEY_CTRL);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_int_eq(st->jobs, 0);
    stage_key(st, 'y', 0);
    stage_run(st);
    ck_assert_uint_eq(list()->count, 1);
    ui_run(&st->ui, "edit");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "1 frozen value released"));
    ck_assert_int_eq(st->jobs, 1);
    ck_assert(st->job[0]->uncancellable); /* Esc, for what runs before it, does not bring it back */
}

/* ---- what is not of one moment ---- */

TEST(unsettled_bytes_have_a_sign)
{
    struct sample *p = &st->ui.s.sample;
    session_move_to(&st->ui.s, 0, false);
    stage_draw(st);
    p->arrays->torn[0x11] = p->arrays->torn[0x1f] = 9;
    p->settle.any = true;
    ui_draw(&st->ui);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 0, 30), "00000010  01~02 03 04 05 06 07");
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 55, 58), "~00");
    ck_assert_ptr_nonnull(strstr(stage_text(st, st->ui.inspect->at.panel_top, 0, 80),
                                 "0x0 (0) changes while it is read "));
    p->settle.reads = 200;
    p->settle.torn = 50;
    ui_draw(&st->ui);
    ck_assert_ptr_nonnull(strstr(stage_text(st, st->ui.inspect->at.panel_top, 0, 80),
                                 "changes while it is read: 25 % of the reads"));
    p->settle.torn = 0;
    p->settle.any = false;
    ui_draw(&st->ui);
    ck_assert_ptr_nonnull(strstr(stage_text(st, st->ui.inspect->at.panel_top, 0, 80),
                                 "did not change while it was read"));
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 0, 22), "00000010  01 02 03 04 ");
}

TEST(a_sequence_counter)
{
    struct settle_result *seen = &st->ui.s.sample.settle;
    ui_run(&st->ui, "seqlock 8");
    ck_assert(st->ui.s.locked && st->ui.s.lock.offset == 8 && st->ui.s.lock.width == 4);
    seen->want.locked = true;
    seen->counter = 42;
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 80), "  SEQLOCK  "));
    ck_assert_ptr_nonnull(
        strstr(stage_text(st, st->ui.inspect->at.panel_top, 0, 80), "seqlock 42 "));
    seen->busy = true;
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 80), "SEQLOCK ~"));
    ui_run(&st->ui, "seqlock 0x10 8");
    ck_assert(st->ui.s.lock.offset == 16 && st->ui.s.lock.width == 8);
    static const char *const bad[] = {"seqlock",     "seqlock 2",    "seqlock 256",
                                      "seqlock 0 3", "seqlock 0 16", "seqlock x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ui_run(&st->ui, bad[i]);
        ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
        ck_assert_uint_eq(st->ui.s.lock.offset, 16);
    }
    ui_run(&st->ui, "seqlock off");
    ck_assert(!st->ui.s.locked);
    stage_draw(st);
    ck_assert_ptr_null(strstr(stage_text(st, 0, 0, 80), "SEQLOCK"));
}

SUITE(test_ui_freeze, .set_up = set_up, .tear_down = stage_tear_down,
      TESTS(the_value_at_the_cursor_is_marked, a_unit_of_the_view_is_frozen, the_list_lets_one_go,
            what_cannot_be_frozen, read_only_asks_first, unsettled_bytes_have_a_sign,
            a_sequence_counter));
