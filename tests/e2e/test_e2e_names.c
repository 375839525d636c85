/* Names made to do harm, in the list, the title, prompts, errors, and what every command prints:
 * nothing of them reaches a terminal or a pipe as a control, and what `ls` prints can be pasted
 * back. */
#include "support.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 4096 };

/* ---- names ---- */

static const char *const names[] = {
    "with blanks  and\ttabs",
    "new\nline\r",
    "esc"
    "\033]0;pwned\a\033[6n",
    "c1\x9b"
    "6n\xc2\x9b"
    "6n",
    "bidi\xe2\x80\xae\xe2\x81\xa6",
    "invalid\xff\xc0\xaf\xed\xa0\x80",
    "wide\xe6\x97\xa5\xe6\x9c\xac"
    "e\xcc\x81",
    "back\\slash\\x41\\n",
    "\"quotes'$(id)`id`",
    "-rf",
    "%s%n%99999d",
};

enum { NAMES = sizeof names / sizeof *names };

/* A segment of such a name; kept until the test ends. */
static const char *hostile_name(int i)
{
    const char *n = e2e_name(names[i]);
    support_make(n, "pwned", 5, SIZE);
    return n;
}

/* A locator of the raw name: other bytes may stand as they are. */
static void escape_backslashes(char *to, const char *from)
{
    while (*from != '\0') {
        if (*from == '\\')
            *to++ = '\\';
        *to++ = *from++;
    }
    *to = '\0';
}

TEST_LOOP(names_in_the_ui, NAMES)
{
    static const char *const keys[] = {"o", "o",     "@", "<Esc>", "?", "<Esc>", ":info\r", "<Esc>",
                                       "M", "<Esc>", "s", "o",     "o", "d",     NULL};
    const char *n = hostile_name(_i);
    char locator[600];
    escape_backslashes(locator, n);
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, locator), .rows = 30, .cols = 100});
    e2e_wait_text(t, "LIVE", 0);
    support_press_all(t, keys);
    shm_unlink(n);
    e2e_keys(t, "<Esc>");
    e2e_settle(t, 50, 300);
    support_check_screen(t, "unlinked");
    e2e_end(t);
}

TEST_LOOP(names_that_are_not_there, NAMES)
{
    char path[512];
    snprintf(path, sizeof path, "/%s", names[_i]);
    const char *const commands[][8] = {{"info", path},
                                       {"peek", path},
                                       {"rm", path},
                                       {path},
                                       {"wait", path, "--gone"},
                                       {"diff", path, path},
                                       {"resize", path, "12"},
                                       {"no such", path},
                                       {"peek", "/x", path},
                                       {"find", path, path},
                                       {"peek", path, "--as", path}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *argv[10] = {e2e_shmlens};
        for (size_t k = 0; k < 8 && commands[i][k] != NULL; k++)
            argv[k + 1] = commands[i][k];
        struct e2e_result r = e2e_command(&(struct e2e_command){.argv = argv});
        const char *bad = support_unclean_text(r.err, r.err_size);
        ck_assert_msg(bad == NULL, "%s: %s", argv[1], bad);
        ck_assert_ptr_null(support_unclean_text(r.out, r.out_size));
        ck_assert_int_ge(r.status, 0);
        e2e_result_free(&r);
    }
}

/* Finds the line of `ls` that holds the pid; returns the locator in it. */
static void listed_locator(const char *out, char *locator, size_t cap)
{
    char mark[64];
    snprintf(mark, sizeof mark, "-%d-", (int)getpid());
    const char *at = strstr(out, mark);
    ck_assert_ptr_nonnull(at);
    const char *line = at;
    while (line > out && line[-1] != '\n')
        line--;
    const char *end = at + strlen(mark) + strspn(at + strlen(mark), "0123456789");
    snprintf(locator, cap, "%.*s", (int)(end - line), line);
}

/* What `ls` prints is pasted back, through every command. */
TEST_LOOP(names_in_commands, NAMES)
{
    const char *n = hostile_name(_i);
    char locator[1200];
    struct e2e_result r = support_run(E2E_ARGV(e2e_shmlens, "ls", "--no-header"));
    listed_locator(r.out, locator, sizeof locator);
    e2e_result_free(&r);
    const char *const commands[][5] = {{"ls", "--json"},
                                       {"info", locator},
                                       {"info", locator, "--json"},
                                       {"peek", locator},
                                       {"peek", locator, "--json"},
                                       {"peek", locator, "--as", "utf8", "--all"},
                                       {"peek", locator, "0", "64", "--calls"},
                                       {"find", locator, "pwned"},
                                       {"poke", locator, "0", "7", "--as=u8"},
                                       {"rm", "--dry-run", locator},
                                       {"rm", locator}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *argv[8] = {e2e_shmlens};
        for (size_t k = 0; k < 5 && commands[i][k] != NULL; k++)
            argv[k + 1] = commands[i][k];
        r = support_run(argv);
        ck_assert_msg(r.status == 0, "%s %s: %s", argv[1], locator, r.err);
        e2e_result_free(&r);
    }
    ck_assert_int_lt(shm_open(n, O_RDONLY, 0), 0);
}

/* ---- the longest name ---- */

static char longest[300]; /* of 255 bytes behind the slash, most of them hostile */

static void make_longest(void)
{
    int n = snprintf(longest, sizeof longest, "/%d", (int)getpid());
    memset(longest + n, '\033', (size_t)(256 - n));
    longest[256] = '\0';
    support_make(longest, "longest", 7, SIZE);
}

static void remove_longest(void)
{
    shm_unlink(longest);
}

TEST(the_longest_name)
{
    static const char *const keys[] = {"o", "o", ":info\r", "<Esc>", "@", "<Esc>", "s", NULL};
    struct e2e_result r = support_run(E2E_ARGV(e2e_shmlens, "peek", longest, "--as", "utf8"));
    ck_assert_str_eq(r.out, "longest\n");
    e2e_result_free(&r);
    r = support_run(E2E_ARGV(e2e_shmlens, "info", longest, "--json"));
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, longest)});
    e2e_wait_text(t, "LIVE", 0);
    support_press_all(t, keys);
    support_quit(t);
}

SUITE(test_e2e_names, .set_up_once = make_longest, .tear_down_once = remove_longest, .timeout = 120,
      TESTS(names_in_the_ui, names_that_are_not_there, names_in_commands, the_longest_name));
