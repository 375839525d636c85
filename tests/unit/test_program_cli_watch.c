/* watch and wait. A watcher is ready when a change made again and again first shows: nothing here
 * sleeps for luck. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "support/run.h"
#include "support/suite.h"

enum { READY_AT = 0x200 };

/* The next line about anything but getting ready, or being late on a busy machine. */
static const char *next_line(struct job *j)
{
    const char *line = job_line(j);
    while (line != NULL && (strstr(line, " 0x200 ") != NULL || strstr(line, "\"offset\":512,") ||
                            strstr(line, "\"gap\"") != NULL))
        line = job_line(j);
    ck_assert_ptr_nonnull(line);
    return line;
}

TEST(a_line_a_change)
{
    const char *n = run_name("watch");
    unsigned char *p = run_map(n, 4096);
    double t = 0;
    char rest[200] = "";
    struct job j = JOB("watch", n, "--hz", "1000");
    job_await_change(&j, p + READY_AT);
    memcpy(p + 0x40, "\x01\x02\x03\x04", 4);
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x40 00000000 01020304");
    ck_assert(t > 0);
    p[0x41] = 9;
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x41 02 09");
    kill(j.pid, SIGINT);
    const struct ran *r = job_wait(&j);
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->out, "");
}

TEST(values)
{
    const char *n = run_name("values");
    unsigned char *p = run_map(n, 4096);
    double t = 0;
    char rest[200] = "";
    struct job j = JOB("watch", n, "--as", "u32le");
    job_await_change(&j, p + READY_AT);
    memcpy(p + 0x40, "\x01\0\0\0\xff\xff\xff\xff", 8);
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x40 0 1");
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x44 0 4294967295");
    kill(j.pid, SIGTERM);
    ck_assert_int_eq(job_wait(&j)->status, 128 + SIGTERM);
}

/* The longest times and slowest rates that can be typed are no times in the past. */
TEST(longest_times)
{
    const char *n = run_name("longest");
    unsigned char *p = run_map(n, 4096);
    struct job j = JOB("watch", n, "--for", "9223372036s");
    job_await_change(&j, p + READY_AT);
    p[1] = 7;
    ck_assert_ptr_nonnull(next_line(&j));
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    ck_assert_int_eq(
        RUN("wait", n, "0x20", "--as", "u8", "--equals", "9", "--hz", "1e-300", "--timeout", "1ms")
            ->status,
        1);
}

TEST(json_lines)
{
    const char *n = run_name("json");
    unsigned char *p = run_map(n, 4096);
    struct job j = JOB("watch", n, "0x40", "0x200", "--json");
    job_await_change(&j, p + READY_AT);
    memcpy(p + 0x40, "\xab\xcd", 2);
    json_t *o = json_loads(next_line(&j), 0, NULL);
    ck_assert_ptr_nonnull(o);
    ck_assert_int_eq(json_integer_value(json_object_get(o, "offset")), 0x40);
    ck_assert_str_eq(json_string_value(json_object_get(o, "old")), "0000");
    ck_assert_str_eq(json_string_value(json_object_get(o, "new")), "abcd");
    ck_assert(json_real_value(json_object_get(o, "t")) > 0);
    json_decref(o);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

/* Changes anywhere in a large sparse segment, also of what was a hole. */
TEST(large_ranges)
{
    const char *n = run_name("large");
    unsigned char *p = run_map(n, (size_t)1 << 30);
    double t = 0;
    char rest[200] = "";
    struct job j = JOB("watch", n);
    job_await_change(&j, p + READY_AT);
    p[0x30000001] = 5;
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x30000001 00 05");
    p[0x30000001] = 6;
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x30000001 05 06");
    ck_assert_int_eq(madvise(p + 0x30000000, 4096, MADV_REMOVE), 0);
    ck_assert_int_eq(sscanf(next_line(&j), "%lf %199[^\n]", &t, rest), 2);
    ck_assert_str_eq(rest, "0x30000001 06 00");
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

TEST(how_it_ends)
{
    const char *n = run_name("ends");
    unsigned char *p = run_map(n, 4096);
    ck_assert_int_eq(RUN("watch", n, "--for", "30ms")->status, 0);
    ck_assert_int_eq(RUN("watch", n, "--for", "30ms", "--count", "1")->status, 1);
    struct job j = JOB("watch", n, "--count", "2");
    for (int i = 0; i < 1000 && kill(j.pid, 0) == 0 && !job_has_line(&j, 5); i++)
        p[1]++;
    p[100]++;
    for (int i = 0; i < 200; i++) {
        p[300]++;
        struct pollfd fd = {.fd = j.out, .events = POLLIN};
        if (poll(&fd, 1, 5) > 0 && (fd.revents & POLLHUP) != 0)
            break;
    }
    const struct ran *r = job_wait(&j);
    ck_assert_int_eq(r->status, 0);
    int lines = 0;
    for (const char *q = r->out; *q != '\0'; q++)
        lines += *q == '\n' ? 1 : 0;
    ck_assert_int_eq(lines, 2);
    ck_assert_int_eq(RUN("watch", n, "--hz", "0")->status, 2);
    ck_assert_int_eq(RUN("watch", n, "--for", "5")->status, 2);
    ck_assert_int_eq(RUN("watch", n, "0", "5000")->status, 2);
    ck_assert_int_eq(RUN("watch", n, "--cpu", "0")->status, 2);
    ck_assert_int_eq(RUN("watch", "/shmlens-nope")->status, 2);
}

TEST(says_what_happens_to_the_segment)
{
    const char *n = run_name("fate");
    unsigned char *p = run_map(n, 8192);
    struct job j = JOB("watch", n);
    job_await_change(&j, p + READY_AT);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_eq(ftruncate(fd, 4096), 0);
    p[READY_AT]++;
    ck_assert_ptr_nonnull(job_line(&j));
    ck_assert_int_eq(shm_unlink(n), 0);
    p[READY_AT]++;
    ck_assert_ptr_nonnull(job_line(&j));
    run_make(n, "", 0, 10);
    p[READY_AT]++;
    ck_assert_ptr_nonnull(job_line(&j));
    p[READY_AT]++;
    ck_assert_ptr_nonnull(job_line(&j));
    close(fd);
    kill(j.pid, SIGINT);
    const struct ran *r = job_wait(&j);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->err, "shrunk to 4096 bytes"));
    ck_assert_ptr_nonnull(strstr(r->err, "unlinked"));
    ck_assert_ptr_nonnull(strstr(r->err, "replaced"));
}

