/* Signals while the UI is up: it dies of them as any program does, and the terminal is as it was;
 * being stopped and going on; a terminal that hangs up or stops reading. */
#include "support.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness_private.h"
#include "support/suite.h"

static const char *name; /* of the segment of one test */

static void set_up(void)
{
    name = e2e_name("signals");
    support_make(name, "signal test", 11, 4096);
}

static void tear_down(void)
{
    shm_unlink(name);
}

static struct e2e *attach(void)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name)});
    e2e_wait_text(t, "signal test", 0);
    e2e_wait_text(t, "LIVE", 0);
    return t;
}

static void check_restored(struct e2e *t)
{
    const char *what = support_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}

/* All whose default is to kill but two: SIGKILL, and SIGXFSZ, which is an error of the write that
 * went too far. Then those of real time. */
static const int signals[] = {SIGTERM, SIGHUP,  SIGINT,  SIGSEGV, SIGABRT, SIGBUS,    SIGFPE,
                              SIGILL,  SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGSYS,    SIGXCPU,
                              SIGPIPE, SIGIO,   SIGPWR,  SIGPROF, SIGTRAP, SIGSTKFLT, SIGVTALRM};

enum {
    STANDARD = sizeof signals / sizeof *signals,
    REAL_TIME = 34, /* the first that is not the C library's */
    SIGNALS = STANDARD + 64 - REAL_TIME + 1,
};

static int number_of(int i)
{
    return i < STANDARD ? signals[i] : REAL_TIME + i - STANDARD;
}

static void die_of_it(struct e2e *t, int number)
{
    ck_assert(support_mode(t, "2004"));
    ck_assert(support_mode(t, "1049"));
    e2e_signal(t, number);
    ck_assert_int_eq(e2e_exit(t, 0), -number);
    check_restored(t);
}

TEST_LOOP(inspecting, SIGNALS)
{
    die_of_it(attach(), number_of(_i));
}

TEST_LOOP(in_the_list, SIGNALS)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens)});
    e2e_wait_text(t, "LOCATOR", 0);
    die_of_it(t, number_of(_i));
}

/* Prompts, menus and jobs are modes of the one loop. */
static const char *const busy[] = {":poke 0", "M", "/abc", "d", ":wait 0 --as u8 --equals 77\r"};

TEST_LOOP(in_the_middle_of_something, SUITE_ROWS(busy))
{
    struct e2e *t = attach();
    e2e_keys(t, busy[_i]);
    e2e_settle(t, 30, 500);
    die_of_it(t, SIGTERM);
}

/* Two at once: whichever comes first, it ends and restores. */
TEST(one_after_the_other)
{
    struct e2e *t = attach();
    e2e_signal(t, SIGTERM);
    e2e_signal(t, SIGINT);
    int status = e2e_exit(t, 0);
    ck_assert_msg(status == -SIGTERM || status == -SIGINT, "%d", status);
    check_restored(t);
}

TEST(ignored_ones_stay_ignored)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV("/bin/sh", "-c", "trap '' HUP; exec \"$0\" \"$1\"", e2e_shmlens, name)});
    e2e_wait_text(t, "signal test", 0);
    e2e_signal(t, SIGHUP);
    e2e_keys(t, "?");
    e2e_wait_text(t, "finds in the help", 0);
    support_quit(t);
}

/* ---- stopped ---- */

static bool is_stopped(struct e2e *t, void *ctx)
{
    siginfo_t info = {0};
    (void)ctx;
    return waitid(P_PID, (id_t)e2e_pid(t), &info, WSTOPPED | WNOWAIT | WNOHANG) == 0 &&
           info.si_pid == e2e_pid(t);
}

static void store(uint8_t byte)
{
    char value[8];
    snprintf(value, sizeof value, "%u", (unsigned)byte);
    struct e2e_result r = e2e_run("poke", name, "0", value, "--as", "u8");
    ck_assert_msg(r.status == 0, "%s", r.err);
    e2e_result_free(&r);
}

TEST(stopped_and_continued)
{
    struct e2e *t = attach();
    e2e_signal(t, SIGSTOP);
    e2e_wait(t, is_stopped, NULL, "it stops", 0);
    store('S');
    e2e_signal(t, SIGCONT);
    e2e_wait_text(t, "Signal test", 0);
    e2e_keys(t, "?");
    e2e_wait_text(t, "finds in the help", 0);
    ck_assert_ptr_null(support_unclean_screen(t));
    support_quit(t);
}

/* A shell with job control is the parent; what it prints is on the main screen. */
static struct e2e *under_a_shell(const char *meanwhile)
{
    static char script[256];
    snprintf(script, sizeof script,
             "set -m; \"$0\" \"$1\"; %s echo STOPPED $?; read line; echo GOT $line; "
             "fg >/dev/null; echo ENDED $?",
             meanwhile);
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV("/bin/sh", "-c", script, e2e_shmlens, name)});
    e2e_wait_text(t, "signal test", 0);
    e2e_wait_text(t, "LIVE", 0);
    return t;
}

