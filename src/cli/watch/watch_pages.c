/* A long range, looked at by the hashes of its pages: reading memory is all that costs. What is not
 * as it was is read and compared with the copy, and told at once, not at the end of the way. */
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"
#include "core/change/pagemap.h"

enum {
    BATCH = 512,                         /* pages hashed at a time */
    PIECE = BLOCK_SIZE / BLOCK_PAGE - 2, /* pages read at a time, and room for a unit around them */
    OWED_MOST = 5000000,                 /* ns of work between two rests */
};

_Static_assert((int)SEG_HASH_PAGE == BLOCK_PAGE && (int)PAGEMAP_PAGE == BLOCK_PAGE, "page sizes");

/* ---- the table ---- */

/* The segment's offset of the first page that the range touches. */
static uint64_t base_of(const struct watch *w)
{
    return w->range.offset - w->range.offset % BLOCK_PAGE;
}

bool watch_pages_grow(struct watch *w, uint64_t length)
{
    uint64_t want = length / WATCH_CHUNK + 2;
    if (want > SIZE_MAX / sizeof(struct watch_hashes *)) {
        return false;
    }
    if (want <= w->hashes) {
        return true;
    }
    struct watch_hashes **table = calloc((size_t)want, sizeof(struct watch_hashes *));
    if (table == NULL) {
        return false;
    }
    if (w->hashes > 0) {
        memcpy(table, w->hash, w->hashes * sizeof(struct watch_hashes *));
    }
    free(w->hash);
    w->hash = table;
    w->hashes = (size_t)want;
    return true;
}

void watch_pages_free(struct watch *w)
{
    for (size_t i = 0; i < w->hashes; i++) {
        for (size_t k = 0; w->hash[i] != NULL && k < WATCH_PARTS; k++) {
            free(w->hash[i]->part[k]);
        }
        free(w->hash[i]);
    }
    free(w->hash);
}

/* The hash of the page at `off` of the segment, for changing; NULL: no memory. */
static uint64_t *hash_slot(struct watch *w, uint64_t off)
{
    uint64_t page = (off - base_of(w)) / BLOCK_PAGE;
    struct watch_hashes **slot = &w->hash[page / WATCH_PAGES];
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
    }
    if (*slot == NULL) {
        return NULL;
    }
    uint64_t **part = &(*slot)->part[page % WATCH_PAGES / WATCH_PART_PAGES];
    if (*part == NULL) {
        *part = calloc(WATCH_PART_PAGES, sizeof **part);
    }
    return *part == NULL ? NULL : *part + page % WATCH_PART_PAGES;
}

static uint64_t hash_of(const struct watch *w, uint64_t off)
{
    uint64_t page = (off - base_of(w)) / BLOCK_PAGE;
    const struct watch_hashes *slot = w->hash[page / WATCH_PAGES];
    const uint64_t *part = slot == NULL ? NULL : slot->part[page % WATCH_PAGES / WATCH_PART_PAGES];
    return part == NULL ? 0 : part[page % WATCH_PART_PAGES];
}

/* Pages [in, in + n) of a chunk. */
static void forget_pages(struct watch_hashes *slot, size_t in, size_t n)
{
    for (size_t page = in; slot != NULL && page < in + n; page++) {
        uint64_t *part = slot->part[page / WATCH_PART_PAGES];
        if (part != NULL) {
            part[page % WATCH_PART_PAGES] = 0;
        }
    }
}

/* Nothing is known of the pages of [off, end). */
static void forget_hashes(struct watch *w, uint64_t off, uint64_t end)
{
    uint64_t page = (off - base_of(w)) / BLOCK_PAGE;
    uint64_t last = (end - base_of(w) + BLOCK_PAGE - 1) / BLOCK_PAGE;
    while (page < last) {
        size_t in = (size_t)(page % WATCH_PAGES);
        size_t n = last - page < WATCH_PAGES - in ? (size_t)(last - page) : WATCH_PAGES - in;
        forget_pages(w->hash[page / WATCH_PAGES], in, n);
        page += n;
    }
}

void watch_pages_forget(struct watch *w, uint64_t length)
{
    uint64_t off = w->range.offset + length;
    forget_hashes(w, off - off % BLOCK_PAGE, base_of(w) + (uint64_t)w->hashes * WATCH_CHUNK);
}

/* ---- pages that are not as they were ---- */

/* Pages read at one time: `n` bytes from `from` of the segment. */
struct pages {
    const uint8_t *bytes;
    uint64_t from;
    size_t n;
};

/* Of what was read, so that nothing between reading and the next look is missed. A page that is not
 * all there (the segment ends in it), or not all compared (the range does: the segment may have
 * grown, and the range will), is looked at every time. False: no memory. */
static bool keep_hashes(struct watch *w, const struct pages *p, uint64_t off, uint64_t end)
{
    uint64_t compared = w->range.offset + w->range.length;
    for (; off < end; off += BLOCK_PAGE) {
        uint64_t *slot = hash_slot(w, off);
        size_t in = (size_t)(off - p->from);
        if (slot == NULL) {
            return false;
        }
        bool whole = in < p->n && p->n - in >= BLOCK_PAGE && off + BLOCK_PAGE <= compared;
        *slot = whole ? pagemap_hash(p->bytes + in) : 0;
    }
    return true;
}

