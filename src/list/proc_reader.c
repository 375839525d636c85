/* Scans in slices, on a thread that can be abandoned: a process that holds its mmap lock blocks
 * whoever reads its mappings for as long as it likes. */
#include <stdlib.h>

#include "list/walker_private.h"

enum {
    MS = 1000000,
    SECOND = 1000 * MS,
    SLICE = 4 * MS,         /* length of a slice, */
    SLICE_MOST = 10 * MS,   /* time beyond this was not work, but waiting; */
    PASS_SHARE = 5,         /* then a rest, so that a scan takes a fifth of a core at most, */
    QUICK_REST = 2 * MS,    /* or a rest of this length when somebody waits: two thirds; */
    WORK_SHARE = 50,        /* and all scans together take a 50th */
    STILL = 5,              /* where nothing happens, scans are so many times further apart */
    SAY_AFTER = SECOND / 2, /* a scan that takes longer reports its progress, */
    SAY_EVERY = SECOND / 4, /* this often */
};

/* ---- a scan ---- */

/* Whether the result of the current scan would be useless. The lock is held. */
static bool is_outdated(const struct proc_reader *r)
{
    const struct walker *w = r->walker;
    bool other = w->want.dev != 0 && !seg_id_equal(w->want, r->want);
    return w->stopping || r->abandoned || other || (w->kinds & ~r->kinds) != 0;
}

static bool hangs(const struct walker *w, uint32_t pid)
{
    for (size_t i = 0; i < w->left_count; i++)
        if (w->left[i]->pid == pid)
            return true;
    return false;
}

enum seg_pace_answer walker_avoid(void *ctx, const struct seg_at *at)
{
    struct walker *w = ctx;
    os_monitor_lock(w->lock);
    enum seg_pace_answer answer = w->stopping         ? SEG_SCAN_STOP
                                  : hangs(w, at->pid) ? SEG_SCAN_SKIP
                                                      : SEG_SCAN_CONTINUE;
    os_monitor_unlock(w->lock);
    return answer;
}

/* Ends the slice. */
static int64_t end_slice(struct proc_reader *r, int64_t now)
{
    int64_t took = now - r->slice;
    took = took < SLICE_MOST ? took : SLICE_MOST;
    r->work += took;
    r->slice = now;
    return took;
}

/* Rests when the slice was long enough. False: the thread must end. */
static bool rest(struct proc_reader *r, bool quick)
{
    int64_t now = os_now();
    if (now - r->slice < SLICE)
        return worker_sleep_until(r->worker, 0);
    int64_t took = end_slice(r, now);
    bool go_on =
        worker_sleep_until(r->worker, now + (quick ? QUICK_REST : took * (PASS_SHARE - 1)));
    r->slice = os_now();
    return go_on;
}

/* Whether it is time to report progress. The lock is held. */
static bool report_is_due(struct walker *w, int64_t now)
{
    if (now - w->begun < SAY_AFTER || now - w->said < SAY_EVERY)
        return false;
    w->said = now;
    return true;
}

/* The throttle of our own scans. */
static enum seg_pace_answer pace(void *ctx, const struct seg_at *at)
{
    struct proc_reader *r = ctx;
    struct walker *w = r->walker;
    os_monitor_lock(w->lock);
    r->since = 0;
    bool quick = !w->known || r->hurried;
    os_monitor_unlock(w->lock);
    bool go_on = rest(r, quick);
    os_monitor_lock(w->lock);
    enum seg_pace_answer answer = !go_on || is_outdated(r) ? SEG_SCAN_STOP
                                  : hangs(w, at->pid)      ? SEG_SCAN_SKIP
                                                           : SEG_SCAN_CONTINUE;
    if (!r->abandoned) {
        r->pid = at->pid;
        r->since = answer == SEG_SCAN_CONTINUE ? os_now() : 0;
        w->done = at->done > w->done ? at->done : w->done;
        w->total = w->before != 0 ? w->before : at->expected > w->total ? at->expected : w->total;
    }
    bool say = !r->abandoned && report_is_due(w, os_now());
    os_monitor_unlock(w->lock);
    if (say)
        os_wake_post(w->wake);
    return answer;
}

/* Begins a scan of what is wanted now. */
static struct segment_list begin(struct proc_reader *r, int64_t now, bool hurried)
{
    struct walker *w = r->walker;
    r->slice = now;
    r->work = 0;
    os_monitor_lock(w->lock);
    r->hurried = hurried;
    r->want = w->want;
    r->kinds = w->kinds;
    w->begun = now;
    w->done = w->total = 0;
    os_monitor_unlock(w->lock);
    return (struct segment_list){.time = now, .names = now, .kinds = r->kinds, .id = r->want};
}

/* Ends it. True: it was complete. */
static bool end(struct proc_reader *r, struct segment_list *list, struct oserr e)
{
    struct walker *w = r->walker;
    os_monitor_lock(w->lock);
    r->since = 0;
    bool fine = !oserr_is(e) && !r->abandoned;
    if (!r->abandoned)
        w->begun = 0;
    if (fine) {
        w->known = true;
        w->before = w->done;
        list->hanging = w->left_count;
        list->hanging_pid = w->left_count > 0 ? w->left[0]->pid : 0;
    }
    r->returned = r->abandoned;
    os_monitor_unlock(w->lock);
    return fine;
}

