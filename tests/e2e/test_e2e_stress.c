/* A segment that does not hold still for a moment: it shrinks to nothing and grows again, goes and
 * comes back, is written everywhere; and a terminal whose size does not hold still either. */
#include "support.h"
#include "support/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 65536 };

static bool has_help(struct e2e *t, void *ctx)
{
    (void)ctx;
    return e2e_find(t, "finds in the help", NULL, NULL);
}

/* The program answers keys: whatever it is asking or showing, Esc ends it, and help comes and goes.
 * On a busy machine Esc and the key behind it may come as one: then once more. */
static void answers(struct e2e *t)
{
    for (int i = 0; i < 20; i++) {
        e2e_keys(t, "<Esc>");
        e2e_settle(t, 60, 100);
        e2e_keys(t, "?");
        if (e2e_until(t, has_help, NULL, 1000))
            break;
    }
    e2e_wait(t, has_help, NULL, "help", 0);
    e2e_keys(t, "q");
    e2e_wait_no_text(t, "finds in the help", 0);
}

/* ---- shrinking to 0 and growing 1,000 times a second ---- */

/* A process that looks as often as it can whether the segment has a size that nobody gave it, and
 * ends with 1 then. */
static pid_t watch_size(const char *name)
{
    int fd = shm_open(name, O_RDONLY, 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0) {
        close(fd);
        return pid;
    }
    struct stat st;
    while (fstat(fd, &st) == 0 && getppid() != 1)
        if (st.st_size != 0 && st.st_size != SIZE)
            _exit(1);
    _exit(2);
}

static void never_grew(pid_t watcher)
{
    int status;
    ck_assert_msg(waitpid(watcher, &status, WNOHANG) == 0, "it had a size that nobody gave it");
    kill(watcher, SIGKILL);
    waitpid(watcher, &status, 0);
}

static const char *const lines[] = {
    ":poke 0x100 7 --as u8\r",
    "/SHRINK\r",
    ":poke 0xfffd 0x01020304 --as u32le\r",
    "n",
    ":fill 0x8000 0x8000 0xee\r",
    "y",
    ":poke 0xfff8 1 --as u64 --expect 0\r",
    ":peek\r",
    "G",
    "pu64 5\r",
    "b",
    "c",
    ")",
    ":save %s/saved\r",
    "u",
    "/x:00 00 00\r",
    "g\r",
    "41",
    "v",
};

TEST(shrinking_while_it_is_worked_with)
{
    const char *name = e2e_name("shrinking");
    char line[600];
    struct e2e_peer *shrinker = e2e_peer("shrinker", name, "65536", "1000");
    pid_t watcher = watch_size(name);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "--edit", name)});
    e2e_wait_text(t, "EDIT", 0);
    for (size_t i = 0; i < 3 * sizeof lines / sizeof *lines; i++) {
        const char *keys = lines[i % (sizeof lines / sizeof *lines)];
        snprintf(line, sizeof line, "%s", keys);
        if (strncmp(keys, ":save", 5) == 0)
            snprintf(line, sizeof line, ":save %s/saved\r", e2e_home(t));
        e2e_keys(t, line);
        e2e_settle(t, 20, 100);
        answers(t);
        if (!e2e_find(t, "EDIT", NULL, NULL))
            e2e_keys(t, "i");
    }
    never_grew(watcher);
    ck_assert_int_eq(e2e_peer_end(shrinker), 0);
    e2e_wait_text(t, "unlinked", 0);
    support_quit(t);
}

static const char *const commands[][9] = {
    {"peek"},
    {"peek", "--raw"},
    {"find", "SHRINK"},
    {"find", "r:S.*R"},
    {"poke", "0xfff8", "1", "2", "--as=u32"},
    {"poke", "0x8000", "1", "--as=u64", "--expect=0"},
    {"poke", "0xfff0", "0102030405060708090a", "--as=hex"},
    {"fill", "0", "65536", "0x41"},
    {"load", "/proc/self/exe", "0xf000"},
    {"save", "/dev/null"},
    {"watch", "--count=3", "--for=300ms"},
    {"wait", "0x8000", "--as=u8", "--equals=200", "--timeout=100ms"},
    {"info"},
};

