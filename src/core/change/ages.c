#include "core/change/ages.h"

#include <stdlib.h>
#include <string.h>

struct ages {
    size_t cap;       /* elements of each array */
    size_t n;         /* bytes of the window, <= cap */
    uint64_t offset;  /* where it starts */
    size_t noted;     /* changes since ages_move was last called */
    int64_t *changed; /* time of the last change, 0: none */
    uint32_t *count;  /* changes seen, saturating */
};

struct ages *ages_new(size_t cap)
{
    struct ages *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->cap = cap;
    a->changed = calloc(cap + 1, sizeof *a->changed);
    a->count = calloc(cap + 1, sizeof *a->count);
    if (a->changed != NULL && a->count != NULL)
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
    free(a);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* old NULL: nobody knows which bytes of the page changed, if any of the window. */
static void on_changed(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct ages *a = ctx;
    (void)new;
    size_t first = 0, end = 0; /* of the window */
    if (offset >= a->offset && offset - a->offset < a->n) {
        first = (size_t)(offset - a->offset);
        end = smaller(a->n, first + n);
    } else if (offset < a->offset && a->offset - offset < n) {
        end = smaller(a->n, n - (size_t)(a->offset - offset));
    }
    for (size_t i = first; i < end && old != NULL; i++) {
        a->changed[i] = time != 0 ? time : 1; /* 0 means never */
        a->count[i] += a->count[i] < UINT32_MAX;
        a->noted++;
    }
}

bool ages_listen(struct ages *a, struct pagemap *map)
{
    const struct pagemap_sink sink = {.ctx = a, .changed = on_changed};
    return pagemap_listen(map, &sink);
}

static void forget(struct ages *a, size_t i, size_t n)
{
    memset(a->changed + i, 0, n * sizeof *a->changed);
    memset(a->count + i, 0, n * sizeof *a->count);
}

static void carry(struct ages *a, size_t to, size_t from, size_t n)
{
    memmove(a->changed + to, a->changed + from, n * sizeof *a->changed);
    memmove(a->count + to, a->count + from, n * sizeof *a->count);
}

size_t ages_move(struct ages *a, uint64_t offset, size_t n)
{
    size_t noted = a->noted, start = 0, kept = 0; /* [start, start + kept) of it was in the last */
    a->noted = 0;
    n = smaller(n, a->cap);
    if (offset == a->offset && n == a->n)
        return noted;
    if (offset >= a->offset && offset - a->offset < a->n) {
        size_t from = (size_t)(offset - a->offset);
        kept = smaller(a->n - from, n);
        carry(a, 0, from, kept);
    } else if (offset < a->offset && a->offset - offset < n) {
        start = (size_t)(a->offset - offset);
        kept = smaller(a->n, n - start);
        carry(a, start, 0, kept);
    }
    forget(a, 0, start);
    forget(a, start + kept, n - start - kept);
    a->offset = offset;
    a->n = n;
    return noted;
}

void ages_prime(struct ages *a, const int64_t *changed, size_t n)
{
    for (size_t i = 0; i < smaller(n, a->n); i++)
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
    memset(a->count, 0, a->n * sizeof *a->count);
}
