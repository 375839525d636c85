/* Finding changed bytes: those that were seen to change, those that had changed by a moment of the
 * past, or, with a baseline, those that differ from it. */
#include <stdlib.h>
#include <string.h>

#include "live/sampler_private.h"

enum { BLOCK = 64 * 1024 };

/* The first byte of the window from `from` on that changed; UINT64_MAX: none. The map remembers the
 * bytes of the latest changes only, the window remembers all of its own. */
static uint64_t window_next(const struct sampler *s, uint64_t from)
{
    const struct sample *w = &s->work;
    const int64_t *changed = ages_changed(s->ages);
    if (w->rows.on)
        return UINT64_MAX;
    for (size_t i = from > w->offset ? (size_t)(from - w->offset) : 0; i < w->length; i++)
        if (changed[i] != 0)
            return w->offset + i;
    return UINT64_MAX;
}

static uint64_t window_prev(const struct sampler *s, uint64_t before)
{
    const struct sample *w = &s->work;
    const int64_t *changed = ages_changed(s->ages);
    size_t i = before <= w->offset              ? 0
               : before - w->offset < w->length ? (size_t)(before - w->offset)
                                                : w->length;
    while (i > 0 && !w->rows.on)
        if (changed[--i] != 0)
            return w->offset + i;
    return UINT64_MAX;
}

static bool changed_next(const struct sampler *s, uint64_t from, uint64_t *at)
{
    uint64_t near = window_next(s, from);
    bool found = pagemap_next(sweep_pages(s->map), from, 0, at);
    if (near != UINT64_MAX && (!found || near < *at))
        *at = near;
    return found || near != UINT64_MAX;
}

static bool changed_prev(const struct sampler *s, uint64_t before, uint64_t *at)
{
    uint64_t near = window_prev(s, before);
    bool found = pagemap_prev(sweep_pages(s->map), before, 0, at);
    if (near != UINT64_MAX && (!found || near > *at))
        *at = near;
    return found || near != UINT64_MAX;
}

/* The same for a moment of the past, as far back as the history knows. */
static bool changed_then(struct finder *f, uint64_t from, uint64_t end)
{
    const struct history *past = recorder_history(f->sampler->recorder);
    bool back = f->job->kind == FIND_CHANGE_PREV;
    int64_t time = f->job->past != 0 ? f->job->past : INT64_MAX; /* a recording at its end */
    return past != NULL && history_changed(past, INT64_MIN, time, from, end, back, &f->job->offset);
}

static void find_change_then(struct finder *f)
{
    struct find_job *j = f->job;
    uint64_t start = 0, size = 0;
    seg_part(f->seg, &start, &size);
    uint64_t before = j->from < size ? j->from : size;
    j->found = j->kind == FIND_CHANGE_NEXT
                   ? changed_then(f, j->from + 1 > start ? j->from + 1 : start, size)
                   : changed_then(f, start, before);
    j->wrapped = !j->found;
    j->found = j->found || changed_then(f, start, size);
}

/* Without a baseline: the bytes of the whole segment that were seen to change, wrapping. */
static void find_change_seen(struct finder *f)
{
    const struct sampler *s = f->sampler;
    struct find_job *j = f->job;
    if (j->past != 0 || seg_kind(f->seg) == SEG_REC) {
        find_change_then(f);
        return;
    }
    bool next = j->kind == FIND_CHANGE_NEXT;
    j->found =
        next ? changed_next(s, j->from + 1, &j->offset) : changed_prev(s, j->from, &j->offset);
    if (j->found)
        return;
    j->wrapped = true;
    j->found = next ? changed_next(s, 0, &j->offset) : changed_prev(s, UINT64_MAX, &j->offset);
}

struct difference {
    uint8_t bytes[BLOCK], differs[BLOCK], state[BLOCK];
};

_Static_assert((int)BLOCK == (int)SEG_SMALL, "a block is a sample");

/* First (or last) byte of [at, at + n) that differs from the baseline. */
static bool difference_in(struct finder *f, struct difference *d, uint64_t at, size_t n, bool first)
{
    struct seg_stat stat;
    f->job->error = seg_sample(f->seg, at, d->bytes, d->state, n, &stat);
    if (oserr_is(f->job->error))
        return false;
    baseline_compare(f->sampler->baseline, at, d->bytes, n, d->differs);
    for (size_t k = 0; k < n; k++) {
        size_t i = first ? k : n - 1 - k;
        bool known = d->state[i] == BYTE_DATA || d->state[i] == BYTE_HOLE;
        f->job->unknown += d->state[i] == BYTE_UNKNOWN;
        if (known && d->differs[i] != 0) {
            f->job->found = true;
            f->job->offset = at + i;
            return true;
        }
    }
    return false;
}

/* The first offset from `at` on that can differ: there is data now, or was in the baseline. */
static uint64_t next_place(struct finder *f, uint64_t at, uint64_t size)
{
    uint64_t start = 0, end = 0, then = baseline_next(f->sampler->baseline, at);
    uint64_t page = at - at % BASELINE_PAGE;
    if (baseline_next(f->sampler->baseline, page) == page)
        return at;
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    f->job->error = seg_extent(f->seg, at, &start, &end, &kind);
    if (oserr_is(f->job->error) || end <= at)
        return size;
    if (kind != SEG_EXT_HOLE)
        return at;
    return end < then ? end : then;
}

static void find_differing_next(struct finder *f, struct difference *d)
{
    uint64_t at = f->job->from + 1, start = 0, size = 0;
    seg_part(f->seg, &start, &size);
    at = at > start ? at : start;
    while (at < size && progress_yield(f->progress, at, size)) {
        at = next_place(f, at, size);
        if (at >= size || oserr_is(f->job->error))
            return;
        size_t n = BLOCK - (size_t)(at % BLOCK);
        n = size - at < n ? (size_t)(size - at) : n;
        if (difference_in(f, d, at, n, true) || oserr_is(f->job->error))
            return;
        at += n;
    }
}

static void find_differing_prev(struct finder *f, struct difference *d)
{
    uint64_t start = 0, size = 0;
    seg_part(f->seg, &start, &size);
    uint64_t end = f->job->from < size ? f->job->from : size;
    while (end > start && progress_yield(f->progress, size - end, size)) {
        uint64_t block = (end - 1) - (end - 1) % BLOCK;
        block = block > start ? block : start;
        if (next_place(f, block, size) < end &&
            difference_in(f, d, block, (size_t)(end - block), false))
            return;
        if (oserr_is(f->job->error))
            return;
        end = block;
    }
}

static void find_differing(struct finder *f, struct difference *d)
{
    if (f->job->kind == FIND_CHANGE_NEXT)
        find_differing_next(f, d);
    else
        find_differing_prev(f, d);
}

void find_change(struct finder *f)
{
    if (f->sampler->baseline == NULL) {
        find_change_seen(f);
        return;
    }
    struct difference *d = malloc(sizeof *d);
    if (d == NULL) {
        f->job->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    find_differing(f, d);
    if (!f->job->found && !oserr_is(f->job->error)) { /* wrap around: UINT64_MAX + 1 is 0 */
        f->job->from = UINT64_MAX;
        f->job->wrapped = true;
        find_differing(f, d);
    }
    free(d);
}
