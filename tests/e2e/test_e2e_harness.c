/* The harness itself, against a peer whose behaviour is known. */
#include "harness.h"
#include "support/suite.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *screen_peer(void)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/peer_screen_peer", e2e_peers);
    return path;
}

static struct e2e *start(int rows, int cols)
{
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(screen_peer()), .rows = rows, .cols = cols});
    e2e_wait_text(t, "end", 0);
    return t;
}

TEST(screen_is_read)
{
    struct e2e *t = start(10, 40);
    int row, col;
    bool visible;
    ck_assert_str_eq(e2e_row(t, 0), "size 10x40");
    ck_assert_str_eq(e2e_row(t, -8), "blue \xe6\x97\xa5 end");
    ck_assert(e2e_cell(t, 0, 0).bold);
    ck_assert(!e2e_cell(t, 0, 0).fg.standard);
    ck_assert(e2e_cell(t, 0, 12).bg.standard);
    ck_assert(!e2e_cell(t, 2, 0).bg.standard);
    ck_assert_int_eq(e2e_cell(t, 2, 5).width, 2);
    ck_assert_str_eq(e2e_cell(t, 2, 6).text, "");
    ck_assert(e2e_find(t, "end", &row, &col));
    ck_assert_int_eq(row, 2);
    ck_assert_int_eq(col, 8);
    e2e_cursor(t, &row, &col, &visible);
    ck_assert(!visible);
    ck_assert(e2e_mouse_on(t));
    ck_assert(e2e_sent(t, "\033[?1049h", 8));
    ck_assert(!e2e_sent(t, "\033[?1049l", 8));
    e2e_end(t);
}

TEST(size_changes)
{
    struct e2e *t = start(10, 40);
    e2e_resize(t, 30, 100);
    e2e_wait_row(t, 0, "size 30x100", 0);
    ck_assert_int_eq(e2e_rows(t), 30);
    e2e_end(t);
}

static const struct {
    const char *keys, *shown;
} keys[] = {
    {"a", "keys 61"},
    {"<lt>", "keys 3c"},
    {"<C-x>", "keys 18"},
    {"<Enter>", "keys 0d"},
    {"<Esc>", "keys 1b"},
    {"<Up>", "keys 1b 5b 41"},
    {"<F5>", "keys 1b 5b 31 35 7e"},
    {"<S-Left>", "keys 1b 5b 31 3b 32 44"},
    {"<M-a>", "keys 1b 61"},
    {"<Space>", "keys 20"},
    {"<BS>", "keys 7f"},
};

TEST_LOOP(keys_arrive, SUITE_ROWS(keys))
{
    struct e2e *t = start(10, 40);
    e2e_keys(t, keys[_i].keys);
    e2e_wait_row(t, 1, keys[_i].shown, 0);
    e2e_end(t);
}

TEST(mouse_arrives)
{
    struct e2e *t = start(10, 60);
    e2e_click(t, E2E_LEFT, 4, 2);
    e2e_wait_row(t, 1, "keys 1b 5b 3c 30 3b 33 3b 35", 0); /* ESC [ < 0 ; 3 ; 5 */
    e2e_end(t);
}

TEST(end_is_seen)
{
    struct e2e *t = start(10, 40);
    ck_assert(e2e_running(t));
    e2e_keys(t, "q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_ptr_null(e2e_not_restored(t));
    e2e_end(t);
}

TEST(end_by_signal_is_seen)
{
    struct e2e *t = start(10, 40);
    e2e_signal(t, SIGKILL);
    ck_assert_int_eq(e2e_exit(t, 0), -SIGKILL);
    ck_assert_ptr_nonnull(e2e_not_restored(t));
    e2e_end(t);
}

TEST(a_mess_is_seen)
{
    struct e2e *t = start(10, 40);
    e2e_keys(t, "x");
    ck_assert_int_eq(e2e_exit(t, 0), 3);
    ck_assert_ptr_nonnull(e2e_not_restored(t));
    e2e_end(t);
}

TEST(sigterm_arrives)
{
    struct e2e *t = start(10, 40);
    e2e_signal(t, SIGTERM);
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_ptr_null(e2e_not_restored(t));
    e2e_end(t);
}

static bool never(struct e2e *t, void *ctx)
{
    (void)t;
    (void)ctx;
    return false;
}

TEST(waiting_ends)
{
    struct e2e *t = start(10, 40);
    ck_assert(!e2e_until(t, never, NULL, 20));
    e2e_end(t);
}

TEST(commands_run)
{
    struct e2e_result r = e2e_command(&(struct e2e_command){
        .argv = E2E_ARGV("/bin/sh", "-c", "cat; echo $ADD >&2; exit 3"),
        .input = "in\n",
        .env = E2E_ARGV("ADD=added"),
    });
    ck_assert_str_eq(r.out, "in\n");
    ck_assert_str_eq(r.err, "added\n");
    ck_assert_int_eq(r.status, 3);
    e2e_result_free(&r);
}

TEST(peers_run)
{
    const char *name = e2e_name("harness");
    struct e2e_peer *counter = e2e_peer("counter", name, "4096", "8", "100", "3");
    const char *line = e2e_peer_line(counter, 0);
    ck_assert_int_eq(strncmp(line, "1 ", 2), 0);
    struct e2e_peer *holder = e2e_peer("holder", "rw", name);
    e2e_peer_send(holder, "store 100 0x41");
    ck_assert_str_eq(e2e_peer_line(holder, 0), "stored");
    struct e2e_result r = e2e_command(&(struct e2e_command){
        .argv = E2E_ARGV("/bin/sh", "-c", "tail -c +101 \"/dev/shm$0\" | head -c 1", name)});
    ck_assert_str_eq(r.out, "A");
    e2e_result_free(&r);
    ck_assert_int_eq(e2e_peer_end(holder), 0);
    ck_assert_int_eq(e2e_peer_end(counter), 0);
    ck_assert_int_ne(shm_unlink(name), 0);
}

/* A process that is killed clears up nothing itself. */
TEST(names_of_the_dead_are_removed)
{
    char name[NAME_MAX + 1];
    int ends[2], fd = -1;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        const char *made = e2e_name("dead");
        fd = shm_open(made, O_CREAT | O_EXCL | O_RDWR, 0600);
        if (fd >= 0 && write(ends[1], made, sizeof name) == (ssize_t)sizeof name)
            pause();
        _exit(1);
    }
    ck_assert_int_eq(read(ends[0], name, sizeof name), sizeof name);
    fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    close(fd);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (int64_t end = e2e_now() + 10000000000; fd >= 0 && e2e_now() < end;) {
        fd = shm_open(name, O_RDONLY, 0);
        if (fd >= 0)
            close(fd);
    }
    ck_assert_int_lt(fd, 0);
}

SUITE(test_e2e_harness, TESTS(screen_is_read, size_changes, keys_arrive, mouse_arrives, end_is_seen,
                              end_by_signal_is_seen, a_mess_is_seen, sigterm_arrives, waiting_ends,
                              commands_run, peers_run, names_of_the_dead_are_removed));
