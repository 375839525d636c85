/* The walker's pass over /proc: complete or not at all, begun anew when something else is wanted,
 * stopped at once, and going on without a process that hangs. Calls of the system are held up where
 * a test wants it: nothing here depends on how fast the machine is. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list/walker_private.h"
#include "support/remover.h"
#include "support/suite.h"

enum { MS = 1000000, SECOND = 1000 * MS };

/* Calls by this name wait while `held`; the first `pass` of them are let through. */
static struct {
    struct os_monitor *gate;
    const char *call;
    int pass, most; /* at most so many wait at a time, the others go on */
    int waiting, peak;
    bool held;
} hold;

static struct os_wake *wake;
static struct walker *walker; /* reachable to the end, also when it is left behind */
static struct segment_list walk;
static char name[64], locator[72];

static void before(void *ctx, const char *call)
{
    (void)ctx;
    os_monitor_lock(hold.gate);
    bool mine = hold.held && strcmp(call, hold.call) == 0 && hold.waiting < hold.most;
    if (mine && hold.pass > 0) {
        hold.pass--;
        mine = false;
    }
    if (mine) {
        hold.waiting++;
        hold.peak = hold.waiting > hold.peak ? hold.waiting : hold.peak;
        os_monitor_broadcast(hold.gate);
        while (hold.held)
            (void)os_monitor_wait(hold.gate, INT64_MAX);
        hold.waiting--;
        os_monitor_broadcast(hold.gate);
    }
    os_monitor_unlock(hold.gate);
}

/* From the pass-th call on, at most so many at a time. */
static void hold_up(const char *call, int pass, int most)
{
    hold.call = call;
    hold.pass = pass;
    hold.most = most;
    hold.held = true;
}

static void await_waiting(int n)
{
    os_monitor_lock(hold.gate);
    while (hold.waiting != n)
        (void)os_monitor_wait(hold.gate, INT64_MAX);
    os_monitor_unlock(hold.gate);
}

static void let_go(void)
{
    os_monitor_lock(hold.gate);
    hold.held = false;
    os_monitor_broadcast(hold.gate);
    os_monitor_unlock(hold.gate);
}

static void set_up(void)
{
    memset(&hold, 0, sizeof hold);
    hold.gate = os_monitor_new();
    wake = os_wake_new();
    ck_assert(hold.gate != NULL && wake != NULL);
    (void)snprintf(name, sizeof name, "/shmlens-test-%d-walker", (int)getpid());
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    (void)shm_unlink(name);
    remover_segment(name);
    close(shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600));
}

static void tear_down(void)
{
    segment_list_free(&walk);
    (void)shm_unlink(name);
}

static void start_still(int64_t patience, int64_t still)
{
    struct oserr e;
    const struct walker_trial trial = {before, NULL, patience, still};
    walker = walker_start(wake, &trial, &e);
    ck_assert_ptr_nonnull(walker);
    walker_list(walker, walker_kinds(), true);
}

static void start(int64_t patience)
{
    start_still(patience, INT64_MAX / 2);
}

/* One that was only slow may be left behind too: it is waited for. */
static void stop(void)
{
    while (!walker_stop(walker, INT64_MAX, NULL))
        (void)os_sleep_until(os_now() + MS);
    walker = NULL;
}

/* The next walk of that sort into `walk`. */
static void await_walk(bool quick)
{
    for (;;) {
        while (walker_take(walker, &walk)) {
            if (walk.quick == quick)
                return;
            segment_list_free(&walk);
        }
        (void)os_sleep_until(os_now() + MS);
    }
}

static const struct seg_info *own_row(void)
{
    for (size_t i = 0; i < walk.survey.count; i++)
        if (strcmp(walk.survey.segs[i].locator, locator) == 0)
            return &walk.survey.segs[i];
    ck_abort_msg("the segment is not listed");
    return NULL;
}

/* In the middle of a pass: names are known, who has them is not, and it says how far it is. */
TEST(half_a_pass_claims_nothing)
{
    struct walk_progress p;
    hold_up("ioctl", 1, 1);
    start(INT64_MAX / 2);
    await_waiting(1);
    await_walk(true);
    ck_assert(own_row()->who_unasked);
    segment_list_free(&walk);
    ck_assert(walker_progress(walker, &p));
    ck_assert_int_gt(p.since, 0);
    ck_assert_uint_gt(p.total, p.done);
    let_go();
    await_walk(false);
    ck_assert(!own_row()->who_unasked);
    ck_assert_uint_eq(walk.hanging, 0);
    stop();
}

