/* Terminals of every kind: what TERM names, how many colours, which locale, which size; and none at
 * all. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/suite.h"

#include "harness_private.h"

static const char *name; /* of the segment of one test */

static void set_up(void)
{
    static const char text[] = "terminal test \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80";
    name = e2e_name("terminal");
    support_make(name, text, sizeof text, 4096);
}

static void tear_down(void)
{
    shm_unlink(name);
}

static struct e2e *attach(const char *term, const char *const *env)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .term = term, .env = env, .rows = 24, .cols = 80});
    e2e_wait_text(t, "terminal test", 0);
    e2e_wait_text(t, "LIVE", 0);
    return t;
}

static const char *const quits[] = {"Q", "qq", "<F10><F10>", ":quit\r"};

TEST_LOOP(quitting_restores, SUITE_ROWS(quits))
{
    struct e2e *t = attach(NULL, NULL);
    e2e_keys(t, quits[_i]);
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    const char *what = support_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}

/* ---- colours ---- */

/* A terminal of 16 colours, which not every system knows. */
static const char sixteen[] = "shmlens-16|16 colours, colors#16, pairs#256,\n"
                              "\tsetaf=\\E[%?%p1%{8}%<%t%p1%{30}%+%e%p1%{82}%+%;%dm,\n"
                              "\tsetab=\\E[%?%p1%{8}%<%t%p1%{40}%+%e%p1%{92}%+%;%dm,\n"
                              "\tuse=xterm,\n";

/* Compiles it into a folder; its value of TERMINFO, NULL: that cannot be done here. */
static const char *terminfo(const char *folder)
{
    static char env[600];
    char source[512];
    snprintf(source, sizeof source, "%s/sixteen", folder);
    FILE *f = fopen(source, "w");
    if (f == NULL || fputs(sixteen, f) < 0 || fclose(f) != 0)
        return NULL;
    snprintf(env, sizeof env, "TERMINFO=%s", folder);
    struct e2e_result r = e2e_command(&(struct e2e_command){
        .argv = E2E_ARGV("/bin/sh", "-c", "exec tic -x -o \"$0\" \"$1\"", folder, source)});
    int status = r.status;
    e2e_result_free(&r);
    return status == 0 ? env : NULL;
}

static const struct {
    const char *term, *env;
    const char *theme; /* NULL: as it is */
    unsigned colours;  /* of these the highest may be sent, and some must be */
} palettes[] = {
    {"xterm-256color", NULL, NULL, 256},
    {"tmux-256color", NULL, NULL, 256},
    {"xterm", NULL, NULL, 8},
    {"linux", NULL, NULL, 8},
    {"screen", NULL, NULL, 8},
    {"ansi", NULL, NULL, 8},
    {"vt100", NULL, NULL, 0},
    {"vt220", NULL, NULL, 0},
    {"xterm-256color", "NO_COLOR=1", NULL, 0},
    {"xterm-256color", "NO_COLOR=", NULL, 256}, /* by its convention empty is not set */
    {"xterm-256color", NULL, "mono", 0},
    {"xterm-256color", NULL, "light", 256},
    {"xterm", NULL, "light", 8},
};

/* Walks through the screens. */
static void look_around(struct e2e *t)
{
    e2e_keys(t, "?");
    e2e_wait_text(t, "finds in the help", 0);
    e2e_keys(t, "q");
    e2e_wait_text(t, "terminal test", 0);
    e2e_keys(t, "s");
    e2e_wait_text(t, "LOCATOR", 0);
    e2e_keys(t, "q");
    e2e_wait_text(t, "terminal test", 0);
    e2e_keys(t, "i"); /* a banner in colour or reverse */
    e2e_wait_text(t, "EDIT", 0);
    e2e_keys(t, "i");
    e2e_wait_text(t, "READ-ONLY", 0);
}

TEST_LOOP(colours_as_the_terminal_has_them, SUITE_ROWS(palettes))
{
    const char *theme = palettes[_i].theme;
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--theme", theme != NULL ? theme : "dark", name),
        .term = palettes[_i].term,
        .env = palettes[_i].env != NULL ? E2E_ARGV(palettes[_i].env) : NULL});
    e2e_wait_text(t, "terminal test", 0);
    look_around(t);
    unsigned highest = support_colours(t);
    ck_assert_uint_le(highest, palettes[_i].colours);
    ck_assert(palettes[_i].colours == 0 || highest > palettes[_i].colours / 16);
    e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    const char *what = e2e_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}

TEST(sixteen_colours)
{
    struct e2e_result r = e2e_command(&(struct e2e_command){
        .argv = E2E_ARGV("/bin/sh", "-c", "mktemp -d \"${TMPDIR:-/tmp}/shmlens-e2e-XXXXXX\"")});
    ck_assert_int_eq(r.status, 0);
    r.out[strcspn(r.out, "\n")] = '\0';
    remover_path(r.out);
    const char *env = terminfo(r.out);
    if (env == NULL) {
        printf("skip: no tic to describe a terminal of 16 colours\n");
    } else {
        struct e2e *t = attach("shmlens-16", E2E_ARGV(env));
        look_around(t);
        ck_assert_uint_gt(support_colours(t), 8);
        ck_assert_uint_le(support_colours(t), 16);
        support_quit(t);
    }
    e2e_result_free(&r);
}

/* ---- terminals and files that will not do ---- */

static const struct {
    const char *term, *why;
} unusable[] = {
    {"dumb", "cannot position the cursor"},
    {"no-such-terminal", "is not known"},
    {"", "TERM is not set"},
    {"../../../etc/passwd", "is not known"},
};

