/* Prompts, menus, the pager, completion: keys in, pictures out. */
#include <string.h>

#include "support/frames.h"
#include "support/suite.h"
#include "ui/frame/theme.h"
#include "ui/frame/ui.h"

static struct ui ui;
static char answer[EDIT_MAX];
static int answers, drops, changes;

static void set_up(void)
{
    memset(&ui, 0, sizeof ui);
    struct oserr e = ui_init(&ui, NULL, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = 1000000000;
    answer[0] = '\0';
    answers = drops = changes = 0;
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
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}};
        ui_event(&ui, &ev);
    }
}

static void paste(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}, .pasted = true};
        if (*text == '\n')
            ev.key.code = KEY_ENTER_;
        ui_event(&ui, &ev);
    }
}

static void accepted(struct ui *u, const char *text, void *ctx)
{
    (void)u;
    (void)ctx;
    answers++;
    (void)snprintf(answer, sizeof answer, "%s", text);
}

static void was_changed(struct ui *u, const char *text, void *ctx)
{
    (void)u;
    (void)ctx;
    (void)text;
    changes++;
}

static void was_dropped(struct ui *u, void *ctx)
{
    (void)u;
    (void)ctx;
    drops++;
}

static void key_given(struct ui *u, struct key key, void *ctx)
{
    (void)u;
    (void)ctx;
    answers++;
    (void)key_name(key, answer);
}

TEST(a_line)
{
    prompt_ask(&ui.host, "name: ", "ab", &ui.history[HISTORY_CREATE], accepted, NULL);
    ui.prompt.changed = was_changed;
    type("cq"); /* q types here, it does not go back */
    press("Left");
    press("Backspace");
    ui_draw(&ui);
    int row = frame_find(&ui.canvas, "name: abq");
    ck_assert_int_eq(row, 22);
    ck_assert_int_eq(ui.canvas.cursor_row, 22);
    ck_assert_int_eq(ui.canvas.cursor_col, 8);
    press("Enter");
    ck_assert_int_eq(answers, 1);
    ck_assert_str_eq(answer, "abq");
    ck_assert_int_ge(changes, 3);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    prompt_ask(&ui.host, "name: ", "", &ui.history[HISTORY_CREATE], accepted, NULL);
    press("Up");
    press("Enter");
    ck_assert_str_eq(answer, "abq");
    ck_assert(!ui.quit);
}

TEST(escape_drops_a_line)
{
    static const char *const ways[] = {"Esc", "^C"};
    for (int i = 0; i < 2; i++) {
        prompt_ask(&ui.host, "name: ", "ab", NULL, accepted, NULL);
        ui.prompt.drop = was_dropped;
        press(ways[i]);
        ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
        ck_assert_int_eq(drops, i + 1);
    }
    ck_assert_int_eq(answers, 0);
    ck_assert(!ui.quit);
}

TEST(a_long_line_scrolls)
{
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    prompt_ask(&ui.host, "name: ", text, NULL, accepted, NULL);
    type("END");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "xEND"), 22);
    ck_assert_int_le(ui.canvas.cursor_col, 79);
    press("Home");
    ui_draw(&ui);
    ck_assert_int_eq(ui.canvas.cursor_col, 6);
}

TEST(only_y_says_yes)
{
    static const char *const no[] = {"n", "Enter", "Esc", "^Y", "Space", "M-y"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        prompt_confirm(&ui.host, "really?", accepted, NULL);
        if (i == 0) {
            ui_draw(&ui);
            ck_assert_int_eq(frame_find(&ui.canvas, "really? [y/N]"), 22);
        }
        struct event ev = {.kind = EVENT_KEY};
        ck_assert(key_parse(no[i], &ev.key));
        ui_event(&ui, &ev);
        ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    }
    ck_assert_int_eq(answers, 0);
    prompt_confirm(&ui.host, "really?", accepted, NULL);
    press("y");
    ck_assert_int_eq(answers, 1);
}

