/* What differs from what the range held when last looked at. */
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"

static const uint8_t zeros[WATCH_PART];

/* `at` is from the start of the range. What was never seen before has no old value. */
static void tell_change(struct watch *w, int64_t now, uint64_t at, const uint8_t *old,
                        const uint8_t *new, size_t n, bool fresh)
{
    w->told++;
    w->sink->change(w, now - w->start, w->range.offset + at, fresh ? NULL : old, new, n);
}

/* ---- runs of changed bytes ---- */

static bool in_runs(const struct watch *w)
{
    return w->view == NULL || w->view->kind == VIEW_TEXT;
}

void watch_release(struct watch *w, int64_t now)
{
    struct watch_held *h = &w->held;
    if (h->n > 0) {
        tell_change(w, now, h->at, h->old, h->new, h->n, h->fresh);
    }
    h->n = 0;
}

static bool make_room(struct watch_held *h, size_t n)
{
    size_t cap = h->cap == 0 ? 4096 : h->cap;
    while (cap - h->n < n) {
        cap *= 2;
    }
    if (cap == h->cap) {
        return true;
    }
    uint8_t *old = realloc(h->old, cap);
    h->old = old == NULL ? h->old : old;
    uint8_t *new = realloc(h->new, cap);
    h->new = new == NULL ? h->new : new;
    if (old != NULL && new != NULL) {
        h->cap = cap;
    }
    return h->cap == cap;
}

static bool hold(struct watch *w, uint64_t at, const uint8_t *old, const uint8_t *new, size_t n,
                 bool fresh)
{
    struct watch_held *h = &w->held;
    if (!make_room(h, n)) {
        return false;
    }
    if (h->n == 0) {
        h->at = at;
        h->fresh = fresh;
    }
    memcpy(h->old + h->n, old, n);
    memcpy(h->new + h->n, new, n);
    h->n += n;
    return true;
}

/* How many bytes from i on are one change: a value, or with bytes and text all adjacent ones. */
static size_t change_length(const struct watch *w, const uint8_t *old, const uint8_t *new, size_t i,
                            size_t n)
{
    size_t end = i;
    while (end < n && memcmp(old + end, new + end, w->unit) != 0) {
        end += w->unit;
        if (!in_runs(w)) {
            break;
        }
    }
    return end - i;
}

/* The first unit from i on that differs; n: none. */
static size_t next_change(const struct watch *w, const uint8_t *old, const uint8_t *new, size_t i,
                          size_t n)
{
    enum { STRIDE = 256 };
    while (n - i >= STRIDE && memcmp(old + i, new + i, STRIDE) == 0) {
        i += STRIDE;
    }
    while (i < n && memcmp(old + i, new + i, w->unit) == 0) {
        i += w->unit;
    }
    return i;
}

/* Tells what differs; a run that reaches the end is held. */
static bool compare(struct watch *w, int64_t now, uint64_t at, const uint8_t *old,
                    const uint8_t *new, size_t n, bool fresh)
{
    const struct watch_held *h = &w->held;
    size_t i = 0;
    for (;;) {
        i = next_change(w, old, new, i, n);
        if (h->n > 0 && (h->at + h->n != at + i || h->fresh != fresh)) {
            watch_release(w, now);
        }
        if (i >= n) {
            return true;
        }
        size_t length = change_length(w, old, new, i, n);
        bool whole = !in_runs(w) || w->sink->pieces || (h->n == 0 && i + length < n);
        if (whole) {
            tell_change(w, now, at + i, old + i, new + i, length, fresh);
        } else if (!hold(w, at + i, old + i, new + i, length, fresh)) {
            return false;
        }
        i += length;
    }
}

/* ---- the copy ---- */

/* What was read in a chunk is no hole. */
static void note_data(struct watch *w, int64_t now, uint64_t at, size_t n)
{
    uint64_t border = at - at % WATCH_CHUNK;
    struct watch_chunk *c = w->chunk[at / WATCH_CHUNK];
    size_t end = (size_t)(at + n - 1 - border) / BLOCK_PAGE + 1;
    for (size_t page = (size_t)(at - border) / BLOCK_PAGE; page < end; page++) {
        uint64_t from = border + (uint64_t)page * BLOCK_PAGE;
        uint64_t left = w->range.length - from;
        if (c->data[page] == 0 && w->seen && w->sink->data != NULL) {
            watch_release(w, now);
            w->sink->data(w, now - w->start, w->range.offset + from,
                          left < BLOCK_PAGE ? (size_t)left : BLOCK_PAGE);
        }
        c->data[page] = 1;
    }
}

/* [at, at + n) lies in one part. */
static bool compare_part(struct watch *w, int64_t now, uint64_t at, const uint8_t *new, size_t n)
{
    struct watch_chunk **slot = &w->chunk[at / WATCH_CHUNK];
    bool zero = *slot == NULL || (*slot)->part[at % WATCH_CHUNK / WATCH_PART] == NULL;
    zero = zero && memcmp(zeros, new, n) == 0; /* as it was */
    if (zero && *slot == NULL && w->sink->hole == NULL) {
        watch_release(w, now);
        return true;
    }
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
    }
    uint8_t *old = *slot == NULL || zero ? NULL : watch_part(w, at);
    if (*slot == NULL || (old == NULL && !zero)) {
        return false;
    }
    note_data(w, now, at, n);
    if (zero) {
        watch_release(w, now);
        return true;
    }
    if (memcmp(old, new, n) == 0) {
        watch_release(w, now);
        return true;
    }
    size_t known = at >= w->known ? 0 : w->known - at < n ? (size_t)(w->known - at) : n;
    if (w->seen &&
        ((known > 0 && !compare(w, now, at, old, new, known, false)) ||
         (known < n && !compare(w, now, at + known, old + known, new + known, n - known, true)))) {
        return false;
    }
    memcpy(old, new, n);
    return true;
}

bool watch_compare(struct watch *w, int64_t now, uint64_t at, const uint8_t *new, size_t n)
{
    while (n > 0) {
        size_t left = WATCH_PART - (size_t)(at % WATCH_PART);
        size_t take = n < left ? n : left;
        if (!compare_part(w, now, at, new, take)) {
            return false;
        }
        at += take;
        new += take;
        n -= take;
    }
    return true;
}