TEST(waits_for_values)
{
    const char *n = run_name("wait");
    unsigned char *p = run_map(n, 4096);
    memcpy(p, "\x0a\0\0\0\xff\xff\xff\xff\0\0\xc0\x7f", 12);
    ck_assert_int_eq(RUN("wait", n, "0", "--as", "u32le", "--equals", "10")->status, 0);
    ck_assert_int_eq(RUN("wait", n, "0", "--as", "u32le", "--not", "11")->status, 0);
    ck_assert_int_eq(RUN("wait", n, "0", "--as", "u32le", "--above", "9")->status, 0);
    ck_assert_int_eq(RUN("wait", n, "4", "--as", "i32le", "--below", "0")->status, 0);
    ck_assert_int_eq(RUN("wait", n, "4", "--as", "i32le", "--equals", "-1")->status, 0);
    static const char *const never[][2] = {
        {"--equals", "11"}, {"--not", "10"}, {"--above", "10"}, {"--below", "10"}};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        const struct ran *r =
            RUN("wait", n, "0", "--as", "u32le", never[i][0], never[i][1], "--timeout", "20ms");
        ck_assert_int_eq(r->status, 1);
        ck_assert_str_eq(r->out, "");
    }
    const char *t = "20ms";
    ck_assert_int_eq(RUN("wait", n, "8", "--as", "f32le", "--above", "0", "--timeout", t)->status,
                     1);
    ck_assert_int_eq(RUN("wait", n, "8", "--as", "f32le", "--not", "0", "--timeout", t)->status, 0);
    ck_assert_int_eq(RUN("wait", n, "0", "--as", "u8", "--changes", "--timeout", t)->status, 1);
    struct job j = JOB("wait", n, "0", "--as", "u8", "--changes");
    struct pollfd fd = {.fd = j.out, .events = POLLIN};
    for (int i = 0; i < 2000 && poll(&fd, 1, 5) == 0; i++)
        p[0]++;
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

/* It runs the program by now: what is sent before may be lost on the way (valgrind). */
static void await_program(pid_t pid)
{
    char link[64], exe[4096] = "";
    ssize_t n = 0;
    (void)snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    for (int i = 0; i < 2000 && (n < 8 || strcmp(exe + n - 8, "/shmlens") != 0); i++) {
        (void)poll(NULL, 0, 5);
        n = readlink(link, exe, sizeof exe - 1);
        exe[n > 0 ? n : 0] = '\0';
    }
}

TEST(waits_for_names)
{
    const char *n = run_name("name");
    ck_assert_int_eq(RUN("wait", n, "--gone")->status, 0);
    ck_assert_int_eq(RUN("wait", n, "--exists", "--timeout", "20ms")->status, 1);
    struct job j = JOB("wait", n, "--exists", "--timeout", "10s");
    run_make(n, "x", 1, 1);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    j = JOB("wait", n, "--gone", "--timeout", "10s");
    ck_assert_int_eq(RUN("rm", "--force", n)->status, 0);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    j = JOB("wait", n, "--exists");
    await_program(j.pid);
    kill(j.pid, SIGTERM);
    ck_assert_int_eq(job_wait(&j)->status, 128 + SIGTERM);
}

TEST(bad_words)
{
    const char *n = run_name("bad");
    run_make(n, "abc", 3, 16);
    static const char *const wrong[][6] = {
        {"0", "--as", "u8"},
        {"0", "--equals", "1"},
        {"--as", "u8", "--equals", "1"},
        {"0", "--as", "u8", "--equals", "256"},
        {"0", "--as", "u8", "--changes", "--exists"},
        {"16", "--as", "u8", "--changes"},
        {"13", "--as", "u32", "--changes"},
        {"0", "--as", "utf8", "--above", "a"},
        {"0", "--exists"},
        {"0", "--as", "u8", "--changes", "--timeout=5"},
        {NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *words[10] = {"wait", n};
        for (size_t k = 0; k < 6 && wrong[i][k] != NULL; k++)
            words[2 + k] = wrong[i][k];
        const struct ran *r = run_words(words, NULL, false);
        ck_assert_msg(r->status == 2, "case %zu: %d %s", i, r->status, r->err);
    }
    ck_assert_int_eq(RUN("wait", "/shmlens-nope", "0", "--as", "u8", "--changes")->status, 2);
}

SUITE(test_program_cli_watch, .tear_down = run_end,
      TESTS(a_line_a_change, values, longest_times, json_lines, large_ranges, how_it_ends,
            says_what_happens_to_the_segment, waits_for_values, waits_for_names, bad_words));