/* In the background it stops at once again: it may not touch the terminal. */
static const struct {
    const char *keys; /* NULL: SIGTSTP to the process */
    const char *meanwhile;
} stops[] = {{"<C-z>", ""}, {NULL, ""}, {"<C-z>", "bg >/dev/null;"}};

/* The program runs in a process group of its own: the terminal's foreground one. */
static void stop_it(struct e2e *t, const char *keys)
{
    if (keys != NULL)
        e2e_keys(t, keys);
    else
        ck_assert_int_eq(kill(-tcgetpgrp(t->master), SIGTSTP), 0);
}

TEST_LOOP(job_control, 3)
{
    struct e2e *t = under_a_shell(stops[_i].meanwhile);
    stop_it(t, stops[_i].keys);
    e2e_wait_text(t, "STOPPED", 0);
    const char *what = support_not_restored(t);
    ck_assert_msg(what == NULL, "while stopped: %s", what);
    store('S');
    e2e_keys(t, "hello\r"); /* echoed and read as by any program: the modes are the shell's */
    e2e_wait_text(t, "Signal test", 0);
    ck_assert(support_mode(t, "2004"));
    ck_assert(e2e_mouse_on(t));
    e2e_keys(t, "?");
    e2e_wait_text(t, "finds in the help", 0);
    e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert(e2e_find(t, "GOT hello", NULL, NULL));
    ck_assert(e2e_find(t, "ENDED 0", NULL, NULL));
    check_restored(t);
}

/* ---- a terminal that does not read, or is gone ---- */

TEST(hangup_ends_it)
{
    struct e2e *t = attach();
    close(t->master);
    t->master = -1;
    t->hangup = true;
    int status = e2e_exit(t, 0);
    ck_assert_msg(status == -SIGHUP || status == 0, "%d", status);
    e2e_end(t);
}

/* Nobody reads what the program draws; it has been blocked in a write for a while when this
 * returns: nothing more comes into a full pty. */
static void stall(struct e2e *t)
{
    struct pollfd p = {.fd = t->master, .events = POLLIN};
    poll(&p, 1, 1000);
    poll(NULL, 0, 1500);
}

/* How many calls the program says that it made, looked up in its log. */
static unsigned long long calls_made(struct e2e *t)
{
    e2e_keys(t, "@");
    e2e_wait_row(t, 0, "OS calls", 0);
    unsigned long long n = strtoull(strstr(e2e_row(t, 0), "OS calls") + 8, NULL, 10);
    e2e_keys(t, "q");
    e2e_wait_text(t, "READ-ONLY", 0);
    return n;
}

/* The samples go on while nobody reads what is drawn, and then the newest is on the screen. */
TEST(stalled_goes_on_with_the_newest)
{
    const char *other = e2e_name("stalled");
    struct e2e_peer *hammer = e2e_peer("hammer", other, "4096");
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, other), .rows = 60, .cols = 200});
    e2e_wait_text(t, "LIVE", 0);
    unsigned long long before = calls_made(t);
    int64_t start = e2e_now();
    stall(t);
    int64_t stalled = e2e_now() - start; /* 250 looks a second, each at least a call */
    unsigned long long looks = (unsigned long long)stalled * 250 / 1000000000;
    ck_assert_uint_gt(calls_made(t) - before, looks / 2);
    ck_assert_int_eq(e2e_peer_end(hammer), 0); /* the segment is unlinked and holds still */
    e2e_wait_text(t, "unlinked", 0);
    support_quit(t);
}

static const int endings[] = {SIGTERM, SIGHUP, SIGINT};

TEST_LOOP(stalled_ends_when_told, 3)
{
    const char *other = e2e_name("stalled");
    struct e2e_peer *hammer = e2e_peer("hammer", other, "4096");
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, other), .rows = 60, .cols = 200});
    e2e_wait_text(t, "LIVE", 0);
    stall(t);
    e2e_signal(t, endings[_i]);
    int64_t deadline = e2e_deadline(0);
    while (e2e_running(t) && e2e_left_ms(deadline) > 0)
        poll(NULL, 0, 10); /* still nobody reads */
    ck_assert_msg(!e2e_running(t), "it goes on though it was told to end");
    ck_assert_int_eq(e2e_exit(t, 0), -endings[_i]);
    check_restored(t);
    ck_assert_int_eq(e2e_peer_end(hammer), 0);
}

SUITE(test_e2e_signals, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(inspecting, in_the_list, in_the_middle_of_something, one_after_the_other,
            ignored_ones_stay_ignored, stopped_and_continued, job_control, hangup_ends_it,
            stalled_goes_on_with_the_newest, stalled_ends_when_told));