TEST(pasted_text_only_types)
{
    paste("qQd\n"); /* would quit, remove */
    ck_assert(!ui.quit);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    prompt_confirm(&ui.host, "really?", accepted, NULL);
    paste("y");
    ck_assert_int_eq(answers, 0);
    prompt_ask(&ui.host, "name: ", "", NULL, accepted, NULL);
    paste("two\nlines");
    ck_assert_int_eq(answers, 0);
    press("Enter");
    ck_assert_str_eq(answer, "two lines");
}

TEST(one_key)
{
    prompt_ask_key(&ui.host, "mark: ", key_given, NULL);
    press("a");
    ck_assert_int_eq(answers, 1);
    ck_assert_str_eq(answer, "a");
    prompt_ask_key(&ui.host, "mark: ", key_given, NULL);
    press("Esc");
    ck_assert_int_eq(answers, 1);
}

TEST(options_change_in_place)
{
    press("F2");
    press("Down");
    ck_assert_str_eq(ui.s.prefer.theme, "auto");
    press("Right");
    ck_assert_str_eq(ui.s.prefer.theme, "dark");
    press("Left");
    press("Left"); /* around */
    ck_assert_str_eq(ui.s.prefer.theme, "mono");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "theme      mono"), 1);
    press("Esc");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
}

/* What is on the screen, and what the next segment begins with where that is another. */
TEST(options_show_what_is_on)
{
    ui.depth = 1;
    ui.stack[0] = &screen_inspect;
    ui.s.set.view = view_find("u64le");
    press("F2");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "v  view       u64le    here; for all: hex; how"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "e  order      little   byte order"), 1);
    press("Esc");
    ui_run(&ui, "set view f64le");
    ck_assert_str_eq(ui.s.prefer.view->name, "f64le");
    press("F2");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "v  view       f64le    how the cells"), 1);
    press("Esc");
}

/* Each line of the menu fits a screen of 80 columns. */
TEST(options_are_not_cut)
{
    press("F2");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "   types"), 1);
    ck_assert_int_eq(frame_find(&ui.canvas, "\u2026"), -1);
    press("Esc");
}

TEST(the_menu_shows_the_keys)
{
    press("F9");
    ui_draw(&ui);
    char line[512];
    int row = frame_find(&ui.canvas, "who uses it");
    ck_assert_int_ge(row, 1);
    canvas_row_text(&ui.canvas, row, line, sizeof line);
    ck_assert_ptr_nonnull(strstr(line, " o"));
    press("Esc");
}

/* A menu that is longer than the screen says how much of it is not seen. */
TEST(a_menu_says_that_there_is_more)
{
    press("F9");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, " \u25bc "), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, " \u25b2 "), 0);
    press("Down");
    press("End");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, " \u25b2 "), 1);
    ck_assert_int_lt(frame_find(&ui.canvas, " \u25bc "), 0);
    press("Esc");
}

/* A menu and a long text have whole frames; a key that chooses nothing is named. */
TEST(popups_have_frames)
{
    static const int sizes[][2] = {{24, 80}, {8, 40}, {40, 132}};
    char row[512];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert(canvas_resize(&ui.canvas, sizes[i][0], sizes[i][1]));
        press("M");
        ui_draw(&ui);
        int top = frame_find(&ui.canvas, "┌ Menu"), bottom = ui.canvas.rows - 2;
        ck_assert_int_ge(top, 0);
        for (int at = top; at <= bottom; at++) {
            canvas_row_text(&ui.canvas, at, row, sizeof row);
            const char *left = at == top ? "┌" : at == bottom ? "└" : "│";
            const char *right = at == top ? "┐" : at == bottom ? "┘" : "│";
            ck_assert_msg(strncmp(row, left, strlen(left)) == 0, "%s", row);
            ck_assert_ptr_nonnull(strstr(row + strlen(left), right));
        }
        press("Y");
        ui_draw(&ui);
        ck_assert_int_eq(frame_find(&ui.canvas, "└ Y is not in this menu"), bottom);
        press("Down");
        ui_draw(&ui);
        ck_assert_int_eq(frame_find(&ui.canvas, "└ Enter chooses, Esc closes"), bottom);
        press("Esc");
        pager_open(&ui.host, "text", "one\ntwo", true);
        ui_draw(&ui);
        top = frame_find(&ui.canvas, "┌─ text");
        ck_assert_int_eq(frame_find(&ui.canvas, "│one"), top + 1);
        ck_assert_int_eq(frame_find(&ui.canvas, "└──"), top + 3);
        canvas_row_text(&ui.canvas, top + 2, row, sizeof row);
        ck_assert_str_eq(row + strlen(row) - strlen("│"), "│");
        pager_close(&ui.host);
    }
}

