/* A recording that is still being made: watch and wait go on with what is added, until it ends or
 * its maker dies. */
#include <sys/wait.h>

#include "support/record.h"
#include "support/suite.h"

/* watch of a recording that is being made prints what comes, until it ends or its maker dies. */
TEST_LOOP(watch_follows_a_running_one, 3)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGKILL};
    const char *n = run_name("follow");
    const char *path = run_path("follow.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path);
    await_start(path);
    struct job w = JOB("watch", rec(path));
    for (int i = 1; i <= 4; i++) {
        char text[40];
        p[0x10 * i] = (unsigned char)i;
        const char *line = job_line(&w);
        ck_assert_ptr_nonnull(line);
        (void)snprintf(text, sizeof text, " 0x%x 00 %02x", 0x10 * i, i);
        ck_assert_msg(strstr(line, text) != NULL, "%s", line);
    }
    ck_assert_ptr_nonnull(strstr(RUN("info", rec(path))->out, "not yet, it is being made"));
    json_t *o = run_json(RUN("info", "--json", rec(path)));
    ck_assert(json_is_true(json_object_get(json_object_get(o, "recording"), "written")));
    json_decref(o);
    ck_assert_int_eq(RUN("watch", rec(path), "--for", "1ms", "--count", "9")->status, 1);
    kill(j.pid, ends[_i]);
    (void)job_wait(&j);
    ck_assert_int_eq(job_wait(&w)->status, 0);
    ck_assert_int_eq(RUN("diff", rec(path), n)->status, 0);
}

TEST(watch_of_a_running_one_is_stopped)
{
    const char *n = run_name("stopped");
    const char *path = run_path("stopped.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path);
    await_start(path);
    struct job w = JOB("watch", rec(path));
    p[5] = 1;
    ck_assert_ptr_nonnull(job_line(&w));
    kill(w.pid, SIGINT);
    ck_assert_int_eq(job_wait(&w)->status, 0);
    kill(j.pid, SIGINT);
    (void)job_wait(&j);
}

TEST(wait_follows_a_running_one)
{
    const char *n = run_name("await");
    const char *path = run_path("await.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job early = JOB("wait", rec(path), "--exists", "--timeout", "20s");
    struct job j = JOB("record", n, path, "--hz", "1000");
    ck_assert_int_eq(job_wait(&early)->status, 0);
    struct job w = JOB("wait", rec(path), "0x20", "--as", "u8", "--equals", "7");
    struct job c = JOB("wait", rec(path), "0x40", "--as", "u8", "--changes");
    p[0x20] = 7;
    p[0x40] = 1;
    ck_assert_int_eq(job_wait(&w)->status, 0);
    siginfo_t ended = {0}; /* it may have begun after the first change */
    for (int i = 0; i < 2000 && ended.si_pid == 0; i++) {
        p[0x40]++;
        (void)poll(NULL, 0, 5);
        ck_assert_int_eq(waitid(P_PID, (id_t)c.pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    ck_assert_int_eq(job_wait(&c)->status, 0);
    struct job never = JOB("wait", rec(path), "0x20", "--as", "u8", "--equals", "9");
    ck_assert_int_eq(
        RUN("wait", rec(path), "0x20", "--as", "u8", "--equals", "9", "--timeout", "50ms")->status,
        1);
    kill(j.pid, SIGINT);
    (void)job_wait(&j);
    const struct ran *r = job_wait(&never);
    ck_assert_int_eq(r->status, 1);
    ck_assert_ptr_nonnull(strstr(r->err, "the recording ends without that"));
    r = RUN("wait", rec(path), "0x20", "--as", "u8", "--equals", "7");
    ck_assert_int_eq(r->status, 0);
}

SUITE(test_program_cli_follow, .tear_down = run_end,
      TESTS(watch_follows_a_running_one, watch_of_a_running_one_is_stopped,
            wait_follows_a_running_one));
