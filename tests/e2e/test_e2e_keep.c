/* Options and marks kept over a restart, the configuration file, and the mouse. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 65536, CELLS = 10 };

static const char *name;
static uint8_t *memory;

static void set_up(void)
{
    name = e2e_name("keep");
    memory = scene_segment(name, SIZE);
    memcpy(memory, "kept", 4);
}

static struct e2e *open_with(const char *config, const char *home, bool keep)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .config = config, .home = home, .keep_home = keep});
    e2e_wait_text(t, "LIVE", 0);
    e2e_wait_text(t, "F10Quit", 0);
    return t;
}

static void quit(struct e2e *t)
{
    e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    e2e_end(t);
}

TEST(options_and_marks_are_kept)
{
    char home[256];
    set_up();
    struct e2e *t = open_with("set width 8\n", NULL, true);
    snprintf(home, sizeof home, "%s", e2e_home(t));
    e2e_wait_text(t, "00000008  00", 0);
    scene_press(t, ":view u16le<Enter>", "u16le");
    scene_press(t, ":set hz 50<Enter>", "hz is 50");
    scene_press(t, "g0x20<Enter>", "── 0x20 ");
    scene_press(t, "mk", "mark k is 0x20");
    scene_press(t, "t", "LIVE");
    e2e_wait_no_text(t, "── 0x20 ", 0);
    quit(t);
    t = open_with(NULL, home, false);
    e2e_wait_text(t, "00000008      0", 0); /* width and view */
    e2e_wait_text(t, "LIVE 50 Hz", 0);
    ck_assert(!e2e_find(t, "── 0x", NULL, NULL));
    scene_press(t, "t", "── 0x0 ");
    scene_press(t, "'k", "── 0x20 ");
    quit(t);
}

/* What keys do to the view of one segment is not done to the next. */
TEST(looks_are_those_of_the_segment)
{
    char home[256], line[128];
    set_up();
    const char *second = e2e_name("keep");
    scene_segment(second, SIZE)[0] = 1;
    struct e2e *t = open_with(NULL, NULL, true);
    snprintf(home, sizeof home, "%s", e2e_home(t));
    scene_press(t, ":view u16le<Enter>", "u16le");
    scene_press(t, "t", "LIVE");
    e2e_wait_no_text(t, "── 0x0 ", 0);
    snprintf(line, sizeof line, ":open %s<Enter>", second);
    scene_press(t, line, second);
    e2e_wait_text(t, "── 0x0 ", 0);
    e2e_wait_text(t, "00000000  01 00", 0);
    snprintf(line, sizeof line, ":open %s<Enter>", name);
    scene_press(t, line, name);
    e2e_wait_text(t, "00000000  25963", 0);
    scene_press(t, ":set defaults<Enter>", "as the configuration has them");
    e2e_wait_text(t, "00000000  6b 65", 0);
    quit(t);
    t = open_with(NULL, home, false);
    e2e_wait_text(t, "00000000  6b 65", 0);
    e2e_wait_text(t, "── 0x0 ", 0);
    quit(t);
}

/* Neither the rate that keys set, nor what is shown of the rows, nor the column with the cursor. */
TEST(what_keys_narrow_is_of_this_segment_and_run)
{
    char home[256], line[128];
    set_up();
    const char *second = e2e_name("keep");
    scene_segment(second, SIZE)[0] = 1;
    struct e2e *t = open_with(NULL, NULL, true);
    snprintf(home, sizeof home, "%s", e2e_home(t));
    scene_press(t, "+", "LIVE 500 Hz");
    scene_press(t, "<Tab>", "READ-ONLY TEXT");
    scene_press(t, "x", "CHANGED ROWS");
    snprintf(line, sizeof line, ":open %s<Enter>", second);
    scene_press(t, line, second);
    e2e_wait_text(t, "LIVE 250 Hz", 0);
    e2e_wait_text(t, "00000000  01 00", 0);
    ck_assert(!e2e_find(t, "CHANGED ROWS", NULL, NULL));
    ck_assert(!e2e_find(t, "TEXT", NULL, NULL));
    quit(t);
    t = open_with(NULL, home, false);
    e2e_wait_text(t, "LIVE 250 Hz", 0);
    quit(t);
}

TEST(the_configuration_file)
{
    set_up();
    struct e2e *t = open_with("# a comment\n\nset theme mono\nset nonsense 1\n"
                              "bind inspect x goto 0x123\nbind segments x quit\nset view u8\n",
                              NULL, false);
    e2e_wait_text(t, "line 4: ", 0); /* what is not understood is said, the rest is used */
    e2e_wait_text(t, "nonsense", 0);
    ck_assert(e2e_cell(t, 0, 1).bg.standard);
    scene_press(t, "x", "── 0x123 ");
    memory[0x123] = 99;
    e2e_wait_text(t, "00000120    0   0   0  99", 0);
    scene_press(t, "?", "finds in the help"); /* the help is of the bindings in force */
    for (int page = 0; page < 10 && !e2e_find(t, "goto 0x123", NULL, NULL); page++) {
        e2e_keys(t, "<PgDn>");
        e2e_settle(t, 30, 300);
    }
    ck_assert(e2e_find(t, "goto 0x123", NULL, NULL));
    scene_press(t, "q", "── 0x123 ");
    scene_press(t, "s", "LOCATOR");
    e2e_keys(t, "x");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    e2e_end(t);
}

