#include "walker.h"

#include <stdlib.h>

#include "backend/os.h"

enum {
    SECOND = 1000000000,
    ALL_KINDS = (1 << SEG_KINDS) - 1,
    WORK_SHARE = 50, /* at most a 50th of the time is spent reading /proc */
};

struct walker {
    struct worker *worker;
    struct backend *be; /* its own */
    struct os_wake *wake;
    uint64_t seq; /* the thread's */

    /* Guarded by gate. */
    struct os_gate *gate;
    int64_t period;
    uint64_t want_dev, want_ino;
    struct walk newest; /* seq 0: taken already */
};

void walk_free(struct walk *w)
{
    seg_survey_free(&w->survey);
    seg_who_free(&w->who);
    *w = (struct walk){0};
}

static bool listed(const struct seg_survey *s, uint64_t dev, uint64_t ino)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->segs[i].stat.dev == dev && s->segs[i].stat.ino == ino)
            return true;
    return false;
}

static int64_t walker_tick(void *ctx, int64_t now, bool hurried)
{
    (void)hurried;
    struct walker *w = ctx;
    struct walk walk = {.seq = ++w->seq};
    os_gate_lock(w->gate);
    uint64_t dev = w->want_dev, ino = w->want_ino;
    os_gate_unlock(w->gate);
    struct oserr e = seg_survey(w->be, ALL_KINDS, SEG_SURVEY_WHO, &walk.survey);
    if (!oserr_is(e) && ino != 0 && !listed(&walk.survey, dev, ino) &&
        !oserr_is(seg_who_object(w->be, dev, ino, &walk.who))) {
        walk.dev = dev;
        walk.ino = ino;
    }
    walk.time = os_now();
    os_gate_lock(w->gate);
    int64_t period = w->period;
    if (!oserr_is(e)) {
        struct walk old = w->newest;
        w->newest = walk;
        walk = old;
    }
    os_gate_unlock(w->gate);
    walk_free(&walk);
    os_wake_post(w->wake);
    int64_t rest = (os_now() - now) * WORK_SHARE; /* many processes are asked less often */
    return os_now() + (rest > period ? rest : period);
}

static void walker_drop(struct walker *w)
{
    walk_free(&w->newest);
    if (w->gate != NULL)
        os_gate_free(w->gate);
    if (w->be != NULL)
        backend_free(w->be);
    free(w);
}

struct walker *walker_start(struct os_wake *wake, struct oserr *error)
{
    struct walker *w = calloc(1, sizeof *w);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (w == NULL)
        return NULL;
    w->be = backend_new();
    w->gate = os_gate_new();
    w->wake = wake;
    w->period = SECOND;
    if (w->be != NULL && w->gate != NULL)
        w->worker = worker_start(walker_tick, w, wake, error);
    if (w->worker != NULL)
        return w;
    walker_drop(w);
    return NULL;
}

bool walker_stop(struct walker *w, int64_t deadline, void *taker)
{
    if (w == NULL)
        return true;
    if (!worker_stop_by(w->worker, deadline, taker))
        return false;
    walker_drop(w);
    return true;
}

void walker_want(struct walker *w, int64_t period, uint64_t dev, uint64_t ino)
{
    os_gate_lock(w->gate);
    bool hurry = w->period > period || w->want_dev != dev || w->want_ino != ino;
    w->period = period;
    w->want_dev = dev;
    w->want_ino = ino;
    os_gate_unlock(w->gate);
    if (hurry)
        worker_hurry(w->worker);
}

bool walker_take(struct walker *w, struct walk *out)
{
    os_gate_lock(w->gate);
    struct walk walk = w->newest;
    w->newest = (struct walk){0};
    os_gate_unlock(w->gate);
    if (walk.seq == 0)
        return false;
    walk_free(out);
    *out = walk;
    return true;
}

struct worker *walker_worker(struct walker *w)
{
    return w->worker;
}
