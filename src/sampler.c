#include "sampler.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "sampler_private.h"

enum {
    SECOND = 1000000000,
    SLICE_EVERY = 5 * 1000000 /* ns: slices of the way around the segment */
};

/* The backend's words for a byte and the core's are the same. */
_Static_assert((int)BYTE_DATA == SEG_BYTE_DATA && (int)BYTE_HOLE == SEG_BYTE_HOLE &&
                   (int)BYTE_UNKNOWN == SEG_BYTE_UNKNOWN && (int)BYTE_BEYOND == SEG_BYTE_BEYOND,
               "byte states differ");

bool sample_alloc(struct sample *s)
{
    *s = (struct sample){0};
    s->bytes = malloc(SAMPLE_MAX);
    s->state = malloc(SAMPLE_MAX);
    s->base = malloc(SAMPLE_MAX);
    s->unsettled = calloc(1, SAMPLE_MAX);
    s->changed = malloc(SAMPLE_MAX * sizeof *s->changed);
    s->count = malloc(SAMPLE_MAX * sizeof *s->count);
    if (s->bytes != NULL && s->state != NULL && s->base != NULL && s->unsettled != NULL &&
        s->changed != NULL && s->count != NULL)
        return true;
    sample_free(s);
    return false;
}

void sample_free(struct sample *s)
{
    free(s->bytes);
    free(s->state);
    free(s->base);
    free(s->unsettled);
    free(s->changed);
    free(s->count);
    *s = (struct sample){0};
}

static void add_event(struct sample *w, enum seg_event_kind kind, uint64_t value, struct oserr e)
{
    w->event[w->events % SAMPLE_EVENTS] = (struct seg_event){kind, value, w->time, e};
    w->events++;
}

/* What happened between two looks at the segment. */
static void note_events(struct sample *w, const struct seg_stat *now)
{
    const struct seg_stat *was = &w->stat;
    if (now->replaced && !was->replaced)
        add_event(w, SEEN_REPLACED, 0, OSERR_NONE);
    else if (now->name_gone && !was->name_gone)
        add_event(w, SEEN_UNLINKED, 0, OSERR_NONE);
    else if (!now->replaced && !now->name_gone && (was->replaced || was->name_gone))
        add_event(w, SEEN_RENAMED_BACK, 0, OSERR_NONE);
    if (now->size < was->size)
        add_event(w, SEEN_SHRUNK, now->size, OSERR_NONE);
    else if (now->size > was->size)
        add_event(w, SEEN_GROWN, now->size, OSERR_NONE);
    if (now->denied != was->denied)
        add_event(w, now->denied ? SEEN_DENIED : SEEN_ALLOWED, now->mode, OSERR_NONE);
}

static void note_error(struct sample *w, struct oserr e)
{
    bool same = w->error.call == e.call && w->error.code == e.code;
    if (oserr_is(e) && !same)
        add_event(w, SEEN_FAILED, 0, e);
    w->error = e;
}

static void count_rate(struct sampler *s, int64_t now)
{
    s->ticks++;
    if (now - s->second < SECOND)
        return;
    s->work.hz = (double)s->ticks * SECOND / (double)(now - s->second);
    s->ticks = 0;
    s->second = now;
}

/* Swaps the finished sample into the mailbox; wakes the UI when there is something to see. */
static void publish(struct sampler *s, bool news)
{
    os_gate_lock(s->gate);
    struct sample old = s->out;
    s->out = s->work;
    s->work.bytes = old.bytes;
    s->work.state = old.state;
    s->work.base = old.base;
    s->work.unsettled = old.unsettled;
    s->work.changed = old.changed;
    s->work.count = old.count;
    bool wake = news && !s->told;
    s->told = s->told || news;
    os_gate_unlock(s->gate);
    if (wake)
        os_wake_post(s->wake);
}

static bool stat_differs(const struct seg_stat *a, const struct seg_stat *b)
{
    return a->mode != b->mode || a->uid != b->uid || a->links != b->links ||
           a->resident != b->resident || a->size != b->size;
}

/* Frozen values are put back first, so that the picture shows them. True: worth drawing. */
static bool keep_frozen(struct sampler *s)
{
    struct oserr why;
    bool fought = false;
    if (s->work.freeze.count == 0)
        return false;
    size_t n = freeze_keep(&s->work.freeze, s->seg, s->work.time, &fought, &why);
    if (n > 0)
        add_event(&s->work, SEEN_LET_GO, n, why);
    return fought || n > 0;
}

