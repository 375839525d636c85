/* Edit mode: typing characters in the text columns; undo and redo. */
#include <string.h>

#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void edit_setup(void)
{
    st = stage_small(true);
}

TEST(test_text_column_types_characters)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x20);
    stage_type(st, "q");
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x20 71 --as hex --expect 00");
    stage_type(st, "é");
    ck_assert_uint_eq(st->ui.s.cursor, 0x23);
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x21 c3a9 --as hex");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "not atomic"));
    ck_assert_mem_eq(st->bytes + 0x20, "q\xc3\xa9", 3);
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
}

/* What is not one store is compared first. */
TEST(test_text_that_lost_asks)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x21);
    stage_type(st, "é");
    st->bytes[0x22] = 1;
    stage_run(st);
    ck_assert(st->ui.inspect->asking);
    ck_assert_uint_eq(st->bytes[0x21], 0);
    ck_assert_int_eq(st->lines, 0);
}

TEST(test_utf16_cells_take_a_whole_unit)
{
    stage_act(st, act_view, "utf16be");
    stage_at(st, 0x20);
    stage_type(st, "日");
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x20 65e5 --as hex --expect 0000");
    stage_type(st, "😀");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x22, "\xd8\x3d\xde\x00", 4);
    ck_assert_uint_eq(st->ui.s.cursor, 0x26);
}

TEST(test_latin1_refuses_what_it_cannot_hold)
{
    stage_act(st, act_view, "latin1");
    stage_at(st, 0);
    stage_type(st, "日");
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

TEST(test_nothing_is_typed_past_the_end)
{
    st->size = 9;
    stage_draw(st);
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 8);
    stage_type(st, "é");
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    st->ui.s.focus = FOCUS_CELLS;
    stage_act(st, act_view, "u16le");
    stage_draw(st);
    stage_type(st, "5");
    ck_assert(!st->ui.inspect->typing.active);
}

TEST(test_undo_and_redo)
{
    stage_at(st, 0x10);
    stage_type(st, "4142");
    stage_run(st);
    stage_act(st, act_undo, NULL);
    stage_act(st, act_undo, NULL); /* before the first is done */
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x10, "Oz", 2);
    ck_assert_uint_eq(st->ui.s.undo_count, 0);
    ck_assert_uint_eq(st->ui.s.redo_count, 2);
    stage_act(st, act_redo, NULL);
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x10, "Az", 2);
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
}

TEST(test_undo_asks_when_the_value_moved_on)
{
    stage_at(st, 0x10);
    stage_type(st, "41");
    stage_run(st);
    st->bytes[0x10] = 5;
    stage_act(st, act_undo, NULL);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x10], 5);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.label, "0x10 is now 05, not 41: undo anyway?"));
    stage_type(st, "y");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x10], 'O');
    ck_assert_uint_eq(st->ui.s.undo_count, 0);
}

TEST(test_undo_of_an_odd_sized_store)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x21);
    stage_type(st, "日");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x21, "\xe6\x97\xa5", 3);
    stage_act(st, act_undo, NULL);
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x21, "\0\0\0", 3);
}

/* The user has gone on to a prompt: what is typed there must not answer a question. */
TEST(test_a_lost_store_asks_nothing_behind_a_prompt)
{
    stage_at(st, 0x10);
    stage_type(st, "4");
    st->bytes[0x10] = 5;
    stage_type(st, "1");
    stage_act(st, act_goto, NULL);
    stage_run(st);
    ck_assert(!st->ui.inspect->asking);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    stage_key(st, KEY_ENTER_, 0);
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x10], 5);
}

/* Another message has taken the question's place: Enter is no answer to it. */
TEST(test_a_question_not_shown_is_not_answered)
{
    stage_at(st, 0x10);
    stage_type(st, "4");
    st->bytes[0x10] = 5;
    stage_type(st, "1");
    stage_run(st);
    ck_assert(st->ui.inspect->asking);
    ui_say(&st->ui, STYLE_WARN, "not found: abc");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x10], 5);
}

TEST(test_an_undo_that_lost_leaves_the_prompt)
{
    stage_at(st, 0x10);
    stage_type(st, "41");
    stage_run(st);
    st->bytes[0x10] = 5;
    stage_act(st, act_undo, NULL);
    stage_act(st, act_goto, NULL);
    stage_run(st);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "was not written"));
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
}

TEST(test_a_lost_store_asks_nothing_without_edit_mode)
{
    stage_at(st, 0x10);
    stage_type(st, "4");
    st->bytes[0x10] = 5;
    stage_type(st, "1");
    stage_act(st, act_edit, NULL); /* before the store was done */
    stage_run(st);
    ck_assert(!st->ui.inspect->asking);
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x10], 5);
}

/* Steps asked for behind one that failed are forgotten, not done with a later one. */
TEST(test_an_undo_given_up_leaves_nothing_behind)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x21);
    stage_type(st, "é");
    st->ui.now += INT64_C(6000000000); /* else it is one step */
    stage_type(st, "日");
    stage_run(st);
    stage_act(st, act_undo, NULL);
    stage_act(st, act_undo, NULL);
    ck_assert(st->ui.inspect->undo_busy);
    ck_assert_int_eq(st->jobs, 1);
    struct job *job = st->job[0];
    st->jobs = 0;
    job->cancelled = true;
    job->finish(job, &st->ui);
    ck_assert(!st->ui.inspect->undo_busy);
    stage_act(st, act_undo, NULL);
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x21, "\xc3\xa9\0\0\0", 5);
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
}

