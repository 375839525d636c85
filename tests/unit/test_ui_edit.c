/* Edit mode: what is typed goes live as a compare-and-swap against what was on the screen. */
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void setup(void)
{
    st = stage_small(false);
}

static void edit_setup(void)
{
    st = stage_small(true);
}

TEST(test_keys_do_not_write_before_edit_mode)
{
    stage_type(st, "7");
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert_uint_eq(st->bytes[0], 0);
}

TEST(test_edit_mode_refused)
{
    st->refuse_write = true;
    stage_act(st, act_edit, NULL);
    stage_run(st);
    ck_assert(!st->ui.s.edit);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "shm_open"));
}

TEST(test_edit_mode_lowers_the_access_again)
{
    stage_act(st, act_edit, NULL);
    stage_run(st);
    stage_act(st, act_edit, NULL);
    ck_assert(!st->ui.s.edit);
    stage_run(st);
    ck_assert_int_eq(st->access, SEG_READ);
    ck_assert(!st->ui.s.edit);
}

/* Edit mode was asked for: what is typed then is stored once the access is there. */
TEST(test_what_is_typed_waits_for_the_access)
{
    stage_at(st, 0x11);
    stage_act(st, act_edit, NULL);
    stage_type(st, "7b7c");
    stage_act(st, act_undo, NULL);
    ck_assert(!st->ui.s.edit);
    ck_assert_int_eq(st->jobs, 3);
    ck_assert_uint_eq(st->bytes[0x11], 0x7a);
    stage_run(st);
    ck_assert(st->ui.s.edit);
    ck_assert_uint_eq(st->bytes[0x11], 0x7b);
    ck_assert_uint_eq(st->bytes[0x12], 0);
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
}

TEST(test_what_is_typed_goes_when_the_access_is_refused)
{
    st->refuse_write = true;
    stage_act(st, act_edit, NULL);
    stage_type(st, "7b7");
    stage_run(st);
    ck_assert(!st->ui.s.edit);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "no editing: shm_open"));
    ck_assert_uint_eq(st->bytes[0], 0);
    stage_type(st, "c");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 0);
    ck_assert_int_eq(st->ui.inspect->stores_pending, 0);
}

TEST(test_edit_mode_is_left_before_it_was_reached)
{
    stage_act(st, act_edit, NULL);
    stage_act(st, act_edit, NULL);
    ck_assert_int_eq(st->jobs, 2);
    stage_type(st, "7b");
    stage_run(st);
    ck_assert(!st->ui.s.edit);
    ck_assert_int_eq(st->access, SEG_READ);
    ck_assert_uint_eq(st->bytes[0], 0);
    for (int i = 0; i < 3; i++) /* on, off, on */
        stage_act(st, act_edit, NULL);
    stage_type(st, "7b");
    stage_run(st);
    ck_assert(st->ui.s.edit);
    ck_assert_uint_eq(st->bytes[0], 0x7b);
}

/* The question was answered: a value that is complete before the access is there asks none again.
 */
TEST(test_a_value_typed_at_once_is_not_asked_for_twice)
{
    inspect_ask_poke(&st->ui);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_type(st, "yu8 7");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_int_eq(st->jobs, 2); /* the access; the access for the line */
    stage_run(st);
    ck_assert(st->ui.s.edit);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "poke: no segment is open")); /* it has run */
}

TEST(test_two_hex_digits_make_a_byte)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 13, 15), "7_");
    ck_assert_int_eq(st->ui.canvas.cells[(STAGE_TOP + 1) * 80 + 13].style, STYLE_TYPED);
    ck_assert_int_eq(st->jobs, 0);
    stage_type(st, "B");
    ck_assert_uint_eq(st->ui.s.cursor, 0x12);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x11 7b --as hex --expect 7a");
    ck_assert_uint_eq(st->bytes[0x11], 0x7b);
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
    ck_assert_uint_eq(st->ui.s.undo[0].one.old[0], 0x7a);
}

TEST(test_escape_drops_the_nibble_then_leaves)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    stage_key(st, KEY_ESC_, 0);
    ck_assert(!st->ui.inspect->typing.active);
    ck_assert(st->ui.s.edit);
    stage_key(st, KEY_ESC_, 0);
    stage_run(st);
    ck_assert(!st->ui.s.edit);
    ck_assert_int_eq(st->lines, 0);
}

/* A key that leaves edit mode leaves it, whatever else could be dropped. */
TEST(test_escape_leaves_edit_mode_first)
{
    st->ui.s.match_length = 4;
    session_move_to(&st->ui.s, 4, true);
    st->ui.who_panel = true;
    stage_key(st, KEY_ESC_, 0);
    ck_assert(!st->ui.s.edit);
    ck_assert(st->ui.s.selecting);
}

TEST(test_moving_drops_a_nibble)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    stage_key(st, KEY_RIGHT_, 0);
    ck_assert(!st->ui.inspect->typing.active);
    stage_type(st, "41");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x11], 'z');
}

TEST(test_backspace_takes_back_a_digit)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    stage_key(st, KEY_BACKSPACE_, 0);
    ck_assert(!st->ui.inspect->typing.active);
    stage_type(st, "41");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x11], 0x41);
}