/* One look: the segment's state, the window, what changed. True: worth drawing. */
static bool take_sample(struct sampler *s, const struct settle_want *want, uint64_t offset,
                        size_t n)
{
    struct sample *w = &s->work;
    struct seg_stat stat = w->stat;
    uint64_t events = w->events;
    bool marks = false;
    struct oserr e = settle_sample(s, want, offset, n, &stat, &marks);
    bool news = marks || w->seq == 0 || w->offset != offset || w->length != n;
    if (oserr_is(e)) {
        memset(w->bytes, 0, n);
        memset(w->state, BYTE_UNKNOWN, n);
    } else {
        if (w->seq != 0)
            note_events(w, &stat);
        news = news || stat_differs(&stat, &w->stat);
        w->stat = stat;
    }
    note_error(w, e);
    size_t changed = diff_feed(s->diff, offset, w->bytes, w->state, n, w->time);
    if (news) { /* what changed before it came into the window */
        pagemap_ages(segmap_pages(s->map), offset, w->changed, n);
        diff_prime(s->diff, w->changed, n);
    }
    segmap_stat(s->map, &w->stat);
    (void)segmap_window(s->map, offset, w->bytes, w->state, n, w->time);
    memcpy(w->changed, diff_changed(s->diff), n * sizeof *w->changed);
    memcpy(w->count, diff_counts(s->diff), n * sizeof *w->count);
    memset(w->base, 0, n);
    w->has_base = s->baseline != NULL;
    w->base_bytes = s->baseline != NULL ? baseline_covers(s->baseline) : 0;
    if (s->baseline != NULL)
        baseline_compare(s->baseline, offset, w->bytes, n, w->base);
    w->changes += changed;
    w->offset = offset;
    w->length = n;
    w->seq++;
    return news || changed > 0 || w->events != events;
}

/* A steady beat: a hurried tick does not move it, a late one does not make up for what was missed.
 */
static int64_t next_due(struct sampler *s, int64_t now, int64_t period)
{
    if (now >= s->due)
        s->due += period;
    if (s->due <= now || s->due - now > period)
        s->due = now + period;
    return s->due;
}

/* What the UI asked for last. */
struct wish {
    uint64_t offset;
    size_t length;
    double hz;
    size_t cells;
    double cpu;
    struct settle_want settle;
    struct past_wish past;
};

static struct wish wish_of(struct sampler *s)
{
    os_gate_lock(s->gate);
    struct wish w = {s->want_offset, s->want_length, s->want_hz,  s->want_cells,
                     s->want_cpu,    s->want_settle, s->want_past};
    os_gate_unlock(s->gate);
    return w;
}

/* The way around the segment goes on when samples are taken, in between only when those are far
 * apart. Returns when it wants to. */
static int64_t go_around(struct sampler *s, const struct wish *w, int64_t now, int64_t period)
{
    if (w->cpu <= 0)
        return INT64_MAX;
    int64_t interval = period < SLICE_EVERY ? period : SLICE_EVERY;
    int64_t due = segmap_work(s->map, now, interval, w->cpu / 100);
    return period <= SLICE_EVERY ? INT64_MAX : due;
}

static int64_t sampler_tick(void *ctx, int64_t now, bool hurried)
{
    struct sampler *s = ctx;
    if (s->seg == NULL)
        return INT64_MAX;
    const struct wish w = wish_of(s);
    int64_t period = (int64_t)(SECOND / w.hz), around = 0;
    if (!hurried && now < s->due) { /* only for the map */
        around = go_around(s, &w, now, period);
        return around < s->due ? around : s->due;
    }
    s->work.time = now;
    count_rate(s, now);
    bool base_was = s->work.has_base;
    bool news = keep_frozen(s);
    news = take_sample(s, &w.settle, w.offset, w.length) || news;
    news = segmap_show(s->map, w.cells, now, &s->work.map) || news;
    news = sampler_show_past(s, &w.past, w.cpu > 0) || news;
    publish(s, news || base_was != s->work.has_base);
    around = go_around(s, &w, os_now(), period);
    int64_t due = next_due(s, now, period);
    return around < due ? around : due;
}

static void sampler_drop(struct sampler *s)
{
    seg_close(s->seg);
    diff_free(s->diff);
    segmap_free(s->map);
    rewind_free(s->rewind);
    baseline_free(s->baseline);
    settle_free(&s->settle);
    sample_free(&s->work);
    sample_free(&s->out);
    os_gate_free(s->gate);
    free(s);
}

