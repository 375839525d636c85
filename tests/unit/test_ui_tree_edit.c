/* Values of the tree that another process changes while they are typed. */
#include <string.h>

#include "core/type/abi.h"
#include "core/type/parse.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/tree/tree.h"

enum { NAME = 8 };

static struct stage *st;

/* A struct with a text of two words, in edit mode. */
static void scene(void)
{
    static const char layout[] = "struct node { unsigned next; int id; char name[16]; };\n";
    char why[TYPE_WHY_MAX] = "";
    st = stage_new(24, 80, 4096);
    struct types *types = types_new(type_abi_machine(), false);
    ck_assert_ptr_nonnull(types);
    ck_assert_msg(types_parse(types, "node.h", layout, strlen(layout), why), "%s", why);
    st->ui.tree->stock = tree_stock_of(types);
    act_type(&st->ui, "node@0");
    stage_draw(st);
    act_edit(&st->ui, "");
    stage_run(st);
    ck_assert(st->ui.s.edit);
}

/* Types a value at a field and ends it, after `change` by another process. */
static void type_at(const char *path, const char *text, void (*change)(void))
{
    stage_act(st, act_goto, path);
    stage_draw(st);
    stage_key(st, KEY_ENTER_, 0);
    stage_key(st, 'u', KEY_CTRL);
    stage_type(st, text);
    change();
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
}

static void change_both_words(void)
{
    st->bytes[NAME + 1] = 'x';
    st->bytes[NAME + 9] = 'y';
}

static void change_the_last_word(void)
{
    st->bytes[NAME + 9] = 'y';
}

static void change_id(void)
{
    st->bytes[4] = 3;
}

/* Two words of a text were lost: one question is about both. */
TEST(all_words_that_were_lost_are_stored)
{
    scene();
    type_at("name", "0123456789abcde", change_both_words);
    ck_assert_int_eq(memcmp(st->bytes + NAME, "\0x", 2), 0);
    ck_assert(st->ui.inspect->asking);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "2 of 2 words from 0x8"));
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_int_eq(memcmp(st->bytes + NAME, "0123456789abcde", 16), 0);
}

static void change_nothing(void)
{
}

/* Undo of a text field speaks of text. */
TEST(the_undo_of_a_text_shows_text)
{
    scene();
    type_at("name", "byte", change_nothing);
    ck_assert_int_eq(memcmp(st->bytes + NAME, "byte", 5), 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "utf8 'byte': '' -> 'byte'"));
    memcpy(st->bytes + NAME, "other", 5);
    stage_act(st, act_undo, "");
    stage_run(st);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_str_eq(st->ui.prompt.label,
                     "0x8 is now 'other', not 'byte': undo anyway? s: skip [y/N]");
    stage_type(st, "s");
    ck_assert_str_eq(st->ui.status, "nothing to undo");
    ck_assert_int_eq(memcmp(st->bytes + NAME, "other", 5), 0);
}

/* Of the others it is said that they were written: one of two words was lost. */
TEST(what_was_written_is_said)
{
    scene();
    type_at("name", "0123456789abcde", change_the_last_word);
    ck_assert_int_eq(memcmp(st->bytes + NAME, "01234567\0y", 10), 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "1 of 2 words from 0x10"));
    stage_key(st, KEY_ESC_, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "cancelled; 1 of 2 words were written"));
    scene();
    type_at("name", "0123456789abcde", change_both_words);
    stage_key(st, KEY_ESC_, 0);
    ck_assert_str_eq(st->ui.status, "cancelled; nothing written");
}

/* The next value is asked about alone. */
TEST(a_question_is_about_one_value)
{
    scene();
    type_at("name", "0123456789abcde", change_both_words);
    stage_key(st, KEY_ESC_, 0);
    type_at("id", "7", change_id);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "Enter writes 7"));
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_int_eq(st->bytes[4], 7);
    ck_assert_int_eq(memcmp(st->bytes + NAME, "\0x", 2), 0);
}

/* The first character takes the place of the value that was there; after an arrow it goes into it.
 */
