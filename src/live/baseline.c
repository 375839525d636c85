#include "live/baseline.h"

#include <stdlib.h>
#include <string.h>

struct baseline {
    uint64_t *page; /* page numbers, ascending */
    uint8_t *data;  /* BASELINE_PAGE bytes for each */
    size_t count, capacity;
    uint64_t covers; /* bytes */
};

static bool baseline_room(struct baseline *b)
{
    if (b->count < b->capacity)
        return true;
    size_t capacity = b->capacity == 0 ? 64 : b->capacity * 2;
    uint64_t *page = realloc(b->page, capacity * sizeof *page);
    if (page != NULL)
        b->page = page;
    uint8_t *data = realloc(b->data, capacity * BASELINE_PAGE);
    if (data != NULL)
        b->data = data;
    if (page == NULL || data == NULL)
        return false;
    b->capacity = capacity;
    return true;
}

/* Copies the page that holds `offset`. */
static struct oserr baseline_page(struct baseline *b, struct seg *s, uint64_t offset)
{
    if (!baseline_room(b))
        return (struct oserr){"malloc", SEG_E_MEMORY};
    uint64_t number = offset / BASELINE_PAGE;
    uint8_t *to = b->data + b->count * BASELINE_PAGE;
    size_t got = 0;
    memset(to, 0, BASELINE_PAGE);
    struct oserr e = seg_read(s, number * BASELINE_PAGE, to, BASELINE_PAGE, &got);
    if (!oserr_is(e))
        b->page[b->count++] = number;
    return e;
}

struct baseline *baseline_take(struct seg *s, uint64_t limit, const struct progress *p,
                               struct oserr *error)
{
    struct baseline *b = calloc(1, sizeof *b);
    uint64_t at = 0, size = 0;
    seg_part(s, &at, &size);
    *error = b == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : OSERR_NONE;
    bool go_on = true;
    while (b != NULL && at < size && go_on && !oserr_is(*error)) {
        uint64_t start = 0, end = 0;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        *error = seg_extent(s, at, &start, &end, &kind);
        if (end <= at)
            break;
        end = end < size ? end : size;
        if (kind == SEG_EXT_HOLE) {
            at = end;
            continue;
        }
        for (; at < end && go_on && !oserr_is(*error); at += BASELINE_PAGE - at % BASELINE_PAGE) {
            if ((b->count + 1) * BASELINE_PAGE > limit) {
                b->covers = at;
                return b;
            }
            *error = baseline_page(b, s, at);
            if (b->count % 64 == 0)
                go_on = progress_yield(p, at, size);
        }
    }
    if (!go_on || oserr_is(*error)) {
        baseline_free(b);
        return NULL;
    }
    if (b != NULL)
        b->covers = UINT64_MAX;
    return b;
}

void baseline_free(struct baseline *b)
{
    if (b == NULL)
        return;
    free(b->page);
    free(b->data);
    free(b);
}

uint64_t baseline_covers(const struct baseline *b)
{
    return b->covers;
}

/* Index of the first page with a number >= `number`. */
static size_t lower_bound(const struct baseline *b, uint64_t number)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->page[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void baseline_compare(const struct baseline *b, uint64_t offset, const uint8_t *bytes, size_t n,
                      uint8_t *differs)
{
    size_t at = lower_bound(b, offset / BASELINE_PAGE);
    for (size_t i = 0; i < n;) {
        uint64_t number = (offset + i) / BASELINE_PAGE;
        size_t in_page = (size_t)((offset + i) % BASELINE_PAGE);
        size_t run = BASELINE_PAGE - in_page < n - i ? BASELINE_PAGE - in_page : n - i;
        bool has = at < b->count && b->page[at] == number;
        const uint8_t *was = has ? b->data + at * BASELINE_PAGE + in_page : NULL;
        for (size_t k = 0; k < run; k++) {
            bool covered = offset + i + k < b->covers;
            differs[i + k] = covered && bytes[i + k] != (was != NULL ? was[k] : 0);
        }
        at += has ? 1 : 0;
        i += run;
    }
}

uint64_t baseline_next(const struct baseline *b, uint64_t offset)
{
    size_t i = lower_bound(b, (offset + BASELINE_PAGE - 1) / BASELINE_PAGE);
    return i < b->count ? b->page[i] * BASELINE_PAGE : UINT64_MAX;
}
