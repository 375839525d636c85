/* What is wrong around the program: sizes that nobody expects, a process that blocks whoever asks
 * about it, files of its own that are rubbish, many users of one segment. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"
#include "support/remover.h"
#include "support/suite.h"

/* ---- sizes ---- */

static const uint64_t sizes[] = {0, 1, 7, 4097, 64ULL << 30};

enum { SIZES = sizeof sizes / sizeof *sizes };

/* A segment in which nothing was ever written. */
static const char *empty_segment(uint64_t size)
{
    const char *name = e2e_name("size");
    support_make(name, "", 0, size);
    return name;
}

static void nothing_resident(const char *name, const char *after)
{
    uint64_t blocks = support_blocks(name);
    ck_assert_msg(blocks == 0, "%s made %llu blocks resident", after, (unsigned long long)blocks);
}

TEST_LOOP(sizes_in_the_ui, SIZES)
{
    static const char *const keys[] = {"G",
                                       "k",
                                       "<PgUp>",
                                       "<C-Home>",
                                       "$",
                                       "l",
                                       "<PgDn>",
                                       "v",
                                       "v",
                                       "E",
                                       "g%50\r",
                                       "gend\r",
                                       "gend-1\r",
                                       ")",
                                       "(",
                                       "c",
                                       "C",
                                       "b",
                                       "b",
                                       "o",
                                       "o",
                                       "/abc\r",
                                       "n",
                                       "N",
                                       "/x:00 01\r",
                                       "/r:a+\r",
                                       ":peek 0 64\r",
                                       "<Esc>",
                                       ":peek 0 64 --as utf8\r",
                                       "<Esc>",
                                       ":info\r",
                                       "<Esc>",
                                       ":find zzz\r",
                                       "<Esc>",
                                       "i",
                                       "pu8 1",
                                       "<Esc>",
                                       "i",
                                       NULL};
    const char *name = empty_segment(sizes[_i]);
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .rows = 30, .cols = 100});
    e2e_wait_text(t, "LIVE", 0);
    support_press_all(t, keys);
    nothing_resident(name, "the UI");
    e2e_settle(t, 60, 200);
    support_quit(t);
    ck_assert_uint_eq(support_size(name), sizes[_i]);
    shm_unlink(name);
}

/* Runs a command on the segment; any answer will do, quickly, and nothing became resident. */
static void ask(const char *name, const char *const *words)
{
    const char *argv[E2E_ARGS_MAX] = {e2e_shmlens, words[0]};
    int n = 2;
    for (int i = 1; words[i] != NULL; i++)
        argv[n++] = strcmp(words[i], "NAME") == 0 ? name : words[i];
    struct e2e_result r = support_run(argv);
    ck_assert_msg(r.status >= 0 && r.status <= 2, "%s: %d: %s", words[0], r.status, r.err);
    ck_assert_msg(r.status != 2 || r.err_size > 0, "%s fails without a word", words[0]);
    e2e_result_free(&r);
    nothing_resident(name, words[0]);
    ck_assert(support_size(name) != 12345);
}

TEST_LOOP(sizes_in_commands, SIZES)
{
    static const char *const lines[][10] = {
        {"peek", "NAME"},
        {"peek", "NAME", "--as", "utf8"},
        {"peek", "NAME", "end-1"},
        {"peek", "NAME", "0", "8", "--as", "u64"},
        {"peek", "NAME", "0", "8", "--json"},
        {"info", "NAME"},
        {"info", "NAME", "--json"},
        {"ls"},
        {"find", "NAME", "abc"},
        {"find", "NAME", "abc", "--as", "utf16le"},
        {"find", "NAME", "r:ab+c"},
        {"diff", "NAME", "NAME"},
        {"watch", "NAME", "--for", "100ms", "--count", "1"},
        {"watch", "NAME", "0", "4096", "--as=u32", "--for=100ms"},
        {"wait", "NAME", "0", "--as=u8", "--equals=1", "--timeout=50ms"},
        {"poke", "NAME", "end", "1", "--as", "u8"},
        {"poke", "NAME", "0x1000000001", "1", "--as", "u64"},
        {"fill", "NAME", "end", "1", "0xff"},
        {"fill", "NAME", "0", "0", "0xff"},
        {"load", "NAME", "/dev/null"},
        {"rm", "NAME", "--dry-run"},
    };
    const char *name = empty_segment(sizes[_i]);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ask(name, lines[i]);
    shm_unlink(name);
}

