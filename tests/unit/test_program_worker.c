/* The worker: ticks on time, jobs in order, ticks inside of long jobs, cancelling, stopping. */
#include <stdatomic.h>
#include <stdlib.h>

#include "backend/os.h"
#include "support/suite.h"
#include "worker.h"

enum { MS = 1000000 };

static atomic_int ticks;

static int64_t tick_often(void *ctx, int64_t now, bool hurried)
{
    (void)ctx;
    (void)hurried;
    atomic_fetch_add(&ticks, 1);
    return now + MS;
}

static int64_t tick_never(void *ctx, int64_t now, bool hurried)
{
    (void)ctx;
    (void)hurried;
    (void)now;
    atomic_fetch_add(&ticks, 1);
    return INT64_MAX;
}

/* A tick that takes longer than its period: it is due again when it ends. */
static int64_t tick_always(void *ctx, int64_t now, bool hurried)
{
    (void)ctx;
    (void)hurried;
    atomic_fetch_add(&ticks, 1);
    return now;
}

struct number_job {
    struct job job;
    int number;
    atomic_bool *hold; /* runs until this is false; NULL: at once */
    bool gave_up;
};

static int finished[8], finished_count, cancelled_count;

static void number_run(struct job *j, const struct progress *p)
{
    struct number_job *n = (struct number_job *)j;
    while (n->hold != NULL && atomic_load(n->hold)) {
        if (!p->yield(p->ctx, os_now() + MS, 5, 10)) {
            n->gave_up = true;
            return;
        }
    }
}

static void number_finish(struct job *j, void *owner)
{
    struct number_job *n = (struct number_job *)j;
    ck_assert_ptr_eq(owner, &finished);
    finished[finished_count++] = n->number;
    cancelled_count += j->cancelled;
    free(n);
}

static struct number_job *job_new(int number, atomic_bool *hold)
{
    struct number_job *n = calloc(1, sizeof *n);
    ck_assert_ptr_nonnull(n);
    n->job.run = number_run;
    n->job.finish = number_finish;
    n->number = number;
    n->hold = hold;
    return n;
}

static void post_as(struct worker *w, int number, atomic_bool *hold, bool uncancellable)
{
    struct number_job *n = job_new(number, hold);
    n->job.uncancellable = uncancellable;
    worker_post(w, &n->job);
}

static void post(struct worker *w, int number, atomic_bool *hold)
{
    post_as(w, number, hold, false);
}

static struct os_wake *wake;

static struct worker *start(worker_tick *tick)
{
    struct oserr e;
    atomic_store(&ticks, 0);
    finished_count = cancelled_count = 0;
    wake = os_wake_new();
    struct worker *w = worker_start(tick, NULL, wake, &e);
    ck_assert_ptr_nonnull(w);
    return w;
}

static void stop(struct worker *w)
{
    worker_stop(w, &finished);
    os_wake_free(wake);
}

/* Waits (10 s at most) until `n` jobs have been taken. */
static void take_until(struct worker *w, int n)
{
    int64_t deadline = os_now() + 10000LL * MS;
    while (finished_count < n && os_now() < deadline) {
        (void)worker_take(w, &finished);
        (void)os_sleep_until(os_now() + MS / 10);
    }
    ck_assert_int_eq(finished_count, n);
}

/* Waits (10 s at most) until a job runs. */
static void await_busy(struct worker *w)
{
    uint64_t done, total;
    int64_t since, deadline = os_now() + 10000LL * MS;
    while (!worker_busy(w, &done, &total, &since) && os_now() < deadline)
        ;
}