/* `u` right behind the last digit means the byte just typed, also while that is under way. */
TEST(test_undo_waits_for_what_is_under_way)
{
    stage_at(st, 0x20);
    stage_type(st, "41");
    ck_assert_int_eq(st->jobs, 1);
    stage_act(st, act_undo, NULL);
    ck_assert_int_eq(st->jobs, 1); /* nothing overtakes the store */
    stage_run(st);
    ck_assert_str_eq(st->line, "poke 0x20 00 --as hex --expect 41");
    ck_assert_uint_eq(st->bytes[0x20], 0);
    ck_assert_uint_eq(st->ui.s.undo_count, 0);
    ck_assert_int_eq(st->ui.inspect->stores_pending, 0);
    stage_act(st, act_redo, NULL);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x20], 0x41);
}

/* Three bytes at 0x20. */
static void type_three(void)
{
    stage_at(st, 0x20);
    stage_type(st, "414243");
    stage_run(st);
    ck_assert_uint_eq(st->ui.s.undo_count, 3);
}

TEST(several_steps_at_once)
{
    type_three();
    ui_run(&st->ui, "undo 2");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x20, "A\0\0", 3);
    ck_assert_str_eq(st->ui.status, "2 of 2 taken back");
    ui_run(&st->ui, "redo 9");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x20, "ABC", 3);
    ck_assert_str_eq(st->ui.status, "2 of 9 done again: nothing more to redo");
    ui_run(&st->ui, "undo");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x20, "AB\0", 3);
    ck_assert_ptr_null(strstr(st->ui.status, "taken back"));
}

TEST(several_steps_stop_at_the_first_that_is_refused)
{
    type_three();
    st->bytes[0x21] = 5;
    ui_run(&st->ui, "undo 3");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x20, "A\5\0", 3);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.label, "0x21 is now 05, not 42: undo anyway?"));
    ck_assert_str_eq(st->ui.prompt.note, "1 of 3 taken back");
    stage_type(st, "n");
    ck_assert_str_eq(st->ui.status,
                     "1 of 3 taken; the one asked about, and those left, stay as they are");
    ck_assert_mem_eq(st->bytes + 0x20, "A\5\0", 3);
    ck_assert_uint_eq(st->ui.s.undo_count, 2);
    ui_run(&st->ui, "undo 2"); /* yes: the others follow */
    stage_run(st);
    stage_type(st, "y");
    stage_run(st);
    ck_assert_mem_eq(st->bytes + 0x20, "\0\0\0", 3);
    ck_assert_str_eq(st->ui.status, "2 of 2 taken back");
    ck_assert_uint_eq(st->ui.s.undo_count, 0);
}

static const char *const wrong_counts[] = {"undo 0", "undo -1", "undo x", "undo 2 3", "redo 257"};

TEST_LOOP(a_wrong_number_of_steps_takes_none, SUITE_ROWS(wrong_counts))
{
    type_three();
    ui_run(&st->ui, wrong_counts[_i]);
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, ": how many steps, 1 to 256?"));
}

static void steps_are(size_t n)
{
    stage_run(st);
    ck_assert_uint_eq(st->ui.s.undo_count, n);
}

/* Characters typed one after the other are one step, which ends with whatever comes in between. */
TEST(what_is_typed_in_a_row_is_one_step)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x20);
    stage_type(st, "a b");
    steps_are(1);
    stage_type(st, "c");
    steps_are(1);
    stage_key(st, KEY_RIGHT_, 0);
    stage_key(st, KEY_LEFT_, 0); /* the same place again */
    stage_type(st, "de");
    steps_are(2);
    st->ui.now += INT64_C(6000000000);
    stage_type(st, "fg");
    steps_are(3);
    stage_key(st, KEY_ENTER_, 0);
    stage_type(st, "h");
    steps_are(4);
    struct event click = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS}; /* the title: moves nothing */
    ui_event(&st->ui, &click);
    stage_type(st, "i");
    steps_are(5);
    stage_at(st, 0x80);
    stage_type(st, "jk");
    steps_are(6);
}

/* Others wrote where a character was typed: what was typed then, on Enter, begins a step. */
TEST(a_character_that_lost_ends_the_step)
{
    st->ui.s.focus = FOCUS_TEXT;
    stage_at(st, 0x20);
    stage_type(st, "a");
    steps_are(1);
    st->bytes[0x21] = 7;
    stage_type(st, "b");
    stage_run(st);
    ck_assert(st->ui.inspect->asking);
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0x21], 'b');
    stage_type(st, "c");
    steps_are(2);
}

SUITE(test_ui_undo, .set_up = edit_setup, .tear_down = stage_tear_down,
      TESTS(test_text_column_types_characters, test_text_that_lost_asks,
            test_utf16_cells_take_a_whole_unit, test_latin1_refuses_what_it_cannot_hold,
            test_nothing_is_typed_past_the_end, test_undo_and_redo,
            test_undo_asks_when_the_value_moved_on, test_undo_of_an_odd_sized_store,
            test_a_lost_store_asks_nothing_behind_a_prompt,
            test_a_question_not_shown_is_not_answered, test_an_undo_that_lost_leaves_the_prompt,
            test_a_lost_store_asks_nothing_without_edit_mode,
            test_an_undo_given_up_leaves_nothing_behind, test_undo_waits_for_what_is_under_way,
            what_is_typed_in_a_row_is_one_step, a_character_that_lost_ends_the_step,
            several_steps_at_once, several_steps_stop_at_the_first_that_is_refused,
            a_wrong_number_of_steps_takes_none));
