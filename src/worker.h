/* A thread with a clock and a queue: it calls a tick when that is due and runs jobs in between. The
 * sampler and the walker are workers.
 *
 * A job is posted by its owner (the UI's thread), runs on the worker's thread, and is finished on
 * the owner's thread again, by worker_take: whatever `finish` touches needs no lock. Jobs run one
 * at a time, in the order in which they were posted. One that takes long yields (core/progress.h):
 * a tick that is due runs, and the job learns whether it was cancelled. A job that is stuck in a
 * call of the system hears nothing; worker_stop_by abandons it. */
#ifndef SHMLENS_WORKER_H
#define SHMLENS_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/os.h"
#include "core/progress.h"

struct worker;

/* One piece of work, embedded as the first member of a larger struct. */
struct job {
    struct job *next;                                     /* the queue's */
    void (*run)(struct job *j, const struct progress *p); /* on the worker's thread */
    void (*finish)(struct job *j, void *owner);           /* on the owner's thread; frees the job */
    bool cancelled;     /* out: it was given up, perhaps before it ran */
    bool uncancellable; /* worker_cancel does not cancel it */
    bool aside;         /* nobody waits for it: it has to give up when another job is posted, and
                           does not count as busy */
};

/* Called on the worker's thread when it is due, or earlier (`hurried`: by worker_wake, or because a
 * job has ended). Returns when it is due next (os_now's clock, INT64_MAX: only when hurried). */
typedef int64_t worker_tick(void *ctx, int64_t now, bool hurried);

/* Starts the thread. `wake` is posted when a job has finished. NULL on failure (*error says why).
 */
struct worker *worker_start(worker_tick *tick, void *ctx, struct os_wake *wake,
                            struct oserr *error);

/* Cancels the running job, joins the thread, finishes the jobs that are left as cancelled, frees.
 * NULL is fine. */
void worker_stop(struct worker *w, void *owner);

/* The same, but waits no longer than until `deadline`. False: the thread still runs, stuck in a
 * call that another process holds up; everything it uses must stay, and nothing is freed. */
bool worker_stop_by(struct worker *w, int64_t deadline, void *owner);

void worker_post(struct worker *w, struct job *j); /* takes the job; runs in order */
void worker_wake(struct worker *w);                /* the tick is due now */

/* Runs `finish` of every finished job, on the caller's thread. True: there was one. */
bool worker_take(struct worker *w, void *owner);

/* When the tick that has not ended yet was due, or will be (os_now's clock). Long past: a call of
 * the system holds the thread. */
int64_t worker_due(struct worker *w);

/* Cancels the running job and those that wait, except for uncancellable ones. */
void worker_cancel(struct worker *w);

/* Is a job running that somebody waits for? *done and *total: its position as it last reported it
 * (total 0: unknown); *since: its start (os_now's clock). */
bool worker_busy(struct worker *w, uint64_t *done, uint64_t *total, int64_t *since);

/* For a tick that takes long: sleeps until `deadline` (in the past: not at all). False: the thread
 * has to end, so the tick must return. */
bool worker_sleep_until(struct worker *w, int64_t deadline);

#endif