/* Reads the pages [off, end), at most PIECE, with whole units at both ends, and compares. */
static int compare_pages(struct watch *w, uint64_t off, uint64_t end)
{
    const struct range *g = &w->range;
    uint64_t from = off > g->offset ? off - g->offset : 0; /* from the start of the range */
    uint64_t to = end - g->offset < g->length ? end - g->offset : g->length;
    from -= from % w->unit;
    to += (w->unit - to % w->unit) % w->unit;
    to = to < g->length ? to : g->length;
    uint64_t first = from + g->offset < off ? from + g->offset : off;
    uint64_t behind = to + g->offset > end ? to + g->offset : end;
    struct pages p = {.bytes = w->block.page, .from = first - first % BLOCK_PAGE};
    int64_t now = off == w->joined ? w->joined_at : os_now();
    w->joined = end;
    w->joined_at = now;
    struct oserr e = seg_read(w->r->seg, p.from, w->block.page, (size_t)(behind - p.from), &p.n);
    if (oserr_is(e)) {
        return run_fail(w->r, NULL, "read it", e);
    }
    uint64_t there = p.from + p.n > g->offset ? p.from + p.n - g->offset : 0;
    to = there < to ? there - there % w->unit : to;
    bool kept = keep_hashes(w, &p, off, end);
    if (to > from && kept) {
        kept =
            watch_compare(w, now, from, p.bytes + (g->offset + from - p.from), (size_t)(to - from));
        w->reached = to > w->reached ? to : w->reached;
    }
    if (!kept) {
        return run_error(w->r, "no memory for a copy of what it holds: watch a smaller range");
    }
    return EXIT_DONE;
}

/* Those of the pages at `off` that have another hash now: runs of them are read at one time. */
static int compare_changed(struct watch *w, uint64_t off, const uint64_t *hash, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t run = 0;
        while (i + run < n && run < PIECE &&
               (hash[i + run] != hash_of(w, off + (i + run) * BLOCK_PAGE) || hash[i + run] == 0)) {
            run++;
        }
        uint64_t at = off + i * BLOCK_PAGE;
        int status = run > 0 ? compare_pages(w, at, at + run * BLOCK_PAGE) : EXIT_DONE;
        if (status != EXIT_DONE) {
            return status;
        }
        i += run > 0 ? run : 1;
    }
    return EXIT_DONE;
}

/* ---- the way through the range ---- */

/* No data from `off` to `end` of the segment: a hole, or what cannot be told without reading. */
static int look_at_gap(struct watch *w, uint64_t off, uint64_t end, enum seg_extent_kind kind)
{
    uint64_t start = w->range.offset;
    uint64_t from = off > start ? off - start : 0;
    uint64_t to = end - start < w->range.length ? end - start : w->range.length;
    from -= from % w->unit;
    to += (w->unit - to % w->unit) % w->unit;
    to = to < w->range.length ? to : w->range.length;
    forget_hashes(w, off, end);
    if (end <= start || from >= to) {
        return EXIT_DONE;
    }
    return kind == SEG_EXT_HOLE ? watch_hole(w, os_now(), from, to)
                                : watch_read(w, os_now(), from, to);
}

/* What was found goes out at once, unless it may go on behind `off`. */
static void let_out(struct watch *w, uint64_t off)
{
    const struct watch_held *h = &w->held;
    if (h->n > 0 && w->range.offset + h->at + h->n < off) {
        watch_release(w, os_now());
    }
    if (w->told != w->let_out && w->seen) {
        w->let_out = w->told;
        (void)w->sink->flush(w); /* if not, the loop sees that the sink has ended */
    }
}

/* Between two batches: the user may have had enough, and --cpu may want a rest. */
static bool go_on(struct watch *w, uint64_t off, uint64_t end, int64_t *since)
{
    int64_t t = os_now();
    w->owed += t - *since;
    *since = t;
    if (w->cpu <= 0 || w->owed < OWED_MOST) {
        return progress_yield(w->r->env->progress, off, end);
    }
    int64_t rest = (int64_t)((double)w->owed * (100 / w->cpu - 1));
    w->owed = 0;
    bool more = progress_sleep(w->r->env->progress, t + rest);
    *since = os_now();
    return more;
}

/* One batch from *off on, which moves. */
static int look_at_batch(struct watch *w, uint64_t *off, uint64_t end)
{
    uint64_t hash[BATCH];
    struct seg_hashes found;
    uint64_t left = (end - *off + BLOCK_PAGE - 1) / BLOCK_PAGE;
    size_t pages = left < BATCH ? (size_t)left : BATCH;
    struct oserr e = seg_hash(w->r->seg, *off, hash, pages, &found);
    if (oserr_is(e)) {
        return run_fail(w->r, NULL, "read it", e);
    }
    uint64_t behind = *off + found.pages * BLOCK_PAGE;
    int status = compare_changed(w, *off, hash, found.pages);
    if (status == EXIT_DONE && found.next > behind) {
        uint64_t gap = found.next < end ? found.next : end;
        status = look_at_gap(w, behind, gap, found.gap);
        behind = gap;
    }
    if (behind > w->range.offset && behind - w->range.offset > w->reached) {
        uint64_t reached = behind - w->range.offset;
        w->reached = reached < w->range.length ? reached : w->range.length;
    }
    behind += (BLOCK_PAGE - behind % BLOCK_PAGE) % BLOCK_PAGE;
    *off = behind > *off ? behind : end; /* else it ends here now */
    return status;
}

int watch_pages(struct watch *w, int64_t now)
{
    uint64_t off = base_of(w);
    w->joined = UINT64_MAX;
    uint64_t end = w->range.offset + w->range.length;
    end += (BLOCK_PAGE - end % BLOCK_PAGE) % BLOCK_PAGE;
    int64_t since = now;
    int status = EXIT_DONE;
    while (off < end && status == EXIT_DONE && !(w->seen && w->sink->ended(w))) {
        status = look_at_batch(w, &off, end);
        let_out(w, off);
        if (status == EXIT_DONE && off < end && !go_on(w, off, end, &since)) {
            status = w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
            break;
        }
    }
    watch_release(w, os_now());
    w->owed += os_now() - since;
    return status;
}
