/* The walker's interface, and the name watcher. */
#include <stdlib.h>

#include "backend/os.h"
#include "list/walker_private.h"

enum {
    SECOND = 1000000000,
    PATIENCE = 2 * SECOND,
    STILL_AFTER = 30,       /* seconds */
    NAMES_SHARE = 100,      /* a 100th of the time goes into listing names without a notice, */
    TOLD_SHARE = 10,        /* and a 10th when there are notices all the time, */
    TOLD_WAIT = SECOND / 5, /* but a list never comes later than this after a notice */
};

/* Hands a result over and replaces one that was not taken. */
static void deliver(struct walker *w, struct segment_list *slot, struct segment_list *list)
{
    list->seq = 1;
    os_monitor_lock(w->lock);
    struct segment_list old = *slot;
    *slot = *list;
    os_monitor_unlock(w->lock);
    segment_list_free(&old);
    os_wake_post(w->wake);
}

/* Call it with the lock held, because the threads may be replaced. */
static void hurry(struct walker *w, bool reader, bool name_watcher)
{
    if (reader && !w->stopping)
        worker_wake(w->reader->worker);
    if (name_watcher && !w->stopping)
        worker_wake(w->name_watcher);
}

static void reader_returned(struct walker *w)
{
    os_monitor_lock(w->lock);
    hurry(w, false, true);
    os_monitor_unlock(w->lock);
}

/* Shows the effect of a job at once. */
static int64_t jobs_tick(void *ctx, int64_t now, bool hurried)
{
    (void)now;
    if (hurried)
        walker_hurry(ctx);
    return INT64_MAX;
}

/* Something happened. The lock is held. */
static void stir(struct walker *w)
{
    w->stirred = os_now();
    hurry(w, w->still, false);
    w->still = false;
}

