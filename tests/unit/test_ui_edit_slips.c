/* Edit mode: slips of the fingers do no harm, and it is not claimed of a picture that stands. */
#include <string.h>

#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/frame/actions.h"

static struct stage *st;

static void setup(void)
{
    st = stage_small(true);
}

static bool title_has(const char *text)
{
    stage_draw(st);
    return strstr(stage_text(st, 0, 0, 80), text) != NULL;
}

TEST(a_space_between_bytes_is_no_pause)
{
    stage_at(st, 0);
    stage_type(st, "42 43  44");
    stage_run(st);
    ck_assert(!st->ui.s.paused);
    ck_assert_uint_eq(st->bytes[0], 0x42);
    ck_assert_uint_eq(st->bytes[1], 0x43);
    ck_assert_uint_eq(st->bytes[2], 0x44);
    stage_key(st, KEY_DOWN_, 0);
    stage_key(st, ' ', 0);
    ck_assert(st->ui.s.paused);
}

TEST(a_stray_letter_is_no_command_the_first_time)
{
    bool strip = st->ui.s.set.strip;
    stage_at(st, 0);
    stage_type(st, "42");
    stage_run(st);
    stage_type(st, "z");
    ck_assert(st->ui.s.set.strip == strip);
    ck_assert_str_eq(st->ui.status, "z types nothing here; press it again for its command");
    stage_type(st, "z");
    ck_assert(st->ui.s.set.strip != strip);
    stage_type(st, "4");
    stage_type(st, "z");
    ck_assert_str_eq(st->ui.status, "z is not a digit of hex: go on after 4, or Esc cancels");
    stage_type(st, "3");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[1], 0x43);
}

/* What cannot be part of the number that is half typed: neither typed nor a command. */
static const struct {
    const char *view, *typed, *stays, *refused; /* each letter of the last one is */
} halves[] = {
    {"u32le", "12", "12", "bzaxHe.+-"}, {"u32le", "0x1", "0x1", "gz.-"},
    {"u32le", "0b1", "0b1", "29ax"},    {"i16be", "-3", "-3", "be.-"},
    {"f64le", "1.5e", "1.5e", "bz.H"},  {"f64le", "-in", "-in", "abz1"},
    {"ptr", "0x7f", "0x7f", "zx.-"},    {"bits", "10", "10", "2z"},
    {"u64le", "4Ki", "4Ki", "b1z"},
};

TEST_LOOP(a_letter_that_no_number_has_does_nothing, SUITE_ROWS(halves))
{
    stage_act(st, act_view, halves[_i].view);
    stage_at(st, 0);
    stage_type(st, halves[_i].typed);
    struct settings before = st->ui.s.set;
    for (const char *p = halves[_i].refused; *p != '\0'; p++) {
        const char *view = halves[_i].view, *stays = halves[_i].stays;
        char says[96];
        ck_assert(view != NULL && stays != NULL); /* what -O3 does not see */
        (void)snprintf(says, sizeof says, "%c is not a digit of %s: go on after %s, or Esc cancels",
                       *p, view, stays);
        stage_key(st, (uint32_t)*p, 0);
        ck_assert_str_eq(st->ui.status, says);
        ck_assert_str_eq(st->ui.inspect->typing.text, halves[_i].stays);
    }
    ck_assert(st->ui.inspect->typing.active);
    ck_assert_mem_eq(&before, &st->ui.s.set, sizeof before);
    ck_assert_int_eq(st->jobs, 0);
}

/* All that a number can have is typed. */
static const struct {
    const char *view, *typed;
} numbers[] = {{"u32le", "0xdeadBEEF"},
               {"u32le", "0b101"},
               {"u64le", "4KiB"},
               {"u64le", "0o17M"},
               {"i32le", "-12"},
               {"f64le", "-1.5e-3"},
               {"f64le", "-infinity"},
               {"f64le", "0x1.8p+3"},
               {"f32be", ".5"},
               {"f64le", "-nan"},
               {"ptr", "0x7fffABCD"},
               {"ptr", "7fff"},
               {"u8", "999"}};

