#include "worker.h"

#include <stdlib.h>

struct worker {
    struct os_monitor *monitor; /* guards everything below but tick and ctx */
    struct os_thread *thread;
    struct os_wake *wake;
    worker_tick *tick;
    void *ctx;
    struct job *queue, **queue_end; /* waiting, oldest first */
    struct job *finished, **finished_end;
    struct job *running;
    bool stop;            /* the thread must end */
    bool cancel;          /* the running job must give up */
    bool hurry;           /* the tick is due now */
    bool ended;           /* the thread has left its loop */
    int64_t due;          /* of the next tick */
    uint64_t done, total; /* progress of the running job */
    int64_t since;        /* its start */
};

static void append(struct job ***end, struct job *j)
{
    j->next = NULL;
    **end = j;
    *end = &j->next;
}

/* Runs the tick when it is due. The caller holds the monitor; the tick runs without it. */
static bool run_tick(struct worker *w)
{
    int64_t now = os_now();
    if (!w->hurry && now < w->due)
        return false;
    bool hurried = w->hurry;
    w->hurry = false;
    os_monitor_unlock(w->monitor);
    int64_t due = w->tick(w->ctx, now, hurried);
    os_monitor_lock(w->monitor);
    w->due = due;
    return true;
}

static bool must_stop(const struct worker *w)
{
    return w->cancel || w->stop || (w->running->aside && w->queue != NULL);
}

/* A job yields: ticks that are due run, until `deadline`. Cheap when nothing is due. */
static bool worker_yield(void *worker, int64_t deadline, uint64_t done, uint64_t total)
{
    struct worker *w = worker;
    os_monitor_lock(w->monitor);
    w->done = done;
    w->total = total;
    while (!must_stop(w)) {
        bool ticked = run_tick(w);
        if (os_now() >= deadline) /* the job makes progress even if the tick is always due */
            break;
        if (!ticked)
            (void)os_monitor_wait(w->monitor, deadline < w->due ? deadline : w->due);
    }
    bool more = !must_stop(w);
    os_monitor_unlock(w->monitor);
    return more;
}

static void run_job(struct worker *w)
{
    struct job *j = w->queue;
    w->queue = j->next;
    if (w->queue == NULL)
        w->queue_end = &w->queue;
    w->running = j;
    w->cancel = false;
    w->done = w->total = 0;
    w->since = os_now();
    os_monitor_unlock(w->monitor);
    j->run(j, &(struct progress){worker_yield, w});
    os_monitor_lock(w->monitor);
    j->cancelled = w->cancel;
    w->running = NULL;
    w->hurry = true; /* what the job did is visible at once */
    append(&w->finished_end, j);
    os_wake_post(w->wake);
}

static void worker_main(void *arg)
{
    struct worker *w = arg;
    os_monitor_lock(w->monitor);
    while (!w->stop) {
        if (w->queue == NULL && !w->hurry)
            (void)os_monitor_wait(w->monitor, w->due);
        if (!w->stop)
            (void)run_tick(w);
        if (!w->stop && w->queue != NULL) /* after a tick too: it may always be due */
            run_job(w);
    }
    w->ended = true;
    os_monitor_broadcast(w->monitor);
    os_monitor_unlock(w->monitor);
}

struct worker *worker_start(worker_tick *tick, void *ctx, struct os_wake *wake, struct oserr *error)
{
    struct worker *w = calloc(1, sizeof *w);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (w == NULL)
        return NULL;
    w->monitor = os_monitor_new();
    if (w->monitor == NULL) {
        free(w);
        return NULL;
    }
    w->wake = wake;
    w->due = os_now();
    w->tick = tick;
    w->ctx = ctx;
    w->queue_end = &w->queue;
    w->finished_end = &w->finished;
    *error = os_thread_start(&w->thread, worker_main, w);
    if (oserr_is(*error)) {
        os_monitor_free(w->monitor);
        free(w);
        return NULL;
    }
    return w;
}

static void finish_all(struct job *j, bool cancelled, void *owner)
{
    while (j != NULL) {
        struct job *next = j->next;
        j->cancelled = j->cancelled || cancelled;
        j->finish(j, owner);
        j = next;
    }
}

bool worker_stop_by(struct worker *w, int64_t deadline, void *owner)
{
    if (w == NULL)
        return true;
    os_monitor_lock(w->monitor);
    w->stop = w->cancel = true;
    os_monitor_broadcast(w->monitor);
    while (!w->ended && os_monitor_wait(w->monitor, deadline))
        ;
    bool ended = w->ended;
    os_monitor_unlock(w->monitor);
    if (!ended)
        return false;
    os_thread_join(w->thread);
    finish_all(w->finished, false, owner);
    finish_all(w->queue, true, owner);
    os_monitor_free(w->monitor);
    free(w);
    return true;
}

void worker_stop(struct worker *w, void *owner)
{
    (void)worker_stop_by(w, INT64_MAX, owner);
}

void worker_post(struct worker *w, struct job *j)
{
    j->cancelled = false;
    os_monitor_lock(w->monitor);
    append(&w->queue_end, j);
    os_monitor_broadcast(w->monitor);
    os_monitor_unlock(w->monitor);
}

void worker_wake(struct worker *w)
{
    os_monitor_lock(w->monitor);
    w->hurry = true;
    os_monitor_broadcast(w->monitor);
    os_monitor_unlock(w->monitor);
}

bool worker_take(struct worker *w, void *owner)
{
    os_monitor_lock(w->monitor);
    struct job *j = w->finished;
    w->finished = NULL;
    w->finished_end = &w->finished;
    os_monitor_unlock(w->monitor);
    finish_all(j, false, owner);
    return j != NULL;
}

void worker_cancel(struct worker *w)
{
    os_monitor_lock(w->monitor);
    w->cancel = w->running != NULL && !w->running->uncancellable;
    struct job *waiting = w->queue;
    w->queue = NULL;
    w->queue_end = &w->queue;
    for (struct job *j = waiting, *next; j != NULL; j = next) {
        next = j->next;
        j->cancelled = !j->uncancellable;
        append(j->uncancellable ? &w->queue_end : &w->finished_end, j);
        os_wake_post(w->wake);
    }
    os_monitor_broadcast(w->monitor);
    os_monitor_unlock(w->monitor);
}

bool worker_busy(struct worker *w, uint64_t *done, uint64_t *total, int64_t *since)
{
    os_monitor_lock(w->monitor);
    bool busy = w->running != NULL && !w->running->aside;
    *done = w->done;
    *total = w->total;
    *since = w->since;
    os_monitor_unlock(w->monitor);
    return busy;
}

int64_t worker_due(struct worker *w)
{
    os_monitor_lock(w->monitor);
    int64_t due = w->due;
    os_monitor_unlock(w->monitor);
    return due;
}

bool worker_sleep_until(struct worker *w, int64_t deadline)
{
    os_monitor_lock(w->monitor);
    while (!w->stop && os_now() < deadline)
        (void)os_monitor_wait(w->monitor, deadline);
    bool more = !w->stop;
    os_monitor_unlock(w->monitor);
    return more;
}
