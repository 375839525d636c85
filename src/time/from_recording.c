/* The history of a recording: what happened while it was made. */
#include "backend/os.h"
#include "time/recorder.h"
#include "time/recording.h"

enum { REACH = 2 }; /* bytes of the file for each byte of the budget: keyframes are in it too */

/* All events up to the end; `past` NULL: only the image follows. False: it cannot be played. */
static bool feed(struct seg *seg, struct recorded *r, struct past *past, int64_t base)
{
    uint64_t size = seg_last(seg)->size;
    for (;;) {
        struct rec_event ev;
        bool played = false;
        struct oserr e = recorded_step(r, INT64_MAX, &ev, &played);
        if (oserr_is(e) || !played)
            return !oserr_is(e);
        if (ev.key || past == NULL)
            continue;
        int64_t t = base + ev.t;
        if (ev.kind == REC_CHANGE && !past_add(past, t, ev.offset, ev.old, ev.bytes, (size_t)ev.n))
            return false;
        if ((ev.kind == REC_HOLE || ev.kind == REC_DATA) &&
            !past_hole(past, t, ev.offset, ev.n, ev.kind == REC_HOLE))
            return false;
        if (ev.kind == REC_SIZE) {
            past_size(past, t, size, ev.n);
            if (ev.n < size)
                past_unwatch(past, ev.n, size - ev.n);
            if (ev.n > size)
                past_watch(past, t, size, ev.n - size);
            size = ev.n;
        }
    }
}

int64_t rewind_recorded(struct seg *seg, struct past *past, size_t budget)
{
    struct recorded *r = recorded_of(seg);
    struct rec_info info;
    recorded_info(r, &info);
    int64_t base = os_now() - info.end;
    int64_t t = recorded_reach(r, (uint64_t)budget * REACH);
    if (base + t <= 0) /* the clock does not reach back so far */
        t = 1 - base < info.end ? 1 - base : info.end;
    struct oserr e = seg_seek(seg, t);
    if (!oserr_is(e)) {
        past_watch(past, base + t, 0, seg_last(seg)->size);
        if (!feed(seg, r, past, base))
            e = (struct oserr){"seg_seek", SEG_E_DAMAGED};
    }
    recorded_info(r, &info);
    struct oserr end = seg_seek(seg, info.end); /* what it shows is its end in any case */
    (void)e;
    (void)end;
    return base + info.end;
}

int64_t rewind_grown(struct seg *seg, struct past *past, int64_t end, bool *written)
{
    struct recorded *r = recorded_of(seg);
    struct rec_info was, is;
    recorded_info(r, &was);
    struct oserr e = recorded_grow(r, written);
    recorded_info(r, &is);
    if (oserr_is(e) || is.end <= was.end)
        return end;
    int64_t base = end - was.end;
    bool whole = feed(seg, r, past, base);
    e = seg_played(seg);
    recorded_info(r, &is);
    return whole && past != NULL && !oserr_is(e) ? base + is.end : end;
}
