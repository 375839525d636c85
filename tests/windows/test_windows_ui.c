/* The terminal UI on a console of Windows: keys, the mouse, the size, colours, the end. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

enum { BLUE = 1, GREEN = 2, RED = 4, BRIGHT = 8, YELLOW = RED | GREEN };

/* ---- keys ---- */

static const struct {
    const char *keys, *then;
} pressed[] = {
    {"<Right><Down>", "\xe2\x94\x80\xe2\x94\x80 0x11 "},
    {"<C-End>", "\xe2\x94\x80\xe2\x94\x80 0xffff "},
    {"<C-End><C-Home>", "\xe2\x94\x80\xe2\x94\x80 0x0 "},
    {"<PgDn>", "\xe2\x94\x80\xe2\x94\x80 0xf0 "},
    {"<End>", "\xe2\x94\x80\xe2\x94\x80 0xf "},
    {"<F5>0x1234<Enter>", "\xe2\x94\x80\xe2\x94\x80 0x1234 "},
    {"<C-d>", "\xe2\x94\x80\xe2\x94\x80 0x"},
    {"<C-c>", "Q quits"},
    {"<C-z>", "^Z"},
    {"<F1>", "help: bytes"},
    {"?", "help: bytes"},
    {"@", "OpenFileMappingW"},
    {"<F12>", "F12 is not used on this screen"},
    {"<M-x>", "M-x is not used on this screen"},
    {"\xc3\xa4", "\xc3\xa4 is not used on this screen"},
    {"/u16:process<Enter>", "\xe2\x94\x80\xe2\x94\x80 0x2e "},
    {":peek 0 2 --as u16le<Enter>", "0x0 77"},
    {":pe<Tab>", "peek"},
    {"<Space>", "PAUSED"},
};

TEST(keys_do_what_they_do_elsewhere)
{
    scene_inspect(NULL);
    for (size_t i = 0; i < sizeof pressed / sizeof pressed[0]; i++) {
        con_press(pressed[i].keys, pressed[i].then);
        con_keys("<Esc><Esc>");
        con_wait_text("F10Quit");
        con_press("<F5><Enter>", "\xe2\x94\x80\xe2\x94\x80 0x0 ");
    }
    scene_quit();
}

TEST(esc_takes_effect_without_waiting_for_more)
{
    scene_inspect(NULL);
    con_press("g", "go to");
    con_keys("<Esc>G");
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0xffff ");
    scene_quit();
}

/* ---- the mouse, the size, the colours ---- */

/* Where a text is: found in one look, since the console is drawn in pieces. */
struct place {
    const char *text;
    int row, col;
};

static bool is_there(void *ctx)
{
    struct place *p = ctx;
    return con_find(p->text, &p->row, &p->col);
}

static void find_text(const char *text, int *row, int *col)
{
    struct place p = {.text = text};
    con_wait(is_there, &p, text);
    *row = p.row;
    *col = p.col;
}

TEST(a_click_moves_the_cursor_or_presses_a_key)
{
    int row = 0, col = 0;
    scene_inspect(NULL);
    find_text("00000020  ", &row, &col);
    con_click(row, 10 + 3 * 2);
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0x22 ");
    con_drag(row, 10, row, 10 + 3 * 3);
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0x23 ");
    /* the keys of a selection move the others */
    con_wait_text("y Copy Esc Deselect F1Help F2Opts F3Segs F4Edit F5Goto F6View F7Find F10Quit");
    find_text("Goto", &row, &col);
    con_click(row, col);
    con_wait_text("go to");
    con_press("<Esc>", "Goto");
    con_wheel(5, 20, true);
    con_wait_no_text("00000000  ");
    con_wheel(5, 20, false);
    con_wait_text("00000000  ");
    scene_quit();
}

TEST(without_the_mouse_nothing_is_clicked)
{
    scene_inspect("--no-mouse");
    con_click(3, 16);
    con_press("l", "\xe2\x94\x80\xe2\x94\x80 0x1 ");
    scene_quit();
}