TEST_LOOP(shrinking_under_every_command, SUITE_ROWS(commands))
{
    const char *name = e2e_name("shrinking");
    struct e2e_peer *shrinker = e2e_peer("shrinker", name, "65536", "1000");
    pid_t watcher = watch_size(name);
    const char *argv[12] = {e2e_shmlens, commands[_i][0], name};
    for (int k = 1; k < 9 && commands[_i][k] != NULL; k++)
        argv[k + 2] = commands[_i][k];
    for (int round = 0; round < 12; round++) {
        struct e2e_result r = e2e_command(&(struct e2e_command){.argv = argv});
        ck_assert_msg(r.status >= 0 && r.status <= 2, "%s: %d", argv[1], r.status);
        ck_assert_msg(r.status != 2 || r.err_size > 0, "%s: fails without a word", argv[1]);
        e2e_result_free(&r);
    }
    never_grew(watcher);
    ck_assert_int_eq(e2e_peer_end(shrinker), 0);
}

/* After its last shrink nobody but the program could make it grow. */
TEST(a_poke_that_comes_late_makes_nothing_grow)
{
    const char *name = e2e_name("late");
    support_make(name, "late", 4, SIZE);
    int fd = shm_open(name, O_RDWR, 0);
    struct stat st;
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "--edit", name)});
    e2e_wait_text(t, "EDIT", 0);
    for (int i = 0; i < 60; i++) {
        ck_assert_int_eq(ftruncate(fd, SIZE), 0);
        e2e_keys(t, i % 3 == 0   ? ":poke 0xff00 1 --as u64\r"
                    : i % 3 == 1 ? ":poke 0xff01 1 --as u64\r"
                                 : ":fill 0 65536 1\r");
        e2e_pump(t, i % 7);
        ck_assert_int_eq(ftruncate(fd, 0), 0);
        answers(t);
        ck_assert_int_eq(fstat(fd, &st), 0);
        ck_assert_int_eq(st.st_size, 0);
        ck_assert_int_eq(st.st_blocks, 0);
        if (!e2e_find(t, "EDIT", NULL, NULL))
            e2e_keys(t, "i");
    }
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    e2e_wait_text(t, "grown to", 0); /* no key has hidden it */
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    e2e_wait_text(t, "shrunk to 0 bytes", 0);
    support_quit(t);
    close(fd);
    shm_unlink(name);
}

/* ---- unlinked and made again ---- */

/* A process that unlinks the name and makes it again until told to stop; then there is one with
 * the text `the last`. */
static pid_t replacer(const char *name, int *stop)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(ends[1]);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        for (bool last = false; !last;) {
            last = read(ends[0], &byte, 1) == 0;
            shm_unlink(name);
            int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
            if (fd < 0 || ftruncate(fd, 4096) != 0)
                _exit(1);
            const char *text = last ? "the last" : "replaced";
            if (pwrite(fd, text, 8, 0) != 8)
                _exit(1);
            close(fd);
        }
        _exit(0);
    }
    close(ends[0]);
    *stop = ends[1];
    return pid;
}

TEST(replaced_over_and_over)
{
    const char *name = e2e_name("replaced");
    int stop = -1, status = -1;
    support_make(name, "the first", 9, 4096);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "the first", 0);
    pid_t pid = replacer(name, &stop);
    e2e_wait_text(t, "replaced by a new segment", 0);
    for (int i = 0; i < 20; i++) {
        e2e_keys(t, "R");
        answers(t);
        if (i == 10) {
            e2e_keys(t, "s");
            e2e_wait_text(t, "LOCATOR", 0);
            e2e_keys(t, "q");
        }
    }
    close(stop);
    waitpid(pid, &status, 0);
    ck_assert_int_eq(status, 0);
    e2e_wait_text(t, "replaced by a new segment", 0);
    e2e_keys(t, "R");
    e2e_wait_text(t, "the last", 0);
    e2e_wait_no_text(t, "replaced by", 0);
    support_quit(t);
    shm_unlink(name);
}

