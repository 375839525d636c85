/* The times of changes: the moments to step to, and the values that a place had. Blocks are visited
 * nearest first and skipped when they cannot contain a moment nearer than those found. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/history/history_private.h"

/* The times found so far: distinct, nearest first. */
struct steps {
    uint64_t offset, end; /* changes in [offset, end) count */
    uint64_t units;       /* bit i: unit i of the current page matters */
    int64_t from, since;  /* only times later than since */
    bool back;
    size_t max, count;
    int64_t *times;
};

static bool nearer(const struct steps *s, int64_t a, int64_t b)
{
    return s->back ? a > b : a < b;
}

/* Is it on the right side, and nearer than the farthest found (or is there room)? */
static bool wanted(const struct steps *s, int64_t time)
{
    bool side = s->back ? time <= s->from : time > s->from;
    return side && time > s->since &&
           (s->count < s->max || nearer(s, time, s->times[s->count - 1]));
}

static void note(void *ctx, const struct delta *d)
{
    struct steps *s = ctx;
    int64_t time = d->time;
    size_t i = s->count;
    bool there = d->kind < DELTA_SIZE && d->offset < s->end && d->offset + d->length > s->offset;
    if (!there || !wanted(s, time))
        return;
    while (i > 0 && nearer(s, time, s->times[i - 1]))
        i--;
    if (i > 0 && s->times[i - 1] == time)
        return;
    if (s->count < s->max)
        s->count++;
    memmove(&s->times[i + 1], &s->times[i], (s->count - 1 - i) * sizeof *s->times);
    s->times[i] = time;
}

/* Can a block whose times are first to last contain a nearer moment than those found? */
static bool promises(const struct steps *s, int64_t first, int64_t last)
{
    if ((s->back ? first > s->from : last <= s->from) || last <= s->since)
        return false;
    int64_t best =
        s->back ? (last < s->from ? last : s->from) : (first > s->from ? first : s->from);
    return s->count < s->max || nearer(s, best, s->times[s->count - 1]);
}

struct step_touch {
    uint64_t offset, end;
    bool found;
};

static void take_touch(void *ctx, const struct delta_key *key)
{
    struct step_touch *t = ctx;
    if (t->end <= key->offset || t->offset >= key->offset + DELTA_UNIT)
        return;
    uint64_t bits = key->touched;
    if (t->offset > key->offset)
        bits &= ~UINT64_C(0) << (t->offset - key->offset);
    if (t->end - key->offset < DELTA_UNIT)
        bits &= (UINT64_C(1) << (t->end - key->offset)) - 1;
    t->found = t->found || bits != 0;
}

static void look_in(struct steps *s, const uint8_t *data, size_t n)
{
    struct step_touch t = {s->offset, s->end, false};
    bool read = delta_keys(data, n, take_touch, &t) && t.found && delta_each(data, n, note, s);
    (void)read; /* a block that cannot be read has no moments */
}

static void look_open(struct steps *s, const struct page *page)
{
    size_t n = 0;
    bool failed = false;
    struct delta_about about;
    if (page->open == NULL || !promises(s, delta_writer_first(page->open), INT64_MAX))
        return;
    uint8_t *data = history_open_copy(page, &n, &failed);
    if (data != NULL && delta_about(data, n, &about) && promises(s, about.first, about.last))
        look_in(s, data, n);
    free(data);
}

static void look_page(struct steps *s, const struct page *page)
{
    if (s->back)
        look_open(s, page);
    const struct delta_block *b = s->back ? page->newest : page->oldest;
    for (; b != NULL; b = s->back ? b->older : b->newer)
        if ((b->units & s->units) != 0 && promises(s, b->first, b->last))
            look_in(s, b->data, b->n);
    if (!s->back)
        look_open(s, page);
}

/* The units of a page that [from, to) touches, as bits. */
static uint64_t units_of(uint64_t from, uint64_t to)
{
    unsigned first = (unsigned)(from % HISTORY_PAGE / DELTA_UNIT);
    unsigned last = (unsigned)((to - 1) % HISTORY_PAGE / DELTA_UNIT);
    uint64_t up = ~UINT64_C(0) << first;
    return last == UNITS - 1 ? up : up & ((UINT64_C(1) << (last + 1)) - 1);
}

static size_t find_steps(const struct history *h, struct steps *s, uint64_t offset, uint64_t n)
{
    s->offset = offset;
    s->end = offset + n;
    s->max = s->max < HISTORY_STEPS_MAX ? s->max : HISTORY_STEPS_MAX;
    for (uint64_t at = offset; at < s->end && s->max > 0;) {
        uint64_t to = (at / HISTORY_PAGE + 1) * HISTORY_PAGE;
        to = to < s->end ? to : s->end;
        const struct page *page = history_page(h, at / HISTORY_PAGE);
        s->units = units_of(at, to);
        if (page != NULL)
            look_page(s, page);
        at = to;
    }
    return s->count;
}

