/* Prompts, menus, the pager, completion: keys in, pictures out. */
#include <string.h>

#include "support/frames.h"
#include "support/suite.h"
#include "ui/frame/ui.h"

static struct ui ui;
static char answer[EDIT_MAX];
static int answers, drops, changes;

static void set_up(void)
{
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

TEST(a_menu_of_options)
{
    press("F2");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_MENU);
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "t  theme      dark"), 1);
    press("t");
    ck_assert_str_eq(ui.s.set.theme, "light");
    press("F2");
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
    int row = frame_find(&ui.canvas, "t  theme");
    struct event ev = {.kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .row = row, .col = 4};
    ui_event(&ui, &ev);
    ck_assert_str_eq(ui.s.set.theme, "light");
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

TEST(a_pager)
{
    pager_open(&ui.host, "many", "one\ntwo\tthree\n\033[2J\nfour\nlast\n");
    ui_draw(&ui);
    ck_assert_int_ge(frame_find(&ui.canvas, "two three"), 1);
    ck_assert_int_ge(frame_find(&ui.canvas, "?[2J"), 1);
    press("Esc");
    ck_assert_ptr_null(ui.pager);
    char text[4000] = "";
    for (int i = 0; i < 200; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "line %d\n", i);
    pager_open(&ui.host, "many", text);
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
    ui_run(&ui, "demo");
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

SUITE(test_ui_prompt, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_line, escape_drops_a_line, a_long_line_scrolls, only_y_says_yes,
            pasted_text_only_types, one_key, a_menu_of_options, a_click_on_a_menu_chooses,
            tab_completes, a_pager, lines_too_long_are_refused, lines_that_run_nothing,
            keys_can_be_bound));
