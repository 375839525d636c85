/* The frame around the screens: the stack, the key bar, messages, help, odd sizes. */
#include <string.h>

#include "cli/command.h"
#include "support/frames.h"
#include "support/suite.h"
#include "ui/frame/actions.h"
#include "ui/frame/ui.h"

static struct ui ui;

static void set_up(void)
{
    memset(&ui, 0, sizeof ui);
    struct oserr e = ui_init(&ui, NULL, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = 1000000000;
}

static void tear_down(void)
{
    ui_free(&ui);
}

static void press(const char *name)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert_msg(key_parse(name, &ev.key), "%s", name);
    ui_event(&ui, &ev);
    ui_draw(&ui);
}

TEST(screens_go_and_come_back)
{
    press("@");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_calls);
    press("F1");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_help);
    ck_assert_int_ge(frame_find(&ui.canvas, "help: calls"), 0);
    press("Esc");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_calls);
    press("q");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    ck_assert(!ui.quit);
    press("Esc");
    ck_assert(!ui.quit);
    press("q");
    ck_assert(ui.quit);
}

TEST(a_screen_is_on_the_stack_once)
{
    ui_push(&ui, &screen_inspect);
    ui_push(&ui, &screen_segments);
    ck_assert_int_eq(ui.depth, 1);
    for (int i = 0; i < 20; i++)
        ui_push(&ui, i % 2 ? &screen_inspect : &screen_segments);
    ck_assert_int_le(ui.depth, 2);
}

TEST(every_size)
{
    static const struct screen *const screens[] = {&screen_segments, &screen_inspect, &screen_calls,
                                                   &screen_help};
    ui_say(&ui, STYLE_ERROR,
           "a message that is rather long, so that it takes several rows on a "
           "narrow screen and must not be drawn outside of a low one");
    for (int i = 0; i < 4; i++) {
        ui.depth = 1;
        ui_push(&ui, screens[i]);
        for (int rows = 1; rows < 30; rows++)
            for (int cols = 1; cols < 140; cols += rows < 10 ? 1 : 13) {
                ck_assert(canvas_resize(&ui.canvas, rows, cols));
                ui_draw(&ui);
                bool small = rows < 8 || cols < 40;
                char first[600];
                canvas_row_text(&ui.canvas, 0, first, sizeof first);
                ck_assert_int_eq(
                    strncmp(first, "shmlens needs 40x8", cols < 7 ? (size_t)cols : 7) == 0 &&
                        strstr(first, "LIVE") == NULL && first[0] == 's',
                    small);
            }
    }
}

TEST(messages_wrap_and_go)
{
    ui_say(&ui, STYLE_TEXT, "short %d", 7);
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "short 7"), 22);
    ui.now += 5000000000;
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "short 7"), -1);
    ui_say(&ui, STYLE_ERROR, "%090d and the rest\033[2J\n", 7);
    ui.now += 60000000000;
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "and the rest\\x1b[2J"), 22);
    press("Down"); /* errors stay until a key */
    ck_assert_int_eq(frame_find(&ui.canvas, "and the rest"), -1);
}

TEST(the_next_key_ends_a_message)
{
    ui_say(&ui, STYLE_TEXT, "follow off");
    press("Down");
    ck_assert_int_eq(frame_find(&ui.canvas, "follow off"), -1);
}

TEST(the_bar_says_where_the_way_out_leads)
{
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "F10Quit"), 23);
    ui_push(&ui, &screen_inspect);
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "F10Back"), 23);
    ck_assert_int_eq(frame_find(&ui.canvas, "F10Quit"), -1);
}

TEST(unknown_keys_say_so)
{
    press("%");
    ck_assert_str_eq(ui.status, "% is not used on this screen; among the bytes: replace matches, "
                                "asking about each one");
    press("X");
    ck_assert_str_eq(ui.status, "X is not used on this screen (F1 shows the keys)");
    press("^C");
    ck_assert_int_eq(frame_find(&ui.canvas, "Q quits"), 22);
    ck_assert(!ui.quit);
}

