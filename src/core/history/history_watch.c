/* What is observed and since when, the sizes that the segment had, and the activity over time. */
#include <string.h>

#include "core/history/history_private.h"

enum { MILLISECOND = 1000000, WIDTH_FIRST = 10 * MILLISECOND };

/* ---- observed intervals ---- */

/* Merges interval i into i + 1, with the later `since`; if they do not touch, drops i. */
static void merge(struct history *h, size_t i)
{
    struct interval *a = &h->watch[i], *b = a + 1;
    if (a->to == b->from) {
        b->from = a->from;
        b->since = a->since > b->since ? a->since : b->since;
    }
    memmove(a, b, (h->watched - i - 1) * sizeof *a);
    h->watched--;
}

/* Makes room for one more: merges the neighbours whose times are closest. */
static void make_room(struct history *h)
{
    size_t best = 0;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i + 1 < h->watched; i++) {
        const struct interval *a = &h->watch[i], *b = a + 1;
        uint64_t apart = a->since < b->since ? (uint64_t)b->since - (uint64_t)a->since
                                             : (uint64_t)a->since - (uint64_t)b->since;
        if (a->to == b->from && apart < least) {
            least = apart;
            best = i;
        }
    }
    merge(h, best);
}

static void insert(struct history *h, size_t i, struct interval s)
{
    if (i > 0 && h->watch[i - 1].to == s.from && h->watch[i - 1].since == s.since) {
        h->watch[i - 1].to = s.to;
        if (i < h->watched && h->watch[i].from == s.to && h->watch[i].since == s.since)
            merge(h, i - 1);
        return;
    }
    if (i < h->watched && h->watch[i].from == s.to && h->watch[i].since == s.since) {
        h->watch[i].from = s.from;
        return;
    }
    if (h->watched == WATCH_MAX) {
        make_room(h);
        for (i = 0; i < h->watched && h->watch[i].from < s.from;)
            i++;
    }
    memmove(&h->watch[i + 1], &h->watch[i], (h->watched - i) * sizeof s);
    h->watch[i] = s;
    h->watched++;
}

/* The first interval that ends after `offset`. */
static size_t find(const struct history *h, uint64_t offset)
{
    size_t low = 0, high = h->watched;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (h->watch[mid].to > offset)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

int64_t history_observed(const struct history *h, uint64_t offset, uint64_t *until)
{
    size_t i = find(h, offset);
    if (i == h->watched) {
        *until = UINT64_MAX;
        return INT64_MAX;
    }
    bool in = h->watch[i].from <= offset;
    *until = in ? h->watch[i].to : h->watch[i].from;
    return in ? h->watch[i].since : INT64_MAX;
}

int64_t history_known_since(const struct history *h, uint64_t offset, uint64_t n)
{
    uint64_t end = offset + n, until = 0;
    int64_t known = h->since;
    for (uint64_t at = offset; at < end; at = until) {
        int64_t since = history_observed(h, at, &until);
        known = since > known ? since : known;
    }
    return known;
}

void history_observe(struct history *h, int64_t time, uint64_t offset, uint64_t n)
{
    uint64_t end = offset + n, until = 0;
    while (offset < end) {
        int64_t since = history_observed(h, offset, &until);
        uint64_t to = until < end ? until : end;
        if (since == INT64_MAX)
            insert(h, find(h, offset), (struct interval){offset, to, time});
        offset = to;
    }
}

void history_unobserve(struct history *h, uint64_t offset, uint64_t n)
{
    uint64_t end = offset + n;
    for (size_t i; (i = find(h, offset)) < h->watched && h->watch[i].from < end;) {
        struct interval s = h->watch[i];
        memmove(&h->watch[i], &h->watch[i + 1], (h->watched - i - 1) * sizeof s);
        h->watched--;
        if (s.from < offset)
            insert(h, find(h, s.from), (struct interval){s.from, offset, s.since});
        if (s.to > end)
            insert(h, find(h, end), (struct interval){end, s.to, s.since});
    }
}

/* ---- sizes ---- */

void history_size(struct history *h, int64_t time, uint64_t was, uint64_t is)
{
    h->size[h->sizes++ % SIZES_MAX] = (struct size_change){time, was, is};
}

void history_size_at(const struct history *h, int64_t time, uint64_t *size)
{
    size_t kept = h->sizes < SIZES_MAX ? h->sizes : SIZES_MAX;
    for (size_t k = 0; k < kept; k++) { /* newest first */
        const struct size_change *c = &h->size[(h->sizes - 1 - k) % SIZES_MAX];
        if (c->time <= time)
            return;
        *size = c->was;
    }
}

/* ---- activity ---- */

/* Halves the resolution and doubles the reach. */
static void coarser(struct activity *a)
{
    for (size_t i = 0; i < BUCKETS / 2; i++)
        a->part[i] = a->part[2 * i] + a->part[2 * i + 1];
    memset(&a->part[BUCKETS / 2], 0, BUCKETS / 2 * sizeof a->part[0]);
    a->width *= 2;
}

void history_count(struct history *h, int64_t time, uint64_t n)
{
    struct activity *a = &h->activity;
    if (a->width == 0) {
        a->start = time;
        a->width = WIDTH_FIRST;
    }
    while ((time - a->start) / a->width >= BUCKETS)
        coarser(a);
    a->part[(time - a->start) / a->width] += n;
}

void history_activity(const struct history *h, int64_t from, int64_t to, size_t count,
                      uint64_t *part)
{
    const struct activity *a = &h->activity;
    memset(part, 0, count * sizeof *part);
    if (a->width == 0 || to <= from || count == 0)
        return;
    double scale = (double)count / (double)(to - from);
    for (size_t i = 0; i < BUCKETS; i++) {
        int64_t mid = a->start + (int64_t)i * a->width + a->width / 2;
        if (a->part[i] == 0 || mid < from || mid >= to + a->width)
            continue;
        size_t k = (size_t)((double)(mid - from) * scale);
        part[k < count ? k : count - 1] += a->part[i];
    }
}