TEST(what_is_typed_first_replaces)
{
    scene();
    st->bytes[4] = 12;
    stage_act(st, act_goto, "id");
    stage_run(st);
    stage_draw(st);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "id: what is typed replaces the value"));
    stage_key(st, '7', 0);
    ck_assert_str_eq(st->ui.tree->edit.text, "7");
    stage_key(st, '8', 0);
    ck_assert_str_eq(st->ui.tree->edit.text, "78");
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, st->ui.canvas.rows - 1, 0, 40), "Enter Store"));
    ck_assert(canvas_resize(&st->ui.canvas, 24, 200));
    stage_draw(st); /* the bar has no character, which would be typed */
    for (int i = 0; i < st->ui.bar_count; i++)
        ck_assert_uint_ge(st->ui.bar[i].key.code, KEY_BASE);
    stage_key(st, KEY_ESC_, 0);
    stage_key(st, KEY_ENTER_, 0);
    stage_key(st, KEY_LEFT_, 0);
    stage_key(st, '7', 0);
    ck_assert_uint_eq(st->ui.tree->edit.length, 3);
    stage_key(st, KEY_ESC_, 0);
}

/* A value that is dropped is said to be, by a click too. */
TEST(what_is_dropped_is_said)
{
    static const char drop[] = "id: 7 was dropped, nothing written: Enter writes it";
    struct event click = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .col = 4};
    scene();
    stage_act(st, act_goto, "id");
    stage_run(st);
    stage_draw(st);
    click.row = st->ui.tree->at.top;
    stage_key(st, KEY_ENTER_, 0);
    stage_key(st, '7', 0);
    ui_event(&st->ui, &click);
    ck_assert(!st->ui.tree->editing);
    ck_assert_str_eq(st->ui.status, drop);
    stage_act(st, act_goto, "id");
    stage_draw(st);
    stage_key(st, KEY_ENTER_, 0);
    stage_key(st, '7', 0);
    stage_key(st, KEY_F1_ + 9, 0);
    ck_assert(!st->ui.quit);
    ck_assert_ptr_eq(strstr(st->ui.status, drop), st->ui.status);
    stage_key(st, KEY_ENTER_, 0); /* nothing was typed */
    stage_key(st, KEY_F1_ + 9, 0);
    ck_assert(st->ui.quit);
}

/* OLD of a compare-and-swap is there already. */
TEST(the_present_value_is_filled_in)
{
    scene();
    st->bytes[4] = 12;
    stage_act(st, act_goto, "id");
    stage_run(st);
    stage_draw(st);
    stage_type(st, "P");
    ck_assert_str_eq(st->ui.prompt.label, "compare-and-swap OLD NEW id (int), now 12: ");
    ck_assert_str_eq(st->ui.prompt.edit.text, "12 ");
    stage_type(st, "13");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_int_eq(st->bytes[4], 13);
}

/* `poke` takes a path where fields are shown. */
TEST(a_field_is_poked_by_its_path)
{
    scene();
    stage_type(st, ":poke id 77");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_int_eq(st->bytes[4], 77);
    ui_run(&st->ui, "poke name hello");
    stage_run(st);
    ck_assert_str_eq((const char *)st->bytes + NAME, "hello");
    ui_run(&st->ui, "poke id many");
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    stage_act(st, act_edit, ""); /* off: it is asked for first */
    ck_assert(!st->ui.s.edit);
    ui_run(&st->ui, "poke id many"); /* nothing is asked for what cannot be stored */
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ui_run(&st->ui, "poke id 78");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_type(st, "y");
    stage_run(st);
    ck_assert_int_eq(st->bytes[4], 78);
}

SUITE(test_ui_tree_edit, .tear_down = stage_tear_down,
      TESTS(the_undo_of_a_text_shows_text, all_words_that_were_lost_are_stored,
            what_was_written_is_said, a_question_is_about_one_value, what_is_typed_first_replaces,
            what_is_dropped_is_said, the_present_value_is_filled_in, a_field_is_poked_by_its_path));
