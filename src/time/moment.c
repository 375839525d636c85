#include "time/moment.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/bytes.h"

enum {
    PAGE = PAGEMAP_PAGE,
    RUN_MAX = 256 * 1024 * 1024 /* bytes of a hole that are examined at a time */
};

struct snapshot {
    struct snapshot_source from;
    struct seg *seg;
    int64_t time;
    uint64_t size; /* of the segment then */
    int64_t changed[SEG_SMALL];
    uint8_t bytes[SEG_SMALL], state[SEG_SMALL];
};

/* Whole pages [at, at + n) as they were, into m->bytes and m->state. */
static struct oserr read_pages(struct snapshot *m, uint64_t at, size_t n)
{
    struct seg_stat stat;
    const struct history_view view = {at, n, m->bytes, m->state, m->changed, 0};
    struct oserr e = seg_sample(m->from.live, at, m->bytes, m->state, n, &stat);
    if (oserr_is(e))
        return e;
    (void)m->from.feed(m->from.ctx, at, m->bytes, m->state, n, os_now());
    const struct history *past = recorder_history(m->from.recorder);
    if (past != NULL)
        return history_at(past, m->time, &view) ? OSERR_NONE
                                                : (struct oserr){"malloc", SEG_E_MEMORY};
    memset(m->bytes, 0, n);
    memset(m->state, BYTE_UNKNOWN, n);
    return OSERR_NONE;
}

static struct oserr snapshot_read(void *data, uint64_t off, void *buf, uint8_t *state, size_t n)
{
    struct snapshot *m = data;
    for (size_t done = 0; done < n;) {
        uint64_t at = off + done, page = at - at % PAGE;
        uint64_t left = off + n - page;
        size_t span = left < SEG_SMALL ? (size_t)left : SEG_SMALL;
        span += (PAGE - span % PAGE) % PAGE;
        struct oserr e = read_pages(m, page, span);
        if (oserr_is(e))
            return e;
        size_t in = (size_t)(at - page), take = span - in < n - done ? span - in : n - done;
        memcpy((uint8_t *)buf + done, m->bytes + in, take);
        memcpy(state + done, m->state + in, take);
        done += take;
    }
    return OSERR_NONE;
}

/* The list of holes says that the page was one: was it observed at the time? */
static bool was_hole(const struct snapshot *m, uint64_t page, bool now)
{
    uint8_t byte = 0, state = now ? BYTE_HOLE : BYTE_DATA;
    int64_t changed = 0;
    const struct history_view view = {page, 1, &byte, &state, &changed, 0};
    return history_at(recorder_history(m->from.recorder), m->time, &view) && state == BYTE_HOLE;
}

/* [off, *end) is a hole now, or (*kind) is not: reduces it to what was the same at the moment. */
static void run_then(struct snapshot *m, uint64_t off, uint64_t *end, enum seg_extent_kind *kind)
{
    uint64_t at = off, until = *end;
    bool now = *kind == SEG_EXT_HOLE;
    if (now && until - off > RUN_MAX)
        until = off + RUN_MAX;
    if (now && off % PAGE == 0 && until % PAGE == 0)
        pagemap_feed_hole(m->from.pages, off, until, os_now());
    const struct history *past = recorder_history(m->from.recorder);
    bool then = past != NULL && history_hole_then(past, m->time, off, now, &until);
    while (then && at < until && was_hole(m, at - at % PAGE, now))
        at += PAGE - at % PAGE;
    if (at > off) {
        *kind = SEG_EXT_HOLE;
        *end = at < until ? at : until;
    } else if (now || then) {
        *kind = SEG_EXT_DATA;
        *end = off + (PAGE - off % PAGE);
    } else {
        *end = until;
    }
}

static struct oserr snapshot_run(void *data, uint64_t off, uint64_t until, uint64_t *end,
                                 enum seg_extent_kind *kind)
{
    (void)until;
    struct snapshot *m = data;
    uint64_t start = 0;
    struct oserr e = seg_extent(m->from.live, off, &start, end, kind);
    if (oserr_is(e))
        return e;
    if (*end <= off) { /* past the end of now */
        *end = m->size;
        *kind = SEG_EXT_UNKNOWN;
        return e;
    }
    run_then(m, off, end, kind);
    return e;
}

static void snapshot_stat(void *data, struct seg_stat *out)
{
    const struct snapshot *m = data;
    out->size = m->size;
}

static const struct seg_virtual_ops ops = {
    .stat = snapshot_stat, .read = snapshot_read, .run = snapshot_run};

struct oserr snapshot_open(const struct snapshot_source *from, int64_t time, struct snapshot **out)
{
    struct snapshot *m = calloc(1, sizeof *m);
    uint64_t size = seg_last(from->live)->size;
    const struct history *past = recorder_history(from->recorder);
    *out = NULL;
    if (m == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    m->from = *from;
    m->time = time;
    m->size = past != NULL ? history_size_then(past, time, size) : size;
    struct oserr e = seg_open_virtual(from->live, &ops, m, &m->seg);
    if (oserr_is(e)) {
        snapshot_close(m);
        return e;
    }
    *out = m;
    return e;
}

void snapshot_close(struct snapshot *m)
{
    if (m == NULL)
        return;
    seg_close(m->seg);
    free(m);
}

struct seg *snapshot_seg(struct snapshot *m)
{
    return m->seg;
}
