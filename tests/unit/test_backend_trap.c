/* Traps: a store is seen by the processor, and nobody is stopped for more of them than are looked
 * at. */
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

SUITE(test_backend_trap, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_stores_that_nobody_waits_for_cost_nothing, test_who_has_ended_is_said));
