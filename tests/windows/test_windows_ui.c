/* The terminal UI on a console of Windows, with the classic sample's programs, which know nothing
 * of it. */
#include "console.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLUE = 1, GREEN = 2, RED = 4, BRIGHT = 8, YELLOW = RED | GREEN };

static struct con_peer *server; /* of one test; NULL: none, or ended */
static const char *name;        /* the segment's */

static void set_up(void)
{
    con_open(24, 80);
    name = con_name("Map");
}

static void tear_down(void)
{
    con_close();
    if (server != NULL)
        con_peer_end(server);
    server = NULL;
}

static void serve(void)
{
    server = con_peer("sample_server", CON_ARGV(name));
}

static void serve_text(const char *text)
{
    con_peer_send(server, text);
    ck_assert_str_eq(con_peer_line(server), "stored");
}

/* The program on the sample's segment, when its bytes are there. */
static void inspect(const char *option)
{
    serve();
    con_start(CON_ARGV(con_shmlens, "--no-config", name, option));
    con_wait_text("4d 00 65 00 73 00 73 00  61 00 67 00 65 00 20 00");
    con_wait_text("F10Quit"); /* the last row: the picture is whole */
}

static void quit(void)
{
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    const char *what = con_not_restored();
    ck_assert_msg(what == NULL, "not as it was: %s", what);
}

/* What the sample's second process prints. */
static void client_prints(const char *text)
{
    char path[1024], line[512];
    snprintf(path, sizeof path, "%s/sample_client.exe", WIN_PEERS);
    snprintf(line, sizeof line, "%s\n", text);
    struct con_result r = con_run(CON_ARGV(path, name));
    ck_assert_msg(r.status == 0, "status %d: %s", r.status, r.err);
    ck_assert_str_eq(r.out, line);
}

/* ---- the classic sample ---- */

START_TEST(the_list_shows_it_and_enter_inspects)
{
    serve();
    con_start(CON_ARGV(con_shmlens, "--no-config"));
    con_wait_text(name);
    con_press("/Map", "filter");
    con_press("<Enter><Enter>", "4d 00 65 00 73 00 73 00  61 00 67 00 65 00 20 00");
    con_wait_text("64.0 KiB");
    con_wait_text("READ-ONLY");
    con_press("q", name);
    quit();
}
END_TEST

START_TEST(the_message_in_hex_utf16_and_text)
{
    inspect(NULL);
    con_wait_text("M\xc2\xb7"
                  "e\xc2\xb7s\xc2\xb7s\xc2\xb7"
                  "a\xc2\xb7g\xc2\xb7"
                  "e\xc2\xb7");
    con_wait_text("utf16 'M' U+004D");
    serve_text("\xe6\x97\xa5\xe6\x9c\xac \xc3\xa9t\xc3\xa9");
    con_wait_text("e5 65 2c 67 20 00 e9 00  74 00 e9 00 00 00");
    con_wait_text("utf16 '\xe6\x97\xa5' U+65E5");
    con_press("E", "\xe6\x97\xa5\xe6\x9c\xac \xc2\xb7\xc3\xa9\xc2\xb7t\xc2\xb7\xc3\xa9\xc2\xb7");
    con_press("v", "229 101  44 103  32   0 233   0  \xe6\x97\xa5\xe6\x9c\xac");
    quit();
}
END_TEST

START_TEST(each_new_message_appears_by_itself)
{
    static const char *const texts[] = {"AAAA", "BBBB", "CCCC"};
    static const char *const bytes[] = {"41 00 41 00 41 00 41 00", "42 00 42 00 42 00 42 00",
                                        "43 00 43 00 43 00 43 00"};
    inspect(NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        serve_text(texts[i]);
        con_wait_text(bytes[i]);
    }
    quit();
}
END_TEST

START_TEST(what_is_poked_is_read)
{
    inspect(NULL);
    con_press("p", "poke at 0x0");
    con_press("u16le 0x4b<Enter>", "read-only: turn editing on?");
    con_press("y", "4b 00 65 00");
    client_prints("Kessage from the first process.");
    con_press("u", "4d 00 65 00");
    client_prints("Message from the first process.");
    quit();
}
END_TEST

START_TEST(what_is_typed_in_edit_mode_is_read)
{
    inspect("--edit");
    con_wait_text("EDIT");
    con_keys("4a"); /* J */
    con_wait_text("4a 00 65 00");
    client_prints("Jessage from the first process.");
    con_press("<Tab><Home>H", "48 00 65 00"); /* the text column */
    client_prints("Hessage from the first process.");
    con_press("<Esc>", "READ-ONLY");
    quit();
}
END_TEST