static bool last_row_is_bar(void *ctx)
{
    int row = 0;
    return con_find("F10Quit", &row, NULL) && row == *(int *)ctx - 1;
}

TEST(it_follows_the_consoles_size)
{
    int rows = 16;
    scene_inspect(NULL);
    con_resize(rows, 72);
    con_wait(last_row_is_bar, &rows, "picture of 16 rows");
    rows = 30;
    con_resize(rows, 80);
    con_wait(last_row_is_bar, &rows, "picture of 30 rows");
    con_resize(6, 30);
    con_wait_text("shmlens needs 40x8");
    rows = 24;
    con_resize(rows, 80);
    con_wait(last_row_is_bar, &rows, "picture of 24 rows");
    con_press("l", "\xe2\x94\x80\xe2\x94\x80 0x1 ");
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
}

/* Where a console takes sequences its colours are not the 16 that cells tell: test_windows_drawn.c
 * looks at those. Wine's takes none. */
static bool has_16_colours(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

/* It fades, so it is changed until it was seen. */
static bool changed_is_yellow(void *ctx)
{
    int *turn = ctx;
    scene_serve_text((*turn)++ % 2 == 0 ? "Mxssage" : "Myssage");
    return con_cell(2, 10 + 3 * 2).bg == YELLOW; /* the byte at 2 */
}

TEST(colours_tell_what_changed)
{
    if (!has_16_colours())
        SKIP("this console takes sequences");
    scene_inspect(NULL);
    struct con_cell title = con_cell(0, 1);
    ck_assert_int_eq(title.bg, BLUE); /* the 16 colours' title */
    ck_assert_int_eq(title.fg, RED | GREEN | BLUE | BRIGHT);
    int turn = 0;
    con_wait(changed_is_yellow, &turn, "yellow byte");
    ck_assert_int_eq(con_cell(2, 10).fg == 0, 1); /* the cursor is black on grey */
    scene_quit();
}

TEST(no_colours_when_they_are_not_wanted)
{
    if (!has_16_colours())
        SKIP("this console takes sequences");
    _putenv("NO_COLOR=1");
    scene_inspect(NULL);
    _putenv("NO_COLOR=");
    struct con_cell title = con_cell(0, 1), text = con_cell(2, 10 + 3 * 2);
    ck_assert_int_eq(title.bg, RED | GREEN | BLUE); /* reversed */
    ck_assert_int_eq(title.fg, 0);
    ck_assert_int_eq(text.bg, 0);
    scene_quit();
}

/* ---- the end ---- */

TEST(an_interrupt_restores_the_console)
{
    scene_inspect(NULL);
    con_interrupt();
    ck_assert_int_ne(con_exit(), 0);
    const char *what = con_not_restored();
    ck_assert_msg(what == NULL, "not as it was: %s", what);
}

TEST(it_needs_a_console)
{
    struct con_result r = con_command("--no-config");
    ck_assert_int_eq(r.status, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "needs a terminal"));
}

TEST(the_demo_has_a_writer_of_its_own)
{
    con_start(CON_ARGV(con_shmlens, "demo"));
    con_wait_text("Demo: another process is writing this");
    con_wait_text("LIVE");
    con_press("o", "used by 1 other process");
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    ck_assert_ptr_null(con_not_restored());
    struct con_result r = con_command("ls", "--no-header");
    ck_assert_msg(strstr(r.out, "shmlens-demo") == NULL, "still there: %s", r.out);
}

SUITE(test_windows_ui, .set_up = scene_set_up, .tear_down = scene_tear_down,
      TESTS(keys_do_what_they_do_elsewhere, esc_takes_effect_without_waiting_for_more,
            a_click_moves_the_cursor_or_presses_a_key, without_the_mouse_nothing_is_clicked,
            it_follows_the_consoles_size, colours_tell_what_changed,
            no_colours_when_they_are_not_wanted, an_interrupt_restores_the_console,
            it_needs_a_console, the_demo_has_a_writer_of_its_own));
