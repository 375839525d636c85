/* What the program says and removes where no lease can be had and only the processes can be read:
 * by whom a segment is used then, and what saves it. Runs alone: see test_backend_hidden.c. */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/loop.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"
#include "support/whole_proc.h"

enum { PAGE = 4096, NOBODY = 65534 };

static pid_t writer;

static void tear_down(void)
{
    if (writer > 0) {
        kill(writer, SIGKILL);
        (void)waitpid(writer, NULL, 0);
    }
    run_end();
}

/* Of another user: without the capability the program may not take a lease on it. */
static const char *foreign(const char *what)
{
    const char *n = run_name(what);
    run_make(n, "abc", 3, PAGE);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchown(fd, NOBODY, NOBODY), 0);
    (void)close(fd);
    return n;
}

/* The programs that are run from here on read every process, and get no lease. */
static bool only_processes_prove(void)
{
    return getuid() == 0 && proc_made_whole() && prctl(PR_CAPBSET_DROP, CAP_LEASE, 0, 0, 0) == 0;
}

#define NEEDS_IT()                                                \
    do {                                                          \
        if (!only_processes_prove())                              \
            SKIP("no mount namespace may be made and used here"); \
    } while (0)

static const struct ran *clean(const char *n)
{
    return RUN("clean", n, "--all-users", "--older-than", "0s", "--yes");
}

static bool exists(const char *n)
{
    int fd = shm_open(n, O_RDONLY, 0);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

TEST(clean_looks_twice)
{
    char line[700];
    NEEDS_IT();
    const char *n = foreign("twice");
    double before = seconds();
    const struct ran *r = clean(n);
    (void)snprintf(line, sizeof line, "posix:%s\n", n);
    ck_assert_str_eq(r->out, line);
    ck_assert_int_eq(r->status, 0);
    ck_assert(!exists(n));
    ck_assert(seconds() - before >= 1.0); /* with a lease it does not wait */
}

/* It maps the segment and writes it, and /proc does not show it. */
static void start_writer(const char *n)
{
    char pid[16];
    volatile unsigned *at = NULL;
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne((void *)(uintptr_t)at, MAP_FAILED);
    (void)close(fd);
    writer = fork();
    if (writer == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;; usleep(1000))
            ++at[10];
    }
    (void)munmap((void *)(uintptr_t)at, PAGE);
    (void)snprintf(pid, sizeof pid, "%d", (int)writer);
    ck_assert(proc_hide(pid));
}

TEST(a_writer_that_is_not_shown_saves_it)
{
    NEEDS_IT();
    const char *n = foreign("written");
    start_writer(n);
    const struct ran *r = clean(n);
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(
        strstr(r->err, "kept: its contents change: a process that cannot be seen writes it"));
    ck_assert_int_eq(r->status, 1); /* it was called an orphan */
    ck_assert(exists(n));
}

/* Sends it over a socket, and has it no more. */
static void send_it(int socket, const char *n)
{
    char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    int fd = shm_open(n, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    *h = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(h), &fd, sizeof fd);
    ck_assert_int_eq((int)sendmsg(socket, &m, 0), 1);
    (void)close(fd);
}

static void has_state(const char *n, const char *state)
{
    char locator[700];
    json_t *all = NULL;
    (void)snprintf(locator, sizeof locator, "posix:%s", n);
    json_t *row = told_row("posix", "locator", locator, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(row, "state"), 0)), state);
    json_decref(all);
}

TEST(what_is_in_flight_is_not_called_unused)
{
    static const char why[] =
        "1 open file belongs to no process (in flight, io_uring, loop device)";
    int pair[2];
    NEEDS_IT();
    const char *n = foreign("flight");
    const char *ours = run_name("ours");
    run_make(ours, "abc", 3, PAGE);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    has_state(n, "orphan");
    send_it(pair[0], n);
    has_state(n, "idle");
    ck_assert_ptr_nonnull(strstr(RUN("info", n)->out, why));
    json_t *info = run_json(RUN("info", n, "--json"));
    ck_assert_int_eq(told_number(info, "unowned"), 1);
    json_decref(info);
    const struct ran *r = clean(n);
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(strstr(r->err, "idle: no user found, but 1 open file belongs"));
    ck_assert_ptr_nonnull(strstr(r->err, why));
    RUN_FAILS(why, "rm", n);
    ck_assert(exists(n));
    r = clean(ours); /* a lease on it may be taken, and is granted */
    ck_assert(r->status == 0 && !exists(ours));
    (void)close(pair[0]);
    (void)close(pair[1]);
    has_state(n, "orphan");
}

/* The lease is refused, and nobody can be named. */
TEST(what_is_in_flight_is_not_removed)
{
    int pair[2];
    const char *n = run_name("flies");
    if (getuid() == 0 && !proc_made_whole())
        SKIP("no mount namespace may be made here");
    run_make(n, "abc", 3, PAGE);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    send_it(pair[0], n);
    RUN_FAILS("still in use", "rm", n);
    ck_assert_str_eq(RUN("clean", n, "--older-than", "0s", "--yes")->out, "");
    ck_assert(exists(n));
    (void)close(pair[0]);
    (void)close(pair[1]);
    RUN_PRINTS(0, "", "rm", n);
}

TEST(a_loop_device_is_named)
{
    char device[32], line[80], why[80];
    const char *n = run_name("disk");
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int number = control >= 0 ? ioctl(control, LOOP_CTL_GET_FREE) : -1;
    if (number < 0)
        SKIP("no loop device may be set up here");
    (void)close(control);
    run_make(n, "abc", 3, PAGE);
    (void)snprintf(device, sizeof device, "/dev/loop%d", number);
    int loop = open(device, O_RDWR | O_CLOEXEC), fd = shm_open(n, O_RDWR, 0);
    bool set = loop >= 0 && ioctl(loop, LOOP_SET_FD, fd) == 0;
    (void)close(fd);
    if (!set)
        SKIP("%s is in use", device);
    const struct ran *info = RUN("info", n);
    (void)snprintf(line, sizeof line, "held by:   loop%d (a loop device)\n", number);
    bool named = strstr(info->out, line) != NULL;
    json_t *told = run_json(RUN("info", n, "--json"));
    json_t *holder = json_array_get(json_object_get(told, "holders"), 0);
    bool is_process = json_object_get(holder, "fd") != NULL || told_number(holder, "pid") != 0;
    json_decref(told);
    const struct ran *r = RUN("rm", n);
    (void)snprintf(why, sizeof why, "still held open by loop%d;", number);
    bool refused = r->status == 2 && strstr(r->err, why) != NULL;
    (void)ioctl(loop, LOOP_CLR_FD, 0); /* before a check may end the test */
    (void)close(loop);
    ck_assert(named && refused && !is_process && exists(n));
}

SUITE(test_program_cli_unseen, .tear_down = tear_down,
      TESTS(clean_looks_twice, a_writer_that_is_not_shown_saves_it,
            what_is_in_flight_is_not_called_unused, what_is_in_flight_is_not_removed,
            a_loop_device_is_named));