/* Words and lines that a menu covers in part do not stick out at its right; others stay. */
TEST(a_menu_has_no_tails_of_lines)
{
    char row[512];
    press("M");
    for (int at = 0; at < ui.canvas.rows; at++) {
        canvas_fill(&ui.canvas, at, 0, 78, STYLE_TEXT, 0x2500);
        canvas_text(&ui.canvas, at, 70, 80, STYLE_TEXT, " behind");
    }
    menu_draw(&ui.host);
    int top = frame_find(&ui.canvas, "┌ Menu");
    for (int at = top; at < ui.canvas.rows - 2; at++) {
        canvas_row_text(&ui.canvas, at, row, sizeof row);
        const char *end = strstr(row, at == top ? "┐ " : "│ "), *last = strstr(row, "   behind");
        ck_assert_msg(end != NULL && last != NULL && last > end, "%s", row);
    }
    canvas_row_text(&ui.canvas, ui.canvas.rows - 2, row, sizeof row); /* of the message line */
    ck_assert_str_eq(row + strlen(row) - strlen("┘"), "┘");
}

/* The keys that open a menu close it as well. */
TEST(a_menu_closes_as_it_opens)
{
    static const char *const keys[][2] = {
        {"F9", "F9"}, {"M", "M"}, {"F9", "M"}, {"F2", "F2"}, {"F2", "O"}, {"O", "O"}, {"F6", "F6"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        press(keys[i][0]);
        ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
        press(keys[i][1]);
        ck_assert_msg(ui.prompt.kind == PROMPT_NONE, "%s %s", keys[i][0], keys[i][1]);
    }
}

/* What a line has printed does not stay in front of what comes next. */
TEST(a_result_leaves_when_something_else_is_done)
{
    pager_open(&ui.host, "text", "one\ntwo", true);
    press("^L");
    press("X"); /* does nothing here */
    ck_assert_ptr_nonnull(ui.pager);
    press(":");
    ck_assert_ptr_nonnull(ui.pager); /* one may read it while one types */
    type("set hz 20");
    press("Enter");
    ck_assert_ptr_null(ui.pager);
    pager_open(&ui.host, "text", "one\ntwo", true);
    press("F2");
    ck_assert_ptr_null(ui.pager);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
    press("Esc");
}

TEST(a_menu_of_options)
{
    press("F2");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "theme      auto"), 1);
    static const char *const next[] = {"dark", "light", "mono", "auto"};
    for (size_t i = 0; i < 4; i++) {
        press("Down");
        press("Enter");
        ck_assert_str_eq(ui.s.set.theme, next[i]);
        press("F2");
    }
    press("Down");
    press("Down");
    press("Enter"); /* asks for the width */
    ck_assert_int_eq(ui.prompt.kind, PROMPT_LINE);
    type("8");
    press("Enter");
    ck_assert_uint_eq(ui.s.set.width, 8);
    press("F2");
    press("Esc");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
}

