/* The program's threads at work together: a job that goes on, samples that come, lists that are
 * read, all at once; and the end in the middle of it. What this finds it finds best under
 * ThreadSanitizer. */
#include "scene.h"
#include "support.h"
#include "support/remover.h"
#include "support/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };

/* A segment of which the first 8 bytes count, 200 times a second. */
static struct e2e_peer *counter;
static const char *name;

static void set_up(void)
{
    name = e2e_name("threads");
    counter = e2e_peer("counter", name, "1048576", "0", "200");
}

static void tear_down(void)
{
    e2e_peer_end(counter);
}

static struct e2e *attach(void)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--view", "u64", name), .rows = 30, .cols = 100});
    e2e_wait_text(t, "LIVE", 0);
    return t;
}

static bool another_row(struct e2e *t, void *ctx)
{
    return strcmp(e2e_row(t, SCENE_TOP), ctx) != 0;
}

/* The picture goes on: the first row changes, several times. */
static void moves(struct e2e *t)
{
    char row[E2E_ROW_MAX];
    for (int i = 0; i < 5; i++) {
        snprintf(row, sizeof row, "%s", e2e_row(t, SCENE_TOP));
        e2e_wait(t, another_row, row, "the counter moves on", 0);
    }
}

/* The endless job. */
static void start_job(struct e2e *t)
{
    e2e_keys(t, ":wait 100 --as u8 --equals 77\r");
    e2e_settle(t, 20, 100);
    moves(t);
}

static void store(uint8_t byte)
{
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_eq(pwrite(fd, &byte, 1, 100), 1);
    close(fd);
}

TEST(a_job_stops_no_sample)
{
    struct e2e *t = attach();
    start_job(t);
    store(77);
    e2e_wait_text(t, "done: wait", 0);
    moves(t);
    support_quit(t);
}

TEST(esc_ends_a_job)
{
    struct e2e *t = attach();
    start_job(t);
    e2e_settle(t, 300, 400); /* until it says that it runs */
    e2e_keys(t, "<Esc>");
    e2e_wait_text(t, "cancelled: wait", 0);
    e2e_keys(t, ":peek 100 1 --as u8\r"); /* the next one runs */
    e2e_wait_text(t, "0x64 0", 0);
    support_quit(t);
}

static const char *const ends[] = {"Q", "q", "R", "s", "Q"};

TEST_LOOP(ends_in_the_middle_of_a_job, SUITE_ROWS(ends))
{
    struct e2e *t = attach();
    start_job(t);
    int64_t before = e2e_now();
    e2e_keys(t, ends[_i]);
    if (ends[_i][0] == 'R')
        moves(t); /* attached anew, and the job went with the old one */
    if (ends[_i][0] == 's')
        e2e_wait_text(t, name, 0);
    if (ends[_i][0] != 'q' && ends[_i][0] != 'Q')
        e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_int_lt(e2e_now() - before, 8000000000);
    const char *what = support_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}

/* A key that comes while a question is open answers it, and then a `q` may find the first screen:
 * leaving is fine, dying is not. */
static struct e2e *still_there(struct e2e *t)
{
    if (e2e_running(t))
        return t;
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    e2e_end(t);
    return attach();
}

/* The prompt shows what was typed, or the screen was left: then the terminal itself echoes it,
 * while the program frees what it has. */
static bool has_answered(struct e2e *t, void *ctx)
{
    return e2e_find(t, ctx, NULL, NULL) || support_not_restored(t) == NULL;
}

/* Until all keys before have been handled: a prompt shows what was typed last. */
static struct e2e *caught_up(struct e2e *t)
{
    char typed[16];
    for (int i = 0; i < 5; i++) {
        (void)snprintf(typed, sizeof typed, ":zz%d", i);
        e2e_keys(t, "<Esc>");
        e2e_settle(t, 50, 500);
        e2e_keys(t, typed);
        bool answered = e2e_until(t, has_answered, typed, 0);
        if (answered && support_not_restored(t) != NULL)
            return t;
        if (answered) {
            ck_assert_int_eq(e2e_exit(t, 0), 0);
            e2e_end(t);
            t = attach();
        } else {
            t = still_there(t);
        }
    }
    e2e_fail("no key is answered");
}