/* The same for the same objects under the same names, in whatever order. */
static uint64_t names_sum(const struct seg_survey *s)
{
    uint64_t sum = s->count;
    for (size_t i = 0; i < s->count; i++) {
        struct seg_id id = seg_id_of(&s->segs[i].stat);
        uint64_t one = id.dev * 31 + id.ino;
        for (const char *p = s->segs[i].locator; *p != '\0'; p++)
            one = (one ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
        sum += one;
    }
    return sum;
}

/* A name that came or went is a sign of life also where the system gives no notice of it. */
static void compare_names(struct walker *w, const struct seg_survey *s)
{
    uint64_t sum = names_sum(s);
    os_monitor_lock(w->lock);
    if (w->listed && sum != w->names)
        stir(w);
    w->listed = true;
    w->names = sum;
    os_monitor_unlock(w->lock);
}

/* Lists the names; returns when to do so next. */
static int64_t list_names(struct walker *w, int64_t now)
{
    os_monitor_lock(w->lock);
    bool live = w->live;
    struct segment_list list = {
        .time = now, .names = now, .kinds = w->kinds & seg_named_kinds(), .quick = true};
    os_monitor_unlock(w->lock);
    if (!live)
        return INT64_MAX;
    if (now < w->rest_until)
        return w->rest_until;
    if (!oserr_is(seg_survey(w->be, list.kinds, 0, &list.survey))) {
        compare_names(w, &list.survey);
        deliver(w, &w->quick, &list);
    }
    int64_t end = os_now(), told = (end - now) * TOLD_SHARE, rest = (end - now) * NAMES_SHARE;
    w->rest_until = end + (told < TOLD_WAIT ? told : TOLD_WAIT);
    return end + (rest > SECOND ? rest : SECOND);
}

static int64_t namer_tick(void *ctx, int64_t now, bool hurried)
{
    struct walker *w = ctx;
    if (hurried || now >= w->due)
        w->due = list_names(w, now);
    int64_t watch = readers_watch(w, now);
    return w->due < watch ? w->due : watch;
}

/* On the thread of the notices. When the names begin to be followed they are listed anyway. */
static void names_changed(void *ctx)
{
    struct walker *w = ctx;
    os_monitor_lock(w->lock);
    if (w->live) {
        stir(w);
        hurry(w, false, true);
    }
    os_monitor_unlock(w->lock);
}

static void walker_drop(struct walker *w)
{
    segment_list_free(&w->full);
    segment_list_free(&w->quick);
    if (w->lock != NULL)
        os_monitor_free(w->lock);
    if (w->be != NULL)
        backend_free(w->be);
    free(w);
}

/* Starts the threads; the name watcher comes last because it watches the reader. */
static struct oserr start_threads(struct walker *w)
{
    struct oserr e = reader_start(w);
    if (oserr_is(e))
        return e;
    os_monitor_lock(w->lock); /* so that a thread sees its pointer set */
    w->jobs = worker_start(jobs_tick, w, w->wake, &e);
    if (w->jobs != NULL)
        w->name_watcher = worker_start(namer_tick, w, w->wake, &e);
    os_monitor_unlock(w->lock);
    if (w->name_watcher != NULL)
        return OSERR_NONE;
    worker_stop(w->jobs, NULL);
    (void)reader_stop(w->reader, INT64_MAX);
    return e;
}

struct walker *walker_start(struct os_wake *wake, const struct walker_trial *trial,
                            struct oserr *error)
{
    struct walker *w = calloc(1, sizeof *w);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (w == NULL)
        return NULL;
    w->be = backend_new();
    w->lock = os_monitor_new();
    w->wake = wake;
    w->period = SECOND;
    w->pace = (struct seg_throttle){walker_avoid, w};
    w->kinds = walker_kinds();
    w->deliver = deliver;
    w->reader_returned = reader_returned;
    w->trial = trial != NULL ? *trial : (struct walker_trial){0};
    if (w->trial.patience == 0)
        w->trial.patience = PATIENCE;
    if (w->trial.still == 0)
        w->trial.still = STILL_AFTER * (int64_t)SECOND;
    w->stirred = os_now();
    if (w->be != NULL && w->lock != NULL)
        *error = start_threads(w);
    if (oserr_is(*error)) {
        walker_drop(w);
        return NULL;
    }
    if (oserr_is(seg_events_start(w->be, names_changed, w, &w->events)))
        w->events = NULL; /* then the names are listed every second */
    return w;
}

/* Called when the name watcher has ended. Abandoned readers are not waited for unless they have
 * returned. */
static bool stop_readers(struct walker *w, int64_t deadline)
{
    bool stopped = reader_stop(w->reader, deadline);
    w->reader = stopped ? NULL : w->reader;
    for (size_t i = w->left_count; i-- > 0;) {
        os_monitor_lock(w->lock);
        bool back = w->left[i]->returned;
        os_monitor_unlock(w->lock);
        if (reader_stop(w->left[i], back ? INT64_MAX : 0))
            w->left[i] = w->left[--w->left_count];
    }
    return stopped && w->left_count == 0;
}

bool walker_stop(struct walker *w, int64_t deadline, void *owner)
{
    if (w == NULL)
        return true;
    seg_events_stop(w->events);
    w->events = NULL;
    os_monitor_lock(w->lock);
    w->stopping = true; /* from now on only this function touches the threads */
    os_monitor_unlock(w->lock);
    if (!worker_stop_by(w->name_watcher, deadline, owner))
        return false;
    w->name_watcher = NULL;
    bool readers = stop_readers(w, deadline);
    bool jobs = worker_stop_by(w->jobs, deadline, owner);
    w->jobs = jobs ? NULL : w->jobs;
    if (readers && jobs)
        walker_drop(w);
    return readers && jobs;
}

void walker_hurry(struct walker *w)
{
    os_monitor_lock(w->lock);
    hurry(w, true, true);
    os_monitor_unlock(w->lock);
}

void walker_want(struct walker *w, int64_t period, struct seg_id id)
{
    os_monitor_lock(w->lock);
    bool now = w->period > period || !seg_id_equal(w->want, id);
    w->period = period;
    w->want = id;
    if (now) {
        stir(w);
        hurry(w, true, false);
    }
    os_monitor_unlock(w->lock);
}

void walker_list(struct walker *w, unsigned kinds, bool live)
{
    os_monitor_lock(w->lock);
    bool more = (kinds & ~w->kinds) != 0, begun = live && !w->live;
    w->kinds = kinds;
    w->live = live;
    if (more || begun)
        stir(w);
    hurry(w, more, more || begun);
    os_monitor_unlock(w->lock);
}

void walker_stir(struct walker *w)
{
    os_monitor_lock(w->lock);
    stir(w);
    os_monitor_unlock(w->lock);
}

bool walker_take(struct walker *w, struct segment_list *out)
{
    os_monitor_lock(w->lock);
    struct segment_list *full = &w->full, *quick = &w->quick;
    bool names_first = full->seq == 0 || (quick->seq != 0 && quick->time < full->time);
    struct segment_list *newest = names_first ? quick : full;
    struct segment_list list = *newest;
    *newest = (struct segment_list){0};
    os_monitor_unlock(w->lock);
    if (list.seq == 0)
        return false;
    *out = list;
    return true;
}

bool walker_progress(struct walker *w, struct walk_progress *out)
{
    os_monitor_lock(w->lock);
    *out = (struct walk_progress){w->begun, w->done, w->total};
    os_monitor_unlock(w->lock);
    if (out->total < out->done + 1)
        out->total = out->done + 1;
    return out->since != 0;
}

const struct seg_throttle *walker_pace(struct walker *w)
{
    return &w->pace;
}

struct worker *walker_worker(struct walker *w)
{
    return w->jobs;
}
