/* The listener of watch and record: turns the changed bytes that the map finds into what the sink
 * reports.
 *
 * record takes each run of changed bytes as it comes. watch wants whole values, which may have
 * bytes that are equal and may lie across two pages; or, for bytes and text, all adjacent bytes
 * that changed in one look as one run. So the old and new bytes of each part of a page that differs
 * are collected, widened to whole units. When a piece has been fed, what was collected is compared
 * unit by unit and reported; a run that reaches the end waits for the next piece. */
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"
#include "core/bytes.h"

/* `at` is from the start of the range. Bytes that were never seen before have no old value. */
static void report(struct watch *w, int64_t time, uint64_t at, const uint8_t *old,
                   const uint8_t *new, size_t n)
{
    size_t seen = at >= w->known ? 0 : w->known - at < n ? (size_t)(w->known - at) : n;
    uint64_t offset = w->range.offset + at;
    if (seen > 0) {
        w->reported++;
        w->sink->change(w, time - w->start, offset, old, new, seen);
    }
    if (seen < n) {
        w->reported++;
        w->sink->change(w, time - w->start, offset + seen, NULL, new + seen, n - seen);
    }
}

/* Leaves out equal bytes at both ends of a part that differs. */
static void trim(uint64_t *offset, const uint8_t **old, const uint8_t **new, size_t *n)
{
    enum { STRIDE = 64 };
    size_t first = bytes_difference(*old, *new, 0, *n), end = *n;
    while (end > STRIDE && memcmp(*old + end - STRIDE, *new + end - STRIDE, STRIDE) == 0)
        end -= STRIDE;
    while (end > first && (*old)[end - 1] == (*new)[end - 1])
        end--;
    *offset += first;
    *old += first;
    *new += first;
    *n = end > first ? end - first : 0;
}

/* Cuts [*offset, *offset + *n) of the segment to the range, and makes it relative to that; *skip:
 * how many bytes were cut off at the front. False: nothing is left, or the first look is under way.
 */
static bool clip(const struct watch *w, uint64_t *offset, size_t *skip, size_t *n)
{
    uint64_t start = w->range.offset, end = start + w->range.length;
    uint64_t from = *offset > start ? *offset : start;
    uint64_t to = *offset + *n < end ? *offset + *n : end;
    if (!w->seen || from >= to)
        return false;
    *skip = (size_t)(from - *offset);
    *n = (size_t)(to - from);
    *offset = from - start;
    return true;
}

/* ---- pieces ---- */

static void on_changed(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct watch *w = ctx;
    size_t skip = 0;
    if (old != NULL && clip(w, &offset, &skip, &n))
        report(w, time, offset, old + skip, new + skip, n);
}

static void on_hole(void *ctx, int64_t time, uint64_t offset, bool hole)
{
    struct watch *w = ctx;
    size_t skip = 0, n = PAGEMAP_PAGE;
    void (*tell)(struct watch *, int64_t, uint64_t, size_t) = hole ? w->sink->hole : w->sink->data;
    if (tell != NULL && clip(w, &offset, &skip, &n))
        tell(w, time - w->start, w->range.offset + offset, n);
}

/* ---- values and runs ---- */

static bool in_runs(const struct watch *w)
{
    return w->view == NULL || w->view->kind == VIEW_TEXT;
}

/* Index of the first unit from i on that differs; h->n: none. */
static size_t next_change(const struct watch_held *h, size_t unit, size_t i)
{
    i = bytes_difference(h->old, h->new, i, h->n);
    return i - i % unit;
}

/* The end of the change that begins at i: of the value, or of all adjacent units that differ. Of
 * those before h->run that is known. */
static size_t change_end(const struct watch *w, size_t i)
{
    const struct watch_held *h = &w->held;
    i = i + w->unit < h->run ? h->run - w->unit : i;
    do {
        i += w->unit;
    } while (in_runs(w) && i < h->n && memcmp(h->old + i, h->new + i, w->unit) != 0);
    return i;
}

void watch_report(struct watch *w, bool more)
{
    struct watch_held *h = &w->held;
    size_t i = 0, end = 0;
    for (i = next_change(h, w->unit, 0); i < h->n; i = next_change(h, w->unit, end)) {
        end = change_end(w, i);
        if (more && in_runs(w) && end == h->n)
            break;
        report(w, h->time, h->at + i, h->old + i, h->new + i, end - i);
    }
    h->n -= i;
    h->at += i;
    h->run = h->n > 0 ? h->n - w->unit : 0; /* its last unit may get other bytes yet */
    if (h->n > 0 && i > 0) {
        memmove(h->old, h->old + i, h->n);
        memmove(h->new, h->new + i, h->n);
    }
}

static bool make_room(struct watch_held *h, size_t n)
{
    size_t cap = h->cap == 0 ? 4096 : h->cap;
    while (cap < n)
        cap *= 2;
    if (cap == h->cap)
        return true;
    uint8_t *old = realloc(h->old, cap);
    h->old = old == NULL ? h->old : old;
    uint8_t *new = realloc(h->new, cap);
    h->new = new == NULL ? h->new : new;
    h->cap = old == NULL || new == NULL ? h->cap : cap;
    return h->cap == cap;
}

/* Bytes [from, to) of the range, at most a unit, which did not change as far as is known yet. */
static void hold_edge(struct watch *w, uint64_t from, uint64_t to)
{
    struct watch_held *h = &w->held;
    for (uint64_t at = from; at < to; at++) {
        uint64_t offset = w->range.offset + at;
        const uint8_t *page = pagemap_bytes(w->map, offset);
        uint8_t byte = page != NULL ? page[offset % PAGEMAP_PAGE] : 0;
        h->old[at - h->at] = h->new[at - h->at] = byte;
    }
}

static void on_differs(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct watch *w = ctx;
    struct watch_held *h = &w->held;
    size_t skip = 0;
    if (old == NULL || !w->seen)
        return;
    trim(&offset, &old, &new, &n);
    if (!clip(w, &offset, &skip, &n))
        return;
    uint64_t from = offset - offset % w->unit, to = offset + n + w->unit - 1;
    to -= to % w->unit;
    if (h->n > 0 && (from < h->at || from > h->at + h->n))
        watch_report(w, false);
    if (h->n == 0) {
        h->at = from;
        h->time = time;
    }
    uint64_t end = h->at + h->n; /* of what is held: the unit that lies across two parts is there */
    if (!make_room(h, (size_t)((to > end ? to : end) - h->at))) {
        w->no_memory = true;
        return;
    }
    hold_edge(w, from > end ? from : end, offset);
    hold_edge(w, offset + n > end ? offset + n : end, to);
    if (offset + n > end) {
        size_t held = end > offset ? (size_t)(end - offset) : 0;
        memcpy(h->old + (offset + held - h->at), old + skip + held, n - held);
    }
    memcpy(h->new + (offset - h->at), new + skip, n);
    h->n = (size_t)((to > end ? to : end) - h->at);
}

bool watch_listen(struct watch *w)
{
    const struct pagemap_sink pieces = {.ctx = w, .changed = on_changed, .hole = on_hole};
    const struct pagemap_sink joined = {.ctx = w, .differs = on_differs};
    w->map = pagemap_new(PAGEMAP_NO_LIMIT);
    return w->map != NULL && pagemap_listen(w->map, w->sink->pieces ? &pieces : &joined);
}
