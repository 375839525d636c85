/* One look at the range: what is read of it is fed to the map, whose listener (watch_changes.c)
 * finds there what to report.
 *
 * A short range is sampled at one moment. Of a long one the pages of data are hashed straight from
 * the mapping, so that reading memory is all it costs; pages whose hash is not the one that the map
 * knows are read, and reported at once, not when the whole range has been looked at. Holes are
 * skipped whole; only the pages in them that had data are read once more. */
#include <stdlib.h>
#include <string.h>

#include "cli/watch/watch.h"
#include "core/bytes.h"

enum {
    BATCH = 512, /* pages hashed at a time */
    PIECE =
        BLOCK_SIZE / BLOCK_PAGE - 2, /* pages read at a time, with room for a unit around them */
    OWED_MOST = 5000000,             /* ns of work between two rests */
};

_Static_assert((int)SEG_HASH_PAGE == BLOCK_PAGE && (int)PAGEMAP_PAGE == BLOCK_PAGE, "page sizes");
_Static_assert((int)BYTE_DATA == SEG_BYTE_DATA && (int)BYTE_HOLE == SEG_BYTE_HOLE &&
                   (int)BYTE_UNKNOWN == SEG_BYTE_UNKNOWN && (int)BYTE_BEYOND == SEG_BYTE_BEYOND,
               "byte states");

struct oserr watch_new(struct watch *w)
{
    w->state = malloc(SEG_SMALL);
    if (w->state == NULL || !watch_listen(w))
        return (struct oserr){"malloc", SEG_E_MEMORY};
    return aligned_buffer_new(&w->block, BLOCK_SIZE);
}

void watch_free(struct watch *w)
{
    pagemap_free(w->map);
    free(w->held.old);
    free(w->held.new);
    free(w->state);
    aligned_buffer_free(&w->block);
}

void watch_shrink(struct watch *w, uint64_t length)
{
    w->range.length = length < w->range.length ? length : w->range.length;
    w->known = length < w->known ? length : w->known;
    pagemap_resize(w->map, w->range.offset + w->range.length);
    pagemap_resize(w->map, UINT64_MAX);
}

/* ---- pages ---- */

/* The whole pages that the range touches: where they begin, and end. */
static uint64_t first_page(const struct watch *w)
{
    return w->range.offset - w->range.offset % BLOCK_PAGE;
}

static uint64_t last_page(const struct watch *w)
{
    uint64_t end = w->range.offset + w->range.length;
    return end + (BLOCK_PAGE - end % BLOCK_PAGE) % BLOCK_PAGE;
}

/* How many bytes of [from, end) are there to feed: up to the end of the range, in whole units. */
static size_t whole_units(const struct watch *w, uint64_t from, uint64_t end)
{
    uint64_t stop = w->range.offset + w->range.length;
    end = end < stop ? end : stop;
    if (end > w->range.offset)
        end -= (end - w->range.offset) % w->unit;
    return end > from ? (size_t)(end - from) : 0;
}

/* All before `end` of the segment was looked at. */
static void reach(struct watch *w, uint64_t end)
{
    uint64_t reached = end > w->range.offset ? end - w->range.offset : 0;
    reached = reached < w->range.length ? reached : w->range.length;
    w->reached = reached > w->reached ? reached : w->reached;
}

static int fed(struct watch *w)
{
    watch_report(w, true);
    if (w->no_memory || pagemap_starved(w->map))
        return run_error(w->r, "no memory for a copy of what it holds: watch a smaller range");
    return EXIT_DONE;
}

int watch_feed(struct watch *w, int64_t now, uint64_t offset, const uint8_t *bytes, size_t n)
{
    (void)pagemap_feed_data(w->map, offset, bytes, n, now);
    reach(w, offset + n);
    return fed(w);
}

int watch_read(struct watch *w, int64_t now, uint64_t from, uint64_t to)
{
    uint64_t start = w->range.offset, stop = start + w->range.length;
    from -= from > start ? (from - start) % w->unit : 0;
    to = to < stop ? to + w->unit - 1 - (to - start + w->unit - 1) % w->unit : stop;
    int status = EXIT_DONE;
    while (from < to && status == EXIT_DONE) {
        uint8_t *bytes = w->block.page + from % BLOCK_PAGE;
        size_t want = whole_units(w, from, to - from < BLOCK_SIZE ? to : from + BLOCK_SIZE);
        size_t got = 0;
        struct oserr e = seg_read(w->r->seg, from, bytes, want, &got);
        if (oserr_is(e))
            return run_fail(w->r, NULL, "read it", e);
        got = whole_units(w, from, from + got);
        status = watch_feed(w, now, from, bytes, got);
        from += got;
        if (got < want)
            break; /* past the end now */
        if (status == EXIT_DONE && from < to && !progress_yield(w->r->env->progress, from, to)) {
            status = w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
            break;
        }
    }
    return status;
}

/* Whole pages of the segment, at most PIECE. Those that follow the last ones have their time: a
 * change across them is one. */
static int read_pages(struct watch *w, uint64_t off, uint64_t end)
{
    w->joined_at = off == w->joined ? w->joined_at : os_now();
    w->joined = end;
    return watch_read(w, w->joined_at, off, end);
}

