/* watch says when it could not look as often as it was asked to, and keeps to its share of the
 * processor. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "support/run.h"
#include "support/suite.h"

static void rest(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* The gap of a line of `watch --json`; 0: it is another. */
static double gap_of(const char *line)
{
    ck_assert_ptr_nonnull(line);
    const char *at = strstr(line, "\"gap\":");
    return at != NULL ? strtod(at + 6, NULL) : 0;
}

/* Stopped for a while, like a machine that swaps: the gap is told, with its length, and before what
 * happened meanwhile (but for a stop in the midst of a look). */
TEST(a_gap_is_told)
{
    const char *name = run_name("gap");
    bool first = false;
    int told = 0;
    unsigned char *p = run_map(name, 100);
    struct job j = JOB("watch", name, "--json", "--for", "60s");
    job_await_change(&j, p + 50);
    for (int i = 0; i < 10 && (!first || told < 2); i++) {
        char value[16];
        double gap = 0;
        (void)snprintf(value, sizeof value, "%d", i + 1);
        ck_assert_int_eq(kill(j.pid, SIGSTOP), 0);
        (void)RUN("poke", name, "8", value, "--as", "u32");
        rest(200);
        ck_assert_int_eq(kill(j.pid, SIGCONT), 0);
        /* where looks are late all the time, as long a gap just before may stand for this one */
        for (bool changed = false; !changed || (gap < 0.1 && job_has_line(&j, 500));) {
            const char *line = job_line(&j);
            gap = gap_of(line) > gap ? gap_of(line) : gap;
            changed = changed || strstr(line, "\"offset\":8") != NULL;
            first = first || (!changed && gap > 0.1);
        }
        ck_assert_msg(gap < 30, "%f", gap);
        told += gap > 0.1;
    }
    ck_assert(first);
    ck_assert_int_ge(told, 2);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

static double children_seconds(void)
{
    struct rusage u;
    ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &u), 0);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

TEST(its_share_of_the_processor)
{
    const char *name = run_name("share");
    static unsigned char bytes[60000];
    memset(bytes, 1, sizeof bytes);
    run_make(name, bytes, sizeof bytes, (size_t)4 << 20);
    (void)RUN("fill", name, "0", "4M", "1");
    double before = children_seconds();
    (void)RUN("watch", name, "--for", "0.1s");
    double start =
        children_seconds() - before; /* what it costs to begin, and a tenth of a second */
    before = children_seconds();
    const struct ran *r = RUN("watch", name, "--for", "1s", "--cpu", "5", "--hz", "1000");
    ck_assert_int_eq(r->status, 0);
    double took = children_seconds() - before;
    ck_assert_msg(took < start + 0.35, "%f of a second after %f", took, start);
}

SUITE(test_program_cli_watch_gap, .tear_down = run_end,
      TESTS(a_gap_is_told, its_share_of_the_processor));