TEST(a_click_on_a_menu_chooses)
{
    press("F2");
    ui_draw(&ui);
    int row = frame_find(&ui.canvas, "   theme");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = 4};
    ui_event(&ui, &ev);
    ck_assert_str_eq(ui.s.set.theme, "dark");
    press("F2");
    ui_draw(&ui);
    ev.row = 2;
    ev.col = 70;
    ui_event(&ui, &ev);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
}

TEST(tab_completes)
{
    press(":");
    type("chm");
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, "chmod ");
    press("Esc");
    press(":");
    type("re");
    press("Tab"); /* redo redraw reattach remove resize ... */
    ck_assert_str_eq(ui.prompt.edit.text, "re");
    ui_draw(&ui);
    ck_assert_int_eq(frame_find(&ui.canvas, "resize"), 21);
    ck_assert_int_eq(frame_find(&ui.canvas, "redraw"), 21);
    type("s");
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, "resize ");
    press("Esc");
    press(":");
    type("set th");
    press("Tab");
    type("mo");
    press("Tab");
    press("Enter");
    ck_assert_str_eq(ui.s.set.theme, "mono");
}

/* A line, and what Tab makes of it. */
static const char *const completed[][2] = {
    {"set theme l", "set theme light "},
    {"set mouse of", "set mouse off "},
    {"set order b", "set order big "},
    {"view utf16b", "view utf16be "},
    {"encoding cp932", "encoding cp932 "},
    {"sort SI", "sort SIZE "},
    {"bind us", "bind users "},
    {"move page-u", "move page-up "},
    {"step b", "step back "},
    {"bind who x chmo", "bind who x chmod "},
    {"set theme u", "set theme u"},
    {"order ", "order "},
    {"lab", "lab "},
    {"lab lost", "lab lost-update "},
    {"lab dem", "lab dem"},
};

TEST_LOOP(tab_knows_what_fits, SUITE_ROWS(completed))
{
    press(":");
    type(completed[_i][0]);
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, completed[_i][1]);
}

TEST(tab_goes_through_what_fits)
{
    press(":");
    type("set theme ");
    press("Tab"); /* lists them */
    ck_assert_str_eq(ui.prompt.edit.text, "set theme ");
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, "set theme auto");
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, "set theme dark");
    press("Tab");
    press("Tab");
    press("Tab");
    ck_assert_str_eq(ui.prompt.edit.text, "set theme auto"); /* around */
    press("Backspace");
    press("Tab"); /* typed something: from the beginning */
    ck_assert_str_eq(ui.prompt.edit.text, "set theme auto ");
}

/* Nothing of a line is out of reach: prose is wrapped, tables are scrolled sideways. */
TEST(a_pager_shows_long_lines_whole)
{
    char text[201];
    memset(text, 'a', 200);
    memcpy(text + 196, "END", 4);
    pager_open(&ui.host, "wide", text, true);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "END"), 1);
    press("w");
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "END"), 0);
    ck_assert_int_ge(frame_find(&ui.canvas, "w wraps"), 1);
    for (int i = 0; i < 20; i++)
        press("Right");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "END"), 1);
    for (int i = 0; i < 20; i++)
        press("Left");
    ui_draw(&ui);
    ck_assert_int_lt(frame_find(&ui.canvas, "END"), 0);
    press("Esc");
    ck_assert_ptr_null(ui.pager);
}

TEST(a_pager)
{
    pager_open(&ui.host, "many", "one\ntwo\tthree\n\033[2J\nfour\nlast\n", false);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "two three"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "?[2J"), 1);
    press("Esc");
    ck_assert_ptr_null(ui.pager);
    char text[4000] = "";
    for (int i = 0; i < 200; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "line %d\n", i);
    pager_open(&ui.host, "many", text, false);
    press("End");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "line 199"), 1);
    ck_assert_int_eq(frame_find(&ui.canvas, "line 100"), -1);
    ck_assert(canvas_resize(&ui.canvas, 8, 40));
    press("G");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "line 199"), 1);
    press("q");
    ck_assert_ptr_null(ui.pager);
    ck_assert(!ui.quit);
}