TEST(test_fast_typing_loses_nothing)
{
    stage_at(st, 0);
    stage_type(st, "deadBEEF");
    stage_run(st);
    ck_assert_mem_eq(st->bytes, "\xde\xad\xbe\xef", 4);
    ck_assert_uint_eq(st->ui.s.cursor, 4);
    ck_assert_uint_eq(st->ui.s.undo_count, 4);
}

TEST(test_another_process_was_faster)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    st->bytes[0x11] = 0x7b; /* after typing began */
    stage_type(st, "c");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x11], 0x7b);
    ck_assert(st->ui.inspect->asking);
    ck_assert_uint_eq(st->ui.s.cursor, 0x11);
    ck_assert_str_eq(st->ui.status, "0x11 changed to 7b while you typed 7c. Enter writes 7c, any "
                                    "other key cancels");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x11 7c --as hex");
    ck_assert_uint_eq(st->bytes[0x11], 0x7c);
    ck_assert_uint_eq(st->ui.s.undo[0].one.old[0], 0x7b);
}

TEST(test_any_other_key_drops_it)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    st->bytes[0x11] = 0x7b;
    stage_type(st, "c");
    stage_run(st);
    stage_type(st, "5");
    ck_assert(!st->ui.inspect->asking);
    ck_assert(!st->ui.inspect->typing.active);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x11], 0x7b);
}

/* What counts is what was seen when typing began, not what came before the key that ended it. */
TEST(test_expect_is_what_was_seen)
{
    stage_at(st, 0x11);
    stage_type(st, "7");
    st->bytes[0x11] = 0x7b;
    stage_draw(st);
    stage_type(st, "c");
    stage_run(st);
    ck_assert(st->ui.inspect->asking);
}

TEST(test_numbers_end_with_enter)
{
    stage_act(st, act_view, "u32le");
    stage_at(st, 0x12);
    stage_type(st, "96848");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 10, 20), "    96848_");
    ck_assert_int_eq(st->jobs, 0);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x14);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x10 96848 --as u32le --expect 31311");
    ck_assert_uint_eq(bytes_get(st->bytes + 0x10, 4, false), 96848);
}

TEST(test_moving_drops_a_number)
{
    stage_act(st, act_view, "i16be");
    stage_at(st, 0x20);
    stage_type(st, "-5");
    stage_key(st, KEY_DOWN_, 0);
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert_str_eq(st->ui.status, "0x20: -5 was dropped, nothing written: Enter writes it");
    ck_assert_mem_eq(st->bytes + 0x20, "\0\0", 2);
}

TEST(test_a_value_that_does_not_fit_stays_typed)
{
    stage_act(st, act_view, "u8");
    stage_at(st, 0);
    stage_type(st, "256");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert(st->ui.inspect->typing.active);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    stage_key(st, KEY_BACKSPACE_, 0);
    stage_key(st, ' ', 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 25);
}

TEST(test_floats)
{
    stage_act(st, act_view, "f64le");
    stage_at(st, 8);
    stage_type(st, "1.5e3");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x8 1500 --as f64le --expect 0");
    stage_at(st, 8);
    stage_type(st, "-inf");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x8 -inf --as f64le --expect 1500");
}

/* What is on the screen is old: another process was faster. */
TEST(test_a_character_is_compared_too)
{
    stage_at(st, 0);
    stage_key(st, KEY_TAB_, 0);
    stage_put(st, 0, "b", 1);
    stage_type(st, "c");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 'b');
    ck_assert_ptr_nonnull(strstr(st->ui.status, "0x0 changed to 'b' while you typed 'c'"));
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 'c');
}

TEST(test_commands_keep_their_keys)
{
    stage_at(st, 0);
    stage_type(st, "g");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert(!st->ui.inspect->typing.active);
}

TEST(test_a_click_never_writes)
{
    stage_act(st, act_view, "u8");
    stage_at(st, 0);
    stage_type(st, "12");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = 3, .col = 20};
    ui_event(&st->ui, &ev);
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert_uint_ne(st->ui.s.cursor, 0);
}

SUITE_PART(edit_mode, .set_up = edit_setup, .tear_down = stage_tear_down,
           TESTS(test_two_hex_digits_make_a_byte, test_escape_drops_the_nibble_then_leaves,
                 test_escape_leaves_edit_mode_first, test_moving_drops_a_nibble,
                 test_backspace_takes_back_a_digit, test_fast_typing_loses_nothing,
                 test_another_process_was_faster, test_any_other_key_drops_it,
                 test_expect_is_what_was_seen, test_numbers_end_with_enter,
                 test_moving_drops_a_number, test_a_value_that_does_not_fit_stays_typed,
                 test_floats, test_a_character_is_compared_too, test_commands_keep_their_keys,
                 test_a_click_never_writes));

SUITE(test_ui_edit, .set_up = setup, .tear_down = stage_tear_down, .next = &edit_mode,
      TESTS(test_keys_do_not_write_before_edit_mode, test_edit_mode_refused,
            test_edit_mode_lowers_the_access_again, test_what_is_typed_waits_for_the_access,
            test_what_is_typed_goes_when_the_access_is_refused,
            test_edit_mode_is_left_before_it_was_reached,
            test_a_value_typed_at_once_is_not_asked_for_twice));
