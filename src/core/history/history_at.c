/* The bytes of a moment: the current bytes with all later changes undone. The first change of a
 * byte after the moment has its value at the moment. Changes are visited oldest first; `left` marks
 * the bytes for which none was met yet. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/history/history_private.h"

/* The part of a view in one page. */
struct window_part {
    const struct history_view *view;
    int64_t time;
    uint64_t page;        /* where the page starts */
    uint64_t left[UNITS]; /* bit i: no change of byte i after `time` was seen yet */
    uint64_t units;       /* bit i: unit i is in the part */
};

static void part_make(struct window_part *p, const struct history_view *view, int64_t time,
                      uint64_t from, uint64_t to)
{
    memset(p, 0, sizeof *p);
    p->view = view;
    p->time = time;
    p->page = from - from % HISTORY_PAGE;
    for (uint64_t at = from; at < to;) {
        uint64_t end = (at / DELTA_UNIT + 1) * DELTA_UNIT;
        end = end < to ? end : to;
        unsigned unit = (unsigned)((at - p->page) / DELTA_UNIT), n = (unsigned)(end - at);
        uint64_t bits = n == DELTA_UNIT ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
        p->left[unit] = bits << at % DELTA_UNIT;
        p->units |= UINT64_C(1) << unit;
        at = end;
    }
}

/* Sets the byte to `value`, or to unknown. */
static void put(const struct window_part *p, uint64_t offset, bool known, uint8_t value)
{
    size_t i = (size_t)(offset - p->view->offset);
    p->view->bytes[i] = known ? value : 0;
    p->view->state[i] = known ? BYTE_DATA : BYTE_UNKNOWN;
}

/* A block that began after the moment: its keys hold the bytes from before it. */
static void take_key(void *ctx, const struct delta_key *key)
{
    struct window_part *p = ctx;
    uint64_t *left = &p->left[key->offset % HISTORY_PAGE / DELTA_UNIT];
    uint64_t take = *left & key->touched;
    *left &= ~take;
    for (; take != 0; take &= take - 1) {
        unsigned i = (unsigned)__builtin_ctzll(take);
        put(p, key->offset + i, (key->unknown >> i & 1) == 0, key->value[i]);
    }
}

/* A change in a block with changes on both sides of the moment, or shortly before it. */
static void take_change(void *ctx, const struct delta *d)
{
    struct window_part *p = ctx;
    const struct history_view *v = p->view;
    unsigned unit = (unsigned)(d->offset % HISTORY_PAGE / DELTA_UNIT);
    if (d->kind >= DELTA_SIZE || (p->units >> unit & 1) == 0)
        return;
    for (uint64_t k = 0; k < d->length; k++) {
        uint64_t at = d->offset + k, bit = UINT64_C(1) << at % DELTA_UNIT;
        if (at < v->offset || at - v->offset >= v->n)
            continue;
        if (d->time <= p->time) {
            v->changed[at - v->offset] = d->time;
        } else if ((p->left[unit] & bit) != 0) {
            p->left[unit] &= ~bit;
            put(p, at, d->old != NULL, d->old != NULL ? d->old[k] : 0);
        }
    }
}

static bool take(struct window_part *p, int64_t first, int64_t last, const uint8_t *data, size_t n)
{
    if (last <= p->time && p->time - last > p->view->span)
        return true;
    return first > p->time ? delta_keys(data, n, take_key, p) : delta_each(data, n, take_change, p);
}

static bool part_at(const struct page *page, struct window_part *p)
{
    bool ok = true, failed = false;
    for (const struct delta_block *b = page->oldest; b != NULL && ok; b = b->newer)
        if ((b->units & p->units) != 0)
            ok = take(p, b->first, b->last, b->data, b->n);
    size_t n = 0;
    struct delta_about about;
    uint8_t *data = ok ? history_open_copy(page, &n, &failed) : NULL;
    if (data != NULL)
        ok = delta_about(data, n, &about) && take(p, about.first, about.last, data, n);
    free(data);
    return ok && !failed;
}

/* What was not observed at the time is unknown; what was past the end is beyond. */
static void limit(const struct history *h, int64_t time, const struct history_view *v)
{
    uint64_t size = UINT64_MAX, at = v->offset, end = v->offset + v->n;
    history_size_at(h, time, &size);
    while (at < end) {
        uint64_t until = 0;
        int64_t since = history_observed(h, at, &until);
        until = until < end ? until : end;
        size_t i = (size_t)(at - v->offset), n = (size_t)(until - at);
        if (time < since || time < h->since) {
            memset(v->bytes + i, 0, n);
            memset(v->state + i, BYTE_UNKNOWN, n);
            memset(v->changed + i, 0, n * sizeof *v->changed);
        }
        at = until;
    }
    for (at = v->offset; at < end; at++) {
        size_t i = (size_t)(at - v->offset);
        bool beyond = v->state[i] == BYTE_BEYOND;
        if (at >= size || (beyond && size != UINT64_MAX)) {
            v->bytes[i] = 0;
            v->state[i] = at >= size ? BYTE_BEYOND : BYTE_UNKNOWN;
        }
    }
}

bool history_at(const struct history *h, int64_t time, const struct history_view *v)
{
    struct window_part part;
    uint64_t at = v->offset, end = v->offset + v->n;
    memset(v->changed, 0, v->n * sizeof *v->changed);
    while (at < end) {
        uint64_t to = (at / HISTORY_PAGE + 1) * HISTORY_PAGE;
        to = to < end ? to : end;
        const struct page *page = history_page(h, at / HISTORY_PAGE);
        if (page != NULL) {
            part_make(&part, v, time, at, to);
            if (!part_at(page, &part))
                return false;
        }
        at = to;
    }
    history_hole_at(h, time, v);
    limit(h, time, v);
    return true;
}