TEST(jobs_run_in_order)
{
    struct worker *w = start(tick_never);
    for (int i = 0; i < 5; i++)
        post(w, i, NULL);
    take_until(w, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(finished[i], i);
    ck_assert_int_eq(cancelled_count, 0);
    stop(w);
}

TEST(ticks_go_on_inside_a_long_job)
{
    struct worker *w = start(tick_often);
    atomic_bool hold = true;
    post(w, 1, &hold);
    uint64_t done = 0, total = 0;
    int64_t since = 0, deadline = os_now() + 10000LL * MS;
    while ((!worker_busy(w, &done, &total, &since) || total == 0) && os_now() < deadline)
        (void)os_sleep_until(os_now() + MS / 10);
    ck_assert_uint_eq(done, 5);
    ck_assert_uint_eq(total, 10);
    int before = atomic_load(&ticks);
    deadline = os_now() + 10000LL * MS;
    while (atomic_load(&ticks) < before + 20 && os_now() < deadline)
        (void)os_sleep_until(os_now() + MS / 10);
    ck_assert_int_ge(atomic_load(&ticks), before + 20);
    atomic_store(&hold, false);
    take_until(w, 1);
    stop(w);
}

TEST(jobs_get_on_between_ticks_that_are_always_due)
{
    atomic_bool hold = true;
    struct worker *w = start(tick_always);
    post(w, 1, &hold);
    while (atomic_load(&ticks) < 3)
        (void)os_sleep_until(os_now() + MS / 10);
    atomic_store(&hold, false);
    post(w, 2, NULL);
    take_until(w, 2);
    ck_assert_int_eq(cancelled_count, 0);
    stop(w);
}

TEST(hurry_ticks_at_once)
{
    struct worker *w = start(tick_never);
    int64_t deadline = os_now() + 10000LL * MS;
    while (atomic_load(&ticks) < 1 && os_now() < deadline)
        ;
    for (int i = 2; i < 10; i++) {
        worker_wake(w);
        while (atomic_load(&ticks) < i && os_now() < deadline)
            ;
        ck_assert_int_eq(atomic_load(&ticks), i);
    }
    stop(w);
}

static _Atomic(struct worker *) resting;

static int64_t tick_resting(void *ctx, int64_t now, bool hurried)
{
    (void)ctx;
    (void)now;
    (void)hurried;
    struct worker *self = NULL;
    while ((self = atomic_load(&resting)) == NULL)
        (void)os_sleep_until(os_now() + MS);
    if (worker_sleep_until(self, 0)) /* nobody wants anything */
        atomic_fetch_add(&ticks, 1);
    if (!worker_sleep_until(self, INT64_MAX - 1))
        atomic_fetch_add(&ticks, 1);
    return INT64_MAX;
}

/* A tick that rests for ever hears that it has to end. */
TEST(stop_ends_a_rest)
{
    struct worker *w = start(tick_resting);
    atomic_store(&resting, w);
    while (atomic_load(&ticks) < 1)
        (void)os_sleep_until(os_now() + MS);
    stop(w);
    ck_assert_int_eq(atomic_load(&ticks), 2);
}

TEST(cancel_ends_the_running_and_drops_the_waiting)
{
    struct worker *w = start(tick_often);
    atomic_bool hold = true;
    post(w, 1, &hold);
    post(w, 2, &hold);
    await_busy(w);
    worker_cancel(w);
    take_until(w, 2);
    ck_assert_int_eq(cancelled_count, 2);
    post(w, 3, NULL); /* the next one is not cancelled */
    take_until(w, 3);
    ck_assert_int_eq(cancelled_count, 2);
    stop(w);
}

TEST(what_is_certain_is_not_cancelled)
{
    struct worker *w = start(tick_often);
    atomic_bool hold = true;
    post(w, 1, &hold);
    post(w, 2, NULL);
    post_as(w, 3, NULL, true);
    post(w, 4, NULL);
    await_busy(w);
    worker_cancel(w);
    take_until(w, 4);
    ck_assert_int_eq(finished[3], 3);
    ck_assert_int_eq(cancelled_count, 3);
    stop(w);
}

/* It neither shows as busy nor delays what is posted after it, and that is no cancelling. */
TEST(what_runs_aside_makes_room)
{
    struct worker *w = start(tick_often);
    atomic_bool hold = true;
    uint64_t done, total;
    int64_t since;
    struct number_job *n = job_new(1, &hold);
    n->job.aside = true;
    worker_post(w, &n->job);
    int before = atomic_load(&ticks);
    while (atomic_load(&ticks) < before + 5) { /* it runs */
        ck_assert(!worker_busy(w, &done, &total, &since));
        (void)os_sleep_until(os_now() + MS / 10);
    }
    ck_assert_int_eq(finished_count, 0);
    post(w, 2, NULL);
    take_until(w, 2);
    ck_assert_int_eq(finished[0], 1);
    ck_assert_int_eq(cancelled_count, 0);
    stop(w);
}

TEST(stop_finishes_what_is_left)
{
    struct worker *w = start(tick_often);
    atomic_bool hold = true;
    post(w, 1, &hold);
    post(w, 2, NULL);
    stop(w);
    ck_assert_int_eq(finished_count, 2);
    ck_assert_int_eq(cancelled_count, 2);
}

static atomic_bool stuck_hold;

static void stuck_run(struct job *j, const struct progress *p)
{
    (void)j;
    (void)p;
    while (atomic_load(&stuck_hold)) /* hears nobody: a /proc read that blocks */
        (void)os_sleep_until(os_now() + MS);
}

TEST(stop_does_not_wait_for_the_stuck)
{
    struct worker *w = start(tick_never);
    struct number_job *n = calloc(1, sizeof *n);
    ck_assert_ptr_nonnull(n);
    n->job.run = stuck_run;
    n->job.finish = number_finish;
    atomic_store(&stuck_hold, true);
    worker_post(w, &n->job);
    await_busy(w);
    ck_assert(!worker_stop_by(w, os_now() + 20LL * MS, &finished));
    atomic_store(&stuck_hold, false);
    ck_assert(worker_stop_by(w, os_now() + 10000LL * MS, &finished));
    ck_assert_int_eq(finished_count, 1);
    os_wake_free(wake);
}

/* A job that neither yields nor ends: the tick is overdue, more and more. */
TEST(who_is_held_is_overdue)
{
    struct worker *w = start(tick_often);
    int64_t deadline = os_now() + 10000LL * MS;
    while (atomic_load(&ticks) < 3)
        (void)os_sleep_until(os_now() + MS / 10);
    ck_assert_int_gt(worker_due(w), os_now() - 5000LL * MS); /* they come */
    atomic_store(&stuck_hold, true);
    struct number_job *n = calloc(1, sizeof *n);
    ck_assert_ptr_nonnull(n);
    n->job.run = stuck_run;
    n->job.finish = number_finish;
    worker_post(w, &n->job);
    while (os_now() - worker_due(w) < 50 * MS && os_now() < deadline)
        (void)os_sleep_until(os_now() + MS);
    ck_assert_int_ge(os_now() - worker_due(w), 50 * MS);
    atomic_store(&stuck_hold, false);
    take_until(w, 1);
    stop(w);
}

SUITE(test_program_worker,
      TESTS(jobs_run_in_order, ticks_go_on_inside_a_long_job,
            jobs_get_on_between_ticks_that_are_always_due, hurry_ticks_at_once, stop_ends_a_rest,
            cancel_ends_the_running_and_drops_the_waiting, what_is_certain_is_not_cancelled,
            what_runs_aside_makes_room, stop_finishes_what_is_left,
            stop_does_not_wait_for_the_stuck, who_is_held_is_overdue));
