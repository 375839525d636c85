#include "live/gauges.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/bytes.h"
#include "live/sampler_private.h"

enum {
    PAGE = PAGEMAP_PAGE,
    READ_MAX = 2 * PAGE /* whole pages: a gauge touches two at most */
};

_Static_assert((int)GAUGE_MAX <= (int)PAGE, "two pages hold any gauge");

#define PAST_REACH INT64_C(4000000000) /* ns that `changed` reaches back in the past */

struct gauges {
    /* The pages read last, in this sample. */
    uint64_t page;
    size_t read; /* bytes; 0: none */
    uint8_t bytes[READ_MAX], state[READ_MAX];
    /* The gauges of the last sample; of a past moment they are used again while that is shown. */
    struct gauge_result last;
    struct gauge_result now; /* being made */
    int64_t time;            /* the moment of `last`; 0: now */
    int64_t since;           /* oldest time that the history knew then */
    struct trends *trends;
};

struct gauges *gauges_new(void)
{
    struct gauges *m = calloc(1, sizeof *m);
    if (m != NULL && (m->trends = trends_new()) != NULL)
        return m;
    free(m);
    return NULL;
}

void gauges_free(struct gauges *m)
{
    if (m != NULL)
        trends_free(m->trends);
    free(m);
}

/* ---- for the UI ---- */

static bool same_gauges(const struct gauge *a, const struct gauge *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].offset != b[i].offset || a[i].size != b[i].size || a[i].trend != b[i].trend)
            return false;
    return true;
}

bool gauge_request_equal(const struct gauge_request *a, const struct gauge_request *b)
{
    return a->count == b->count && same_gauges(a->at, b->at, a->count);
}

bool gauges_answered(const struct gauge_result *r, const struct gauge_request *q)
{
    return r->count == q->count && same_gauges(r->at, q->at, q->count);
}

size_t gauge_find(const struct gauge_result *r, uint64_t offset, size_t size)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->at[i].offset == offset && r->at[i].size == size)
            return i;
    return SIZE_MAX;
}

void gauge_result_copy(struct gauge_result *to, const struct gauge_result *from)
{
    size_t n = from->length;
    to->count = from->count;
    to->length = n;
    memcpy(to->at, from->at, from->count * sizeof *to->at);
    memcpy(to->first, from->first, from->count * sizeof *to->first);
    memcpy(to->bytes, from->bytes, n);
    memcpy(to->state, from->state, n);
    memcpy(to->base, from->base, n);
    memcpy(to->changed, from->changed, n * sizeof *to->changed);
    memcpy(to->trend, from->trend, from->count * sizeof *to->trend);
}

static bool results_equal(const struct gauge_result *a, const struct gauge_result *b)
{
    size_t n = a->length;
    return a->count == b->count && same_gauges(a->at, b->at, a->count) && a->length == b->length &&
           memcmp(a->bytes, b->bytes, n) == 0 && memcmp(a->state, b->state, n) == 0 &&
           memcmp(a->base, b->base, n) == 0 &&
           memcmp(a->changed, b->changed, n * sizeof *a->changed) == 0 &&
           memcmp(a->trend, b->trend, a->count * sizeof *a->trend) == 0;
}

/* ---- reading ---- */

/* Takes a gauge from the window, if all of it is there. */
static bool from_window(const struct sample *w, const struct gauge *gauge, size_t to,
                        struct gauge_result *out)
{
    size_t n = gauge->size, first = sample_index(w, gauge->offset);
    size_t last = sample_index(w, gauge->offset + n - 1);
    if (first == SIZE_MAX || last != first + n - 1)
        return false;
    memcpy(out->bytes + to, w->arrays->bytes + first, n);
    memcpy(out->state + to, w->arrays->state + first, n);
    memcpy(out->base + to, w->arrays->base + first, n);
    memcpy(out->changed + to, w->arrays->changed + first, n * sizeof *out->changed);
    return true;
}