TEST_LOOP(saved_as_large_and_as_empty, SIZES)
{
    const char *name = empty_segment(sizes[_i]);
    char path[] = "/tmp/shmlens-e2e-save-XXXXXX";
    int fd = mkstemp(path);
    struct stat st;
    ck_assert_int_ge(fd, 0);
    remover_path(path);
    close(fd);
    struct e2e_result r = e2e_run("save", name, path);
    ck_assert_msg(r.status == 0, "%s", r.err);
    e2e_result_free(&r);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq((uint64_t)st.st_size, sizes[_i]);
    ck_assert_int_eq(st.st_blocks, 0);
    nothing_resident(name, "save");
    unlink(path);
    shm_unlink(name);
}

/* ---- a process whose /proc entries block ---- */

TEST(a_stuck_process_stops_nothing)
{
    char peer[1024];
    snprintf(peer, sizeof peer, "%s/peer_stuck", e2e_peers);
    struct e2e_peer *stuck = e2e_background(E2E_ARGV(peer));
    const char *line = e2e_peer_line(stuck, 0);
    if (line == NULL || strcmp(line, "ready") != 0) {
        printf("%s\n", line != NULL ? line : "skip: the peer that blocks ended");
        e2e_peer_end(stuck);
        return;
    }
    const char *name = e2e_name("stuck");
    struct e2e_peer *counter = e2e_peer("counter", name, "4096", "0", "50");
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "LIVE 2", 0); /* sampling at its rate */
    e2e_keys(t, "s");
    e2e_wait_text(t, name, 0);
    e2e_keys(t, "q");
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, "o");
    e2e_settle(t, 60, 300);
    e2e_keys(t, "o:poke 100 7 --as u8\r");
    e2e_wait_text(t, "turn editing on", 0);
    e2e_keys(t, "y");
    uint8_t byte = 0;
    for (int64_t end = e2e_now() + 10000000000; byte != 7 && e2e_now() < end; e2e_pump(t, 10))
        support_bytes(name, 100, &byte, 1);
    ck_assert_int_eq(byte, 7);
    int64_t before = e2e_now();
    support_quit(t);
    ck_assert_int_lt(e2e_now() - before, 5000000000);
    e2e_peer_end(counter);
    e2e_peer_end(stuck);
}

/* ---- files of its own ---- */

enum rubbish { TEXT, ZEROS, RANDOM, HUGE_FILE, FOLDER, PIPE, LONG_LINE, RUBBISH };

static void make_rubbish(const char *path, enum rubbish what)
{
    static char block[1 << 16];
    if (what == FOLDER) {
        ck_assert_int_eq(mkdir(path, 0700), 0);
        return;
    }
    if (what == PIPE) {
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        return;
    }
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    memset(block, what == LONG_LINE ? 'x' : 0, sizeof block);
    uint32_t random = 99;
    for (size_t i = 0; what == RANDOM && i < sizeof block; i++)
        block[i] = (char)((random = random * 1664525U + 1013904223U) >> 24);
    if (what == TEXT)
        fputs("set\nbind\nset hz\nset hz nan\nset hz -1\nset theme \033[31m\nbind inspect\n"
              "bind inspect F99 quit\nbind x y z\nset width 99999999999999999999\n= 5\n\xff\xfe\n"
              "set theme light\n",
              f);
    else
        for (int i = 0; i < (what == HUGE_FILE ? 512 : 1); i++)
            fwrite(block, 1, sizeof block, f);
    ck_assert_int_eq(fclose(f), 0);
}

