/* The classic sample on a wide console: its bytes in hex, UTF-8 and UTF-16 side by side, live. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#define DOT "\xc2\xb7" /* a zero byte among text, and the second half of a unit */

enum { ROW_BYTES = 16, FIRST_ROW = 2 };

/* One row of ASCII text in UTF-16, as it stands on the screen. */
static void row_of(const char *text, size_t units, unsigned offset, char *out, size_t cap)
{
    char column[64] = "";
    size_t n = (size_t)snprintf(out, cap, "%08x ", offset);
    for (size_t i = 0; i < ROW_BYTES / 2; i++) {
        char c = i < units ? text[i] : '\0';
        size_t at = strlen(column);
        n += (size_t)snprintf(out + n, cap - n, "%s %02x 00", i == ROW_BYTES / 4 ? " " : "",
                              (unsigned)c);
        snprintf(column + at, sizeof column - at, c == '\0' ? DOT DOT : "%c" DOT, c);
    }
    snprintf(out + n, cap - n, "  %s  %s", column, column);
}

/* The whole message, in four rows and three columns; what is wrong goes to stderr with the screen.
 */
static bool shows(void *message)
{
    char want[256];
    size_t length = strlen(message);
    con_look();
    for (size_t row = 0; row < 4; row++) {
        size_t from = row * ROW_BYTES / 2;
        size_t units = from < length ? length - from : 0;
        row_of((const char *)message + (units > 0 ? from : 0), units, (unsigned)(row * ROW_BYTES),
               want, sizeof want);
        if (strncmp(con_row(FIRST_ROW + (int)row), want, strlen(want)) != 0)
            return false;
    }
    return true;
}

static void wait_message(const char *message)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s", message);
    con_wait(shows, copy, message);
}

TEST(the_message_in_hex_utf8_and_utf16)
{
    scene_inspect(NULL);
    con_wait_text(
        "hex        0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f  utf8              utf16le");
    wait_message("Message from the first process.");
    scene_serve_text("This one comes second and live.");
    wait_message("This one comes second and live.");
    scene_serve_text("\xe6\x97\xa5\xe6\x9c\xac");
    con_wait_text("00000000  e5 65 2c 67 00 00 ");
    con_wait_text(".e,g" DOT DOT);
    con_wait_text("\xe6\x97\xa5\xe6\x9c\xac" DOT DOT);
    scene_quit();
}

TEST(what_is_poked_is_read)
{
    scene_inspect("--edit");
    wait_message("Message from the first process.");
    con_press("p", "poke at 0x0");
    con_keys("utf16le Massage<Enter>");
    wait_message("Massage from the first process.");
    scene_client_prints("Massage from the first process.");
    con_keys("u");
    wait_message("Message from the first process.");
    scene_client_prints("Message from the first process.");
    scene_quit();
}

/* Our own pass over the names opens it for a moment, and is no user (test_ui_alive.c provokes it;
 * here it comes by itself, each second). */
TEST(keeping_alive_does_not_flicker)
{
    enum { LOOKS = 300 };
    scene_inspect(NULL);
    scene_server_ends();
    con_wait_text("KEEPING ALIVE");
    con_wait_text("only shmlens keeps it alive");
    for (int i = 0; i < LOOKS; i++) {
        Sleep(10);
        con_look();
        ck_assert_msg(strstr(con_row(0), "KEEPING ALIVE") != NULL, "look %d: %s", i, con_row(0));
        ck_assert_msg(strstr(con_row(1), "only shmlens") != NULL, "look %d: %s", i, con_row(1));
    }
    scene_client_prints("Message from the first process.");
    scene_quit();
}

SUITE(test_windows_wide, .set_up = scene_set_up_wide, .tear_down = scene_tear_down,
      TESTS(the_message_in_hex_utf8_and_utf16, what_is_poked_is_read,
            keeping_alive_does_not_flicker));