/* Reads the pages that a gauge touches and feeds them, unless they were read last. */
static void read_pages(struct sampler *s, const struct gauge *gauge)
{
    struct gauges *m = s->gauges;
    uint64_t page = gauge->offset / PAGE * PAGE;
    size_t n = ((size_t)(gauge->offset - page) + gauge->size + PAGE - 1) / PAGE * PAGE;
    struct seg_stat stat;
    if (m->read >= n && m->page == page)
        return;
    m->page = page;
    m->read = n;
    struct oserr e = seg_sample(s->seg, page, m->bytes, m->state, n, &stat);
    if (oserr_is(e)) { /* the window meets the same error, and says it */
        memset(m->bytes, 0, n);
        memset(m->state, BYTE_UNKNOWN, n);
    } else {
        (void)sweep_rows(s->map, page, m->bytes, m->state, n, s->work.time);
    }
}

/* What is known of [offset, offset + n) now. */
static void from_pages(struct sampler *s, const struct gauge *gauge, size_t to,
                       struct gauge_result *out)
{
    const struct gauges *m = s->gauges;
    size_t n = gauge->size, first = (size_t)(gauge->offset - m->page);
    memcpy(out->bytes + to, m->bytes + first, n);
    memcpy(out->state + to, m->state + first, n);
    pagemap_ages(sweep_pages(s->map), gauge->offset, out->changed + to, n);
    memset(out->base + to, 0, n);
}

/* Replaces what is known now by what was there at a moment. */
static void from_past(struct sampler *s, int64_t time, const struct gauge *gauge, size_t to,
                      struct gauge_result *out)
{
    const struct history *past = recorder_history(s->recorder);
    struct history_view view = {gauge->offset,   gauge->size,       out->bytes + to,
                                out->state + to, out->changed + to, PAST_REACH};
    if (past != NULL && history_at(past, time, &view)) {
        for (size_t i = 0; i < gauge->size; i++)
            if (gauge->offset + i >= s->work.past.total)
                out->state[to + i] = BYTE_BEYOND;
        return;
    }
    memset(out->bytes + to, 0, gauge->size);
    memset(out->state + to, BYTE_UNKNOWN, gauge->size);
    memset(out->changed + to, 0, gauge->size * sizeof *out->changed);
}

/* What the last sample had of the same gauge at the same moment. */
static void from_last(const struct gauges *m, size_t i, size_t to, struct gauge_result *out)
{
    size_t from = m->last.first[i], n = m->last.at[i].size;
    memcpy(out->bytes + to, m->last.bytes + from, n);
    memcpy(out->state + to, m->last.state + from, n);
    memcpy(out->changed + to, m->last.changed + from, n * sizeof *out->changed);
}

/* One gauge, of now or of the moment that is shown. `same`: that of the last sample. */
static void make_gauge(struct sampler *s, const struct gauge *gauge, bool same)
{
    struct gauges *m = s->gauges;
    struct gauge_result *out = &m->now;
    size_t to = out->length, i = out->count++;
    int64_t time = s->work.past.time;
    out->at[i] = *gauge;
    out->first[i] = (uint32_t)to;
    out->length += gauge->size;
    if (from_window(&s->work, gauge, to, out))
        return;
    read_pages(s, gauge);
    from_pages(s, gauge, to, out);
    recorder_observe(s->recorder, s->work.time, gauge->offset, gauge->size);
    size_t before = same ? gauge_find(&m->last, gauge->offset, gauge->size) : SIZE_MAX;
    if (time != 0 && before != SIZE_MAX)
        from_last(m, before, to, out);
    else if (time != 0)
        from_past(s, time, gauge, to, out);
    if (s->baseline != NULL)
        baseline_compare(s->baseline, gauge->offset, out->bytes + to, gauge->size, out->base + to);
}

bool gauges_sample(struct sampler *s, const struct gauge_request *want)
{
    struct gauges *m = s->gauges;
    int64_t time = s->work.past.time, since = s->work.past.about.since;
    bool same = time != 0 && m->time == time && (time >= since || m->since == since);
    m->read = 0;
    m->now.count = m->now.length = 0;
    for (size_t i = 0; i < want->count && i < GAUGES_MAX; i++) {
        const struct gauge *gauge = &want->at[i];
        if (gauge->size == 0 || gauge->size > GAUGE_MAX ||
            gauge->size > GAUGE_BYTES - m->now.length)
            break;
        make_gauge(s, gauge, same);
    }
    trends_make(s, m->trends, &m->now);
    bool news = !results_equal(&m->now, &m->last);
    m->time = time;
    m->since = since;
    if (news)
        gauge_result_copy(&m->last, &m->now);
    gauge_result_copy(&s->work.arrays->gauges, &m->now);
    return news;
}