START_TEST(it_says_who_keeps_it_alive)
{
    inspect(NULL);
    con_press("o", "sample_server");
    con_keys("o");
    con_peer_end(server);
    server = NULL;
    con_wait_text("KEEPING ALIVE");
    client_prints("Message from the first process.");
    quit();
}
END_TEST

START_TEST(it_is_alive_after_the_server_was_killed)
{
    inspect(NULL);
    con_peer_kill(server);
    con_wait_text("KEEPING ALIVE");
    con_wait_text("4d 00 65 00");
    quit();
}
END_TEST

static void create(const char *keys)
{
    con_start(CON_ARGV(con_shmlens, "--no-config"));
    con_wait_text("F10Quit");
    con_press("n", "create NAME SIZE");
    con_keys(keys);
}

START_TEST(what_the_ui_creates_lives_while_it_runs)
{
    char keys[256];
    snprintf(keys, sizeof keys, "%s 4096<Enter>", strchr(name, '\\') + 1); /* Local\ stands there */
    create(keys);
    con_wait_text("it lives as long as shmlens runs");
    struct con_result r = con_command("poke", name, "0", "Hi", "--as", "utf16le", "--z");
    ck_assert_msg(r.status == 0, "%s", r.err);
    client_prints("Hi");
    con_press("<Enter>", "48 00 69 00");
    con_wait_text("KEEPING ALIVE");
    con_press("q", "n New");
    quit();
    r = con_command("info", name);
    ck_assert_int_eq(r.status, 2);
}
END_TEST

START_TEST(nothing_is_removed_from_under_others)
{
    inspect(NULL);
    con_press("s", "d Remove");
    con_press("d", "sample_server");
    con_press("yes<Enter>", "still held open by");
    client_prints("Message from the first process.");
    quit();
}
END_TEST

/* ---- keys ---- */

static const struct {
    const char *keys, *then;
} pressed[] = {
    {"<Right><Down>", "\xe2\x94\x80\xe2\x94\x80 0x11 "},
    {"<C-End>", "\xe2\x94\x80\xe2\x94\x80 0xffff "},
    {"<C-End><C-Home>", "\xe2\x94\x80\xe2\x94\x80 0x0 "},
    {"<PgDn>", "\xe2\x94\x80\xe2\x94\x80 0x110 "},
    {"<End>", "\xe2\x94\x80\xe2\x94\x80 0xf "},
    {"<F5>0x1234<Enter>", "\xe2\x94\x80\xe2\x94\x80 0x1234 "},
    {"<C-d>", "\xe2\x94\x80\xe2\x94\x80 0x"},
    {"<C-c>", "q quits"},
    {"<C-z>", "^Z"},
    {"<F1>", "this help"},
    {"?", "this help"},
    {"@", "OpenFileMappingW"},
    {"<F12>", "F12 does nothing here"},
    {"<M-x>", "M-x does nothing here"},
    {"\xc3\xa4", "\xc3\xa4 does nothing here"},
    {"/u16:process<Enter>", "\xe2\x94\x80\xe2\x94\x80 0x2e "},
    {":peek 0 2 --as u16le<Enter>", "0x0 77"},
    {":pe<Tab>", "peek"},
    {"<Space>", "PAUSED"},
};

START_TEST(keys_do_what_they_do_elsewhere)
{
    inspect(NULL);
    for (size_t i = 0; i < sizeof pressed / sizeof pressed[0]; i++) {
        con_press(pressed[i].keys, pressed[i].then);
        con_keys("<Esc><Esc>");
        con_wait_text("F10Quit");
        con_press("<F5><Enter>", "\xe2\x94\x80\xe2\x94\x80 0x0 ");
    }
    quit();
}
END_TEST

START_TEST(esc_takes_effect_without_waiting_for_more)
{
    inspect(NULL);
    con_press("g", "go to");
    con_keys("<Esc>G");
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0xffff ");
    quit();
}
END_TEST

/* ---- the mouse, the size, the colours ---- */

START_TEST(a_click_moves_the_cursor_or_presses_a_key)
{
    int row = 0, col = 0;
    inspect(NULL);
    ck_assert(con_find("00000020  ", &row, &col));
    con_click(row, 10 + 3 * 2);
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0x22 ");
    con_drag(row, 10, row, 10 + 3 * 3);
    con_wait_text("\xe2\x94\x80\xe2\x94\x80 0x23 ");
    ck_assert(con_find("Goto", &row, &col));
    con_click(row, col);
    con_wait_text("go to");
    con_press("<Esc>", "Goto");
    con_wheel(5, 20, true);
    con_wait_no_text("00000000  ");
    con_wheel(5, 20, false);
    con_wait_text("00000000  ");
    quit();
}
END_TEST

