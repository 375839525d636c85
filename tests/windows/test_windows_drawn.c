/* The terminal UI on a console that takes escape sequences, as those of Windows 10 and later do:
 * what it sends, and in how many calls. */
#include "console.h"
#include "drawn.h"
#include "scene.h"
#include "support/suite.h"

#include <stdlib.h>
#include <string.h>

static void tear_down(void)
{
    drawn_end();
    scene_tear_down();
}

static void inspect(const char *option)
{
    scene_serve();
    drawn_start(CON_ARGV("--no-config", scene_name, option));
    drawn_wait("4d 00 65 00 73 00 73 00  61 00 67 00 65 00 20 00");
    drawn_wait("F10Quit");
}

static void is_restored(void)
{
    drawn_read();
    ck_assert(!drawn_alternate());
    int row, col;
    ck_assert(drawn_cursor(&row, &col));
    const char *what = con_not_restored();
    ck_assert_msg(what == NULL, "not as it was: %s", what);
}

static void quit(void)
{
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    is_restored();
}

TEST(the_sample_is_seen_live)
{
    inspect(NULL);
    ck_assert(drawn_alternate());
    drawn_wait("M\xc2\xb7\x65\xc2\xb7s\xc2\xb7s\xc2\xb7");
    scene_serve_text("\xe6\x97\xa5\xe6\x9c\xac");
    drawn_wait("00000000  e5 65 2c 67 00 00 ");
    drawn_wait("\xe6\x97\xa5\xe6\x9c\xac\xc2\xb7\xc2\xb7");
    quit();
}

/* Nothing changes while it is paused: so each key is a frame, and one or two more may be under way.
 */
TEST(a_frame_is_one_call)
{
    enum { FRAMES = 4, LARGE = 8000 };
    inspect(NULL);
    con_keys("<Space>");
    drawn_wait("PAUSED");
    struct drawn_calls before = drawn_count();
    con_keys("?"); /* most of the screen, in many runs */
    drawn_wait("help: bytes");
    con_keys("<Esc>");
    drawn_wait_gone("help: bytes");
    struct drawn_calls after = drawn_count();
    ck_assert_uint_ge(after.bytes - before.bytes, LARGE);
    ck_assert_uint_le(after.texts - before.texts, FRAMES);
    quit();
    ck_assert_uint_eq(drawn_count().others, 0);
}

TEST(it_has_256_colours)
{
    enum { TITLE = 236 };
    struct drawn_colour fg, bg;
    inspect(NULL);
    drawn_colours(0, 1, &fg, &bg);
    ck_assert_int_eq(bg.index, TITLE);
    ck_assert(!bg.own);
    drawn_colours(8, 12, &fg, &bg);
    ck_assert(bg.own);
    quit();
}

TEST(the_cursor_is_where_one_types)
{
    int row = 0, col = 0;
    inspect(NULL);
    ck_assert(!drawn_cursor(&row, &col));
    con_keys("g");
    drawn_wait("go to");
    while (!drawn_cursor(&row, &col))
        drawn_read();
    int typed = col;
    con_keys("12");
    drawn_wait("12");
    while (drawn_cursor(&row, &col) && col < typed + 2)
        drawn_read();
    ck_assert_int_eq(col, typed + 2);
    con_keys("<Esc>");
    while (drawn_cursor(&row, &col))
        drawn_read();
    quit();
}

TEST(it_follows_the_consoles_size)
{
    int row = 0;
    inspect(NULL);
    drawn_resize(30, 100);
    do
        drawn_wait("F10Quit");
    while (!drawn_find("F10Quit", &row) || row != 29);
    drawn_wait("00000010  66 00 72 00");
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
}

TEST(an_interrupt_restores_the_console)
{
    inspect(NULL);
    con_interrupt();
    ck_assert_int_ne(con_exit(), 0);
    is_restored();
}

TEST(no_colours_when_they_are_not_wanted)
{
    struct drawn_colour fg, bg;
    _putenv("NO_COLOR=1");
    inspect(NULL);
    _putenv("NO_COLOR=");
    for (int row = 0; row < 40; row++)
        for (int col = 0; col < 130; col++) {
            drawn_colours(row, col, &fg, &bg);
            ck_assert_msg(fg.own && bg.own, "a colour at %d, %d", row, col);
        }
    quit();
}

SUITE(test_windows_drawn, .set_up = scene_set_up_wide, .tear_down = tear_down,
      TESTS(the_sample_is_seen_live, a_frame_is_one_call, it_has_256_colours,
            the_cursor_is_where_one_types, it_follows_the_consoles_size,
            an_interrupt_restores_the_console, no_colours_when_they_are_not_wanted));
