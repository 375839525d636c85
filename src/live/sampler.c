#include "live/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"

enum {
    SECOND = 1000000000,
    SLICE_EVERY = 5 * 1000000 /* ns: slices of the sweep */
};

/* enum seg_byte of the backend and enum byte_state of the core agree. */
_Static_assert((int)BYTE_DATA == SEG_BYTE_DATA && (int)BYTE_HOLE == SEG_BYTE_HOLE &&
                   (int)BYTE_UNKNOWN == SEG_BYTE_UNKNOWN && (int)BYTE_BEYOND == SEG_BYTE_BEYOND,
               "byte states differ");

/* The rate is that of samples while something happens: at rest it stays what it was. */
static void count_rate(struct sampler *s, int64_t now, bool resting)
{
    if (resting) {
        s->ticks = 0;
        s->second = now;
        return;
    }
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
    os_monitor_lock(s->monitor);
    struct sample_arrays *spare = s->out.arrays;
    s->out = s->work;
    s->work.arrays = spare;
    bool wake = news && !s->announced;
    s->announced = s->announced || news;
    os_monitor_unlock(s->monitor);
    if (wake)
        os_wake_post(s->wake);
}

/* A steady beat: an early tick does not move it, and a late one does not catch up. */
static int64_t next_due(struct sampler *s, int64_t now, int64_t period)
{
    if (now >= s->due)
        s->due += period;
    if (s->due <= now || s->due - now > period)
        s->due = now + period;
    return s->due;
}

/* Runs one slice of the sweep. At 200 Hz and faster slices ride on samples, also at rest; below
 * that they are timed apart. Returns the next due time. */
static int64_t sweep_slice(struct sampler *s, const struct sample_request *r, int64_t now,
                           int64_t period)
{
    if (r->cpu <= 0)
        return INT64_MAX;
    bool ride = SECOND / r->hz <= SLICE_EVERY;
    int64_t interval = ride || period < SLICE_EVERY ? period : SLICE_EVERY;
    int64_t due = sweep_work(s->map, now, interval, r->cpu / 100);
    return ride ? INT64_MAX : due;
}

/* Nothing changed: only the time continues. A change that the sweep finds ends the rest. */
static int64_t pass_over(struct sampler *s, const struct sample_request *r, int64_t now,
                         int64_t period)
{
    uint64_t changes = pagemap_changes(sweep_pages(s->map));
    s->work.time = now;
    s->work.seq++;
    os_monitor_lock(s->monitor);
    s->out.time = now;
    s->out.seq = s->work.seq;
    os_monitor_unlock(s->monitor);
    int64_t slice = sweep_slice(s, r, now, period);
    if (pagemap_changes(sweep_pages(s->map)) != changes)
        s->news = now;
    int64_t due = next_due(s, now, period);
    return slice < due ? slice : due;
}

/* A whole sample. True: it is worth drawing. */
static bool take_whole(struct sampler *s, const struct sample_request *r, int64_t now)
{
    s->work.time = s->whole = now;
    bool base_was = s->work.has_base;
    bool news = recorder_follow(s->recorder, now);
    news = sampler_look_at(s, r) || news;
    news = sweep_show(s->map, r->cells, now, &s->work.map) || news;
    news = sampler_show_past(s, &r->past, r->cpu > 0) || news;
    news = gauges_sample(s, &r->gauges) || news;
    return news || base_was != s->work.has_base;
}

/* Takes over what the UI asks for, when that is new: it is kilobytes, and looks are many. */
static void take_request(struct sampler *s, int64_t now, bool *release)
{
    os_monitor_lock(s->monitor);
    bool other = s->other;
    bool rate = other && (s->request.hz < s->taken.hz || s->request.hz > s->taken.hz);
    if (other)
        s->taken = s->request;
    s->other = false;
    *release = s->release;
    s->release = false;
    os_monitor_unlock(s->monitor);
    if (rate) { /* an average of the old one would be shown for a second */
        s->work.hz = 0;
        s->ticks = 0;
        s->second = now;
    }
    if (other && s->taken.past.time != 0) /* the past is shown whole */
        s->taken.rows.on = false;
}