static struct seg_id unlinked(void **at)
{
    struct stat st;
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_eq(ftruncate(fd, 4096), 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    (void)shm_unlink(name);
    ck_assert_ptr_ne(*at, MAP_FAILED);
    return (struct seg_id){.dev = st.st_dev, .ino = st.st_ino};
}

/* The pass under way does not look for it: it is not handed over, the next one does. */
TEST(a_pass_begins_anew_for_what_is_wanted)
{
    void *at;
    struct seg_id id = unlinked(&at);
    hold_up("ioctl", 1, 1);
    start(INT64_MAX / 2);
    await_waiting(1);
    walker_want(walker, SECOND, id);
    let_go();
    await_walk(false);
    ck_assert(seg_id_equal(walk.id, id));
    ck_assert_uint_eq(walk.survey.extra.mappers_count, 1);
    ck_assert_uint_eq(walk.survey.extra.mappers[0].pid, os_pid());
    stop();
    munmap(at, 4096);
}

/* One pass answers for the list and for the object; that it is asked for does not keep it out of
 * the list. */
TEST(what_is_wanted_is_listed_as_ever)
{
    void *at;
    struct seg_id id = unlinked(&at);
    size_t rows = 0;
    start(INT64_MAX / 2);
    walker_want(walker, SECOND, id);
    do {
        segment_list_free(&walk);
        await_walk(false);
    } while (!seg_id_equal(walk.id, id));
    for (size_t i = 0; i < walk.survey.count; i++) {
        const struct seg_info *info = &walk.survey.segs[i];
        if (!seg_id_equal(seg_id_of(&info->stat), id))
            continue;
        rows++;
        ck_assert_int_eq(info->kind, SEG_FD);
        ck_assert_uint_eq(info->mappers.count, 1);
    }
    ck_assert_uint_eq(rows, 1);
    stop();
    munmap(at, 4096);
}

/* The process counts as unreadable until the thread that hangs at it comes back. */
TEST(one_that_hangs_is_gone_around)
{
    hold_up("ioctl", 2, 1);
    start(SECOND);
    await_waiting(1);
    await_walk(false);
    ck_assert_uint_eq(walk.hanging, 1);
    ck_assert_uint_gt(walk.hanging_pid, 0);
    ck_assert_uint_ge(walk.survey.who.unreadable, 1);
    size_t unreadable = walk.survey.who.unreadable;
    const struct seg_throttle *others = walker_pace(walker);
    ck_assert_int_eq(others->ask(others->ctx, &(struct seg_at){.pid = walk.hanging_pid}),
                     SEG_SCAN_SKIP);
    ck_assert_int_eq(others->ask(others->ctx, &(struct seg_at){.pid = os_pid()}),
                     SEG_SCAN_CONTINUE);
    let_go();
    do {
        segment_list_free(&walk);
        await_walk(false);
    } while (walk.hanging != 0 || walk.survey.who.unreadable >= unreadable);
    stop();
}

/* Four are left behind, a fifth one waits; they all come back. */
TEST(only_so_many_are_left_behind)
{
    hold_up("ioctl", 0, 100);
    start(5 * MS);
    await_waiting(5);
    let_go();
    do {
        segment_list_free(&walk);
        await_walk(false);
    } while (walk.hanging != 0);
    ck_assert_int_eq(hold.peak, 5);
    stop();
}

/* Quitting waits neither for a thread that was left behind nor, longer than it is told to, for one
 * that hangs. */
TEST(quitting_does_not_wait)
{
    hold_up("ioctl", 2, 1);
    start(20 * MS);
    await_waiting(1);
    await_walk(false);
    walker_hurry(walker);
    ck_assert(!walker_stop(walker, os_now() + 60LL * SECOND, NULL)); /* all but that one end */
    let_go();
    stop();
}

/* Where nothing happens scans are further apart, and a sign of life makes up for it. */
TEST(a_sign_of_life_ends_the_rest)
{
    const struct seg_id none = {0};
    start_still(INT64_MAX / 2, 1);
    walker_list(walker, walker_kinds(), false); /* else a name of another test is a sign of life */
    walker_want(walker, 3600 * (int64_t)SECOND, none);
    await_walk(false);
    segment_list_free(&walk);
    walker_stir(walker);
    await_walk(false); /* not hours later */
    stop();
}

/* What the walker has noted. */
static bool is_still(void)
{
    os_monitor_lock(walker->lock);
    bool still = walker->still;
    os_monitor_unlock(walker->lock);
    return still;
}

/* The next walk that was asked for `id` and began no earlier than `asked`. */
static void await_walk_of(struct seg_id id, int64_t asked)
{
    do {
        segment_list_free(&walk);
        await_walk(false);
    } while (!seg_id_equal(walk.id, id) || walk.time < asked);
}

/* Who has what is shown, and whether it lives by us alone, is said soon. */
TEST(no_rest_for_what_has_no_name)
{
    struct stat st;
    void *at;
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    close(fd);
    const struct seg_id id = {.dev = st.st_dev, .ino = st.st_ino};
    start_still(INT64_MAX / 2, 1);
    walker_list(walker, walker_kinds(), false);
    int64_t asked = os_now();
    walker_want(walker, 3600 * (int64_t)SECOND, id);
    await_walk_of(id, asked);
    ck_assert(is_still());
    (void)unlinked(&at);
    asked = os_now(); /* before the walk may begin: the one after it is an hour away */
    walker_hurry(walker);
    await_walk_of(id, asked);
    ck_assert(!is_still());
    stop();
    munmap(at, 4096);
}

/* The system gives no notice of System V segments. */
TEST(a_name_without_a_notice_is_a_sign_of_life)
{
    start(INT64_MAX / 2);
    await_walk(true);
    segment_list_free(&walk);
    int64_t made = os_now();
    int shm = shmget(IPC_PRIVATE, 4096, 0600);
    ck_assert_int_ge(shm, 0);
    walker_hurry(walker);
    do {
        segment_list_free(&walk);
        await_walk(true);
    } while (walk.time < made);
    os_monitor_lock(walker->lock);
    int64_t stirred = walker->stirred;
    os_monitor_unlock(walker->lock);
    (void)shmctl(shm, IPC_RMID, NULL);
    ck_assert_int_gt(stirred, made);
    stop();
}

SUITE(test_program_walker, .set_up = set_up, .tear_down = tear_down,
      TESTS(half_a_pass_claims_nothing, a_pass_begins_anew_for_what_is_wanted,
            what_is_wanted_is_listed_as_ever, one_that_hangs_is_gone_around,
            only_so_many_are_left_behind, quitting_does_not_wait, a_sign_of_life_ends_the_rest,
            no_rest_for_what_has_no_name, a_name_without_a_notice_is_a_sign_of_life));
