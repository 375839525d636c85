#include "live/search.h"

#include <stdlib.h>
#include <string.h>

#include "live/block.h"

enum {
    PROBE_FIRST = 1024 * 1024,    /* bytes of the first stride back; doubled over holes */
    MAP_SLICE = 16 * 1024 * 1024, /* bytes each thread searches in the mapping between two yields */
    ONCE_SLICE = 128 * 1024 * 1024, /* the same where no sample is due in between */
    MAP_FIRST = 1024 * 1024, /* bytes of the first slice after a match, which may be dense: searched
                                alone, and doubled where there is nothing */
};

static const uint8_t zeros[BLOCK_PAGE];

/* A piece of the segment in memory, and the search in it. */
struct search_window {
    struct pattern_search *search;
    struct seg *s;
    struct find *f;
    struct progress position; /* yields with the position of this window */
    struct aligned_buffer block;
    const uint8_t *p; /* its bytes */
    uint64_t at;      /* their offset */
    size_t n;
    bool last;                /* the segment ends after them */
    struct seg_needle needle; /* what is looked for in the mapping itself; size 0: nothing */
    uint8_t *state;           /* of each (enum seg_byte), when `partly`; NULL: never needed */
    bool partly;              /* some are not known: see state[] */
    uint64_t counted;         /* up to here unknown bytes have been counted */
    bool zeros;               /* they end in a page of zeros, perhaps of a hole */
    uint64_t data_to;         /* up to here it was data when last asked */
    uint64_t low, size;       /* what may be read: [low, size), the segment or a part of it */
    uint64_t to;              /* nothing from here on is read */
    struct oserr *error;
};

/* A regular expression takes its time within a window too, and knows no position. */
static bool yield_in_window(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    const struct search_window *w = ctx;
    (void)deadline;
    (void)done;
    (void)total;
    return progress_yield(w->search->progress, w->at, w->size);
}

/* Why nothing was found. */
static enum search_result nothing(const struct search_window *w)
{
    return find_stopped(w->f) ? SEARCH_CANCELLED : find_gave_up(w->f) ? SEARCH_STUCK : SEARCH_NONE;
}

static void window_free(struct search_window *w)
{
    free(w->state);
    find_progress(w->f, NULL);
    aligned_buffer_free(&w->block);
}

