/* help, the options of the UI before it starts, and the demo's writer. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/command.h"
#include "support/run.h"
#include "support/suite.h"

TEST(help)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    char all[16384];
    const struct ran *r = RUN("help");
    ck_assert_int_eq(r->status, 0);
    (void)snprintf(all, sizeof all, "%s", r->out);
    ck_assert_str_eq(RUN("--help")->out, all);
    for (size_t i = 0; i < count; i++) {
        char word[40];
        (void)snprintf(word, sizeof word, "\n  %s", c[i].name);
        ck_assert_msg(strstr(all, word) != NULL, "%s", c[i].name);
        char one[4096];
        r = RUN(c[i].name, "--help");
        ck_assert_int_eq(r->status, 0);
        (void)snprintf(one, sizeof one, "%s", r->out);
        ck_assert_ptr_nonnull(strstr(one, "--calls"));
        ck_assert_str_eq(RUN("help", c[i].name)->out, one);
    }
    ck_assert_int_eq(RUN("help", "frobnicate")->status, 2);
    r = RUN("help", "lesson"); /* of the terminal UI alone */
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->out, ":lesson hint|solution|source|up|down|skip|again|leave"));
    r = RUN("--version");
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->out, "shmlens " SHMLENS_VERSION "\n");
}

/* The concepts, for a terminal of 80 columns. */
TEST(concepts)
{
    const struct ran *r = RUN("help", "concepts");
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->out, "\nOrphan\n------\n\nNamed memory does not end"));
    ck_assert_ptr_nonnull(strstr(r->out, "\n    +---------+   +---------+\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "\n- A file, mapped with MAP_SHARED."));
    ck_assert_ptr_nonnull(strstr(r->out, "\n  sooner or later.\n"));
    for (const char *line = r->out; *line != '\0'; line += strcspn(line, "\n") + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 80);
}

TEST(documents)
{
    const struct ran *r = RUN("help", "--man");
    ck_assert_int_eq(strncmp(r->out, ".TH SHMLENS 1 ", 14), 0);
    ck_assert_ptr_nonnull(strstr(r->out, ".SS peek LOCATOR"));
    ck_assert_ptr_nonnull(strstr(r->out, ".SH KEYS"));
    r = RUN("help", "--bash");
    ck_assert_ptr_nonnull(strstr(r->out, "complete -o filenames -F _shmlens shmlens\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "    peek) options=\"--as --raw"));
    r = RUN("help", "--zsh");
    ck_assert_int_eq(strncmp(r->out, "#compdef shmlens\n", 17), 0);
    r = RUN("help", "--fish");
    ck_assert_ptr_nonnull(strstr(r->out, "complete -c shmlens -n '__shmlens_in peek' -l as"));
}

TEST(ui_is_refused)
{
    const char *n = run_name("ui");
    run_make(n, "abc", 3, 3);
    RUN_FAILS("needs a terminal", "--edit");
    const struct ran *r = run_words((const char *const[]){NULL}, NULL, false);
    ck_assert_int_eq(r->status, 2);
    r = RUN(n);
    ck_assert_ptr_nonnull(strstr(r->err, "needs a terminal"));
    RUN_FAILS("no such segment (shm_open: ", "/shmlens-nope");
    static const char *const wrong[][2] = {
        {"--hz", "0"},    {"--hz", "x"},         {"--view", "u33"},    {"--width", "0"},
        {"--width", "x"}, {"--range", "1"},      {"--range", "1:0"},   {"--theme", "pink"},
        {"--bogus", "1"}, {"--no-config", "ls"}, {"frobnicate", NULL}, {"/a", "/b"},
        {"--hz", NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        r = RUN(wrong[i][0], wrong[i][1]);
        ck_assert_msg(r->status == 2, "%s", wrong[i][0]);
        ck_assert_int_eq(strncmp(r->err, "shmlens: ", 9), 0);
        ck_assert_ptr_null(strstr(r->err, "needs a terminal"));
        ck_assert_ptr_null(strstr(r->err, "did you mean ls?"));
    }
    ck_assert_ptr_nonnull(strstr(RUN("--width", "257")->err, "(1 to 256 bytes)"));
    ck_assert_ptr_nonnull(strstr(RUN(n, "--range", "end-1:1")->err, "needs a terminal"));
    ck_assert_ptr_nonnull(strstr(RUN(n, "--range", "end:1")->err, "starts past the end"));
    ck_assert_ptr_nonnull(strstr(RUN(n, "--range", "end-1T:1")->err, "starts before the segment"));
    r = RUN("\x1b[31m/x");
    ck_assert_ptr_null(strchr(r->err, '\x1b'));
}

TEST(demo_writer)
{
    if (!run_demo())
        SKIP("another demo runs on this machine");
    struct job j = JOB("demo", "--writer-only");
    const char *d = "/shmlens-demo";
    const struct ran *r = RUN("wait", d, "--exists", "--timeout", "10s");
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_eq(
        RUN("wait", d, "0x10", "--as", "u64", "--above", "3", "--timeout", "10s")->status, 0);
    ck_assert_str_eq(RUN("peek", d, "0", "--as", "utf8")->out, "SHMLENS\n");
    ck_assert_int_eq(RUN("demo", "--writer-only")->status, 2);
    ck_assert_int_eq(RUN("poke", d, "0x60", "1", "--as", "u32")->status, 0);
    ck_assert_int_eq(
        RUN("wait", d, "0x64", "--as", "u32", "--equals", "1", "--timeout", "10s")->status, 0);
    ck_assert_int_eq(
        RUN("wait", d, "0x10", "--as", "u64", "--changes", "--timeout", "50ms")->status, 1);
    ck_assert_int_eq(RUN("rm", d)->status, 2);
    kill(j.pid, SIGKILL); /* dies without tidying up */
    (void)job_wait(&j);
    ck_assert_int_eq(RUN("wait", d, "--exists", "--timeout", "10ms")->status, 0);
    r = RUN("demo", "--writer-only", "--for", "50ms"); /* takes the place of the dead one */
    ck_assert_msg(r->status == 0, "%s", r->err);
    ck_assert_int_eq(RUN("wait", d, "--gone", "--timeout", "10ms")->status, 0);
    ck_assert_int_eq(RUN("demo")->status, 2);
}

SUITE(test_program_cli_help, .tear_down = run_end,
      TESTS(help, concepts, documents, ui_is_refused, demo_writer));