static int64_t sampler_tick(void *ctx, int64_t now, bool hurried)
{
    struct sampler *s = ctx;
    bool release = false;
    take_request(s, now, &release);
    const struct sample_request *r = &s->taken;
    if (release)
        s->work.freeze.count = 0;
    if (s->released) /* the job that takes it again hurries us */
        return INT64_MAX;
    if (hurried)
        s->news = now;
    int64_t asked = (int64_t)(SECOND / r->hz), period = rest_period(now - s->news, asked),
            slice = 0;
    if (!hurried && now < s->due) { /* woken only for the sweep */
        slice = sweep_slice(s, r, now, period);
        return slice < s->due ? slice : s->due;
    }
    count_rate(s, now, period > asked);
    if (period > asked && rest_unchanged(s, r, now))
        return pass_over(s, r, now, period);
    bool news = take_whole(s, r, now);
    s->news = news ? now : s->news;
    publish(s, news);
    slice = sweep_slice(s, r, os_now(), period);
    int64_t due = next_due(s, now, period);
    return slice < due ? slice : due;
}

static void sampler_drop(struct sampler *s)
{
    seg_close(s->seg);
    ages_free(s->ages);
    sweep_free(s->map);
    recorder_free(s->recorder);
    baseline_free(s->baseline);
    settle_free(&s->settle);
    gauges_free(s->gauges);
    find_free(s->replacing);
    sample_free(&s->work);
    sample_free(&s->out);
    free(s->spare);
    os_monitor_free(s->monitor);
    free(s);
}

