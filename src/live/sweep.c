#include "live/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/bytes.h"
#include "core/cells.h"

enum {
    BATCH = 512,       /* pages hashed at a time by one thread alone, */
    BATCH_EACH = 4096, /* and by each of several: starting a thread takes as long as 500 pages */
    HANDS = 4,         /* threads at most */
    RUN = 16,          /* pages read at a time: SEG_SMALL bytes */
    MS = 1000000,
    PAUSE_MAX = 256 * MS, /* between two sweeps when nothing changes */
    STRIP_EVERY = 100 * MS,
    STRIP_TIMES = 50,              /* a strip is made no more often than every 50 times its cost */
    BASE_MEMORY = 8 * 1024 * 1024, /* the map may take this, and */
    RESIDENT_SHARE = 200,          /* 1/200 of what is resident, */
    OWN_MEMORY = 2560 * 1024       /* less the rest of our memory and the allocator's overhead */
};

_Static_assert((int)PAGEMAP_PAGE == (int)SEG_HASH_PAGE && RUN * PAGEMAP_PAGE == SEG_SMALL,
               "page sizes differ");

struct sweep {
    struct seg *seg;
    struct pagemap *pages;
    uint64_t at;            /* where the next slice begins */
    uint64_t blind_from;    /* lowest offset this sweep could not read; UINT64_MAX: none */
    int64_t started;        /* when this sweep began */
    int64_t looked;         /* when the last complete one began */
    uint64_t sweeps;        /* complete ones */
    uint64_t sweep_changes; /* changes found in this one */
    unsigned idle_sweeps;   /* in a row that found none */
    int64_t due;            /* of the next slice */
    uint64_t hot;           /* the newest change */
    int64_t hot_time;
    uint64_t version;                  /* bumped whenever the strip may look different */
    uint64_t shown;                    /* version of the strip that was made last, */
    struct page_sum before[STRIP_MAX]; /* its cells, */
    int64_t strip_due;                 /* and when the next may be made */
    unsigned cores;
    unsigned hands; /* threads that work on the current slice */
    uint64_t hash[HANDS * BATCH_EACH];
    uint32_t want[HANDS * BATCH_EACH];
    unsigned char read[RUN * PAGEMAP_PAGE + PAGEMAP_PAGE]; /* room for a page-aligned run */
};

static void on_changed(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                       const uint8_t *new, size_t n)
{
    struct sweep *m = ctx;
    (void)old;
    (void)new;
    (void)n;
    m->hot = offset;
    m->hot_time = time;
    m->version++;
}

struct sweep *sweep_new(struct seg *seg)
{
    struct sweep *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->seg = seg;
    m->hands = 1;
    m->cores = os_cores();
    m->pages = pagemap_new(BASE_MEMORY);
    const struct pagemap_sink sink = {.ctx = m, .changed = on_changed};
    if (m->pages == NULL || !pagemap_listen(m->pages, &sink)) {
        sweep_free(m);
        return NULL;
    }
    sweep_stat(m, seg_last(seg));
    uint64_t end = 0;
    seg_part(seg, &m->at, &end);
    return m;
}

void sweep_free(struct sweep *m)
{
    if (m == NULL)
        return;
    pagemap_free(m->pages);
    free(m);
}

struct pagemap *sweep_pages(struct sweep *m)
{
    return m->pages;
}

void sweep_stat(struct sweep *m, const struct seg_stat *stat)
{
    uint64_t allowed = BASE_MEMORY + stat->resident / RESIDENT_SHARE - OWN_MEMORY;
    pagemap_allow(m->pages, allowed < SIZE_MAX ? (size_t)allowed : SIZE_MAX);
    pagemap_resize(m->pages, stat->size);
}

/* ---- reading ---- */

/* Reads whole pages [offset, offset + n) and feeds them. */
static size_t feed_pages(struct sweep *m, uint64_t offset, size_t n)
{
    unsigned char *bytes = m->read + (PAGEMAP_PAGE - (uintptr_t)m->read % PAGEMAP_PAGE);
    size_t got = 0;
    struct oserr e = seg_read(m->seg, offset, bytes, n, &got);
    if (oserr_is(e) || got == 0)
        return 0;
    return pagemap_feed_data(m->pages, offset, bytes, got, os_now());
}

/* Reads the pages that the map wants, adjacent ones together. Returns how many of the wants were
 * met before the time was up. */
static size_t feed_wanted(struct sweep *m, uint64_t offset, size_t wants, int64_t until)
{
    size_t i = 0;
    while (i < wants) {
        size_t run = 1;
        while (i + run < wants && run < RUN && m->want[i + run] == m->want[i] + run)
            run++;
        (void)feed_pages(m, offset + (uint64_t)m->want[i] * PAGEMAP_PAGE, run * PAGEMAP_PAGE);
        i += run;
        if (os_now() >= until)
            break;
    }
    return i;
}

size_t sweep_window(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time)
{
    pagemap_pin(m->pages, offset, n);
    return sweep_rows(m, offset, bytes, state, n, time);
}

size_t sweep_rows(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                  size_t n, int64_t time)
{
    for (size_t at = 0; at < n; at += PAGEMAP_PAGE - (size_t)((offset + at) % PAGEMAP_PAGE)) {
        uint64_t page = (offset + at) / PAGEMAP_PAGE * PAGEMAP_PAGE;
        bool there = state[at] == BYTE_DATA || state[at] == BYTE_HOLE;
        if (there && pagemap_bytes(m->pages, page) == NULL)
            (void)feed_pages(m, page, PAGEMAP_PAGE);
    }
    return pagemap_feed(m->pages, offset, bytes, state, n, time);
}

/* ---- sweeping ---- */