TEST(commands_on_a_name_that_comes_and_goes)
{
    const char *name = e2e_name("replaced");
    int stop = -1, status = -1;
    support_make(name, "the first", 9, 4096);
    pid_t pid = replacer(name, &stop);
    for (int i = 0; i < 20; i++) {
        const char *const argvs[][8] = {{e2e_shmlens, "peek", name, "--as", "utf8"},
                                        {e2e_shmlens, "info", name},
                                        {e2e_shmlens, "ls"},
                                        {e2e_shmlens, "poke", name, "100", "7", "--as=u8"}};
        struct e2e_result r = e2e_command(&(struct e2e_command){.argv = argvs[i % 4]});
        ck_assert_msg(r.status == 0 || r.status == 2, "%s: %d %s", argvs[i % 4][1], r.status,
                      r.err);
        e2e_result_free(&r);
    }
    close(stop);
    waitpid(pid, &status, 0);
    ck_assert_int_eq(status, 0);
    shm_unlink(name);
}

/* ---- resized without end ---- */

/* The screen's text, rows joined. */
static char *picture(struct e2e *t)
{
    size_t used = 0, cap = (size_t)e2e_rows(t) * E2E_ROW_MAX + 1;
    char *all = calloc(1, cap);
    for (int row = 0; row < e2e_rows(t); row++)
        used += (size_t)snprintf(all + used, cap - used, "%s\n", e2e_row(t, row));
    return all;
}

/* Sizes from 1x1 to 300x100, without order. */
static void storm(struct e2e *t, int times)
{
    uint32_t random = 4711;
    for (int i = 0; i < times; i++) {
        random = random * 1664525U + 1013904223U;
        int rows = 1 + (int)(random >> 8) % 100, cols = 1 + (int)(random >> 16) % 300;
        e2e_resize(t, i == 0 ? 1 : i == 1 ? 100 : rows, i == 0 ? 1 : i == 1 ? 300 : cols);
        e2e_keys(t, i % 5 == 0 ? "G" : i % 5 == 1 ? "g\r" : "j");
        e2e_pump(t, i % 3 * 5);
    }
}

static bool redrawn_equal(struct e2e *t, void *ctx)
{
    (void)ctx;
    e2e_settle(t, 100, 1000);
    char *before = picture(t);
    e2e_keys(t, "<C-l>");
    e2e_settle(t, 100, 1000);
    char *after = picture(t);
    bool equal = strcmp(before, after) == 0;
    free(before);
    free(after);
    return equal;
}

TEST(resized_while_everything_changes)
{
    const char *name = e2e_name("storm");
    struct e2e_peer *hammer = e2e_peer("hammer", name, "65536");
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    storm(t, 150);
    ck_assert(e2e_running(t));
    e2e_resize(t, 30, 100);
    e2e_wait_row(t, -1, "Help", 0);
    ck_assert_int_eq(e2e_peer_end(hammer), 0);
    e2e_wait_text(t, "unlinked", 0);
    support_check_screen(t, "after the storm");
    e2e_keys(t, "g\rt"); /* without the inspector, which says how long ago a change was */
    e2e_wait_no_text(t, "changed", 0);
    /* what was drawn bit by bit is what is drawn anew; the rate may change in between */
    e2e_wait(t, redrawn_equal, NULL, "drawn anew it looks the same", 0);
    support_quit(t);
}

TEST_LOOP(resized_in_every_screen, 6)
{
    static const char *const screens[] = {"s", "?", "@", "M", "/", "o"};
    const char *name = e2e_name("storm");
    support_make(name, "resize", 6, SIZE);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, screens[_i]);
    storm(t, 40);
    ck_assert(e2e_running(t));
    e2e_resize(t, 24, 80);
    e2e_settle(t, 60, 500);
    e2e_keys(t, "<Esc>");
    e2e_settle(t, 60, 500);
    support_check_screen(t, screens[_i]);
    e2e_end(t);
    shm_unlink(name);
}

SUITE(test_e2e_stress, .timeout = 180,
      TESTS(shrinking_while_it_is_worked_with, shrinking_under_every_command,
            a_poke_that_comes_late_makes_nothing_grow, replaced_over_and_over,
            commands_on_a_name_that_comes_and_goes, resized_while_everything_changes,
            resized_in_every_screen));
