/* Contents and names made to do harm: nothing of them reaches a terminal or a pipe as a control.
 * Every byte that the program writes is looked at. */
#include "support.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OSC_TITLE "\033]0;pwned\a"
#define REPORT    "\033[6n\033[c\033[>0q"
#define RESET     "\033c\033[!p\033[?1049l"

/* Each row of it is a different attack; 16 bytes a row cut through characters. */
static const char attacks[] = OSC_TITLE REPORT RESET
    "\033P1$r\033\\\033_apc\033\\\033^pm\033\\\033X sos\033\\"
    "\x9b"
    "6n\x90tmux;\x9c\x9d"
    "2;c1\x9c\xc2\x9b"
    "6n\xc2\x9d"
    "0;u\xc2\x9c" /* C1, raw and as UTF-8 */
    "\xe2\x80\xae"
    "rtl\xe2\x80\xac\xe2\x81\xa6iso\xe2\x81\xa9\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f" /* bidi */
    "\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80\xff\xfe"   /* invalid */
    "\xe2\x80\xa8line\xe2\x80\xa9para\xef\xbb\xbf\xef\xbf\xbf"
    "\x0e\x0f\x07\x08\x0b\x0c\r\n\t\x7f\x05\x18\x1a\033"
    "0123456789abcd\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" /* wide, cut at a row's edge */
    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xf0\x9f\x98\x80\xf0\x9f\x8f\xbd" /* marks, emoji */
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\xef\xb8\x8f"
    "\xd8\xb4\xd8\xa8\xd7\xa9\xe0\xb8\x81\xe0\xb8\xb3\xea\xb0\x80\xe1\x84\x80\xe1\x85\xa1"
    "\xf3\xa0\x81\x81\xee\x80\x80\xf4\x8f\xbf\xbf end";

enum { SIZE = 4096, WIDE = 2048 };

/* The attacks as bytes, and from WIDE on as UTF-16 of both orders and every code unit of interest.
 */
static void fill(char bytes[SIZE])
{
    static const uint16_t units[] = {0x1b,   0x9b,   0x9d,   0x07,   0x202e, 0x2066, 0x200f,
                                     0xd800, 0xdc00, 0xd83d, 0xde00, 0xfeff, 0x2028, 0x061c,
                                     0x65e5, 0x0301, 0x0000, 0x000d, 0x000a, 0x0085};
    enum { UNITS = sizeof units / sizeof *units };
    memset(bytes, 0, SIZE);
    memcpy(bytes, attacks, sizeof attacks);
    for (int i = 0; i < 400; i++) {
        uint16_t u = units[i % UNITS];
        int swap = i / UNITS % 2;
        bytes[WIDE + 2 * i] = (char)(swap ? u >> 8 : u & 0xff);
        bytes[WIDE + 2 * i + 1] = (char)(swap ? u & 0xff : u >> 8);
    }
}

static const char *name; /* of the segment of one test */

static void set_up(void)
{
    char bytes[SIZE];
    fill(bytes);
    name = e2e_name("hostile");
    support_make(name, bytes, SIZE, SIZE);
}

static void tear_down(void)
{
    shm_unlink(name);
}

/* The look at the bytes does see what it is to see. */
static const char *const pieces[] = {
    OSC_TITLE,  "\033[6n",      "\033[c",   RESET,  "\033P1$r", "\x9b", "\xc2\x9b", "\xe2\x80\xae",
    "\xc0\xaf", "\xed\xa0\x80", "\xd8\x9c", "\x0e", "\a",       "\x7f", "\xe6\x97"};

TEST_LOOP(the_look_sees, SUITE_ROWS(pieces))
{
    char line[128];
    int n = snprintf(line, sizeof line, "text\n\xe6\x97\xa5 %s.", pieces[_i]);
    ck_assert_ptr_null(support_unclean_text(line, 8));
    ck_assert_ptr_nonnull(support_unclean_text(line, (size_t)n));
    struct e2e *t =
        e2e_start(&(struct e2e_options){.argv = E2E_ARGV("/usr/bin/printf", "%s", line)});
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_ptr_nonnull(support_unclean_screen(t));
    e2e_end(t);
}

