#include "core/change/ages.h"

#include <stdlib.h>
#include <string.h>

struct ages {
    size_t cap;             /* elements of each array */
    struct span_list spans; /* the bytes that are watched, at most cap */
    size_t noted;           /* changes since the window was last moved */
    int64_t *changed;       /* time of the last change, 0: none */
    uint32_t *count;        /* changes seen, saturating */
    int64_t *old_changed;   /* room for both arrays while the window moves */
    uint32_t *old_count;
};

struct ages *ages_new(size_t cap)
{
    struct ages *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->cap = cap;
    a->changed = calloc(cap + 1, sizeof *a->changed);
    a->count = calloc(cap + 1, sizeof *a->count);
    a->old_changed = calloc(cap + 1, sizeof *a->old_changed);
    a->old_count = calloc(cap + 1, sizeof *a->old_count);
    if (a->changed != NULL && a->count != NULL && a->old_changed != NULL && a->old_count != NULL)
        return a;
    ages_free(a);
    return NULL;
}

void ages_free(struct ages *a)
{
    if (a == NULL)
        return;
    free(a->changed);
    free(a->count);
    free(a->old_changed);
    free(a->old_count);
    free(a);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The part of [offset, offset + n) that lies in a piece: its first byte there and how many; n > 0.
 */
static size_t shared(const struct span *p, uint64_t offset, size_t n, uint64_t *first)
{
    uint64_t last = p->offset + (p->length - 1), end = offset + (n - 1);
    *first = offset > p->offset ? offset : p->offset;
    last = end < last ? end : last;
    return last >= *first ? (size_t)(last - *first) + 1 : 0;
}

/* old NULL: nobody knows which bytes of the page changed, if any of the window. */
static void on_changed(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct ages *a = ctx;
    (void)new;
    for (size_t k = spans_find(&a->spans, offset); k < a->spans.count && old != NULL; k++) {
        const struct span *p = &a->spans.at[k];
        uint64_t first;
        if (p->offset > offset && p->offset - offset >= n)
            return;
        size_t some = shared(p, offset, n, &first), at = p->index + (size_t)(first - p->offset);
        for (size_t i = at; i < at + some; i++) {
            a->changed[i] = time != 0 ? time : 1; /* 0 means never */
            a->count[i] += a->count[i] < UINT32_MAX;
            a->noted++;
        }
    }
}

bool ages_listen(struct ages *a, struct pagemap *map)
{
    const struct pagemap_sink sink = {.ctx = a, .changed = on_changed};
    return pagemap_listen(map, &sink);
}

/* Takes over what is known of a piece from the pieces that were watched before. */
static void carry(struct ages *a, const struct span *to, const struct span_list *before)
{
    memset(a->changed + to->index, 0, to->length * sizeof *a->changed);
    memset(a->count + to->index, 0, to->length * sizeof *a->count);
    for (size_t k = spans_find(before, to->offset); k < before->count; k++) {
        const struct span *from = &before->at[k];
        uint64_t first;
        if (from->offset > to->offset && from->offset - to->offset >= to->length)
            return;
        size_t n = shared(from, to->offset, to->length, &first);
        size_t at = to->index + (size_t)(first - to->offset);
        size_t old = from->index + (size_t)(first - from->offset);
        memcpy(a->changed + at, a->old_changed + old, n * sizeof *a->changed);
        memcpy(a->count + at, a->old_count + old, n * sizeof *a->count);
    }
}

size_t ages_spans(struct ages *a, const struct span_list *spans)
{
    size_t noted = a->noted;
    a->noted = 0;
    if (spans_equal(spans, &a->spans) || spans_length(spans) > a->cap)
        return noted;
    struct span_list before = a->spans;
    int64_t *changed = a->changed;
    uint32_t *count = a->count;
    a->changed = a->old_changed;
    a->count = a->old_count;
    a->old_changed = changed;
    a->old_count = count;
    a->spans = *spans;
    for (size_t i = 0; i < spans->count; i++)
        carry(a, &spans->at[i], &before);
    return noted;
}

size_t ages_move(struct ages *a, uint64_t offset, size_t n)
{
    struct span_list one;
    spans_set(&one, offset, smaller(n, a->cap));
    return ages_spans(a, &one);
}

void ages_prime(struct ages *a, const int64_t *changed, size_t n)
{
    for (size_t i = 0; i < smaller(n, spans_length(&a->spans)); i++)
        if (a->changed[i] == 0)
            a->changed[i] = changed[i];
}

const int64_t *ages_changed(const struct ages *a)
{
    return a->changed;
}

const uint32_t *ages_counts(const struct ages *a)
{
    return a->count;
}

void ages_reset_counts(struct ages *a)
{
    memset(a->count, 0, spans_length(&a->spans) * sizeof *a->count);
}