TEST(keys_bound_at_the_line)
{
    set_up();
    struct e2e *t = open_with(NULL, NULL, false);
    scene_press(t, ":bind inspect X goto 0x40<Enter>", "X: goto 0x40");
    scene_press(t, "X", "── 0x40 ");
    scene_press(t, ":bind inspect X<Enter>", "X: does nothing");
    scene_press(t, "X", "X is not used on this screen");
    scene_press(t, ":bind nowhere X quit<Enter>", "bind SCREEN KEY");
    quit(t);
}

TEST(the_menu_of_options)
{
    set_up();
    struct e2e *t = open_with(NULL, NULL, false);
    scene_press(t, "O", "samples a second");
    scene_press(t, "<Down><Down><Enter>", ":set width");
    scene_press(t, "8<Enter>", "width is 8");
    e2e_wait_text(t, "00000008  00", 0);
    scene_press(t, "<F2>", "theme      auto");
    scene_press(t, "<Down><Enter>", "theme is dark");
    scene_press(t, "O", "theme      dark");
    scene_press(t, "t", "inspector is off"); /* as on the screen */
    e2e_wait_no_text(t, "── 0x0 ", 0);
    quit(t);
}

/* ---- the mouse ---- */

TEST(clicks_drags_and_the_wheel)
{
    set_up();
    struct e2e *t = open_with(NULL, NULL, false);
    ck_assert(e2e_mouse_on(t));
    e2e_click(t, E2E_LEFT, SCENE_TOP + 2, CELLS + 3 * 5);
    scene_at(t, 0x25);
    e2e_drag(t, SCENE_TOP, CELLS, SCENE_TOP, CELLS + 3 * 3);
    scene_at(t, 3);
    scene_press(t, "y", "copy the selection as");
    scene_press(t, "t", "4 bytes as text");
    e2e_click(t, E2E_WHEEL_DOWN, SCENE_TOP + 4, 20);
    e2e_wait_row(t, SCENE_TOP, "00000030", 0);
    e2e_click(t, E2E_WHEEL_UP, SCENE_TOP + 4, 20);
    e2e_wait_row(t, SCENE_TOP, "00000000", 0);
    quit(t);
}

TEST(a_click_on_the_bar_presses_its_key)
{
    int row, col;
    set_up();
    struct e2e *t = open_with(NULL, NULL, false);
    ck_assert(e2e_find(t, "F5Goto", &row, &col));
    e2e_click(t, E2E_LEFT, row, col + 3);
    e2e_wait_text(t, "go to (", 0);
    e2e_keys(t, "0x30<Enter>");
    scene_at(t, 0x30);
    ck_assert(e2e_find(t, "F9Menu", &row, &col));
    e2e_click(t, E2E_LEFT, row, col);
    e2e_wait_text(t, "K  information", 0);
    ck_assert(e2e_find(t, "K  information", &row, &col));
    e2e_click(t, E2E_LEFT, row, col);
    e2e_wait_text(t, "mapped by:", 0);
    e2e_end(t);
}

/* Everywhere on the screen, in edit mode and with a value half-typed. */
TEST(a_click_never_writes)
{
    static uint8_t before[SIZE];
    set_up();
    memcpy(before, memory, SIZE);
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit"));
    e2e_wait_text(t, "EDIT", 0);
    for (int row = SCENE_TOP; row < SCENE_TOP + SCENE_ROWS; row++) {
        scene_press(t, "7", "7_");
        e2e_click(t, E2E_LEFT, row, CELLS + row % 8 * 3);
        e2e_wait_no_text(t, "7_", 0);
        e2e_click(t, E2E_LEFT, row, 65);
        e2e_click(t, E2E_LEFT, row, CELLS);
    }
    scene_press(t, "<F5>0<Enter>", "── 0x0 ");
    ck_assert_mem_eq(memory, before, SIZE);
    e2e_end(t);
}

TEST(no_mouse)
{
    set_up();
    struct e2e *t = scene_attach(name, E2E_ARGV("--no-mouse"));
    ck_assert(!e2e_mouse_on(t));
    scene_press(t, ":set mouse on<Enter>", "mouse is on");
    ck_assert(e2e_mouse_on(t));
    scene_quit(t);
}

SUITE(test_e2e_keep, .timeout = 120,
      TESTS(options_and_marks_are_kept, looks_are_those_of_the_segment,
            what_keys_narrow_is_of_this_segment_and_run, the_configuration_file,
            keys_bound_at_the_line, the_menu_of_options, clicks_drags_and_the_wheel,
            a_click_on_the_bar_presses_its_key, a_click_never_writes, no_mouse));