TEST(everything_at_once)
{
    static const char *const keys[] = {"/x:01 02 03\r",
                                       "s",
                                       "q",
                                       "@",
                                       "q",
                                       "o",
                                       "b",
                                       ":find zzz\r",
                                       "+",
                                       "+",
                                       "-",
                                       "c",
                                       "v",
                                       "G",
                                       "g\r",
                                       "o",
                                       "s",
                                       "q",
                                       "b",
                                       "/r:nothing\r",
                                       "n",
                                       "<Space>",
                                       "R",
                                       "<Space>",
                                       "ma",
                                       "'a",
                                       ":set hz 1000\r",
                                       "E",
                                       "e",
                                       "i",
                                       "pu64 9\r",
                                       "u",
                                       "i"};
    struct e2e *t = attach();
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            e2e_keys(t, keys[i]);
            e2e_pump(t, (int)(i + round) % 4 * 5);
            t = still_there(t);
        }
    t = caught_up(t);
    e2e_signal(t, SIGTERM);
    ck_assert_int_eq(e2e_exit(t, 0), -SIGTERM);
    const char *what = support_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}

TEST(attached_again_and_again)
{
    struct e2e *t = attach();
    for (int i = 0; i < 30; i++) {
        e2e_keys(t, i % 3 == 0 ? "R" : i % 3 == 1 ? "sq" : ":set hz 500\r");
        e2e_pump(t, i % 4 * 5);
    }
    e2e_settle(t, 50, 300);
    moves(t);
    support_quit(t);
}

static const char *prefix; /* of the names that come and go */

static const char *churn(unsigned i)
{
    static char text[64];
    snprintf(text, sizeof text, "%s-%u", prefix, i % 20);
    return text;
}

/* Names come and go while the list is read and drawn. */
static pid_t churner(void)
{
    for (unsigned i = 0; i < 20; i++)
        remover_segment(churn(i));
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    for (unsigned i = 0; getppid() != 1; i++) {
        if (shm_unlink(churn(i)) == 0)
            continue;
        int fd = shm_open(churn(i), O_CREAT | O_EXCL | O_RDWR, 0600);
        if (fd < 0 || ftruncate(fd, i) != 0)
            _exit(1);
        close(fd);
    }
    _exit(0);
}

static void stop_churner(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (unsigned i = 0; i < 20; i++)
        shm_unlink(churn(i));
}

TEST(a_list_that_changes_under_us)
{
    char shown[64], filter[64];
    prefix = e2e_name("churn");
    snprintf(shown, sizeof shown, "posix:%s-", prefix);
    snprintf(filter, sizeof filter, "%s-\r", prefix); /* its slash is the key */
    pid_t pid = churner();
    struct e2e *t = attach();
    e2e_keys(t, "s");
    e2e_wait_text(t, "LOCATOR", 0);
    e2e_keys(t, filter); /* others may have more segments than a screen holds */
    e2e_wait_text(t, shown, 0);
    for (int i = 0; i < 40; i++) {
        e2e_keys(t, &"s\0G\0g\0I\0S\0j\0 \0k"[i % 8 * 2]);
        e2e_pump(t, 20);
    }
    ck_assert(e2e_running(t));
    for (int i = 0; i < 6; i++) {
        struct e2e_result r = support_run(i % 2 == 0 ? E2E_ARGV(e2e_shmlens, "ls")
                                                     : E2E_ARGV(e2e_shmlens, "ls", "--json"));
        ck_assert_msg(r.status == 0, "%s", r.err);
        e2e_result_free(&r);
    }
    stop_churner(pid);
    e2e_wait_no_text(t, shown, 0);
    support_quit(t);
}

SUITE(test_e2e_threads, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(a_job_stops_no_sample, esc_ends_a_job, ends_in_the_middle_of_a_job, everything_at_once,
            attached_again_and_again, a_list_that_changes_under_us));