/* Keys of the fields are known to whoever read the help. */
TEST(keys_of_the_fields_say_where_they_work)
{
    ui_push(&ui, &screen_inspect);
    press("W");
    ck_assert_int_eq(frame_find(&ui.canvas, "W is for the fields: S shows them"), 22);
}

TEST(the_key_bar_presses_keys)
{
    ui_draw(&ui);
    ck_assert_int_gt(ui.bar_count, 4);
    const struct bar_word *last = &ui.bar[ui.bar_count - 1];
    ck_assert_uint_eq(last->key.code, KEY_F1_ + 9); /* the way out is always there */
    ck_assert_int_le(last->to, 80);
    ck_assert(canvas_resize(&ui.canvas, 8, 40));
    ui_draw(&ui);
    last = &ui.bar[ui.bar_count - 1];
    ck_assert_uint_eq(last->key.code, KEY_F1_ + 9);
    ck_assert_int_le(last->to, 40);
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = 7, .col = last->from};
    ui_event(&ui, &ev);
    ck_assert(ui.quit);
}

TEST(a_click_between_the_words_does_nothing)
{
    ui_draw(&ui);
    ck_assert_ptr_null(bar_find(&ui, 79));
    ck_assert_ptr_null(bar_find(&ui, ui.bar[0].to));
}

TEST(help_of_every_screen)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 59, "help_segments_59x24"},   {30, 120, "help_segments_120x30"},
                 {40, 120, "help_segments_120x40"}, {40, 132, "help_segments_132x40"},
                 {60, 200, "help_segments_200x60"}, {24, 80, "help_segments_80x24"}};
    press("F1");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert(canvas_resize(&ui.canvas, sizes[i].rows, sizes[i].cols));
        ui_draw(&ui);
        (void)canvas_text(&ui.canvas, 0, 18, 27, STYLE_TITLE, "of N  "); /* how many lines */
        frame_check(&ui.canvas, sizes[i].name);
    }
    press("End");
    ck_assert_int_ge(frame_find(&ui.canvas, "reattach"), 1);
    press("F10");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
}

TEST(the_help_is_wrapped_at_every_width)
{
    static const int widths[] = {40, 59, 80, 120, 200};
    for (size_t i = 0; i < COUNT(widths); i++) {
        ck_assert(canvas_resize(&ui.canvas, 24, widths[i]));
        ui.depth = 1;
        press("F1");
        bool seen = false;
        for (int page = 0; page < 60; page++) {
            seen = seen || frame_find(&ui.canvas, "attached read-only.") >= 1 ||
                   frame_find(&ui.canvas, "read-only.") >= 1;
            press("PgDn");
        }
        ck_assert_msg(seen, "the end of a paragraph is cut at %d columns", widths[i]);
    }
}

/* A heading is found, too, and brings its section. */
TEST(headings_of_the_help_are_found)
{
    static const struct {
        const char *filter, *heading, *entry;
    } found[] = {{"States", "States in the list", "hugetlb"},
                 {"what is kept", "What is kept", "all segments"},
                 {"LOOK", "CHOOSE", "inspect the segment"}, /* of the card */
                 {"words of the screen", "Words of the screen", "fields"}};
    for (size_t i = 0; i < COUNT(found); i++) {
        ui.depth = 1;
        press("F1");
        char line[64];
        (void)snprintf(line, sizeof line, "filter %s", found[i].filter);
        ui_run(&ui, line);
        ui_draw(&ui);
        ck_assert_msg(frame_find(&ui.canvas, found[i].heading) >= 1, "%s", found[i].filter);
        ck_assert_msg(frame_find(&ui.canvas, found[i].entry) >= 1, "%s", found[i].entry);
    }
}