/* Can it change any moment who has what is wanted, and whether it lives by us alone? No notice
 * comes of that. */
static bool is_in_use(const struct segment_list *l)
{
    const struct seg_users u = seg_who_users(&l->survey.extra);
    bool named = false;
    for (size_t i = 0; i < l->survey.count && !named; i++)
        named = (seg_named_kinds() >> l->survey.segs[i].kind & 1) != 0 &&
                seg_id_equal(seg_id_of(&l->survey.segs[i].stat), l->id);
    return l->id.dev != 0 && (!named || u.rw + u.ro + u.held > 0);
}

/* How long to wait for the next scan. The lock is held. */
static int64_t wait_for_next(struct walker *w)
{
    bool in_use = w->want.dev != 0 && w->in_use;
    w->still = !in_use && os_now() - w->stirred >= w->trial.still;
    return w->still ? STILL * w->period : w->period;
}

/* Scans; returns when the next scan is due. */
static int64_t reader_tick(void *ctx, int64_t now, bool hurried)
{
    struct proc_reader *r = ctx;
    struct walker *w = r->walker;
    const struct seg_throttle paced = {pace, r};
    struct segment_list list = begin(r, now, hurried);
    struct seg_ask ask = {list.kinds, SEG_SURVEY_WHO, list.id, &paced};
    struct oserr e = seg_survey_paced(r->be, &ask, &list.survey);
    (void)end_slice(r, os_now());
    bool fine = end(r, &list, e), in_use = fine && is_in_use(&list);
    os_monitor_lock(w->lock); /* before it is delivered: who has that may stir */
    bool abandoned = r->abandoned;
    w->in_use = fine ? in_use : w->in_use;
    int64_t period = abandoned ? 0 : wait_for_next(w);
    os_monitor_unlock(w->lock);
    if (fine)
        w->deliver(w, &w->full, &list);
    else
        segment_list_free(&list);
    if (abandoned) {
        w->reader_returned(w);
        return INT64_MAX;
    }
    if (e.code == SEG_E_STOPPED)
        return 0;
    int64_t idle = r->work * WORK_SHARE; /* the more processes there are, the less often */
    return os_now() + (idle > period ? idle : period);
}

/* ---- threads ---- */

static void reader_free(struct proc_reader *r)
{
    if (r->be != NULL)
        backend_free(r->be);
    free(r);
}

struct oserr reader_start(struct walker *w)
{
    struct oserr e = {"malloc", SEG_E_MEMORY};
    struct proc_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return e;
    r->walker = w;
    r->be = backend_new();
    if (r->be == NULL) {
        reader_free(r);
        return e;
    }
    if (w->trial.before != NULL)
        backend_before_call(r->be, w->trial.before, w->trial.ctx);
    os_monitor_lock(w->lock); /* so that the thread sees its pointer set */
    r->worker = worker_start(reader_tick, r, w->wake, &e);
    if (r->worker != NULL)
        w->reader = r;
    os_monitor_unlock(w->lock);
    if (r->worker != NULL)
        return OSERR_NONE;
    reader_free(r);
    return e;
}

bool reader_stop(struct proc_reader *r, int64_t deadline)
{
    if (r == NULL)
        return true;
    if (!worker_stop_by(r->worker, deadline, NULL))
        return false;
    reader_free(r);
    return true;
}

/* Takes one that has returned from the abandoned ones. */
static struct proc_reader *take_back(struct walker *w)
{
    struct proc_reader *back = NULL;
    os_monitor_lock(w->lock);
    for (size_t i = 0; i < w->left_count && back == NULL; i++)
        if (w->left[i]->returned) {
            back = w->left[i];
            w->left[i] = w->left[--w->left_count];
        }
    os_monitor_unlock(w->lock);
    return back;
}

/* Abandons the reader if it hangs and there is room for one more. */
static bool abandon(struct walker *w, int64_t now)
{
    os_monitor_lock(w->lock);
    struct proc_reader *r = w->reader;
    bool hung = r->since != 0 && !r->abandoned && now - r->since >= w->trial.patience &&
                w->left_count < READERS_LEFT;
    if (hung) {
        r->abandoned = true;
        w->left[w->left_count++] = r;
    }
    os_monitor_unlock(w->lock);
    return hung;
}

int64_t readers_watch(struct walker *w, int64_t now)
{
    struct proc_reader *back;
    bool again = false;
    while ((back = take_back(w)) != NULL) {
        (void)reader_stop(back, INT64_MAX); /* it has nothing more to do */
        again = true;
    }
    bool hung = abandon(w, now);
    if (w->reader->abandoned && oserr_is(reader_start(w)))
        return now + SECOND; /* no memory for another thread: later */
    os_monitor_lock(w->lock);
    int64_t since = w->reader->since;
    os_monitor_unlock(w->lock);
    if (again && !hung)
        worker_wake(w->reader->worker); /* to read what was skipped */
    return (since != 0 ? since : now) + w->trial.patience;
}