TEST_LOOP(all_of_a_number_is_typed, SUITE_ROWS(numbers))
{
    stage_act(st, act_view, numbers[_i].view);
    stage_at(st, 0);
    stage_type(st, numbers[_i].typed);
    ck_assert_str_eq(st->ui.inspect->typing.text, numbers[_i].typed);
}

/* What no number has and no key is: said where it was typed, and what was begun goes on. */
TEST(a_foreign_letter_is_refused_in_cells)
{
    stage_at(st, 0);
    stage_key(st, 0xe9, 0);
    ck_assert_str_eq(st->ui.status,
                     "\u00e9 cannot be typed into hex cells: Tab moves to the text, where it can");
    stage_type(st, "4");
    stage_key(st, 0xe9, 0);
    ck_assert_str_eq(st->ui.status, "\u00e9 is not a digit of hex: go on after 4, or Esc cancels");
    stage_type(st, "3");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 0x43);
}

static bool bar_has(const char *text)
{
    stage_draw(st);
    return strstr(stage_text(st, 23, 0, 80), text) != NULL;
}

/* The key bar has what works now first, and nothing that would be typed. */
TEST(the_key_bar_knows_the_mode)
{
    stage_at(st, 0);
    ck_assert(bar_has("u Undo ^R Redo ^T Freeze Tab Column Esc Done F1Help"));
    stage_key(st, KEY_TAB_, 0);
    ck_assert(bar_has("^O Undo ^R Redo ^T Freeze Tab Column Esc Done F1Help"));
    ck_assert(!bar_has(": Command"));
    stage_key(st, KEY_ESC_, 0);
    stage_run(st);
    ck_assert(!bar_has("Undo") && bar_has(" F10"));
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    ck_assert(bar_has("y Copy Esc Deselect F1Help"));
    stage_key(st, KEY_ESC_, 0);
    stage_type(st, " ");
    ck_assert(bar_has("Space Resume F1Help"));
}

/* In a text column a `u` is typed; the message and the title say what works there. */
TEST(undo_has_a_key_where_letters_are_typed)
{
    stage_at(st, 0);
    ck_assert(title_has(" EDIT ") && !title_has("EDIT TEXT"));
    stage_key(st, KEY_TAB_, 0);
    ck_assert(title_has("EDIT TEXT"));
    uint8_t was = st->bytes[0];
    stage_type(st, "u");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 'u');
    ck_assert_ptr_nonnull(strstr(st->ui.status, "; ^O takes it back"));
    stage_key(st, 'o', KEY_CTRL);
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], was);
}

/* A key that shows or hides something says so. */
TEST(what_is_hidden_is_said)
{
    stage_act(st, act_strip, "");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "overview strip"));
    stage_act(st, act_inspector, "");
    ck_assert_ptr_nonnull(strstr(st->ui.status, "inspector"));
}

TEST(no_is_answered)
{
    st->ui.s.edit = false;
    ui_edit_then(&st->ui, "poke 0 1");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_key(st, 'n', 0);
    ck_assert_str_eq(st->ui.status, "nothing written");
}

TEST(undo_takes_back_what_was_just_typed)
{
    stage_at(st, 0);
    stage_type(st, "42");
    stage_run(st);
    stage_type(st, "u");
    stage_run(st);
    ck_assert_uint_eq(st->bytes[0], 0);
}

TEST(a_dropped_digit_is_said)
{
    stage_at(st, 0);
    stage_type(st, "4");
    stage_key(st, KEY_DOWN_, 0);
    ck_assert_str_eq(st->ui.status, "0x0: the unfinished 4 was dropped, nothing written");
    stage_type(st, "5");
    stage_key(st, KEY_ESC_, 0);
    ck_assert_str_eq(st->ui.status, "cancelled; nothing written");
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
}

TEST(edit_is_not_said_of_a_picture_that_stands)
{
    ck_assert(title_has("  EDIT  "));
    stage_key(st, ' ', 0);
    ck_assert(title_has("PAUSED") && title_has("EDIT WAITS") && !title_has("EDIT  "));
    stage_type(st, "42");
    stage_run(st);
    ck_assert_int_eq(st->lines, 0);
    ck_assert_str_eq(st->ui.status, "the display is paused: press Space, then type");
    stage_key(st, ' ', 0);
    ck_assert(title_has("  EDIT  "));
    st->ui.s.past = st->ui.now - 1;
    ck_assert(title_has("EDIT WAITS"));
}

