/* Makes a history of a recording: feeds it the events as if the last one had happened just now. */
#include "backend/os.h"
#include "time/recorder.h"
#include "time/recording.h"

enum { REACH = 2 }; /* bytes of the file read for each byte of the budget: it has keyframes too */

/* Plays all events up to the end, into the history if there is one. False: it cannot be played. */
static bool feed(struct seg *seg, struct recording *r, struct history *past, int64_t base)
{
    uint64_t size = seg_last(seg)->size;
    for (;;) {
        struct rec_event ev;
        bool played = false;
        struct oserr e = recording_step(r, INT64_MAX, &ev, &played);
        if (oserr_is(e) || !played)
            return !oserr_is(e);
        if (ev.key || past == NULL)
            continue;
        int64_t t = base + ev.t;
        if (ev.kind == REC_CHANGE &&
            !history_add(past, t, ev.offset, ev.old, ev.bytes, (size_t)ev.n))
            return false;
        if ((ev.kind == REC_HOLE || ev.kind == REC_DATA) &&
            !history_hole(past, t, ev.offset, ev.n, ev.kind == REC_HOLE))
            return false;
        if (ev.kind == REC_SIZE) {
            history_size(past, t, size, ev.n);
            if (ev.n < size)
                history_unobserve(past, ev.n, size - ev.n);
            if (ev.n > size)
                history_observe(past, t, size, ev.n - size);
            size = ev.n;
        }
    }
}

int64_t recorder_recorded(struct seg *seg, struct history *past, size_t budget)
{
    struct recording *r = recording_of(seg);
    struct rec_info info;
    recording_info(r, &info);
    int64_t base = os_now() - info.end;
    int64_t t = recording_time_within(r, (uint64_t)budget * REACH);
    if (base + t <= 0) /* the clock does not reach back so far */
        t = 1 - base < info.end ? 1 - base : info.end;
    struct oserr e = recording_seek(seg, t, NULL);
    if (!oserr_is(e)) {
        history_observe(past, base + t, 0, seg_last(seg)->size);
        if (!feed(seg, r, past, base))
            e = (struct oserr){"seg_seek", SEG_E_DAMAGED};
    }
    recording_info(r, &info);
    struct oserr end = recording_seek(seg, info.end, NULL); /* show its end in any case */
    (void)e;
    (void)end;
    return base + info.end;
}

int64_t recorder_grown(struct seg *seg, struct history *past, int64_t end, bool *written)
{
    struct recording *r = recording_of(seg);
    struct rec_info was, is;
    recording_info(r, &was);
    struct oserr e = recording_grow(r, written);
    recording_info(r, &is);
    if (oserr_is(e) || is.end <= was.end)
        return end;
    int64_t base = end - was.end;
    bool whole = feed(seg, r, past, base);
    e = seg_image_changed(seg);
    recording_info(r, &is);
    return whole && past != NULL && !oserr_is(e) ? base + is.end : end;
}