START_TEST(without_the_mouse_nothing_is_clicked)
{
    inspect("--no-mouse");
    con_click(3, 16);
    con_press("l", "\xe2\x94\x80\xe2\x94\x80 0x1 ");
    quit();
}
END_TEST

static bool last_row_is_bar(void *ctx)
{
    int row = 0;
    return con_find("F10Quit", &row, NULL) && row == *(int *)ctx - 1;
}

START_TEST(it_follows_the_consoles_size)
{
    int rows = 16;
    inspect(NULL);
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
END_TEST

/* It fades, so it is changed until it was seen. */
static bool changed_is_yellow(void *ctx)
{
    int *turn = ctx;
    serve_text((*turn)++ % 2 == 0 ? "Mxssage" : "Myssage");
    return con_cell(1, 10 + 3 * 2).bg == YELLOW; /* the byte at 2 */
}

START_TEST(colours_tell_what_changed)
{
    inspect(NULL);
    struct con_cell title = con_cell(0, 1);
    ck_assert_int_eq(title.bg, BLUE); /* the 16 colours' title */
    ck_assert_int_eq(title.fg, RED | GREEN | BLUE | BRIGHT);
    int turn = 0;
    con_wait(changed_is_yellow, &turn, "yellow byte");
    ck_assert_int_eq(con_cell(1, 10).fg == 0, 1); /* the cursor is black on grey */
    quit();
}
END_TEST

START_TEST(no_colours_when_they_are_not_wanted)
{
    _putenv("NO_COLOR=1");
    inspect(NULL);
    _putenv("NO_COLOR=");
    struct con_cell title = con_cell(0, 1), text = con_cell(1, 10 + 3 * 2);
    ck_assert_int_eq(title.bg, RED | GREEN | BLUE); /* reversed */
    ck_assert_int_eq(title.fg, 0);
    ck_assert_int_eq(text.bg, 0);
    quit();
}
END_TEST

/* ---- the end ---- */

START_TEST(an_interrupt_restores_the_console)
{
    inspect(NULL);
    con_interrupt();
    ck_assert_int_ne(con_exit(), 0);
    const char *what = con_not_restored();
    ck_assert_msg(what == NULL, "not as it was: %s", what);
}
END_TEST

START_TEST(it_needs_a_console)
{
    struct con_result r = con_command("--no-config");
    ck_assert_int_eq(r.status, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "needs a terminal"));
}
END_TEST

START_TEST(the_demo_has_a_writer_of_its_own)
{
    con_start(CON_ARGV(con_shmlens, "demo"));
    con_wait_text("a demo: another process writes all this");
    con_wait_text("LIVE");
    con_press("o", "(us)");
    con_keys("Q");
    ck_assert_int_eq(con_exit(), 0);
    ck_assert_ptr_null(con_not_restored());
    struct con_result r = con_command("ls", "--no-header");
    ck_assert_msg(strstr(r.out, "shmlens-demo") == NULL, "still there: %s", r.out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("windows_ui");
    TCase *c = tcase_create("ui");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, the_list_shows_it_and_enter_inspects);
    tcase_add_test(c, the_message_in_hex_utf16_and_text);
    tcase_add_test(c, each_new_message_appears_by_itself);
    tcase_add_test(c, what_is_poked_is_read);
    tcase_add_test(c, what_is_typed_in_edit_mode_is_read);
    tcase_add_test(c, it_says_who_keeps_it_alive);
    tcase_add_test(c, it_is_alive_after_the_server_was_killed);
    tcase_add_test(c, what_the_ui_creates_lives_while_it_runs);
    tcase_add_test(c, nothing_is_removed_from_under_others);
    tcase_add_test(c, keys_do_what_they_do_elsewhere);
    tcase_add_test(c, esc_takes_effect_without_waiting_for_more);
    tcase_add_test(c, a_click_moves_the_cursor_or_presses_a_key);
    tcase_add_test(c, without_the_mouse_nothing_is_clicked);
    tcase_add_test(c, it_follows_the_consoles_size);
    tcase_add_test(c, colours_tell_what_changed);
    tcase_add_test(c, no_colours_when_they_are_not_wanted);
    tcase_add_test(c, an_interrupt_restores_the_console);
    tcase_add_test(c, it_needs_a_console);
    tcase_add_test(c, the_demo_has_a_writer_of_its_own);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
