/* Where watch looks: data, and what was data before it became a hole. */
#include <string.h>

#include "cli/watch.h"

/* Reads and compares [at, end) of the range, in pieces. */
static int look_at_data(struct watch *w, int64_t now, uint64_t at, uint64_t end)
{
    while (at < end) {
        const uint8_t *p = NULL;
        size_t got = 0;
        size_t asked = 0;
        struct oserr e = block_read(&w->block, w->r->seg, w->range.offset + at, end - at, w->unit,
                                    &p, &asked, &got);
        if (oserr_is(e)) {
            return run_fail(w->r, NULL, "read it", e);
        }
        got -= got % w->unit;
        if (!watch_compare(w, now, at, p, got)) {
            return run_error(w->r, "no memory for a copy of what it holds: watch a smaller range");
        }
        at += got;
        w->reached = at > w->reached ? at : w->reached;
        if (got < asked) {
            return EXIT_DONE; /* past the end now */
        }
        if (end - at > 0 && !run_breathe(w->r, at, end)) {
            return w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
        }
    }
    return EXIT_DONE;
}

/* The first place in [at, end) whose page was data when last looked at; end: none. */
static uint64_t was_data(const struct watch *w, uint64_t at, uint64_t end)
{
    while (at < end) {
        const struct watch_chunk *c = w->chunk[at / WATCH_CHUNK];
        uint64_t border = at - at % WATCH_CHUNK;
        uint64_t stop = end - border < WATCH_CHUNK ? end : border + WATCH_CHUNK;
        if (c != NULL) {
            size_t first = (size_t)(at - border) / BLOCK_PAGE;
            size_t last = (size_t)(stop - 1 - border) / BLOCK_PAGE;
            const uint8_t *was = memchr(c->data + first, 1, last - first + 1);
            if (was != NULL) {
                uint64_t page = border + (uint64_t)(was - c->data) * BLOCK_PAGE;
                return page > at ? page : at;
            }
        }
        at = stop;
    }
    return end;
}

/* A hole: only what was data before is looked at. */
static int look_at_hole(struct watch *w, int64_t now, uint64_t at, uint64_t end)
{
    w->reached = end > w->reached ? end : w->reached;
    while ((at = was_data(w, at, end)) < end) {
        uint64_t page = at - at % BLOCK_PAGE;
        uint64_t stop = page + BLOCK_PAGE < end ? page + BLOCK_PAGE : end;
        stop += (w->unit - stop % w->unit) % w->unit;
        stop = stop < w->range.length ? stop : w->range.length;
        int status = look_at_data(w, now, at, stop);
        if (status != EXIT_DONE) {
            return status;
        }
        w->chunk[page / WATCH_CHUNK]->data[page % WATCH_CHUNK / BLOCK_PAGE] = 0;
        if (w->sink->hole != NULL) {
            watch_release(w, now);
            w->sink->hole(w, now - w->start, w->range.offset + page, (size_t)(stop - page));
        }
        at = stop;
    }
    return EXIT_DONE;
}

static int look_at_all(struct watch *w, int64_t now)
{
    uint64_t end = w->range.length;
    uint64_t at = 0;
    int status = EXIT_DONE;
    if (end <= SEG_SMALL) {
        return look_at_data(w, now, 0, end);
    }
    while (at < end && status == EXIT_DONE) {
        uint64_t start = 0;
        uint64_t stop = 0;
        enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
        struct oserr e = seg_extent(w->r->seg, w->range.offset + at, &start, &stop, &kind);
        if (oserr_is(e) || stop <= w->range.offset + at) {
            return EXIT_DONE; /* past the end now: what can be read was */
        }
        stop -= w->range.offset;
        if (stop >= end) {
            stop = end;
        } else { /* whole values */
            stop += (w->unit - stop % w->unit) % w->unit;
            stop = stop < end ? stop : end;
        }
        status =
            kind == SEG_EXT_HOLE ? look_at_hole(w, now, at, stop) : look_at_data(w, now, at, stop);
        at = stop;
    }
    return status;
}

int watch_sample(struct watch *w, int64_t now)
{
    w->reached = 0;
    int status = look_at_all(w, now);
    watch_release(w, now);
    w->known = w->reached > w->known ? w->reached : w->known;
    return status;
}