static const char *const files[] = {"config/shmlens/config", "state/shmlens/options",
                                    "state/shmlens/marks"};

TEST_LOOP(files_of_rubbish, 3 * RUBBISH)
{
    char home[] = "/tmp/shmlens-e2e-XXXXXX", path[256];
    const char *const folders[] = {"config", "config/shmlens", "state", "state/shmlens"};
    ck_assert_ptr_nonnull(mkdtemp(home));
    remover_path(home);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", home, folders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    snprintf(path, sizeof path, "%s/%s", home, files[_i % 3]);
    make_rubbish(path, (enum rubbish)(_i / 3));
    const char *name = empty_segment(4096);
    struct e2e *t =
        e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .home = home});
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, ":set hz 100\r"); /* which is kept, or it says why not */
    bool kept = _i % 3 != 1 || _i / 3 != FOLDER;
    e2e_wait_text(t, kept ? "hz is 100" : "Is a directory (rename)", 0);
    e2e_wait_text(t, "LIVE 100 Hz", 0);
    e2e_keys(t, "ma");
    e2e_settle(t, 50, 300);
    support_check_screen(t, files[_i % 3]);
    support_quit(t);
    shm_unlink(name);
}

/* ---- many users ---- */

enum { USERS = 40 };

/* How often the text holds the word. */
static int count_of(const char *text, const char *word)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

TEST(many_users)
{
    const char *name = empty_segment(4096);
    struct e2e_peer *users[USERS];
    for (int i = 0; i < USERS; i++)
        users[i] = e2e_peer("holder", i % 4 == 0 ? "r" : i % 4 == 1 ? "fd" : "rw", name);
    struct e2e_result r = e2e_run("info", name, "--json");
    ck_assert_int_eq(count_of(r.out, "\"access\""), USERS / 4 * 3);
    ck_assert_int_eq(count_of(r.out, "\"fd\""), USERS / 4);
    e2e_result_free(&r);
    r = support_run(E2E_ARGV(e2e_shmlens, "rm", name));
    ck_assert_int_eq(r.status, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "still mapped by"));
    ck_assert_int_ge(count_of(r.err, "peer_holder"), 10);
    ck_assert_uint_eq(support_size(name), 4096);
    e2e_result_free(&r);
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .rows = 30, .cols = 110});
    e2e_wait_text(t, "20 rw 10 r 10 fd", 0);
    e2e_keys(t, "o");
    e2e_wait_text(t, "holder", 0);
    for (int i = 0; i < USERS; i++)
        e2e_peer_end(users[i]);
    e2e_wait_no_text(t, "20 rw", 0); /* it is seen that they left */
    support_quit(t);
    shm_unlink(name);
}

/* A fifo would block whoever opens it, or end a writer that waits there. */
TEST(fifos_are_not_opened_from_the_screen)
{
    const char *name = e2e_name("fifo");
    char path[128], line[160];
    uint8_t *p = scene_segment(name, 4096);
    (void)snprintf(path, sizeof path, "/tmp%s", name);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct e2e *t = scene_open(name);
    (void)snprintf(line, sizeof line, ":save %s<Enter>", path);
    scene_press(t, line, "not a regular file");
    (void)snprintf(line, sizeof line, ":load %s<Enter>", path);
    scene_press(t, line, "turn editing on?");
    scene_press(t, "y", "not a regular file");
    p[0] = 0x5e; /* it still looks */
    e2e_wait_text(t, "00000000  5e", 0);
    scene_quit(t);
    ck_assert_int_eq(unlink(path), 0);
}

SUITE(test_e2e_faults, .timeout = 120,
      TESTS(sizes_in_the_ui, sizes_in_commands, saved_as_large_and_as_empty,
            a_stuck_process_stops_nothing, files_of_rubbish, many_users,
            fifos_are_not_opened_from_the_screen));