/* All below `end` has been swept: a page that is not in the index is a hole. */
static void note_seen(struct sweep *m, uint64_t end)
{
    pagemap_seen(m->pages, end < m->blind_from ? end : m->blind_from);
}

static void note_blind(struct sweep *m, uint64_t from)
{
    if (from < m->blind_from)
        m->blind_from = from;
}

/* The next pages. False: the time is up, or they cannot be read now. */
static bool step(struct sweep *m, uint64_t end, int64_t until)
{
    struct seg_hashes found;
    size_t batch = m->hands > 1 ? (size_t)m->hands * BATCH_EACH : BATCH;
    struct oserr e = seg_hash_shared(m->seg, m->hands, m->at, m->hash, batch, &found);
    uint64_t hashed = m->at + (uint64_t)found.pages * PAGEMAP_PAGE;
    size_t wants = pagemap_feed_hashes(m->pages, m->at, m->hash, found.pages, os_now(), m->want);
    size_t done = feed_wanted(m, m->at, wants, until);
    if (done < wants) {
        m->at += (uint64_t)m->want[done] * PAGEMAP_PAGE;
        return false;
    }
    if (oserr_is(e) || found.next <= m->at) {
        note_blind(m, hashed);
        m->at = end; /* the next sweep may have more luck */
        return false;
    }
    if (found.next > hashed && found.gap == SEG_EXT_HOLE)
        pagemap_feed_hole(m->pages, hashed, found.next, os_now());
    else if (found.next > hashed)
        note_blind(m, hashed);
    m->at = found.next;
    return os_now() < until;
}

/* When nothing changed the next sweep may wait, twice as long each time. */
static int64_t end_sweep(struct sweep *m, int64_t now, uint64_t start, uint64_t end,
                         int64_t interval)
{
    note_seen(m, end);
    m->sweeps++;
    m->looked = m->started;
    m->idle_sweeps = m->sweep_changes > 0 ? 0 : m->idle_sweeps + (m->idle_sweeps < 16);
    m->sweep_changes = 0;
    m->at = start;
    m->version++;
    int64_t pause = interval << m->idle_sweeps;
    return now + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
}

/* A share of more than one processor is taken by several threads at a time, as many as there are
 * processors at most. Returns the share of each. */
static double share_of_one(struct sweep *m, double share)
{
    unsigned most = m->cores < HANDS ? m->cores : HANDS;
    for (m->hands = 1; m->hands < most && share > m->hands; m->hands++)
        ;
    return share < m->hands ? share / m->hands : 1;
}

int64_t sweep_work(struct sweep *m, int64_t now, int64_t interval, double share)
{
    uint64_t start = 0, end = 0, was = pagemap_changes(m->pages);
    if (now < m->due)
        return m->due;
    seg_part(m->seg, &start, &end);
    if (m->at >= end || m->at < start)
        m->at = start;
    if (m->at == start) {
        m->started = now;
        m->blind_from = UINT64_MAX;
    }
    double each = share_of_one(m, share);
    int64_t until = now + (int64_t)((double)interval * each);
    while (m->at < end && step(m, end, until))
        ;
    m->sweep_changes += pagemap_changes(m->pages) - was;
    if (m->sweeps == 0)
        note_seen(m, m->at);
    int64_t spent = os_now() - now;
    m->due = now + interval;
    if (m->at >= end)
        m->due = end_sweep(m, now, start, end, interval);
    int64_t rest = now + (int64_t)((double)spent / each);
    if (m->due < rest)
        m->due = rest;
    return m->due;
}

bool sweep_complete(struct sweep *m, const struct progress *p)
{
    uint64_t start = 0, end = 0;
    while (m->sweeps == 0) {
        seg_part(m->seg, &start, &end);
        m->due = 0;
        (void)sweep_work(m, os_now(), 4 * MS, 1);
        if (!progress_yield(p, m->at, end))
            return false;
    }
    return true;
}

/* ---- showing ---- */

static void make_strip(struct sweep *m, size_t cells, struct map_summary *out)
{
    seg_part(m->seg, &out->from, &out->to);
    uint64_t n = out->to - out->from;
    out->cells = n == 0 ? 0 : cells;
    for (size_t i = 0; i < out->cells; i++) {
        uint64_t from = out->from + cell_start(n, cells, i);
        uint64_t to = out->from + cell_start(n, cells, i + 1);
        out->cell[i] = pagemap_sum(m->pages, from, to > from ? to : from + 1);
    }
}

bool sweep_show(struct sweep *m, size_t cells, int64_t now, struct map_summary *out)
{
    uint64_t start = 0, end = 0;
    seg_part(m->seg, &start, &end);
    cells = cells < STRIP_MAX ? cells : STRIP_MAX;
    out->sweeps = m->sweeps;
    out->looked = m->looked;
    out->progress = end > start ? (double)(m->at - start) / (double)(end - start) : 1;
    out->hot = m->hot;
    out->hot_time = m->hot_time;
    out->changes = pagemap_changes(m->pages);
    out->memory = sizeof *m + pagemap_memory(m->pages);
    bool other = cells != out->cells || start != out->from || end != out->to;
    if (cells == 0 || (!other && (m->shown == m->version || now < m->strip_due)))
        return false;
    int64_t began = os_now();
    m->shown = m->version;
    memcpy(m->before, out->cell, sizeof m->before);
    make_strip(m, cells, out);
    int64_t took = (os_now() - began) * STRIP_TIMES;
    m->strip_due = now + (took > STRIP_EVERY ? took : STRIP_EVERY);
    if (!other && memcmp(m->before, out->cell, out->cells * sizeof *out->cell) == 0)
        return false;
    out->seq++;
    return true;
}
