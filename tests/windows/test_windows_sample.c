/* The terminal UI and the classic sample's programs, which know nothing of it. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

TEST(the_list_shows_it_and_enter_inspects)
{
    scene_serve();
    con_start(CON_ARGV(con_shmlens, "--no-config"));
    con_wait_text(scene_name);
    con_press("/Map", "filter");
    con_press("<Enter><Enter>", "4d 00 65 00 73 00 73 00  61 00 67 00 65 00 20 00");
    con_wait_text("64 KiB");
    con_wait_text("READ-ONLY");
    con_press("q", scene_name);
    scene_quit();
}

TEST(the_message_in_hex_utf16_and_text)
{
    scene_inspect(NULL);
    con_wait_text("M\xc2\xb7"
                  "e\xc2\xb7s\xc2\xb7s\xc2\xb7"
                  "a\xc2\xb7g\xc2\xb7"
                  "e\xc2\xb7");
    con_wait_text("utf16 'M'");
    scene_serve_text("\xe6\x97\xa5\xe6\x9c\xac \xc3\xa9t\xc3\xa9");
    con_wait_text("e5 65 2c 67 20 00 e9 00  74 00 e9 00 00 00");
    con_wait_text("utf16 '\xe6\x97\xa5'");
    con_press("E", "\xe6\x97\xa5\xe6\x9c\xac \xc2\xb7\xc3\xa9\xc2\xb7t\xc2\xb7\xc3\xa9\xc2\xb7");
    con_press("v", "229 101  44 103  32   0 233   0  \xe6\x97\xa5\xe6\x9c\xac");
    scene_quit();
}

TEST(each_new_message_appears_by_itself)
{
    static const char *const texts[] = {"AAAA", "BBBB", "CCCC"};
    static const char *const bytes[] = {"41 00 41 00 41 00 41 00", "42 00 42 00 42 00 42 00",
                                        "43 00 43 00 43 00 43 00"};
    scene_inspect(NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        scene_serve_text(texts[i]);
        con_wait_text(bytes[i]);
    }
    scene_quit();
}

TEST(what_is_poked_is_read)
{
    scene_inspect(NULL);
    con_press("p", "read-only: turn editing on?");
    con_press("y", "poke at 0x0");
    con_press("u16le 0x4b<Enter>", "4b 00 65 00");
    scene_client_prints("Kessage from the first process.");
    con_press("u", "4d 00 65 00");
    scene_client_prints("Message from the first process.");
    scene_quit();
}

TEST(what_is_typed_in_edit_mode_is_read)
{
    scene_inspect("--edit");
    con_wait_text("EDIT");
    con_keys("4a"); /* J */
    con_wait_text("4a 00 65 00");
    scene_client_prints("Jessage from the first process.");
    con_press("<Tab><Home>H", "48 00 65 00"); /* the text column */
    scene_client_prints("Hessage from the first process.");
    con_press("<Esc>", "READ-ONLY");
    scene_quit();
}

TEST(it_says_who_keeps_it_alive)
{
    scene_inspect(NULL);
    con_wait_text("  1 rw");
    con_press("o", "handle 0x");
    con_keys("o");
    scene_server_ends();
    con_wait_text("KEEPING ALIVE");
    scene_client_prints("Message from the first process.");
    scene_quit();
}

TEST(it_is_alive_after_the_server_was_killed)
{
    scene_inspect(NULL);
    con_peer_kill(scene_server);
    con_wait_text("KEEPING ALIVE");
    con_wait_text("4d 00 65 00");
    scene_quit();
}

static void create(const char *keys)
{
    con_start(CON_ARGV(con_shmlens, "--no-config"));
    con_wait_text("F10Quit");
    con_press("n", "create NAME SIZE");
    con_keys(keys);
}

TEST(what_the_ui_creates_lives_while_it_runs)
{
    char keys[256];
    snprintf(keys, sizeof keys, "%s 4096<Enter>",
             strchr(scene_name, '\\') + 1); /* Local\ stands there */
    create(keys);
    con_wait_text("it lives as long as shmlens runs");
    struct con_result r = con_command("poke", scene_name, "0", "Hi", "--as", "utf16le", "--z");
    ck_assert_msg(r.status == 0, "%s", r.err);
    scene_client_prints("Hi");
    con_press("<Enter>", "48 00 69 00");
    con_wait_text("KEEPING ALIVE");
    con_press("q", "n New");
    scene_quit();
    r = con_command("info", scene_name);
    ck_assert_int_eq(r.status, 2);
}

TEST(nothing_is_removed_from_under_others)
{
    scene_inspect(NULL);
    con_press("s", "d Remove");
    con_press("d", "sample_server");
    con_wait_text("on Windows a name");
    scene_client_prints("Message from the first process.");
    scene_quit();
}

SUITE(test_windows_sample, .set_up = scene_set_up, .tear_down = scene_tear_down,
      TESTS(the_list_shows_it_and_enter_inspects, the_message_in_hex_utf16_and_text,
            each_new_message_appears_by_itself, what_is_poked_is_read,
            what_is_typed_in_edit_mode_is_read, it_says_who_keeps_it_alive,
            it_is_alive_after_the_server_was_killed, what_the_ui_creates_lives_while_it_runs,
            nothing_is_removed_from_under_others));