size_t history_steps(const struct history *h, uint64_t offset, uint64_t n, int64_t time, bool back,
                     size_t max, int64_t *times)
{
    struct steps s = {.from = time,
                      .since = h->since > 0 ? h->since : INT64_MIN,
                      .back = back,
                      .max = max,
                      .times = times};
    return find_steps(h, &s, offset, n);
}

size_t history_recent(const struct history *h, uint64_t offset, uint64_t n, int64_t since,
                      int64_t time, size_t max, int64_t *times)
{
    struct steps s = {.from = time,
                      .since = h->since > since ? h->since : since,
                      .back = true,
                      .max = max,
                      .times = times};
    return find_steps(h, &s, offset, n);
}

/* ---- values ---- */

/* A value, going back through time. */
struct value_steps {
    uint64_t offset;
    size_t size;
    int64_t from, since; /* changes in (since, from] count */
    uint8_t bytes[HISTORY_UNIT_MAX];
    uint32_t unknown; /* bit i: byte i is not known */
    size_t max, count;
    struct history_value *out;
};

/* Starts with the value at the given moment. */
static bool value_at(const struct history *h, const uint8_t *now, struct value_steps *v)
{
    uint8_t state[HISTORY_UNIT_MAX] = {0}; /* BYTE_DATA */
    int64_t changed[HISTORY_UNIT_MAX];
    memcpy(v->bytes, now, v->size);
    struct history_view view = {v->offset, v->size, v->bytes, state, changed, 0};
    if (!history_at(h, v->from, &view))
        return false;
    for (size_t i = 0; i < v->size; i++)
        if (state[i] != BYTE_DATA && state[i] != BYTE_HOLE)
            v->unknown |= UINT32_C(1) << i;
    return true;
}

static void add_value(struct value_steps *v, int64_t time)
{
    struct history_value *to = &v->out[v->count++];
    *to = (struct history_value){.time = time, .known = v->unknown == 0};
    memcpy(to->bytes, v->bytes, v->size);
}

/* Undoes a change that led to the value; each time is added once. False: there are enough. */
static bool undo(struct value_steps *v, const struct delta *d)
{
    bool apart = d->offset >= v->offset + v->size || d->offset + d->length <= v->offset;
    if (d->kind >= DELTA_SIZE || apart || d->time > v->from || d->time <= v->since)
        return true;
    if (v->count == 0 || v->out[v->count - 1].time != d->time) {
        if (v->count == v->max)
            return false;
        add_value(v, d->time);
    }
    for (size_t i = 0; i < v->size; i++) {
        uint64_t at = v->offset + i;
        if (at < d->offset || at - d->offset >= d->length)
            continue;
        uint32_t bit = UINT32_C(1) << i;
        v->unknown = d->old == NULL ? v->unknown | bit : v->unknown & ~bit;
        v->bytes[i] = d->old == NULL ? 0 : d->old[at - d->offset];
    }
    return true;
}

/* False: there are enough. */
static bool undo_block(struct value_steps *v, const uint8_t *data, size_t n)
{
    const char *why = NULL;
    struct delta d;
    struct step_touch t = {v->offset, v->offset + v->size, false};
    if (!delta_keys(data, n, take_touch, &t) || !t.found)
        return true;
    struct delta_reader *r = delta_open(data, n, &why);
    bool more = true;
    if (r == NULL)
        return true;
    delta_end(r);
    while (more && delta_prev(r, &d))
        more = undo(v, &d);
    delta_close(r);
    return more;
}

/* All values of a page; false: there are enough. */
static bool undo_page(struct value_steps *v, const struct page *page)
{
    size_t n = 0;
    bool failed = false, more = true;
    uint64_t units = units_of(v->offset, v->offset + v->size);
    uint8_t *data = history_open_copy(page, &n, &failed);
    if (data != NULL)
        more = undo_block(v, data, n);
    free(data);
    for (const struct delta_block *b = page->newest; more && b != NULL; b = b->older)
        if ((b->units & units) != 0 && b->first <= v->from && b->last > v->since)
            more = undo_block(v, b->data, b->n);
    return more;
}

size_t history_values(const struct history *h, uint64_t offset, size_t size, const uint8_t *now,
                      int64_t time, size_t max, struct history_value *out)
{
    struct value_steps v = {.offset = offset, .size = size, .from = time, .max = max, .out = out};
    v.since = h->since > 0 ? h->since : INT64_MIN;
    bool one_page = size > 0 && offset / HISTORY_PAGE == (offset + size - 1) / HISTORY_PAGE;
    if (!one_page || size > HISTORY_UNIT_MAX || max == 0 || !value_at(h, now, &v))
        return 0;
    const struct page *page = history_page(h, offset / HISTORY_PAGE);
    bool more = page == NULL || undo_page(&v, page);
    /* And the value before the first known change. */
    uint64_t until = 0;
    int64_t first = v.count > 0 ? out[v.count - 1].time - 1 : time;
    bool watched = first >= history_observed(h, offset, &until) && until >= offset + size;
    if (more && v.count < max && v.unknown == 0 && watched && first >= v.since)
        add_value(&v, 0);
    return v.count;
}
