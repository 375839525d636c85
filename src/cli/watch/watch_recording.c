/* watch of a recording: its changes at their own times, and new ones while it is still being made.
 * The events of one look are applied to the image; then the ranges that they touched are read and
 * fed to the map, so that the lines equal those that watch would have printed live. */
#include <stdlib.h>

#include "backend/os.h"
#include "cli/watch/dirty_ranges.h"
#include "cli/watch/watch.h"
#include "time/recording.h"

enum { GROW_EVERY = 20 * 1000000 }; /* ns between two looks at a file that is still written */

struct recording_watch {
    struct watch *w;
    struct recording *recorded;
    struct dirty_ranges touched; /* by the look, from the start of the range */
    int64_t t;                   /* of the look */
    int64_t until;               /* ns, the end of what is asked for */
};

/* [from, to) of the segment changed: notes what lies in the range. */
static bool touch(struct recording_watch *p, uint64_t from, uint64_t to)
{
    const struct range *range = &p->w->range;
    from = from > range->offset ? from - range->offset : 0;
    to = to > range->offset ? to - range->offset : 0;
    return dirty_ranges_add(&p->touched, from, to, p->w->unit, range->length);
}

/* The look is complete: reports what differs. */
static int end_look(struct recording_watch *p)
{
    struct watch *w = p->w;
    int status = EXIT_DONE;
    for (size_t i = 0; i < p->touched.count && status == EXIT_DONE; i++) {
        const struct dirty_ranges_range *t = &p->touched.list[i];
        status = watch_read(w, p->t, w->range.offset + t->from, w->range.offset + t->to);
    }
    watch_report(w, false);
    w->known = w->range.length > w->known ? w->range.length : w->known;
    p->touched.count = 0;
    if (status == EXIT_DONE && !progress_yield(w->r->env->progress, 0, 0))
        status = EXIT_STOPPED;
    return status;
}

static int state_changed(struct recording_watch *p, const struct rec_event *ev)
{
    struct watch *w = p->w;
    struct oserr e = seg_image_changed(w->r->seg);
    if (oserr_is(e))
        return run_fail(w->r, NULL, "read it", e);
    const struct seg_stat *now = seg_last(w->r->seg);
    w->sink->state(w, p->t, now);
    w->last = *now;
    if (ev->kind == REC_SIZE) {
        uint64_t length = now->size > w->range.offset ? now->size - w->range.offset : 0;
        length -= length % w->unit;
        if (length < w->range.length)
            watch_shrink(w, length);
        else if (w->to_end)
            w->range.length = length;
    }
    return EXIT_DONE;
}

static int take_event(struct recording_watch *p, const struct rec_event *ev)
{
    bool fits = true;
    if (ev->key)
        return EXIT_DONE; /* the start, which the map has */
    p->t = ev->t;
    switch (ev->kind) {
    case REC_CHANGE:
    case REC_HOLE:
        fits = touch(p, ev->offset, ev->offset + ev->n);
        break;
    case REC_GAP:
        p->w->sink->gap(p->w, ev->t, (int64_t)ev->n);
        break;
    case REC_SIZE:
    case REC_NAMED:
        return state_changed(p, ev);
    default:
        break;
    }
    return fits ? EXIT_DONE : run_error(p->w->r, "no memory to play it");
}

/* All of it was played. Waits for more if it is still being made and more is wanted. False: that
 * was its end, or *status says why not. */
static bool await_more(struct recording_watch *p, int *status)
{
    struct watch *w = p->w;
    struct rec_info was;
    struct rec_info is;
    bool written = false;
    recording_info(p->recorded, &was);
    struct oserr e = recording_grow(p->recorded, &written);
    recording_info(p->recorded, &is);
    if (oserr_is(e)) {
        *status = run_fail(w->r, NULL, "read it", e);
        return false;
    }
    if (is.end > was.end)
        return true;
    if (!written || is.end >= p->until)
        return false;
    if (!w->sink->flush(w)) /* not written: command_run reports it */
        return false;
    if (!progress_sleep(w->r->env->progress, os_now() + GROW_EVERY)) {
        *status = w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
        return false;
    }
    return true;
}

/* Plays the rest of the look, compares, and plays the next one's first event. */
static int play(struct recording_watch *p)
{
    struct watch *w = p->w;
    bool first = false;
    int status = EXIT_DONE;
    while (status == EXIT_DONE && !w->sink->ended(w)) {
        struct rec_event ev;
        bool played = false;
        struct oserr e = recording_step(p->recorded, first ? p->until : p->t, &ev, &played);
        if (oserr_is(e)) {
            (void)end_look(p);
            return run_fail(w->r, NULL, "read it", e);
        }
        if (played) {
            status = take_event(p, &ev);
        } else if (first) {
            if (!await_more(p, &status))
                break;
            continue; /* the next look's first event is still to come */
        } else {
            status = end_look(p);
        }
        first = !played;
    }
    return status;
}

int watch_recording(struct watch *w)
{
    struct recording_watch p = {.w = w,
                                .recorded = recording_of(w->r->seg),
                                .until = w->duration < 0 ? INT64_MAX : w->duration};
    struct oserr e = watch_new(w);
    if (oserr_is(e)) {
        watch_free(w);
        return run_fail(w->r, NULL, "watch it", e);
    }
    w->last = *seg_last(w->r->seg);
    w->start = 0;
    int status = watch_look(w, 0);
    w->known = w->range.length;
    if (status == EXIT_DONE)
        status = play(&p);
    dirty_ranges_free(&p.touched);
    watch_free(w);
    return status == EXIT_DONE && w->count > 0 && w->printed < w->count ? EXIT_NO : status;
}
