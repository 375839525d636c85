/* Where watch looks: data, and what was data before it became a hole. */
#include <string.h>

#include "cli/watch/watch.h"

int watch_read(struct watch *w, int64_t now, uint64_t at, uint64_t end)
{
    while (at < end) {
        const uint8_t *p = NULL;
        size_t got = 0;
        size_t asked = 0;
        struct oserr e = aligned_buffer_read(&w->block, w->r->seg, w->range.offset + at, end - at,
                                             w->unit, &p, &asked, &got);
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
        if (end - at > 0 && !progress_yield(w->r->env->progress, at, end)) {
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

/* Is the page of the range all zeros, as last looked at? */
static bool is_zero(const struct watch *w, uint64_t page)
{
    static const uint8_t zeros[BLOCK_PAGE];
    const struct watch_chunk *c = w->chunk[page / WATCH_CHUNK];
    const uint8_t *part = c->part[page % WATCH_CHUNK / WATCH_PART];
    return part == NULL || memcmp(part + page % WATCH_PART, zeros, BLOCK_PAGE) == 0;
}

int watch_hole(struct watch *w, int64_t now, uint64_t at, uint64_t end)
{
    uint64_t from = at;
    w->reached = end > w->reached ? end : w->reached;
    while ((at = was_data(w, at, end)) < end) {
        uint64_t page = at - at % BLOCK_PAGE;
        uint64_t stop = page + BLOCK_PAGE < end ? page + BLOCK_PAGE : end;
        stop += (w->unit - stop % w->unit) % w->unit;
        stop = stop < w->range.length ? stop : w->range.length;
        int status = watch_read(w, now, at, stop);
        if (status != EXIT_DONE) {
            return status;
        }
        /* a range that does not start on a page has pages that are a hole in part only */
        bool whole = page >= from && (page + BLOCK_PAGE <= end || end == w->range.length);
        whole = whole && is_zero(w, page); /* else it came to life before it was read */
        if (whole) {
            w->chunk[page / WATCH_CHUNK]->data[page % WATCH_CHUNK / BLOCK_PAGE] = 0;
        }
        if (whole && w->sink->hole != NULL) {
            watch_release(w, now);
            w->sink->hole(w, now - w->start, w->range.offset + page, (size_t)(stop - page));
        }
        at = stop;
    }
    return EXIT_DONE;
}

/* The run of data, or of a hole, that starts at `at` of the range; *end: where it ends. */
static enum seg_extent_kind extent_at(struct watch *w, uint64_t at, uint64_t *end)
{
    enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
    uint64_t start = 0;
    uint64_t stop = 0;
    uint64_t from = w->range.offset + at;
    struct oserr e = seg_extent(w->r->seg, from, &start, &stop, &kind);
    bool there = !oserr_is(e) && stop > from;
    *end = there && stop - from < w->range.length - at ? at + (stop - from) : w->range.length;
    return there ? kind : SEG_EXT_UNKNOWN;
}

/* A short range is read at one time; who asks for holes is told which of it are some. */
static int look_at_all(struct watch *w, int64_t now)
{
    int status = EXIT_DONE;
    if (w->sink->hole == NULL) {
        return watch_read(w, now, 0, w->range.length);
    }
    for (uint64_t at = 0, end = 0; at < w->range.length && status == EXIT_DONE; at = end) {
        bool hole = extent_at(w, at, &end) == SEG_EXT_HOLE;
        status = hole ? watch_hole(w, now, at, end) : watch_read(w, now, at, end);
    }
    return status;
}

int watch_sample(struct watch *w, int64_t now)
{
    w->reached = 0;
    bool small = w->range.length <= SEG_SMALL;
    int status = small ? look_at_all(w, now) : watch_pages(w, now);
    if (small) {
        watch_release(w, now);
        w->owed += os_now() - now;
    }
    w->known = w->reached > w->known ? w->reached : w->known;
    return status;
}