TEST_LOOP(a_dumb_terminal_is_refused, SUITE_ROWS(unusable))
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .term = unusable[_i].term, .cols = 160});
    ck_assert_int_eq(e2e_exit(t, 0), 2);
    ck_assert_int_eq(strncmp(e2e_row(t, 0), "shmlens: the terminal UI cannot start: ", 39), 0);
    ck_assert_msg(e2e_find(t, unusable[_i].why, NULL, NULL), "%s", e2e_row(t, 0));
    ck_assert_str_eq(e2e_row(t, 2), "");
    ck_assert(!e2e_sent(t, "\033", 1));
    ck_assert_ptr_null(e2e_not_restored(t));
    e2e_end(t);
}

static const char *const redirections[] = {"\"$0\" \"$1\" </dev/null", "\"$0\" \"$1\" >/dev/null",
                                           "\"$0\" </dev/null", "\"$0\" \"$1\" | cat; exit 2",
                                           "\"$0\" demo --for 1s </dev/null"};

TEST_LOOP(half_a_terminal_is_refused, SUITE_ROWS(redirections))
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV("/bin/sh", "-c", redirections[_i], e2e_shmlens, name)});
    ck_assert_int_eq(e2e_exit(t, 0), 2);
    ck_assert_msg(e2e_find(t, "needs a terminal", NULL, NULL), "%s", e2e_row(t, 0));
    ck_assert(!e2e_sent(t, "\033", 1));
    ck_assert_ptr_null(e2e_not_restored(t));
    e2e_end(t);
}

TEST(no_terminal_is_refused)
{
    struct e2e_result r = e2e_run(name);
    ck_assert_int_eq(r.status, 2);
    ck_assert_str_eq(r.out, "");
    ck_assert_int_eq(strncmp(r.err, "shmlens: ", 9), 0);
    e2e_result_free(&r);
}

static const char *const locales[] = {"C", "POSIX", "no_SUCH.UTF-8"};

TEST_LOOP(ascii_where_the_locale_is_not_utf8, 3)
{
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .locale = locales[_i]});
    e2e_wait_text(t, "terminal test", 0);
    look_around(t);
    for (int c = 0x80; c < 0x100; c++) {
        char byte = (char)c;
        ck_assert_msg(!e2e_sent(t, &byte, 1), "byte %02x", c);
    }
    support_quit(t);
}

/* ---- sizes ---- */

static const struct {
    int rows, cols;
} sizes[] = {{1, 1},    {2, 200}, {200, 2}, {7, 39},  {8, 40},
             {60, 250}, {24, 96}, {7, 300}, {100, 39}};

TEST_LOOP(any_size_is_lived_through, SUITE_ROWS(sizes))
{
    int rows = sizes[_i].rows, cols = sizes[_i].cols;
    struct e2e *t = attach(NULL, NULL);
    e2e_resize(t, rows, cols);
    if ((rows < 8 || cols < 40) && cols >= 18)
        e2e_wait_row(t, 0, "shmlens needs 40x8", 0);
    else if (cols >= 40)
        e2e_wait_text(t, "terminal", 0);
    e2e_keys(t, "jlk"); /* it answers, whatever the size */
    e2e_settle(t, 50, 500);
    ck_assert(e2e_running(t));
    e2e_resize(t, 24, 80);
    e2e_wait_text(t, "terminal test", 0);
    support_quit(t);
}

TEST_LOOP(started_in_any_size, SUITE_ROWS(sizes))
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .rows = sizes[_i].rows, .cols = sizes[_i].cols});
    e2e_settle(t, 100, 1000);
    ck_assert(e2e_running(t));
    e2e_resize(t, 24, 80);
    e2e_wait_text(t, "terminal test", 0);
    support_quit(t);
}

/* The program has read all keys. */
static bool all_read(struct e2e *t, void *ctx)
{
    int waiting = 1, slave = open(ptsname(t->master), O_RDONLY | O_NOCTTY);
    (void)ctx;
    if (ioctl(slave, FIONREAD, &waiting) != 0)
        e2e_fail("FIONREAD");
    close(slave);
    return waiting == 0;
}

/* Where nothing can be seen nothing is typed over, answered or removed; the way out works. */
TEST(no_key_writes_blindly)
{
    char bytes[14] = "";
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "--edit", name)});
    e2e_wait_text(t, "EDIT", 0);
    e2e_resize(t, 7, 39);
    e2e_wait_row(t, 0, "shmlens needs 40x8", 0);
    e2e_keys(t, "4142:fill 0 16 0\r");
    e2e_wait(t, all_read, NULL, "the keys are read", 0);
    e2e_settle(t, 300, 2000); /* and handled: that shows nowhere, for nothing may happen */
    e2e_resize(t, 24, 80);
    e2e_wait_text(t, "terminal test", 0);
    support_bytes(name, 0, bytes, 13);
    ck_assert_str_eq(bytes, "terminal test");
    e2e_resize(t, 7, 39);
    e2e_wait_row(t, 0, "shmlens needs 40x8", 0);
    support_quit(t);
}

SUITE(test_e2e_terminal, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(quitting_restores, colours_as_the_terminal_has_them, sixteen_colours,
            a_dumb_terminal_is_refused, half_a_terminal_is_refused, no_terminal_is_refused,
            ascii_where_the_locale_is_not_utf8, any_size_is_lived_through, started_in_any_size,
            no_key_writes_blindly));
