#include "live/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "live/block.h"

enum { BLOCK_PAGES = BLOCK_SIZE / BASELINE_PAGE };

struct baseline {
    uint64_t *page;               /* page numbers, ascending */
    struct aligned_buffer *block; /* their data, BLOCK_PAGES pages in each */
    size_t count, capacity;       /* pages; the capacity is one of whole blocks, */
    size_t blocks;                /* of which so many have their memory */
    uint64_t covers;              /* bytes */
};

static uint8_t *page_data(const struct baseline *b, size_t i)
{
    return b->block[i / BLOCK_PAGES].page + i % BLOCK_PAGES * BASELINE_PAGE;
}

/* Makes room for one page more, and so to the end of its block. */
static struct oserr baseline_room(struct baseline *b)
{
    const struct oserr no_memory = {"malloc", SEG_E_MEMORY};
    if (b->count < b->blocks * BLOCK_PAGES)
        return OSERR_NONE;
    if (b->count == b->capacity) {
        size_t capacity = b->capacity == 0 ? BLOCK_PAGES : b->capacity * 2;
        uint64_t *page = realloc(b->page, capacity * sizeof *page);
        if (page != NULL)
            b->page = page;
        struct aligned_buffer *block = realloc(b->block, capacity / BLOCK_PAGES * sizeof *block);
        if (block != NULL)
            b->block = block;
        if (page == NULL || block == NULL)
            return no_memory;
        b->capacity = capacity;
    }
    struct oserr e = aligned_buffer_new(&b->block[b->blocks], BLOCK_SIZE);
    b->blocks += oserr_is(e) ? 0 : 1;
    return e;
}

/* Copies whole pages from `at`, which is on a page border, towards `end`: as many as fit into the
 * block, and `most` at most. Large pieces are read around the mapping, straight to where they
 * belong. */
static struct oserr baseline_copy(struct baseline *b, struct seg *s, uint64_t at, uint64_t end,
                                  uint64_t most)
{
    struct oserr e = baseline_room(b);
    if (oserr_is(e))
        return e;
    uint64_t pages = (end - at + BASELINE_PAGE - 1) / BASELINE_PAGE;
    size_t room = BLOCK_PAGES - b->count % BLOCK_PAGES, got = 0;
    pages = pages < most ? pages : most;
    pages = pages < room ? pages : room;
    size_t n = (size_t)pages * BASELINE_PAGE;
    uint8_t *to = page_data(b, b->count);
    e = seg_read(s, at, to, n, &got);
    if (oserr_is(e))
        return e;
    memset(to + got, 0, n - got); /* past the end */
    for (uint64_t i = 0; i < pages; i++)
        b->page[b->count++] = at / BASELINE_PAGE + i;
    return OSERR_NONE;
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
        while (at < end && go_on && !oserr_is(*error)) {
            size_t had = b->count;
            if ((b->count + 1) * BASELINE_PAGE > limit) {
                b->covers = at;
                return b;
            }
            at -= at % BASELINE_PAGE;
            *error = baseline_copy(b, s, at, end, limit / BASELINE_PAGE - b->count);
            at += (b->count - had) * BASELINE_PAGE;
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
    for (size_t i = 0; i < b->blocks; i++)
        aligned_buffer_free(&b->block[i]);
    free(b->page);
    free(b->block);
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
        const uint8_t *was = has ? page_data(b, at) + in_page : NULL;
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
