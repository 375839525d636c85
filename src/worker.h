/* A thread with a clock and a queue: it calls a tick when it is due and runs jobs in between; a
 * long job yields so that ticks go on. The sampler and the walker are workers. */
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
    bool cancelled;                                       /* set when the owner gave up on it */
    bool uncancellable; /* runs also when those that wait are asked to give up */
};

/* Called on the worker's thread when its time has come, or earlier (`hurried`: by worker_wake, or
 * because a job has ended); returns when it wants to be called next (os_now's clock, INT64_MAX:
 * only when hurried). */
typedef int64_t worker_tick(void *ctx, int64_t now, bool hurried);

/* Starts the thread. `wake` is posted when a job has finished. NULL on failure (*error says why).
 */
struct worker *worker_start(worker_tick *tick, void *ctx, struct os_wake *wake,
                            struct oserr *error);

/* Cancels what runs, joins the thread, finishes left jobs with `cancelled` set, frees. NULL is
 * fine. */
void worker_stop(struct worker *w, void *owner);

/* The same, but waits no longer than until `deadline`. False: it runs still (stuck in a call that
 * another process holds up); everything it uses must then stay, and nothing is freed. */
bool worker_stop_by(struct worker *w, int64_t deadline, void *owner);

void worker_post(struct worker *w, struct job *j); /* takes the job; runs in order */
void worker_wake(struct worker *w);                /* the tick is due now */

/* Runs `finish` of every finished job, on the caller's thread. True: there was one. */
bool worker_take(struct worker *w, void *owner);

/* Asks the running job, and those waiting, to give up. */
void worker_cancel(struct worker *w);

/* What runs: false when idle; *done and *total as the job last said (total 0: unknown), *since its
 * start (os_now). */
bool worker_busy(struct worker *w, uint64_t *done, uint64_t *total, int64_t *since);

/* For a tick that takes long: sleeps until `deadline` (in the past: not at all). False: the thread
 * shall end, the tick has to return. */
bool worker_sleep_until(struct worker *w, int64_t deadline);

#endif