struct sampler *sampler_start(struct seg *seg, double hz, struct os_wake *wake, struct oserr *error)
{
    struct sampler *s = calloc(1, sizeof *s);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (s == NULL) {
        seg_close(seg);
        return NULL;
    }
    s->seg = seg;
    s->wake = wake;
    s->request = (struct sample_request){
        .hz = hz, .cpu = CPU_DEFAULT, .past = {.budget = (size_t)HISTORY_MIB << 20}};
    s->other = true;
    s->second = os_now();
    s->monitor = os_monitor_new();
    s->ages = ages_new(SAMPLE_MAX);
    s->gauges = gauges_new();
    s->map = sweep_new(seg);
    s->recorder = s->map != NULL ? recorder_new(seg, sweep_pages(s->map)) : NULL;
    bool ready = s->monitor != NULL && s->ages != NULL && s->gauges != NULL &&
                 s->recorder != NULL && ages_listen(s->ages, sweep_pages(s->map)) &&
                 settle_alloc(&s->settle);
    s->spare = calloc(1, sizeof *s->spare);
    if (ready && s->spare != NULL && sample_alloc(&s->work) && sample_alloc(&s->out)) {
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

bool settle_request_equal(const struct settle_request *a, const struct settle_request *b)
{
    return a->from == b->from && a->to == b->to && a->locked == b->locked &&
           a->lock.offset == b->lock.offset && a->lock.width == b->lock.width &&
           a->lock.two == b->lock.two && a->lock.end == b->lock.end;
}

bool rows_request_equal(const struct rows_request *a, const struct rows_request *b)
{
    return a->on == b->on && a->start == b->start && a->width == b->width && a->rows == b->rows &&
           a->top == b->top && a->keep == b->keep && a->recent == b->recent;
}

static bool past_request_equal(const struct history_request *a, const struct history_request *b)
{
    return a->budget == b->budget && a->time == b->time && a->cells == b->cells &&
           a->offset == b->offset && a->size == b->size;
}

static bool request_equal(const struct sample_request *a, const struct sample_request *b)
{
    return a->offset == b->offset && a->length == b->length && !(a->hz < b->hz) &&
           !(a->hz > b->hz) && a->cells == b->cells && !(a->cpu < b->cpu) && !(a->cpu > b->cpu) &&
           settle_request_equal(&a->settle, &b->settle) && past_request_equal(&a->past, &b->past) &&
           rows_request_equal(&a->rows, &b->rows) && spans_equal(&a->spans, &b->spans) &&
           guards_equal(&a->guards, &b->guards) && gauge_request_equal(&a->gauges, &b->gauges);
}

void sampler_request(struct sampler *s, const struct sample_request *r)
{
    os_monitor_lock(s->monitor);
    bool other = !request_equal(&s->request, r);
    s->other = s->other || other;
    s->request = *r;
    if (s->request.length > SAMPLE_MAX)
        s->request.length = SAMPLE_MAX;
    os_monitor_unlock(s->monitor);
    if (other)
        worker_wake(s->worker);
}

static void copy_arrays(struct sample_arrays *to, const struct sample_arrays *from, size_t n)
{
    memcpy(to->bytes, from->bytes, n);
    memcpy(to->state, from->state, n);
    memcpy(to->base, from->base, n);
    memcpy(to->torn, from->torn, n);
    memcpy(to->count, from->count, n * sizeof *to->count);
    memcpy(to->changed, from->changed, n * sizeof *to->changed);
    gauge_result_copy(&to->gauges, &from->gauges);
}

bool sampler_take(struct sampler *s, struct sample *out)
{
    os_monitor_lock(s->monitor);
    bool newer = s->out.seq > out->seq;
    if (newer) {
        struct sample_arrays *own = out->arrays;
        *out = s->out;
        out->arrays = own;
        copy_arrays(own, s->out.arrays, out->length);
        s->announced = false;
    }
    os_monitor_unlock(s->monitor);
    return newer;
}

/* Byte i of an array becomes what byte k of a different one is. */
static void keep_byte(struct sample_arrays *to, size_t i, const struct sample_arrays *from,
                      size_t k, int64_t time)
{
    if (k == SIZE_MAX) { /* it is new here: it changed before the picture stood, or is as old */
        to->changed[i] = to->changed[i] < time ? to->changed[i] : time;
        return;
    }
    to->bytes[i] = from->bytes[k];
    to->state[i] = from->state[k];
    to->base[i] = from->base[k];
    to->torn[i] = from->torn[k];
    to->count[i] = from->count[k];
    to->changed[i] = from->changed[k];
}

bool sampler_take_still(struct sampler *s, struct sample *out, const struct gauge_request *want)
{
    const struct sample old = *out;
    struct sample_arrays *spare = s->spare;
    bool had = old.seq != 0 && gauges_answered(&old.arrays->gauges, want);
    out->arrays = spare;
    if (!sampler_take(s, out)) {
        out->arrays = old.arrays;
        return false;
    }
    s->spare = old.arrays;
    if (old.seq == 0)
        return true;
    struct span_list window;
    spans_set(&window, out->offset, out->length);
    const struct span_list *pieces = out->spans.count > 0 ? &out->spans : &window;
    for (size_t p = 0; p < pieces->count; p++)
        for (size_t i = 0; i < pieces->at[p].length; i++)
            keep_byte(out->arrays, pieces->at[p].index + i, old.arrays,
                      sample_index(&old, pieces->at[p].offset + i), old.time);
    if (had)
        gauge_result_copy(&out->arrays->gauges, &old.arrays->gauges);
    if (old.map.cells == out->map.cells && old.map.from == out->map.from &&
        old.map.to == out->map.to)
        out->map = old.map;
    out->map.looked = old.map.looked;
    out->time = old.time;
    return true;
}

bool sampler_take_frozen(struct sampler *s, struct sample *out)
{
    os_monitor_lock(s->monitor);
    bool newer = s->out.events > out->events;
    s->announced = false;
    out->stat = s->out.stat;
    out->hz = s->out.hz;
    out->error = s->out.error;
    out->freeze = s->out.freeze;
    out->events = s->out.events;
    memcpy(out->event, s->out.event, sizeof out->event);
    os_monitor_unlock(s->monitor);
    return newer;
}

struct worker *sampler_worker(struct sampler *s)
{
    return s->worker;
}