/* The pages that the map wants, adjacent ones together. */
static int read_wanted(struct watch *w, uint64_t off, const uint32_t *want, size_t wants)
{
    int status = EXIT_DONE;
    for (size_t i = 0, run = 1; i < wants && status == EXIT_DONE; i += run) {
        for (run = 1; i + run < wants && run < PIECE && want[i + run] == want[i] + run;)
            run++;
        uint64_t at = off + (uint64_t)want[i] * BLOCK_PAGE;
        status = read_pages(w, at, at + run * BLOCK_PAGE);
    }
    return status;
}

/* No data from `off` to `end` of the segment: a hole, or what is not known without reading. Pages
 * that were data are read once more, they may have come to life again. */
static int look_at_gap(struct watch *w, uint64_t off, uint64_t end, enum seg_extent_kind kind)
{
    int status = EXIT_DONE;
    uint64_t at = off;
    if (kind != SEG_EXT_HOLE)
        return watch_read(w, os_now(), off, end);
    while (status == EXIT_DONE && pagemap_next_page(w->map, at, &at) && at < end) {
        status = read_pages(w, at, at + BLOCK_PAGE);
        if (pagemap_page(w->map, at).state == PAGE_ZERO)
            pagemap_feed_hole(w->map, at, at + BLOCK_PAGE, w->joined_at);
        at += BLOCK_PAGE;
    }
    return status;
}

/* ---- the way through the range ---- */

/* What was found goes out at once, unless it may go on after `off`. */
static void flush(struct watch *w, uint64_t off)
{
    const struct watch_held *h = &w->held;
    if (h->n > 0 && w->range.offset + h->at + h->n < off)
        watch_report(w, false);
    if (w->reported != w->flushed) {
        w->flushed = w->reported;
        (void)w->sink->flush(w); /* if not, the loop sees that the sink has ended */
    }
}

/* Between two batches: the user may have had enough, and --cpu may want a rest. */
static bool go_on(struct watch *w, uint64_t off, uint64_t end, int64_t *since)
{
    int64_t t = os_now();
    w->owed += t - *since;
    *since = t;
    if (w->cpu <= 0 || w->owed < OWED_MOST)
        return progress_yield(w->r->env->progress, off, end);
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
    uint32_t want[BATCH];
    struct seg_hashes found;
    uint64_t left = (end - *off) / BLOCK_PAGE;
    size_t pages = left < BATCH ? (size_t)left : BATCH;
    struct oserr e = seg_hash(w->r->seg, *off, hash, pages, &found);
    if (oserr_is(e))
        return run_fail(w->r, NULL, "read it", e);
    size_t wants = pagemap_feed_hashes(w->map, *off, hash, found.pages, os_now(), want);
    int status = read_wanted(w, *off, want, wants);
    uint64_t next = *off + found.pages * BLOCK_PAGE;
    if (status == EXIT_DONE && found.next > next) {
        uint64_t gap = next;
        next = found.next < end ? found.next : end;
        status = look_at_gap(w, gap, next, found.gap);
    }
    reach(w, next);
    next += (BLOCK_PAGE - next % BLOCK_PAGE) % BLOCK_PAGE;
    *off = next > *off ? next : end; /* else it ends here now */
    return status;
}

static int look_at_pages(struct watch *w, int64_t now)
{
    uint64_t off = first_page(w), end = last_page(w);
    w->joined = UINT64_MAX;
    int64_t since = now;
    int status = EXIT_DONE;
    while (off < end && status == EXIT_DONE && !(w->seen && w->sink->ended(w))) {
        status = look_at_batch(w, &off, end);
        flush(w, off);
        if (status == EXIT_DONE && off < end && !go_on(w, off, end, &since)) {
            status = w->r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
            break;
        }
    }
    w->owed += os_now() - since;
    return status;
}

/* ---- a short range ---- */

/* With what is a hole of it. */
static int sample_all(struct watch *w, int64_t now)
{
    uint64_t from = first_page(w);
    size_t n = (size_t)(last_page(w) - from);
    struct seg_stat stat;
    struct oserr e = seg_sample(w->r->seg, from, w->block.page, w->state, n, &stat);
    size_t there = whole_units(w, from, stat.size);
    if (!oserr_is(e) && memchr(w->state, BYTE_UNKNOWN, there) != NULL)
        e = (struct oserr){"seg_sample", SEG_E_UNKNOWN};
    if (oserr_is(e))
        return run_fail(w->r, NULL, "read it", e);
    memset(w->state + there, BYTE_BEYOND, n - there);
    (void)pagemap_feed(w->map, from, w->block.page, w->state, n, now);
    reach(w, from + there);
    return fed(w);
}

static int look_at_all(struct watch *w, int64_t now)
{
    bool holes = w->sink->pieces && w->sink->hole != NULL;
    uint64_t from = w->seen ? w->range.offset : first_page(w); /* at first, whole pages */
    int status = holes ? sample_all(w, now) : watch_read(w, now, from, last_page(w));
    w->owed += os_now() - now;
    return status;
}

int watch_look(struct watch *w, int64_t now)
{
    w->reached = 0;
    bool small = last_page(w) - first_page(w) <= SEG_SMALL;
    int status = small ? look_at_all(w, now) : look_at_pages(w, now);
    watch_report(w, false);
    w->known = w->reached > w->known ? w->reached : w->known;
    if (!w->seen && status == EXIT_DONE) {
        w->seen = true;
        pagemap_seen(w->map, UINT64_MAX); /* what is not in it is a hole */
    }
    return status;
}