/* Whoever types a word of the key bar, a menu or the help is right. */
TEST(words_of_the_screen_are_commands)
{
    size_t count = 0;
    char meant[128];
    const struct action_alias *alias = action_alias_table(&count);
    for (size_t i = 0; i < count; i++) {
        char word[64];
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(alias[i].line, " "), alias[i].line);
        ck_assert_msg(action_find(word) != NULL || command_find(word) != NULL, "%s", alias[i].line);
        ck_assert_msg(action_find(alias[i].name) == NULL, "%s", alias[i].name);
        ck_assert_msg((command_find(alias[i].name) != NULL) == alias[i].alone, "%s", alias[i].name);
    }
    ck_assert(action_alias(" fields  filter x", meant, sizeof meant));
    ck_assert_str_eq(meant, "tree filter x");
    ck_assert(action_alias("find", meant, sizeof meant));
    ck_assert_str_eq(meant, "search");
    ck_assert(!action_alias("find x", meant, sizeof meant)); /* the command prints the offsets */
    ck_assert(!action_alias("field", meant, sizeof meant));
    ui_run(&ui, "list");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    ui_run(&ui, "opts");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
}

TEST(back_from_what_the_list_opened_leads_to_the_list)
{
    ui.depth = 0;
    ui_push(&ui, &screen_inspect); /* a segment that the command line named */
    ui_push(&ui, &screen_segments);
    ui_push(&ui, &screen_inspect); /* Enter */
    ck_assert_int_eq(ui.depth, 2);
    press("q");
    ck_assert(!ui.quit);
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
    press("q");
    ck_assert(ui.quit);
}

TEST(the_help_can_be_searched)
{
    press("F1");
    press("/");
    for (const char *p = "ORPHAN"; *p != '\0'; p++)
        press((char[]){*p, '\0'});
    ck_assert_int_ge(frame_find(&ui.canvas, "orphans only; again"), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, "this help"), 0);
    press("Enter");
    ck_assert_int_ge(frame_find(&ui.canvas, "with \"ORPHAN\""), 0);
    press("Esc");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_help);
    ck_assert_int_ge(frame_find(&ui.canvas, "CHOOSE"), 1);
    press("Esc");
    ck_assert_ptr_eq(ui_screen(&ui), &screen_segments);
}

/* What a key does elsewhere, and words that are not plain, are explained in place. */
TEST(help_explains_keys_and_words)
{
    static const char *const asked[][2] = {
        {"sort by next", "bytes: the list of segments; list: sort by next column"},
        {"tag or untag", "list: tag or untag"},
        {"idle", "No user was found, but some processes could not be read."},
        {"seqlock", "A counter that is odd while its record is written"},
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        press("F1");
        help_filter(&ui, asked[i][0]);
        ui_draw(&ui);
        ck_assert_msg(frame_find(&ui.canvas, asked[i][1]) >= 1, "%s", asked[i][1]);
        ck_assert_int_lt(frame_find(&ui.canvas, "CHOOSE"), 0);
        press("q");
    }
}

TEST(the_card_spells_out_what_the_user_bound)
{
    ck_assert_ptr_null(keymap_bind(ui.keys, MODE_SEGMENTS, "K", "kinds"));
    press("F1");
    ck_assert_int_ge(frame_find(&ui.canvas, "a A K       orphans only, all kinds"), 1);
}

TEST(every_action_has_words)
{
    size_t count = 0;
    const struct action *table = action_table(&count);
    ck_assert_uint_gt(count, 30);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(action_find(table[i].name), &table[i]);
        ck_assert(table[i].help[0] != '\0' && table[i].run != NULL);
    }
}

/* Each row of the table of keys runs something that exists. */
TEST(every_key_names_an_action_or_a_command)
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(ui.keys, i)) != NULL; i++) {
        char word[64];
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(b->command, " "), b->command);
        ck_assert_msg(action_find(word) != NULL || command_find(word) != NULL, "%s", b->command);
    }
}

