#include "live/guards.h"

#include <string.h>

#include "live/sampler_private.h"

enum { TRIES = 32 };

static bool same(const struct guarded *a, const struct guarded *b)
{
    return a->from == b->from && a->to == b->to && a->lock.offset == b->lock.offset &&
           a->lock.width == b->lock.width && a->lock.two == b->lock.two &&
           a->lock.end == b->lock.end;
}

size_t guards_find(const struct guard_list *list, const struct guarded *g)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(&list->at[i], g))
            return i;
    return SIZE_MAX;
}

void guards_add(struct guard_list *list, const struct guarded *g)
{
    if (list->count < GUARDS_MAX && guards_find(list, g) == SIZE_MAX)
        list->at[list->count++] = *g;
}

bool guards_equal(const struct guard_list *a, const struct guard_list *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; equal && i < a->count; i++)
        equal = same(&a->at[i], &b->at[i]);
    return equal;
}

/* ---- reading ---- */

/* The part of a piece that a range guards. */
struct guarded_part {
    uint64_t offset;
    size_t index, n; /* of its bytes in the sample; 0: there is none */
};

static struct guarded_part part_of(const struct span *p, const struct guarded *g)
{
    uint64_t start = p->offset > g->from ? p->offset : g->from;
    uint64_t end = p->offset + p->length < g->to ? p->offset + p->length : g->to;
    if (start >= end)
        return (struct guarded_part){.n = 0};
    return (struct guarded_part){start, p->index + (size_t)(start - p->offset),
                                 (size_t)(end - start)};
}

static bool any_guarded(const struct span_list *spans, const struct guarded *g)
{
    bool any = false;
    for (size_t i = 0; i < spans->count && !any; i++)
        any = part_of(&spans->at[i], g).n > 0;
    return any;
}

/* Reads the parts of all pieces, each to its place in `again`, between two readings of the counter.
 * got[]: bytes of each piece's part. */
static struct oserr read_once(struct sampler *s, const struct guarded *g, size_t *got,
                              bool *settled)
{
    const struct span_list *spans = &s->work.spans;
    struct seg_seqlock first = g->lock;
    uint64_t before = 0, after = 0;
    first.offset = g->lock.two ? g->lock.end : g->lock.offset;
    *settled = false;
    struct oserr e = seg_counter(s->seg, &first, &before);
    if (oserr_is(e) || (!g->lock.two && before % 2 != 0))
        return e;
    for (size_t i = 0; i < spans->count && !oserr_is(e); i++) {
        struct guarded_part part = part_of(&spans->at[i], g);
        got[i] = 0;
        if (part.n > 0)
            e = seg_read(s->seg, part.offset, s->settle.again + part.index, part.n, &got[i]);
    }
    if (!oserr_is(e))
        e = seg_counter(s->seg, &g->lock, &after);
    *settled = !oserr_is(e) && before == after;
    return e;
}

/* Puts what was read in the place of the sample; what could not be read is not known. */
static void put(struct sampler *s, const struct guarded_part *part, size_t got)
{
    struct sample_arrays *a = s->work.arrays;
    memset(a->torn + part->index, 0, part->n);
    memcpy(a->bytes + part->index, s->settle.again + part->index, got);
    for (size_t i = part->index + got; i < part->index + part->n; i++) {
        a->bytes[i] = 0;
        if (a->state[i] != BYTE_BEYOND)
            a->state[i] = BYTE_UNKNOWN;
    }
}

/* Reads what is sampled of a range under its counter. */
static enum guard_read read_range(struct sampler *s, const struct guarded *g)
{
    const struct span_list *spans = &s->work.spans;
    size_t got[SPANS_MAX] = {0};
    struct oserr e = OSERR_NONE;
    bool settled = false;
    for (int i = 0; i < TRIES && !oserr_is(e) && !settled; i++)
        e = read_once(s, g, got, &settled);
    for (size_t i = 0; i < spans->count; i++) {
        struct guarded_part part = part_of(&spans->at[i], g);
        if (part.n > 0)
            put(s, &part, settled ? got[i] : 0);
    }
    return oserr_is(e) ? GUARD_FAILED : settled ? GUARD_SETTLED : GUARD_WRITTEN;
}

bool guards_read(struct sampler *s, const struct guard_list *want)
{
    struct sample *w = &s->work;
    bool news = !guards_equal(want, &w->guards);
    for (size_t i = 0; i < want->count; i++) {
        const struct guarded *g = &want->at[i];
        enum guard_read how = any_guarded(&w->spans, g) ? read_range(s, g) : GUARD_SETTLED;
        news = news || how != w->guards.read[i];
        w->guards.at[i] = *g;
        w->guards.read[i] = (uint8_t)how;
    }
    w->guards.count = want->count;
    return news;
}
