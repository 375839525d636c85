#include "live/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"

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
    s->count = calloc(SAMPLE_MAX, sizeof *s->count);
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

size_t sample_index(const struct sample *s, uint64_t offset)
{
    const struct rows_result *rows = &s->rows;
    if (!rows->on)
        return offset >= s->offset && offset - s->offset < s->length ? (size_t)(offset - s->offset)
                                                                     : SIZE_MAX;
    for (size_t r = 0; r < rows->shown; r++) {
        uint64_t row = rows->at[rows->first + r];
        if (offset >= row && offset - row < rows->width)
            return r * rows->width + (size_t)(offset - row);
    }
    return SIZE_MAX;
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
    os_monitor_lock(s->gate);
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
    os_monitor_unlock(s->gate);
    if (wake)
        os_wake_post(s->wake);
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

static struct wish wish_of(struct sampler *s)
{
    os_monitor_lock(s->gate);
    struct wish w = {.offset = s->want_offset,
                     .length = s->want_length,
                     .hz = s->want_hz,
                     .cells = s->want_cells,
                     .cpu = s->want_cpu,
                     .settle = s->want_settle,
                     .past = s->want_past,
                     .rows = s->want_rows,
                     .release = s->want_release};
    s->want_release = false;
    os_monitor_unlock(s->gate);
    if (w.past.time != 0) /* the past is shown whole */
        w.rows.on = false;
    return w;
}

/* The way around the segment goes on when samples are taken, in between only when those are far
 * apart. Returns when it wants to. */
static int64_t sweep_slice(struct sampler *s, const struct wish *w, int64_t now, int64_t period)
{
    if (w->cpu <= 0)
        return INT64_MAX;
    int64_t interval = period < SLICE_EVERY ? period : SLICE_EVERY;
    int64_t due = sweep_work(s->map, now, interval, w->cpu / 100);
    return period <= SLICE_EVERY ? INT64_MAX : due;
}

static int64_t sampler_tick(void *ctx, int64_t now, bool hurried)
{
    struct sampler *s = ctx;
    if (s->seg == NULL)
        return INT64_MAX;
    const struct wish w = wish_of(s);
    if (w.release)
        sampler_let_go(s);
    int64_t period = (int64_t)(SECOND / w.hz), around = 0;
    if (!hurried && now < s->due) { /* only for the map */
        around = sweep_slice(s, &w, now, period);
        return around < s->due ? around : s->due;
    }
    s->work.time = now;
    count_rate(s, now);
    bool base_was = s->work.has_base;
    bool news = recorder_follow(s->rewind, now);
    news = sampler_look_at(s, &w) || news;
    news = sweep_show(s->map, w.cells, now, &s->work.map) || news;
    news = sampler_show_past(s, &w.past, w.cpu > 0) || news;
    publish(s, news || base_was != s->work.has_base);
    around = sweep_slice(s, &w, os_now(), period);
    int64_t due = next_due(s, now, period);
    return around < due ? around : due;
}

static void sampler_drop(struct sampler *s)
{
    seg_close(s->seg);
    ages_free(s->diff);
    sweep_free(s->map);
    recorder_free(s->rewind);
    baseline_free(s->baseline);
    settle_free(&s->settle);
    sample_free(&s->work);
    sample_free(&s->out);
    os_monitor_free(s->gate);
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
    s->gate = os_monitor_new();
    s->diff = ages_new(SAMPLE_MAX);
    s->want_past.budget = (size_t)HISTORY_MIB << 20;
    s->map = seg != NULL ? sweep_new(seg) : NULL;
    s->rewind = s->map != NULL ? recorder_new(seg, s->map) : NULL;
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

bool sampler_stop_by(struct sampler *s, int64_t deadline, void *owner)
{
    if (s == NULL)
        return true;
    if (!worker_stop_by(s->worker, deadline, owner))
        return false;
    sampler_drop(s);
    return true;
}

void sampler_stop(struct sampler *s, void *owner)
{
    (void)sampler_stop_by(s, INT64_MAX, owner);
}

void sampler_want(struct sampler *s, uint64_t offset, size_t length, double hz)
{
    if (length > SAMPLE_MAX)
        length = SAMPLE_MAX;
    os_monitor_lock(s->gate);
    bool moved = s->want_offset != offset || s->want_length != length || s->want_hz < hz;
    s->want_offset = offset;
    s->want_length = length;
    s->want_hz = hz;
    os_monitor_unlock(s->gate);
    if (moved)
        worker_wake(s->worker);
}

void sampler_want_map(struct sampler *s, size_t cells, double cpu)
{
    os_monitor_lock(s->gate);
    s->want_cells = cells;
    s->want_cpu = cpu;
    os_monitor_unlock(s->gate);
}

void sampler_settle(struct sampler *s, const struct settle_want *want)
{
    os_monitor_lock(s->gate);
    s->want_settle = *want;
    os_monitor_unlock(s->gate);
    worker_wake(s->worker);
}

void sampler_want_rows(struct sampler *s, const struct rows_want *want)
{
    os_monitor_lock(s->gate);
    const struct rows_want *was = &s->want_rows;
    bool other = was->on != want->on || was->top != want->top || was->keep != want->keep ||
                 was->rows != want->rows || was->width != want->width;
    s->want_rows = *want;
    os_monitor_unlock(s->gate);
    if (other)
        worker_wake(s->worker);
}

/* Copies all but the arrays; keeps the owner's. */
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
    os_monitor_lock(s->gate);
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
    os_monitor_unlock(s->gate);
    return newer;
}

bool sampler_take_frozen(struct sampler *s, struct sample *out)
{
    os_monitor_lock(s->gate);
    bool newer = s->out.events > out->events;
    s->told = false;
    out->stat = s->out.stat;
    out->hz = s->out.hz;
    out->error = s->out.error;
    out->freeze = s->out.freeze;
    out->events = s->out.events;
    memcpy(out->event, s->out.event, sizeof out->event);
    os_monitor_unlock(s->gate);
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
