/* Consistent samples: all bytes read at one moment. There are two ways. With a sequence counter,
 * which the writer must keep, the window is read between two equal even values of it. Without one
 * the bytes that matter (a value wider than a word, the selection) are read a second time. A byte
 * that differs is torn: it stays marked for half a second, so that the user can see it. */
#include <stdlib.h>
#include <string.h>

#include "live/sampler_private.h"

enum { LOCK_TRIES = 32, MARK_NS = 500000000, MARK_FULL = 255 };

bool settle_alloc(struct settle *t)
{
    t->again = malloc(SAMPLE_MAX);
    t->mark = calloc(1, SAMPLE_MAX);
    return t->again != NULL && t->mark != NULL;
}

void settle_free(struct settle *t)
{
    free(t->again);
    free(t->mark);
}

/* ---- marks ---- */

/* A different window starts without marks; those of the same window fade. True: one is gone. */
static bool age_marks(struct settle *t, bool same, size_t n, int64_t now)
{
    bool gone = false, any = false;
    if (!same || n != t->length) {
        gone = t->any;
        memset(t->mark, 0, n);
    } else if (t->any) {
        int64_t passed = now - t->last;
        int64_t step = passed >= MARK_NS ? MARK_FULL : passed * MARK_FULL / MARK_NS;
        if (step < 1)
            return false;
        for (size_t i = 0; i < n; i++) {
            bool was = t->mark[i] != 0;
            t->mark[i] = t->mark[i] > step ? (uint8_t)(t->mark[i] - step) : 0;
            any = any || t->mark[i] != 0;
            gone = gone || (was && t->mark[i] == 0);
        }
    }
    t->any = any;
    t->length = n;
    t->last = now;
    return gone;
}

/* True: it was not marked yet. */
static bool mark(struct settle *t, size_t i)
{
    bool fresh = t->mark[i] == 0;
    t->mark[i] = MARK_FULL;
    t->any = true;
    return fresh;
}

/* ---- reading ---- */

/* Under the counter: reads until it has the same even value before and after. */
static struct oserr sample_locked(struct sampler *s, const struct seg_seqlock *lock,
                                  uint64_t offset, size_t n, struct seg_stat *stat)
{
    struct sample *w = &s->work;
    uint64_t before = 0, after = 1;
    w->settle.busy = true;
    for (int i = 0; i < LOCK_TRIES && w->settle.busy; i++) {
        struct oserr e = seg_counter(s->seg, lock, &before);
        bool known = !oserr_is(e);
        if (known && before % 2 != 0 && i + 1 < LOCK_TRIES)
            continue; /* being written: reading is useless */
        e = seg_sample(s->seg, offset, w->arrays->bytes, w->arrays->state, n, stat);
        if (oserr_is(e) || !known)
            return e;
        known = !oserr_is(seg_counter(s->seg, lock, &after));
        w->settle.busy = !known || before != after || before % 2 != 0;
        w->settle.counter = after;
    }
    return OSERR_NONE;
}

/* Marks the bytes that differed in the back end's own two copies. */
static bool mark_torn(struct sampler *s, uint64_t offset, size_t n)
{
    uint64_t from = 0, to = 0;
    bool news = false;
    if (!seg_torn(s->seg, &from, &to))
        return false;
    from = from > offset ? from : offset;
    to = to < offset + n ? to : offset + n;
    for (uint64_t at = from; at < to; at++)
        news = mark(&s->settle, (size_t)(at - offset)) || news;
    return news;
}

/* Reads the part of [from, to) that is in the window a second time and marks what differs. */
static bool read_again(struct sampler *s, const struct settle_request *want, uint64_t offset,
                       size_t n)
{
    struct sample *w = &s->work;
    uint64_t from = want->from > offset ? want->from : offset;
    uint64_t to = want->to < offset + n ? want->to : offset + n;
    size_t got = 0;
    bool news = false, torn = false;
    if (from >= to)
        return false;
    size_t first = (size_t)(from - offset);
    if (oserr_is(seg_read(s->seg, from, s->settle.again, (size_t)(to - from), &got)))
        return false;
    for (size_t i = 0; i < got; i++) {
        if (s->settle.again[i] == w->arrays->bytes[first + i])
            continue;
        torn = true;
        news = mark(&s->settle, first + i) || news;
    }
    w->settle.reads++;
    w->settle.torn += torn;
    return news;
}

struct oserr settle_sample(struct sampler *s, const struct settle_request *want, uint64_t offset,
                           size_t n, struct seg_stat *stat, bool *news)
{
    struct sample *w = &s->work;
    bool was_busy = w->settle.busy;
    struct oserr e;
    *news = age_marks(&s->settle, w->spans.count == 0 && offset == w->offset, n, w->time);
    if (!settle_request_equal(want, &w->settle.want))
        w->settle = (struct settle_result){.want = *want};
    if (want->locked) {
        e = sample_locked(s, &want->lock, offset, n, stat);
    } else {
        e = seg_sample(s->seg, offset, w->arrays->bytes, w->arrays->state, n, stat);
        *news = mark_torn(s, offset, n) || *news;
        if (!oserr_is(e))
            *news = read_again(s, want, offset, n) || *news;
    }
    *news = *news || was_busy != w->settle.busy;
    memcpy(w->arrays->torn, s->settle.mark, n);
    w->settle.any = s->settle.any;
    return e;
}

bool settle_spans(struct sampler *s, const struct span_list *spans, bool same)
{
    struct sample *w = &s->work;
    bool news = age_marks(&s->settle, same, w->length, w->time);
    size_t got = 0;
    w->settle = (struct settle_result){.any = false};
    for (size_t k = 0; k < spans->count; k++) {
        const struct span *p = &spans->at[k];
        got = 0;
        if (oserr_is(seg_read(s->seg, p->offset, s->settle.again, p->length, &got)))
            continue;
        for (size_t i = 0; i < got; i++)
            if (s->settle.again[i] != w->arrays->bytes[p->index + i])
                news = mark(&s->settle, p->index + i) || news;
    }
    memcpy(w->arrays->torn, s->settle.mark, w->length);
    w->settle.any = s->settle.any;
    return news;
}