struct sampler *sampler_start(struct backend *be, struct seg *seg, double hz, struct os_wake *wake,
                              struct oserr *error)
{
    struct sampler *s = calloc(1, sizeof *s);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (s == NULL) {
        seg_close(seg);
        return NULL;
    }
    s->be = be;
    s->seg = seg;
    s->wake = wake;
    s->want_hz = hz;
    s->want_cpu = CPU_DEFAULT;
    s->second = os_now();
    s->gate = os_gate_new();
    s->diff = diff_new(SAMPLE_MAX);
    s->want_past.budget = (size_t)HISTORY_MIB << 20;
    s->map = seg != NULL ? segmap_new(seg) : NULL;
    s->rewind = s->map != NULL ? rewind_new(seg, s->map) : NULL;
    bool ready = s->gate != NULL && s->diff != NULL && (s->rewind != NULL || seg == NULL) &&
                 settle_alloc(&s->settle);
    if (ready && sample_alloc(&s->work) && sample_alloc(&s->out)) {
        if (seg != NULL)
            s->work.stat = *seg_last(seg);
        s->worker = worker_start(sampler_tick, s, wake, error);
        if (s->worker != NULL)
            return s;
    }
    sampler_drop(s);
    return NULL;
}

bool sampler_stop_by(struct sampler *s, int64_t deadline, void *taker)
{
    if (s == NULL)
        return true;
    if (!worker_stop_by(s->worker, deadline, taker))
        return false;
    sampler_drop(s);
    return true;
}

void sampler_stop(struct sampler *s, void *taker)
{
    (void)sampler_stop_by(s, INT64_MAX, taker);
}

void sampler_want(struct sampler *s, uint64_t offset, size_t length, double hz)
{
    if (length > SAMPLE_MAX)
        length = SAMPLE_MAX;
    os_gate_lock(s->gate);
    bool moved = s->want_offset != offset || s->want_length != length || s->want_hz < hz;
    s->want_offset = offset;
    s->want_length = length;
    s->want_hz = hz;
    os_gate_unlock(s->gate);
    if (moved)
        worker_hurry(s->worker);
}

void sampler_want_map(struct sampler *s, size_t cells, double cpu)
{
    os_gate_lock(s->gate);
    s->want_cells = cells;
    s->want_cpu = cpu;
    os_gate_unlock(s->gate);
}

void sampler_settle(struct sampler *s, const struct settle_want *want)
{
    os_gate_lock(s->gate);
    s->want_settle = *want;
    os_gate_unlock(s->gate);
    worker_hurry(s->worker);
}

/* Copies all but the arrays; keeps the taker's. */
static void copy_header(struct sample *to, const struct sample *from)
{
    uint8_t *bytes = to->bytes, *state = to->state, *base = to->base, *unsettled = to->unsettled;
    int64_t *changed = to->changed;
    uint32_t *count = to->count;
    *to = *from;
    to->bytes = bytes;
    to->state = state;
    to->base = base;
    to->unsettled = unsettled;
    to->changed = changed;
    to->count = count;
}

bool sampler_take(struct sampler *s, struct sample *out)
{
    os_gate_lock(s->gate);
    bool newer = s->out.seq > out->seq;
    if (newer) {
        size_t n = s->out.length;
        copy_header(out, &s->out);
        memcpy(out->bytes, s->out.bytes, n);
        memcpy(out->state, s->out.state, n);
        memcpy(out->base, s->out.base, n);
        memcpy(out->unsettled, s->out.unsettled, n);
        memcpy(out->changed, s->out.changed, n * sizeof *out->changed);
        memcpy(out->count, s->out.count, n * sizeof *out->count);
        s->told = false;
    }
    os_gate_unlock(s->gate);
    return newer;
}

bool sampler_take_frozen(struct sampler *s, struct sample *out)
{
    os_gate_lock(s->gate);
    bool newer = s->out.events > out->events;
    s->told = false;
    out->stat = s->out.stat;
    out->hz = s->out.hz;
    out->error = s->out.error;
    out->freeze = s->out.freeze;
    out->events = s->out.events;
    memcpy(out->event, s->out.event, sizeof out->event);
    os_gate_unlock(s->gate);
    return newer;
}

struct worker *sampler_worker(struct sampler *s)
{
    return s->worker;
}

struct seg *sampler_seg(struct sampler *s)
{
    return s->seg;
}
