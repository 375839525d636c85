/* Traps: a store is seen by the processor, and nobody is stopped for more of them than are looked
 * at. */
#include <pthread.h>

#include "backend/trap.h"
#include "support/backend_peer.h"
#include "support/suite.h"

static struct backend *be;

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
}

static void tear_down(void)
{
    backend_free(be);
}

static _Alignas(8) volatile uint64_t word;

static void store_often(void)
{
    for (int i = 0; i < 1000; i++)
        word = word + 1;
}

/* After a store was taken the next ones are seen by nobody, until somebody waits again. */
TEST(test_stores_that_nobody_waits_for_cost_nothing)
{
    static struct trap_hit hit;
    const struct trap_place place = {os_pid(), (uint64_t)(uintptr_t)&word, sizeof word};
    struct trap *t = NULL;
    bool got = false;
    int late = 0;
    if (oserr_is(trap_arm(be, &place, 1, &t)))
        SKIP("breakpoints are not to be had here, or never fire");
    word = word + 1;
    must(trap_wait(t, 1000, &hit, &got));
    ck_assert(got && hit.pid == os_pid() && hit.stack_n > 0);
    store_often();
    do {
        must(trap_wait(t, 0, &hit, &got));
        late += got;
    } while (got && late < 100);
    ck_assert_int_eq(late, 0);
    word = word + 1; /* it is on again */
    must(trap_wait(t, 1000, &hit, &got));
    ck_assert(got);
    trap_disarm(t);
}

/* A peer that has stored and ended: its store is seen, then that nobody is left. */
TEST(test_who_has_ended_is_said)
{
    static struct trap_hit hit;
    struct trap *t = NULL;
    int go[2];
    char byte = 0;
    bool got = false;
    ck_assert_int_eq(pipe(go), 0);
    pid_t pid = fork();
    if (pid == 0) {
        word = word + (uint64_t)(read(go[0], &byte, 1) == 1);
        _exit(0);
    }
    const struct trap_place place = {(uint32_t)pid, (uint64_t)(uintptr_t)&word, sizeof word};
    struct oserr armed = trap_arm(be, &place, 1, &t);
    ck_assert_int_eq(write(go[1], "", 1), 1);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    if (oserr_is(armed))
        SKIP("breakpoints are not to be had here, or never fire");
    must(trap_wait(t, 1000, &hit, &got));
    ck_assert(got && hit.pid == (uint32_t)pid);
    struct oserr e = OSERR_NONE;
    for (int i = 0; i < 3 && !oserr_is(e); i++)
        e = trap_wait(t, 1000, &hit, &got);
    ck_assert(oserr_kind(e) == OSERR_K_MISSING);
    trap_disarm(t);
}

static bool enough;

static void *store_on(void *ctx)
{
    (void)ctx;
    while (!__atomic_load_n(&enough, __ATOMIC_SEQ_CST)) {
        word = word + 1;
        usleep(500);
    }
    return NULL;
}

/* There is one place too many; those of a process that has ended need no breakpoint. It is still so
 * when threads were looked for again, which the store of one that was started since shows. */
TEST(test_places_beyond_the_most_are_not_forgotten)
{
    static struct trap_hit hit;
    struct trap_place place[TRAP_MAX + 1];
    struct trap *t = NULL;
    struct oserr why;
    pthread_t thread;
    bool got = false;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    for (size_t i = 0; i <= TRAP_MAX; i++)
        place[i] = (struct trap_place){i == 0 ? os_pid() : (uint32_t)pid,
                                       (uint64_t)(uintptr_t)&word, sizeof word};
    if (oserr_is(trap_arm(be, place, TRAP_MAX + 1, &t)))
        SKIP("breakpoints are not to be had here, or never fire");
    ck_assert(!trap_whole(t, &why) && !oserr_is(why));
    ck_assert_int_eq(pthread_create(&thread, NULL, store_on, NULL), 0);
    while (!got || hit.tid == os_pid())
        must(trap_wait(t, 20, &hit, &got));
    __atomic_store_n(&enough, true, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!trap_whole(t, &why) && !oserr_is(why));
    trap_disarm(t);
}

/* Stores for some time; returns how many nanoseconds of the processor one took. */
static double pace(void)
{
    enum { STORES = 200000 };
    struct timespec a, b;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    for (int i = 0; i < STORES; i++)
        word = word + 1;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / STORES;
}

static double best_pace(void)
{
    double best = pace();
    for (int i = 0; i < 20; i++) {
        double one = pace();
        best = one < best ? one : best;
    }
    return best;
}

/* Between two stores that are looked at, and afterwards, the writer is as fast as it was: within 5
 * %, of its processor's time, at its best. */
TEST(test_the_writer_is_as_fast_again)
{
    static struct trap_hit hit;
    const struct trap_place place = {os_pid(), (uint64_t)(uintptr_t)&word, sizeof word};
    struct trap *t = NULL;
    bool got = false;
    double before = best_pace(), between = 0, after = 0;
    if (oserr_is(trap_arm(be, &place, 1, &t)))
        SKIP("breakpoints are not to be had here, or never fire");
    for (int i = 0; i < 16; i++) {
        must(trap_wait(t, 0, &hit, &got)); /* it is on now */
        word = word + 1;
        must(trap_wait(t, 1000, &hit, &got));
        ck_assert(got);
    }
    between = best_pace();
    trap_disarm(t);
    for (int i = 0; i < 400 && (i == 0 || after > before * 1.05); i++)
        after = best_pace();
    ck_assert_msg(between < before * 2, "%.2f ns, then %.2f", before, between);
    ck_assert_msg(after <= before * 1.05, "%.2f ns, then %.2f", before, after);
}

static void end_peer(void *ctx, const char *call)
{
    pid_t *pid = ctx;
    if (*pid <= 0 || strcmp(call, "opendir") != 0)
        return;
    (void)kill(*pid, SIGKILL);
    (void)waitpid(*pid, NULL, 0);
    *pid = 0;
}

/* A process ends just when threads are looked for again: nobody is left unwatched. */
TEST(test_who_ends_meanwhile_is_not_missed)
{
    static struct trap_hit hit;
    struct trap *t = NULL;
    struct oserr why = OSERR_NONE;
    bool got = false;
    pid_t pid = fork();
    while (pid == 0)
        pause();
    const uint64_t at = (uint64_t)(uintptr_t)&word;
    const struct trap_place place[] = {{os_pid(), at, sizeof word},
                                       {(uint32_t)pid, at, sizeof word}};
    struct oserr armed = trap_arm(be, place, 2, &t);
    bool whole = !oserr_is(armed) && trap_whole(t, &why);
    backend_before_call(be, end_peer, &pid);
    if (!whole)
        end_peer(&pid, "opendir");
    while (pid != 0)
        must(trap_wait(t, 20, &hit, &got));
    backend_before_call(be, NULL, NULL);
    if (!whole) {
        trap_disarm(t);
        SKIP("breakpoints are not to be had here, or never fire");
    }
    ck_assert_msg(trap_whole(t, &why), "%s", why.call);
    trap_disarm(t);
}

SUITE(test_backend_trap, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_stores_that_nobody_waits_for_cost_nothing, test_the_writer_is_as_fast_again,
            test_who_has_ended_is_said, test_places_beyond_the_most_are_not_forgotten,
            test_who_ends_meanwhile_is_not_missed));