static const struct {
    int rows, cols;
    const char *locale;
} places[] = {{24, 80, NULL}, {40, 130, NULL}, {12, 41, NULL}, {24, 100, "C"}};

TEST_LOOP(file_source_in_every_view, SUITE_ROWS(places))
{
    static const char *const keys[] = {
        "v",      "v",      "v",      "v", "v", "v", "v", "v", "v",   "v", "v", "v",
        "v",      "v",      "v",      "v", "E", "E", "E", "E", "E",   "T", "e", "<PgDn>",
        "<PgDn>", "<PgDn>", "<PgDn>", "T", "E", "E", "E", "E", "g\r", "b", NULL};
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name),
                                                    .rows = places[_i].rows,
                                                    .cols = places[_i].cols,
                                                    .locale = places[_i].locale});
    e2e_wait_text(t, "LIVE", 0);
    support_press_all(t, keys);
    support_quit(t);
}

/* The inspector decodes the character at the cursor. */
TEST(cursor_on_every_byte)
{
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .rows = 40, .cols = 130});
    e2e_wait_text(t, "LIVE", 0);
    for (size_t i = 0; i < sizeof attacks; i++) {
        e2e_keys(t, "l");
        e2e_settle(t, 4, 50);
    }
    e2e_wait_text(t, " end", 0);
    support_check_screen(t, "walking");
    support_quit(t);
}

TEST(lines_run_in_the_ui)
{
    static const char *const keys[] = {":peek 0 512 --as utf8 --all\r",
                                       "<Esc>",
                                       ":peek 0 512 --as latin1 --all\r",
                                       "<Esc>",
                                       ":peek 2048 512 --as utf16le --all\r",
                                       "<Esc>",
                                       ":peek 0 512\r",
                                       "<Esc>",
                                       ":peek 0 64 --json --as utf8\r",
                                       "<Esc>",
                                       ":info\r",
                                       "<Esc>",
                                       "o",
                                       "o",
                                       "@",
                                       "<Esc>",
                                       "/x:1b 5d\r",
                                       "n",
                                       "/r:pwned\r",
                                       "N",
                                       NULL};
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    support_press_all(t, keys);
    support_quit(t);
}

/* What is typed or pasted is shown, in prompts, messages and errors, and it is as hostile. */
TEST_LOOP(pasted_into_prompts, 7)
{
    static const char *const prompts[] = {"/", ":", "p", "g", ":info ", "P", "m"};
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, prompts[_i]);
    e2e_settle(t, 30, 400);
    /* the end of a bracketed paste cannot be in it: a terminal takes it out */
    e2e_paste(t, "a\x9b"
                 "6n\xc2\x9b\xe2\x80\xae\xff\xed\xa0\x80\033]0;pwned\a\x0e\xe6\x97");
    e2e_settle(t, 30, 400);
    support_check_screen(t, "pasted");
    e2e_keys(t, "\r");
    e2e_settle(t, 50, 500);
    support_check_screen(t, "entered");
    ck_assert(e2e_running(t));
    e2e_end(t);
}

/* ---- every text view of every hostile content, as a command ---- */

static const char *const views[] = {"ascii", "latin1", "utf8", "utf16le", "utf16be", "hex", "bits"};

TEST_LOOP(file_source_in_commands, SUITE_ROWS(views))
{
    const char *const argvs[][9] = {
        {e2e_shmlens, "peek", name, "--as", views[_i], "--all"},
        {e2e_shmlens, "peek", name, "--as", views[_i], "--all", "--json"},
        {e2e_shmlens, "peek", name, "1", "4094", "--as", views[_i], "--all"},
        {e2e_shmlens, "peek", name, "2048", "800", "--as", views[_i], "--all"},
    };
    for (size_t i = 0; i < sizeof argvs / sizeof *argvs; i++) {
        struct e2e_result r = support_run(argvs[i]);
        ck_assert_msg(r.status == 0, "%s", r.err);
        ck_assert_uint_gt(r.out_size, 100);
        e2e_result_free(&r);
    }
}

SUITE(test_e2e_hostile, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(the_look_sees, file_source_in_every_view, cursor_on_every_byte, lines_run_in_the_ui,
            pasted_into_prompts, file_source_in_commands));
