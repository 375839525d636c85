/* The range of watch: growth, sparse segments. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

static void resize(const char *name, off_t size)
{
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    close(fd);
}

/* The next line without its time, but those about the byte at 0. */
static const char *next_change(struct job *j)
{
    const char *line = NULL;
    do {
        line = job_line(j);
        ck_assert_ptr_nonnull(line);
        ck_assert_ptr_nonnull(strchr(line, ' '));
    } while (strstr(line, " 0x0 ") != NULL);
    return strchr(line, ' ') + 1;
}

static void end(struct job *j)
{
    kill(j->pid, SIGINT);
    ck_assert_int_eq(job_wait(j)->status, 0);
}

TEST(follows_growth)
{
    const char *n = run_name("grows");
    unsigned char *p = run_map(n, 10); /* as large as its page, once the segment is */
    struct job j = JOB("watch", n);
    job_await_change(&j, p);
    resize(n, 4096);
    p[100] = 1;
    ck_assert_str_eq(next_change(&j), "0x64 - 01"); /* what it was, nobody saw */
    p[100] = 2;
    ck_assert_str_eq(next_change(&j), "0x64 01 02");
    end(&j);
    resize(n, 10);
    j = JOB("watch", n, "--json");
    for (int i = 0; i < 1000 && !job_has_line(&j, 10); i++)
        p[0]++;
    resize(n, 4096);
    p[100] = 1;
    const char *line = NULL;
    do {
        line = job_line(&j);
        ck_assert_ptr_nonnull(line);
    } while (strstr(line, "\"offset\":100,") == NULL);
    ck_assert_ptr_null(strstr(line, "old"));
    ck_assert_ptr_nonnull(strstr(line, "\"new\":\"01\""));
    end(&j);
}

TEST(a_given_length_does_not_grow)
{
    const char *n = run_name("length");
    unsigned char *p = run_map(n, 10); /* as large as its page, once the segment is */
    struct job j = JOB("watch", n, "0", "10");
    job_await_change(&j, p);
    resize(n, 4096);
    p[100] = 1;
    p[9] = 1;
    ck_assert_str_eq(next_change(&j), "0x9 00 01");
    end(&j);
}

TEST(sparse_segments_cost_what_is_in_them)
{
    const char *n = run_name("sparse");
    size_t size = (size_t)64 << 30;
    run_make(n, "", 0, size);
    int fd = shm_open(n, O_RDWR, 0);
    void *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *high = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)50 << 30);
    close(fd);
    ck_assert_ptr_ne(low, MAP_FAILED);
    ck_assert_ptr_ne(high, MAP_FAILED);
    struct job j = JOB("watch", n);
    job_await_change(&j, low);
    high[1] = 0x51;
    ck_assert_str_eq(next_change(&j), "0xc80000001 00 51");
    end(&j);
}

/* A reader that takes nothing more does not keep SIGINT from ending it. */
TEST(a_reader_that_hangs)
{
    const char *n = run_name("hangs");
    size_t size = 1 << 20;
    unsigned char *p = run_map(n, size);
    struct job j = JOB("watch", n, "--as", "u8");
    int waiting = 0;
    for (int i = 1; i < 1000 && waiting < 60000; i++) {
        memset(p, i % 255 + 1, size); /* lines for several megabytes */
        (void)poll(NULL, 0, 10);
        ck_assert_int_eq(ioctl(j.out, FIONREAD, &waiting), 0);
    }
    ck_assert_int_ge(waiting, 60000);
    siginfo_t info;
    ck_assert_int_eq(kill(j.pid, SIGINT), 0);
    ck_assert_int_eq(waitid(P_PID, (id_t)j.pid, &info, WEXITED | WNOWAIT), 0);
    const struct ran *r = job_wait(&j);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_null(strstr(r->err, "cannot write"));
}

/* Reads what a job says on stderr until `what` is in it. */
static void await_error(struct job *j, const char *what)
{
    char said[8192];
    size_t n = 0;
    said[0] = '\0';
    while (strstr(said, what) == NULL && n + 1 < sizeof said) {
        ssize_t got = read(j->err, said + n, sizeof said - 1 - n);
        ck_assert_msg(got > 0, "no `%s` in `%s`", what, said);
        n += (size_t)got;
        said[n] = '\0';
    }
}

TEST(wait_says_that_the_name_is_gone)
{
    const char *n = run_name("unlinked");
    unsigned char *p = run_map(n, 4096);
    struct job j = JOB("wait", n, "0", "--as", "u8", "--equals", "5", "--calls");
    await_error(&j, "mmap("); /* it has opened the segment */
    ck_assert_int_eq(shm_unlink(n), 0);
    await_error(&j, "unlinked; still waiting");
    p[0] = 5;
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

SUITE(test_program_cli_watch_range, .tear_down = run_end,
      TESTS(follows_growth, a_given_length_does_not_grow, sparse_segments_cost_what_is_in_them,
            a_reader_that_hangs, wait_says_that_the_name_is_gone));
