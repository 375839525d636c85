#include "walker.h"

#include <stdlib.h>

#include "backend/os.h"

enum {
    SECOND = 1000000000,
    WORK_SHARE = 50,        /* at most a 50th of the time is spent reading /proc, */
    NAMES_SHARE = 100,      /* and a 100th reading names that nobody told us of, */
    TOLD_SHARE = 10,        /* and a 10th when somebody does all the time; */
    TOLD_WAIT = SECOND / 5, /* but never later than this after we were told */
};

/* One of the two threads, with what it found last. */
struct eye {
    struct worker *worker;
    struct backend *be; /* its own */
    struct walk newest; /* guarded by the gate; time 0: taken already */
};

struct walker {
    struct eye proc, name;
    struct seg_events *events; /* NULL: the system does not tell of names */
    struct os_wake *wake;
    int64_t rest_until; /* the names' thread: not looked again before, os_now's clock */

    /* Guarded by gate. */
    struct os_gate *gate;
    int64_t period;
    struct seg_id want;
    unsigned kinds;
    bool live;
};

static bool listed(const struct seg_survey *s, struct seg_id id)
{
    for (size_t i = 0; i < s->count; i++)
        if (seg_id_equal(seg_id_of(&s->segs[i].stat), id))
            return true;
    return false;
}

/* Hands a walk over; one that was not taken yet is out of date. */
static void deliver(struct walker *w, struct eye *eye, struct walk *walk)
{
    walk->seq = 1;
    os_gate_lock(w->gate);
    struct walk old = eye->newest;
    eye->newest = *walk;
    os_gate_unlock(w->gate);
    walk_free(&old);
    os_wake_post(w->wake);
}

static int64_t walker_tick(void *ctx, int64_t now, bool hurried)
{
    (void)hurried;
    struct walker *w = ctx;
    os_gate_lock(w->gate);
    struct walk walk = {.time = now, .names = now, .kinds = w->kinds};
    struct seg_id id = w->want;
    os_gate_unlock(w->gate);
    struct backend *be = w->proc.be;
    struct oserr e = seg_survey(be, walk.kinds, SEG_SURVEY_WHO, &walk.survey);
    if (!oserr_is(e) && id.dev != 0 && !listed(&walk.survey, id) &&
        !oserr_is(seg_who_object(be, id, &walk.who)))
        walk.id = id;
    if (!oserr_is(e))
        deliver(w, &w->proc, &walk);
    os_gate_lock(w->gate);
    int64_t period = w->period;
    os_gate_unlock(w->gate);
    int64_t rest = (os_now() - now) * WORK_SHARE; /* many processes are asked less often */
    return os_now() + (rest > period ? rest : period);
}

static int64_t names_tick(void *ctx, int64_t now, bool hurried)
{
    (void)hurried;
    struct walker *w = ctx;
    os_gate_lock(w->gate);
    bool live = w->live;
    struct walk walk = {.time = now, .names = now, .kinds = w->kinds & WALK_NAMES, .quick = true};
    os_gate_unlock(w->gate);
    if (!live)
        return INT64_MAX;
    if (now < w->rest_until)
        return w->rest_until;
    if (!oserr_is(seg_survey(w->name.be, walk.kinds, 0, &walk.survey)))
        deliver(w, &w->name, &walk);
    int64_t end = os_now(), told = (end - now) * TOLD_SHARE, rest = (end - now) * NAMES_SHARE;
    w->rest_until = end + (told < TOLD_WAIT ? told : TOLD_WAIT);
    return end + (rest > SECOND ? rest : SECOND);
}

/* On the thread of the events. */
static void told(void *ctx)
{
    struct walker *w = ctx;
    worker_hurry(w->name.worker);
}

static void walker_drop(struct walker *w)
{
    walk_free(&w->proc.newest);
    walk_free(&w->name.newest);
    if (w->gate != NULL)
        os_gate_free(w->gate);
    if (w->proc.be != NULL)
        backend_free(w->proc.be);
    if (w->name.be != NULL)
        backend_free(w->name.be);
    free(w);
}

struct walker *walker_start(struct os_wake *wake, struct oserr *error)
{
    struct walker *w = calloc(1, sizeof *w);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (w == NULL)
        return NULL;
    w->proc.be = backend_new();
    w->name.be = backend_new();
    w->gate = os_gate_new();
    w->wake = wake;
    w->period = SECOND;
    w->kinds = WALK_KINDS;
    bool ready = w->proc.be != NULL && w->name.be != NULL && w->gate != NULL;
    if (ready)
        w->name.worker = worker_start(names_tick, w, wake, error);
    if (w->name.worker != NULL)
        w->proc.worker = worker_start(walker_tick, w, wake, error);
    if (w->proc.worker == NULL) {
        worker_stop(w->name.worker, NULL);
        walker_drop(w);
        return NULL;
    }
    if (oserr_is(seg_events_start(w->name.be, told, w, &w->events)))
        w->events = NULL; /* then the names are looked at every second */
    return w;
}

bool walker_stop(struct walker *w, int64_t deadline, void *taker)
{
    if (w == NULL)
        return true;
    seg_events_stop(w->events);
    w->events = NULL;
    bool names = worker_stop_by(w->name.worker, deadline, taker);
    bool proc = worker_stop_by(w->proc.worker, deadline, taker);
    if (names && proc)
        walker_drop(w);
    return names && proc;
}

void walker_hurry(struct walker *w)
{
    worker_hurry(w->proc.worker);
    worker_hurry(w->name.worker);
}

void walker_want(struct walker *w, int64_t period, struct seg_id id)
{
    os_gate_lock(w->gate);
    bool hurry = w->period > period || !seg_id_equal(w->want, id);
    w->period = period;
    w->want = id;
    os_gate_unlock(w->gate);
    if (hurry)
        worker_hurry(w->proc.worker);
}

void walker_list(struct walker *w, unsigned kinds, bool live)
{
    os_gate_lock(w->gate);
    bool more = (kinds & ~w->kinds) != 0, begun = live && !w->live;
    w->kinds = kinds;
    w->live = live;
    os_gate_unlock(w->gate);
    if (more)
        worker_hurry(w->proc.worker);
    if (more || begun)
        worker_hurry(w->name.worker);
}

bool walker_take(struct walker *w, struct walk *out)
{
    os_gate_lock(w->gate);
    struct eye *proc = &w->proc, *name = &w->name;
    bool names_first =
        proc->newest.seq == 0 || (name->newest.seq != 0 && name->newest.time < proc->newest.time);
    struct walk *newest = names_first ? &name->newest : &proc->newest;
    struct walk walk = *newest;
    *newest = (struct walk){0};
    os_gate_unlock(w->gate);
    if (walk.seq == 0)
        return false;
    *out = walk;
    return true;
}

struct worker *walker_worker(struct walker *w)
{
    return w->proc.worker;
}
