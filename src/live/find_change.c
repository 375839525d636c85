/* The sampler's looks for changed bytes: seen to change, changed by a moment of the past, different
 * from the baseline. */
#include <stdlib.h>
#include <string.h>

#include "live/sampler_private.h"

enum { LOOK_BLOCK = 64 * 1024 };

/* The first byte of the window in [from, to) that changed; UINT64_MAX: none. The map remembers the
 * bytes of the last changes, the window each of its own. */
static uint64_t window_next(const struct sampler *s, uint64_t from)
{
    const struct sample *w = &s->work;
    const int64_t *changed = ages_changed(s->diff);
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
    const int64_t *changed = ages_changed(s->diff);
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

/* The same of a moment, as far as the history goes. */
static bool changed_then(struct look_job *j, uint64_t from, uint64_t end)
{
    const struct history *past = recorder_past(j->sampler->rewind);
    bool back = j->kind == LOOK_CHANGE_PREV;
    int64_t time = j->past != 0 ? j->past : INT64_MAX; /* a recording at its end */
    return past != NULL && history_changed(past, INT64_MIN, time, from, end, back, &j->offset);
}

static void look_change_then(struct look_job *j)
{
    uint64_t start = 0, size = 0, behind = 0;
    seg_part(j->seg, &start, &size);
    bool next = j->kind == LOOK_CHANGE_NEXT;
    behind = j->from < size ? j->from : size;
    j->found = next ? changed_then(j, j->from + 1 > start ? j->from + 1 : start, size)
                    : changed_then(j, start, behind);
    j->wrapped = !j->found;
    j->found = j->found || changed_then(j, start, size);
}

/* Without a baseline: the bytes of the whole segment that were seen to change, wrapping. */
static void look_change_seen(struct look_job *j)
{
    if (j->past != 0 || seg_kind(j->seg) == SEG_REC) {
        look_change_then(j);
        return;
    }
    const struct sampler *s = j->sampler;
    bool next = j->kind == LOOK_CHANGE_NEXT;
    j->found =
        next ? changed_next(s, j->from + 1, &j->offset) : changed_prev(s, j->from, &j->offset);
    if (j->found)
        return;
    j->wrapped = true;
    j->found = next ? changed_next(s, 0, &j->offset) : changed_prev(s, UINT64_MAX, &j->offset);
}

struct difference {
    uint8_t bytes[LOOK_BLOCK], differs[LOOK_BLOCK], state[LOOK_BLOCK];
};

_Static_assert((int)LOOK_BLOCK == (int)SEG_SMALL, "a block is a sample");

/* First (or last) byte of [at, at + n) that differs from the baseline. */
static bool difference_in(struct look_job *j, struct difference *d, uint64_t at, size_t n,
                          bool first)
{
    struct seg_stat stat;
    j->error = seg_sample(j->seg, at, d->bytes, d->state, n, &stat);
    if (oserr_is(j->error))
        return false;
    baseline_compare(j->sampler->baseline, at, d->bytes, n, d->differs);
    for (size_t k = 0; k < n; k++) {
        size_t i = first ? k : n - 1 - k;
        bool known = d->state[i] == BYTE_DATA || d->state[i] == BYTE_HOLE;
        j->unknown += d->state[i] == BYTE_UNKNOWN;
        if (known && d->differs[i] != 0) {
            j->found = true;
            j->offset = at + i;
            return true;
        }
    }
    return false;
}

/* The next place at or behind `at` where a difference can be: data now, or data then. */
static uint64_t next_place(struct look_job *j, uint64_t at, uint64_t size)
{
    uint64_t start = 0, end = 0, then = baseline_next(j->sampler->baseline, at);
    uint64_t page = at - at % BASELINE_PAGE;
    if (baseline_next(j->sampler->baseline, page) == page)
        return at;
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    j->error = seg_extent(j->seg, at, &start, &end, &kind);
    if (oserr_is(j->error) || end <= at)
        return size;
    if (kind != SEG_EXT_HOLE)
        return at;
    return end < then ? end : then;
}

static void look_base_next(struct look_job *j, const struct progress *p, struct difference *d)
{
    uint64_t at = j->from + 1, start = 0, size = 0;
    seg_part(j->seg, &start, &size);
    at = at > start ? at : start;
    while (at < size && progress_yield(p, at, size)) {
        at = next_place(j, at, size);
        if (at >= size || oserr_is(j->error))
            return;
        size_t n = LOOK_BLOCK - (size_t)(at % LOOK_BLOCK);
        n = size - at < n ? (size_t)(size - at) : n;
        if (difference_in(j, d, at, n, true) || oserr_is(j->error))
            return;
        at += n;
    }
}

static void look_base_prev(struct look_job *j, const struct progress *p, struct difference *d)
{
    uint64_t start = 0, size = 0;
    seg_part(j->seg, &start, &size);
    uint64_t end = j->from < size ? j->from : size;
    while (end > start && progress_yield(p, size - end, size)) {
        uint64_t block = (end - 1) - (end - 1) % LOOK_BLOCK;
        block = block > start ? block : start;
        if (next_place(j, block, size) < end &&
            difference_in(j, d, block, (size_t)(end - block), false))
            return;
        if (oserr_is(j->error))
            return;
        end = block;
    }
}

static void look_base(struct look_job *j, const struct progress *p, struct difference *d)
{
    if (j->kind == LOOK_CHANGE_NEXT)
        look_base_next(j, p, d);
    else
        look_base_prev(j, p, d);
}

void sampler_look_change(struct look_job *j, const struct progress *p)
{
    if (j->sampler->baseline == NULL) {
        look_change_seen(j);
        return;
    }
    struct difference *d = malloc(sizeof *d);
    if (d == NULL) {
        j->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    look_base(j, p, d);
    if (!j->found && !oserr_is(j->error)) { /* from the other end on: UINT64_MAX + 1 is 0 */
        j->from = UINT64_MAX;
        j->wrapped = true;
        look_base(j, p, d);
    }
    free(d);
}