static bool window_new(struct search_window *w, struct pattern_search *search)
{
    struct find *f = search->find;
    *w =
        (struct search_window){.search = search, .s = search->seg, .f = f, .error = &search->error};
    seg_part(w->s, &w->low, &w->size);
    w->to = UINT64_MAX;
    search->shrank = false;
    if (!find_literal_bytes(f, &w->needle.bytes, &w->needle.mask, &w->needle.size,
                            w->needle.rare) &&
        !find_begins(f, &w->needle.bytes, &w->needle.mask, &w->needle.size, w->needle.rare))
        w->needle.size = 0;
    w->needle.once = !search->may_map;
    w->needle.hands = search->hands < SEG_HANDS_MOST ? search->hands : SEG_HANDS_MOST;
    search->error = aligned_buffer_new(&w->block, BLOCK_RAW);
    if (oserr_is(search->error))
        return false;
    w->position = (struct progress){yield_in_window, w};
    find_progress(f, &w->position);
    return true;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* At a moment of the past: reads the bytes that are known, and which ones those are. */
static struct oserr read_known(struct search_window *w, size_t asked, size_t *n)
{
    struct seg_stat stat;
    struct oserr e = OSERR_NONE;
    if (w->state == NULL)
        w->state = malloc(w->block.size);
    if (w->state == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    w->partly = true;
    for (*n = 0; *n < asked && !oserr_is(e);) {
        size_t take = asked - *n < SEG_SMALL ? asked - *n : SEG_SMALL;
        e = seg_sample(w->s, w->at + *n, w->block.page + *n, w->state + *n, take, &stat);
        *n += take;
    }
    for (size_t i = 0; i < *n; i++) {
        bool counts = w->at + i >= w->counted && w->state[i] == SEG_BYTE_UNKNOWN;
        w->search->unknown += counts ? 1 : 0;
    }
    w->counted = later(w->counted, w->at + *n);
    return e;
}

/* Are all n bytes at index i of the window known? */
static bool known(const struct search_window *w, size_t i, size_t n)
{
    return !w->partly || memchr(w->state + i, SEG_BYTE_UNKNOWN, n) == NULL;
}

/* Is it of a fixed length, and does nothing around a match matter? */
static bool fixed(const struct find *f)
{
    return find_length(f) > 0 && find_context(f) == 0;
}

/* Reads from a page border before `from`, and before the bytes that a regular expression examines
 * in front of it: the window must not look like the start of the segment. False: cancelled or
 * *error. */
static bool window_read(struct search_window *w, uint64_t from, uint64_t size)
{
    size_t n = 0;
    uint64_t lead = find_context(w->f);
    uint64_t base = from > lead ? from - lead : 0;
    w->at = later(base - base % BLOCK_PAGE, w->low);
    uint64_t left = (size < w->to ? size : w->to) - w->at;
    size_t asked = left < w->block.size ? (size_t)left : w->block.size;
    if (!progress_yield(w->search->progress, from, size))
        return false;
    w->p = w->block.page;
    w->partly = false;
    *w->error = seg_read(w->s, w->at, w->block.page, asked, &n);
    if (w->error->code == SEG_E_UNKNOWN && w->search->skip_unknown)
        *w->error = read_known(w, asked, &n);
    w->n = n;
    w->last = n < asked || w->at + n >= size || (w->at + n >= w->to && fixed(w->f));
    if (n < asked) {
        w->search->shrank = true;
        w->search->ends = w->at + n;
    }
    w->zeros = n >= BLOCK_PAGE && memcmp(w->p + n - BLOCK_PAGE, zeros, BLOCK_PAGE) == 0;
    return !oserr_is(*w->error);
}

/* Where the search continues when there is a hole at `from` that cannot match. */
static uint64_t skip_hole(struct search_window *w, uint64_t from, uint64_t size)
{
    uint64_t start = 0;
    uint64_t end = 0;
    enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
    uint64_t overlap = find_overlap(w->f);
    if (find_matches_zero(w->f) || from < w->data_to || !w->zeros)
        return from;
    struct oserr e = seg_extent(w->s, from, &start, &end, &kind);
    if (!oserr_is(e) && kind == SEG_EXT_DATA)
        w->data_to = end;
    if (oserr_is(e) || kind != SEG_EXT_HOLE || end <= from)
        return from;
    if (end >= size)
        return size;
    return end > overlap && end - overlap > from ? end - overlap : from;
}

/* Moves *from on in the mapping itself, which is fastest, to the first place that may match, or to
 * where only reading helps. False: cancelled. */
static bool search_mapping(struct search_window *w, uint64_t *from, uint64_t size)
{
    bool found = false;
    uint64_t most = (uint64_t)(w->needle.once ? ONCE_SLICE : MAP_SLICE) *
                    (w->needle.hands > 1 ? w->needle.hands : 1);
    uint64_t part = MAP_FIRST;
    while (w->needle.size > 0 && !found && *from < size) {
        uint64_t next = *from;
        uint64_t slice = size - *from < part ? size - *from : part;
        uint64_t end = size - *from - slice < w->needle.size ? size : *from + slice;
        if (!progress_yield(w->search->progress, *from, size))
            return false;
        if (oserr_is(seg_search(w->s, &w->needle, *from, end, &next, &found))) {
            w->needle.size = 0; /* this segment has no such mapping */
            break;
        }
        bool stuck = next - *from <= slice / 2; /* a hole, or the end */
        *from = next;
        if (stuck)
            break;
        part = part * 2 < most ? part * 2 : most;
    }
    return true;
}

/* Matches of the window that start in [*from, to); *from becomes where the next window begins to
 * search. False: `each` ended it. */
static bool search_window(struct search_window *w, uint64_t *from, uint64_t to,
                          bool (*each)(void *ctx, uint64_t offset, size_t length), void *ctx)
{
    size_t overlap = find_overlap(w->f);
    size_t sure = w->last || w->n < overlap ? w->n : w->n - overlap; /* starts before are final */
    size_t i = (size_t)(*from - w->at);
    while (i < sure) {
        size_t length = 0;
        size_t m = find_next(w->f, w->p, w->n, i, w->last, &length);
        if (m == SIZE_MAX || m >= sure)
            break;
        if (w->at + m >= to)
            break;
        w->search->bytes = w->p + m;
        if (known(w, m, length) && !each(ctx, w->at + m, length))
            return false;
        i = m + 1;
    }
    *from = later(w->at + i, w->at + sure);
    return true;
}

enum search_result search_all(struct pattern_search *s, uint64_t from, uint64_t to,
                              bool (*each)(void *ctx, uint64_t offset, size_t length), void *ctx)
{
    struct search_window w;
    enum search_result result = SEARCH_NONE;
    if (!window_new(&w, s))
        return SEARCH_ERROR;
    uint64_t size = w.size;
    uint64_t behind = fixed(s->find) ? 0 : find_overlap(s->find);
    w.to = to < UINT64_MAX - behind ? to + behind : UINT64_MAX;
    from = later(from, w.low);
    while (result == SEARCH_NONE && from < to && from < size) {
        from = skip_hole(&w, from, size);
        if (from >= to || from >= size)
            break;
        if (!search_mapping(&w, &from, to < size ? to : size))
            result = SEARCH_CANCELLED;
        else if (!window_read(&w, from, size))
            result = oserr_is(s->error) ? SEARCH_ERROR : SEARCH_CANCELLED;
        else if (from >= w.at + w.n)
            break; /* it shrank meanwhile */
        else if (!search_window(&w, &from, to, each, ctx))
            result = SEARCH_FOUND;
        else if (nothing(&w) != SEARCH_NONE)
            result = nothing(&w);
        else if (w.last)
            break;
    }
    window_free(&w);
    return result;
}

struct first {
    uint64_t offset;
    size_t length;
};

static bool take_first(void *ctx, uint64_t offset, size_t length)
{
    *(struct first *)ctx = (struct first){offset, length};
    return false;
}

enum search_result search_forward(struct pattern_search *s, uint64_t from, uint64_t *offset,
                                  size_t *length)
{
    struct first found = {0, 0};
    enum search_result result = search_all(s, from, UINT64_MAX, take_first, &found);
    if (result == SEARCH_FOUND) {
        *offset = found.offset;
        *length = found.length;
    }
    return result;
}

/* Is [from, to) one hole that cannot match? */
static bool all_hole(struct search_window *w, uint64_t from, uint64_t to)
{
    uint64_t start = 0;
    uint64_t end = 0;
    enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
    if (find_matches_zero(w->f))
        return false;
    struct oserr e = seg_extent(w->s, from, &start, &end, &kind);
    return !oserr_is(e) && kind == SEG_EXT_HOLE && end >= to;
}

/* Last match of the window that starts in [from, before). The bytes in front of `from` are there
 * for look-behind only. */
static bool last_in_window(struct search_window *w, uint64_t from, uint64_t before,
                           uint64_t *offset, size_t *length)
{
    uint64_t limit = before - w->at;
    size_t m = find_prev(w->f, w->p, w->n, limit < w->n ? (size_t)limit : w->n, length);
    while (m != SIZE_MAX && !known(w, m, *length))
        m = find_prev(w->f, w->p, w->n, m, length);
    if (m == SIZE_MAX || w->at + m < from)
        return false;
    *offset = w->at + m;
    return true;
}

/* Searches windows that end at `before`, each starting earlier; holes are crossed in doubling
 * strides. */
static enum search_result search_back(struct search_window *w, uint64_t before, uint64_t size,
                                      uint64_t *offset, size_t *length)
{
    uint64_t overlap = find_overlap(w->f);
    uint64_t stride = PROBE_FIRST;
    while (before > w->low) {
        uint64_t end = before + overlap < size ? before + overlap : size;
        uint64_t from = later(before > stride ? before - stride : 0, w->low);
        if (all_hole(w, from, end)) {
            before = from;
            stride *= 2;
            continue;
        }
        if (stride > PROBE_FIRST) { /* there is data in this long stride: continue in short ones */
            stride = PROBE_FIRST;
            continue;
        }
        uint64_t most = w->block.size - overlap - find_context(w->f) - BLOCK_PAGE;
        from = later(before > most ? before - most : 0, w->low);
        if (!window_read(w, from, size))
            return oserr_is(*w->error) ? SEARCH_ERROR : SEARCH_CANCELLED;
        if (last_in_window(w, from, before, offset, length))
            return SEARCH_FOUND;
        if (nothing(w) != SEARCH_NONE)
            return nothing(w);
        before = from;
    }
    return SEARCH_NONE;
}

enum search_result search_backward(struct pattern_search *s, uint64_t before, uint64_t *offset,
                                   size_t *length)
{
    struct search_window w;
    if (!window_new(&w, s))
        return SEARCH_ERROR;
    uint64_t size = w.size;
    enum search_result result =
        search_back(&w, before < size ? before : size, size, offset, length);
    window_free(&w);
    return result;
}