TEST(keys_without_a_segment_do_no_harm)
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(ui.keys, i)) != NULL; i++) {
        ui.depth = 1;
        ui_push(&ui, b->mode == MODE_INSPECT ? &screen_inspect
                     : b->mode == MODE_CALLS ? &screen_calls
                     : b->mode == MODE_HELP  ? &screen_help
                                             : &screen_segments);
        ui.prompt.kind = PROMPT_NONE;
        struct event ev = {.kind = EVENT_KEY, .key = b->key};
        ui_event(&ui, &ev);
        ui_draw(&ui);
        ev.key = (struct key){KEY_ESC_, 0};
        ui_event(&ui, &ev);
        ui.quit = false;
    }
}

TEST(themes_tell_apart_without_colour)
{
    const struct theme *mono = theme_find("mono");
    ck_assert_ptr_nonnull(mono);
    static const enum style loud[] = {
        STYLE_FRESH,  STYLE_WARM,   STYLE_BASE,  STYLE_EDIT,  STYLE_PAUSED, STYLE_WARN, STYLE_ERROR,
        STYLE_CURSOR, STYLE_SELECT, STYLE_MATCH, STYLE_FOUND, STYLE_TYPED,  STYLE_ROW};
    for (size_t i = 0; i < sizeof loud / sizeof loud[0]; i++) {
        const struct look *l = &mono->look[loud[i]];
        ck_assert(l->bold || l->underline || l->reverse);
    }
    for (int i = 0; i < STYLES; i++)
        ck_assert(mono->look[i].fg == -1 && mono->look[i].bg == -1);
    ck_assert_ptr_null(theme_find("pink"));
}

/* A character replaces it; a key that moves, or deletes, keeps it. */
TEST(a_line_of_the_last_time)
{
    static const struct {
        const char *key, *text;
    } rows[] = {{"x", "x"}, {"Backspace", "a"}, {"Left", "ab"}, {"End", "ab"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        prompt_ask(&ui.host, "name: ", "ab", NULL, NULL, NULL);
        ui.prompt.last = true;
        press(rows[i].key);
        ck_assert_str_eq(ui.prompt.edit.text, rows[i].text);
        ck_assert(!ui.prompt.last);
        press("End");
        press("c");
        ck_assert_uint_eq(ui.prompt.edit.length, strlen(rows[i].text) + 1);
        press("Esc");
    }
    prompt_ask(&ui.host, "name: ", "ab", NULL, NULL, NULL);
    ui.prompt.last = true;
    press("Enter"); /* it is taken as it is */
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    ck_assert_str_eq(ui.prompt.edit.text, "ab");
}

/* What is asked is at the end of a label: a name in it is cut. */
TEST(a_long_label_is_cut_in_its_middle)
{
    char label[160];
    (void)snprintf(label, sizeof label, "Remove posix:/%0100d? Type its name, or yes: ", 7);
    prompt_ask(&ui.host, label, "", NULL, NULL, NULL);
    press("y");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "Remove posix:/000"), 22);
    ck_assert_int_eq(frame_find(&ui.canvas, "\u2026000"), 22);
    ck_assert_int_eq(frame_find(&ui.canvas, "7? Type its name, or yes: y"), 22);
}

SUITE(test_ui_frame, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_line_of_the_last_time, a_long_label_is_cut_in_its_middle, screens_go_and_come_back,
            a_screen_is_on_the_stack_once, every_size, messages_wrap_and_go,
            the_next_key_ends_a_message, the_bar_says_where_the_way_out_leads, unknown_keys_say_so,
            the_key_bar_presses_keys, keys_of_the_fields_say_where_they_work,
            a_click_between_the_words_does_nothing, help_of_every_screen,
            the_help_is_wrapped_at_every_width, headings_of_the_help_are_found,
            words_of_the_screen_are_commands, back_from_what_the_list_opened_leads_to_the_list,
            the_help_can_be_searched, help_explains_keys_and_words,
            the_card_spells_out_what_the_user_bound, every_action_has_words,
            every_key_names_an_action_or_a_command, keys_without_a_segment_do_no_harm,
            themes_tell_apart_without_colour));