/* Whatever the key does that drops it, also when that says something itself. */
TEST(a_dropped_digit_is_said_beside_what_its_key_says)
{
    static const char drop[] = "0x0: the unfinished 4 was dropped, nothing written";
    stage_at(st, 0);
    stage_type(st, "4");
    stage_key(st, 'x', KEY_CTRL);
    ck_assert_str_eq(st->ui.status, drop);
    stage_type(st, "4");
    stage_key(st, 'r', KEY_CTRL);
    ck_assert_ptr_eq(strstr(st->ui.status, drop), st->ui.status);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "; nothing to redo"));
    stage_type(st, "4");
    stage_key(st, KEY_F1_ + 4, 0);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert_str_eq(st->ui.prompt.note, drop);
    stage_key(st, KEY_ESC_, 0);
}

/* Nobody would read it when the program ends. */
TEST(a_dropped_digit_is_said_before_the_end)
{
    stage_at(st, 0);
    stage_type(st, "4");
    stage_key(st, KEY_F1_ + 9, 0);
    ck_assert(!st->ui.quit);
    ck_assert_str_eq(st->ui.status,
                     "0x0: the unfinished 4 was dropped, nothing written; F10 again quits");
    stage_key(st, KEY_F1_ + 9, 0);
    ck_assert(st->ui.quit);
}

/* The title says which column has the cursor; after edit mode that is the cells. */
TEST(the_column_with_the_cursor_is_known)
{
    ck_assert(title_has("  EDIT  "));
    stage_key(st, KEY_TAB_, 0);
    ck_assert(title_has("EDIT TEXT  utf8"));
    stage_key(st, KEY_ESC_, 0);
    stage_run(st);
    ck_assert(!st->ui.s.edit);
    ck_assert_int_eq(st->ui.s.focus, FOCUS_CELLS);
    ck_assert(title_has("READ-ONLY  "));
    stage_key(st, KEY_TAB_, 0);
    ck_assert(title_has("READ-ONLY TEXT  utf8"));
}

/* A yes turns editing on for good, and the question says so. */
TEST(a_poke_that_asks_says_that_editing_stays_on)
{
    st->ui.s.edit = false;
    ck_assert(!session_editing(&st->ui.s));
    stage_at(st, 0);
    ui_run(&st->ui, "prompt poke");
    ck_assert_str_eq(st->ui.prompt.note,
                     "y turns editing on, and then asks for the value; F4 turns it off again");
    stage_type(st, "y");
    ck_assert(session_editing(&st->ui.s));
    stage_key(st, KEY_ESC_, 0);
    ck_assert(session_editing(&st->ui.s));
}

/* What is understood is not always what is listed; the answer names what is. */
TEST(an_option_is_called_what_it_is_listed_as)
{
    struct ui *ui = &st->ui;
    ui_run(ui, "set rate 50");
    ck_assert_str_eq(ui->status, "hz is 50");
    ui_run(ui, "hz 60");
    ck_assert_str_eq(ui->status, "hz is 60 (samples a second), of this segment for now");
    ck_assert_double_eq(ui->s.set.hz, 60);
    ck_assert_double_eq(ui->s.prefer.hz, 50);
    ui_run(ui, "rate 70");
    ck_assert_double_eq(ui->s.set.hz, 70);
}

SUITE(test_ui_edit_slips, .set_up = setup, .tear_down = stage_tear_down,
      TESTS(a_poke_that_asks_says_that_editing_stays_on, an_option_is_called_what_it_is_listed_as,
            a_letter_that_no_number_has_does_nothing, all_of_a_number_is_typed,
            a_foreign_letter_is_refused_in_cells, the_key_bar_knows_the_mode,
            undo_has_a_key_where_letters_are_typed, what_is_hidden_is_said, no_is_answered,
            a_space_between_bytes_is_no_pause, a_stray_letter_is_no_command_the_first_time,
            undo_takes_back_what_was_just_typed, a_dropped_digit_is_said,
            a_dropped_digit_is_said_beside_what_its_key_says,
            a_dropped_digit_is_said_before_the_end, the_column_with_the_cursor_is_known,
            edit_is_not_said_of_a_picture_that_stands));
