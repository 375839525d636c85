/* demo --replay: a recording happens again. */
#include "support/record.h"
#include "support/suite.h"

/* The offsets and values of `watch`, without their times. */
static char *states(const char *path)
{
    const struct ran *r = RUN("watch", rec(path));
    char *out = malloc(r->out_size + 1);
    ck_assert_ptr_nonnull(out);
    ck_assert_ptr_null(strstr(r->err, "fell behind"));
    size_t n = 0;
    for (const char *line = r->out; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *offset = strchr(line, ' ');
        const char *end = strchr(line, '\n');
        memcpy(out + n, offset, (size_t)(end - offset) + 1);
        n += (size_t)(end - offset) + 1;
    }
    out[n] = '\0';
    return out;
}

/* Made by hand, so that no gap is in it: quiet for a second, then a step every 40 ms. */
static bool record_steps(const char *n, const char *path, struct job *j, unsigned char *p)
{
    *j = JOB("record", n, path, "--hz", "1000");
    await_start(path);
    (void)poll(NULL, 0, 1000);
    p[0x8000] = 0; /* a page of zeros comes */
    for (int i = 1; i <= 10; i++) {
        memset(p + 0x40 * i, i, (size_t)i);
        (void)poll(NULL, 0, 40);
    }
    kill(j->pid, SIGINT);
    return job_wait(j)->status == 0;
}

TEST(replayed_and_recorded_again)
{
    const char *n = run_name("first");
    char first[300];
    char second[300];
    (void)snprintf(first, sizeof first, "%s", run_path("first.rec"));
    (void)snprintf(second, sizeof second, "%s", run_path("second.rec"));
    unsigned char *p = run_map(n, SIZE);
    memset(p + 0x3000, 0x33, 100);
    struct job j;
    ck_assert(record_steps(n, first, &j, p));
    if (strstr(RUN("watch", rec(first))->err, "fell behind") != NULL)
        SKIP("this machine is too busy to compare on");
    if (!run_demo())
        SKIP("another demo runs on this machine");
    struct job writer = JOB("demo", "--writer-only", "--replay", first);
    ck_assert_int_eq(RUN("wait", "/shmlens-demo", "--exists", "--timeout", "10s")->status, 0);
    ck_assert_int_eq(
        RUN("wait", "/shmlens-demo", "0x3000", "--as", "u8", "--equals", "0x33", "--timeout", "10s")
            ->status,
        0);
    j = JOB("record", "/shmlens-demo", second, "--hz", "1000");
    ck_assert_int_eq(job_wait(&writer)->status, 0);
    ck_assert_int_eq(RUN("wait", "/shmlens-demo", "--gone", "--timeout", "10s")->status, 0);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    if (strstr(RUN("watch", rec(second))->err, "fell behind") == NULL) {
        char *a = states(first);
        char *b = states(second);
        ck_assert_str_eq(a, b);
        ck_assert_str_ne(a, "");
        free(a);
        free(b);
        ck_assert_uint_eq(pages_at(second, "0"), 1 << 3);
        ck_assert_uint_eq(pages_at(second, "end"), pages_at(first, "end"));
        ck_assert_uint_eq(pages_at(first, "end"), 1 << 0 | 1 << 3 | 1 << 8);
    }
    ck_assert_int_eq(RUN("diff", rec(second), n)->status, 0);
}

TEST(replay_ends_when_asked)
{
    const char *n = run_name("long");
    const char *path = run_path("long.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j;
    ck_assert(record_steps(n, path, &j, p));
    if (!run_demo())
        SKIP("another demo runs on this machine");
    j = JOB("demo", "--writer-only", "--replay", path);
    ck_assert_int_eq(RUN("wait", "/shmlens-demo", "--exists", "--timeout", "10s")->status, 0);
    const struct ran *r = RUN("demo", "--writer-only");
    ck_assert_int_eq(r->status, 2);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    ck_assert_int_eq(RUN("wait", "/shmlens-demo", "--gone", "--timeout", "1ms")->status, 0);
    ck_assert_int_eq(RUN("demo", "--writer-only", "--replay", path, "--for", "10ms")->status, 0);
    RUN_FAILS("not a recording", "demo", "--writer-only", "--replay", "/etc/passwd");
}

SUITE(test_program_cli_replay, .tear_down = run_end,
      TESTS(replayed_and_recorded_again, replay_ends_when_asked));