/* Cut short they would remove or write something else. */
TEST(lines_too_long_are_refused)
{
    char line[2 * EDIT_MAX + 64];
    memset(line, '1', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    memcpy(line, "rm /a ", 6);
    ui_run(&ui, line);
    ck_assert_ptr_nonnull(strstr(ui.status, "too long"));
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    ui.status[0] = '\0';
    ui_edit_then(&ui, line);
    ck_assert_ptr_nonnull(strstr(ui.status, "too long"));
    ck_assert_int_eq(ui.prompt.kind, PROMPT_NONE);
    line[EDIT_MAX + 500] = '\0'; /* what the poke prompt can make of a full line */
    ui_edit_then(&ui, line);
    ck_assert_int_eq(ui.prompt.kind, PROMPT_CONFIRM);
    ck_assert_str_eq(ui.pending, line);
}

TEST(lines_that_run_nothing)
{
    ui_run(&ui, "nonsense 1");
    ck_assert_ptr_nonnull(strstr(ui.status, "no such command"));
    ui_run(&ui, "'open");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
    ui.status[0] = '\0';
    ui_run(&ui, "");
    ck_assert_str_eq(ui.status, "");
    ui_run(&ui, "demo --writer-only"); /* alone it is the tour */
    ck_assert_ptr_nonnull(strstr(ui.status, "shell"));
    ui_run(&ui, "poke 0 1");
    ck_assert_ptr_nonnull(strstr(ui.status, "no segment"));
    ui_run(&ui, "\x1b[2J");
    ck_assert_ptr_null(strchr(ui.status, '\033'));
}

TEST(keys_can_be_bound)
{
    ui_run(&ui, "bind segments X set width 4");
    press("X");
    ck_assert_uint_eq(ui.s.set.width, 4);
    ui_run(&ui, "bind segments q");
    press("q");
    ck_assert(!ui.quit);
    ck_assert_ptr_nonnull(strstr(ui.status, "q is not used on this screen"));
    ui_run(&ui, "bind moon X quit");
    ck_assert_int_eq(ui.status_style, STYLE_ERROR);
}

/* Without colours a heading is underlined; a frame must not be. */
TEST(frames_are_plain_lines)
{
    static const char *const edges[] = {"\u250c", "\u2514"};
    const struct screen_caps none = {0, true};
    for (int k = 0; k < 2; k++) {
        if (k == 0)
            ui_run(&ui, "menu");
        else
            pager_open(&ui.host, "text", "one\ntwo", true);
        ui_draw(&ui);
        for (int i = 0; i < 2; i++) {
            int row = frame_find(&ui.canvas, edges[i]);
            ck_assert_int_ge(row, 0);
            for (int col = 0; col < 80; col++) {
                const struct cell *cell = &ui.canvas.cells[row * ui.canvas.stride + col];
                if (cell->cp == 0x2500)
                    ck_assert(!theme_drawn(theme_find("mono"), cell->style, none).underline);
            }
        }
        ui.prompt.kind = PROMPT_NONE;
    }
}

SUITE(test_ui_prompt, .set_up = set_up, .tear_down = tear_down,
      TESTS(frames_are_plain_lines, a_line, escape_drops_a_line, a_long_line_scrolls,
            only_y_says_yes, pasted_text_only_types, one_key, options_change_in_place,
            options_show_what_is_on, options_are_not_cut, the_menu_shows_the_keys,
            a_menu_says_that_there_is_more, popups_have_frames, a_menu_has_no_tails_of_lines,
            a_menu_closes_as_it_opens, a_result_leaves_when_something_else_is_done,
            a_menu_of_options, a_click_on_a_menu_chooses, tab_completes, tab_knows_what_fits,
            tab_goes_through_what_fits, a_pager, a_pager_shows_long_lines_whole,
            lines_too_long_are_refused, lines_that_run_nothing, keys_can_be_bound));
