/* The sampler's looking jobs: finding, data extents, changes, baseline, access. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "sampler_private.h"
#include "scan.h"

enum { LOOK_BLOCK = 64 * 1024 };

static struct command_env look_env(struct look_job *j, struct worker *w)
{
    return (struct command_env){.be = j->sampler->be,
                                .seg = j->sampler->seg,
                                .ui = true,
                                .pause = worker_breath,
                                .pause_ctx = w};
}

static void look_find(struct look_job *j, struct worker *w)
{
    char why[FIND_WHY_MAX];
    struct find *f = find_compile(j->pattern, why);
    if (f == NULL) {
        (void)snprintf(j->why, sizeof j->why, "%s", why);
        return;
    }
    struct command_env env = look_env(j, w);
    struct seg *seg = j->sampler->seg;
    bool forward = j->kind == LOOK_FORWARD;
    enum scan_result r =
        forward ? scan_forward(&env, seg, f, j->from, &j->offset, &j->length, &j->error)
                : scan_backward(&env, seg, f, j->from, &j->offset, &j->length, &j->error);
    if (r == SCAN_NONE) {
        j->wrapped = true;
        r = forward ? scan_forward(&env, seg, f, 0, &j->offset, &j->length, &j->error)
                    : scan_backward(&env, seg, f, UINT64_MAX, &j->offset, &j->length, &j->error);
    }
    j->found = r == SCAN_FOUND;
    if (r == SCAN_STUCK)
        (void)snprintf(j->why, sizeof j->why, SCAN_STUCK_TEXT);
    find_free(f);
}

/* Start of the first data extent behind the one that holds `from`. */
static void look_data_next(struct look_job *j)
{
    struct seg *seg = j->sampler->seg;
    uint64_t at = j->from, size = seg_last(seg)->size;
    bool left = false; /* the extent that we started in */
    while (at < size) {
        uint64_t start = 0, end = 0;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        j->error = seg_extent(seg, at, &start, &end, &kind);
        if (oserr_is(j->error) || end <= at)
            return;
        if (left && kind != SEG_EXT_HOLE) {
            j->found = true;
            j->offset = at;
            return;
        }
        left = true;
        at = end;
    }
}

/* Start of the last data extent that begins before `from`: its own when `from` is inside of it. */
static void look_data_prev(struct look_job *j, struct worker *w)
{
    struct seg *seg = j->sampler->seg;
    uint64_t at = 0, size = seg_last(seg)->size;
    while (at < j->from && at < size && worker_breath(w, 0, at, j->from)) {
        uint64_t start = 0, end = 0;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        j->error = seg_extent(seg, at, &start, &end, &kind);
        if (oserr_is(j->error) || end <= at)
            return;
        if (kind != SEG_EXT_HOLE) {
            j->found = true;
            j->offset = at;
        }
        at = end;
    }
}

/* The first byte of the window in [from, to) that changed; UINT64_MAX: none. The map remembers the
 * bytes of the last changes, the window each of its own. */
static uint64_t window_next(const struct sampler *s, uint64_t from)
{
    const struct sample *w = &s->work;
    const int64_t *changed = diff_changed(s->diff);
    if (w->rows.on)
        return UINT64_MAX;
    for (size_t i = from > w->offset ? (size_t)(from - w->offset) : 0; i < w->length; i++)
        if (changed[i] != 0)
            return w->offset + i;
    return UINT64_MAX;
}

static uint64_t window_prev(const struct sampler *s, uint64_t before)
{
    const struct sample *w = &s->work;
    const int64_t *changed = diff_changed(s->diff);
    size_t i = before <= w->offset              ? 0
               : before - w->offset < w->length ? (size_t)(before - w->offset)
                                                : w->length;
    while (i > 0 && !w->rows.on)
        if (changed[--i] != 0)
            return w->offset + i;
    return UINT64_MAX;
}

static bool changed_next(const struct sampler *s, uint64_t from, uint64_t *at)
{
    uint64_t near = window_next(s, from);
    bool found = pagemap_next(segmap_pages(s->map), from, 0, at);
    if (near != UINT64_MAX && (!found || near < *at))
        *at = near;
    return found || near != UINT64_MAX;
}

static bool changed_prev(const struct sampler *s, uint64_t before, uint64_t *at)
{
    uint64_t near = window_prev(s, before);
    bool found = pagemap_prev(segmap_pages(s->map), before, 0, at);
    if (near != UINT64_MAX && (!found || near > *at))
        *at = near;
    return found || near != UINT64_MAX;
}

/* Without a baseline: the bytes of the whole segment that were seen to change, wrapping. */
static void look_change_seen(struct look_job *j)
{
    const struct sampler *s = j->sampler;
    bool next = j->kind == LOOK_CHANGE_NEXT;
    j->found =
        next ? changed_next(s, j->from + 1, &j->offset) : changed_prev(s, j->from, &j->offset);
    if (j->found)
        return;
    j->wrapped = true;
    j->found = next ? changed_next(s, 0, &j->offset) : changed_prev(s, UINT64_MAX, &j->offset);
}

struct difference {
    uint8_t bytes[LOOK_BLOCK], differs[LOOK_BLOCK];
};

/* First (or last) byte of [at, at + n) that differs from the baseline. */
static bool difference_in(struct look_job *j, struct difference *d, uint64_t at, size_t n,
                          bool first)
{
    size_t got = 0;
    j->error = seg_read(j->sampler->seg, at, d->bytes, n, &got);
    if (oserr_is(j->error))
        return false;
    baseline_compare(j->sampler->baseline, at, d->bytes, got, d->differs);
    for (size_t k = 0; k < got; k++) {
        size_t i = first ? k : got - 1 - k;
        if (d->differs[i] != 0) {
            j->found = true;
            j->offset = at + i;
            return true;
        }
    }
    return false;
}

/* The next place at or behind `at` where a difference can be: data now, or data then. */
static uint64_t next_place(struct look_job *j, uint64_t at, uint64_t size)
{
    uint64_t start = 0, end = 0, then = baseline_next(j->sampler->baseline, at);
    uint64_t page = at - at % BASELINE_PAGE;
    if (baseline_next(j->sampler->baseline, page) == page)
        return at;
    enum seg_extent_kind kind = SEG_EXT_HOLE;
    j->error = seg_extent(j->sampler->seg, at, &start, &end, &kind);
    if (oserr_is(j->error) || end <= at)
        return size;
    if (kind != SEG_EXT_HOLE)
        return at;
    return end < then ? end : then;
}

static void look_base_next(struct look_job *j, struct worker *w, struct difference *d)
{
    uint64_t at = j->from + 1, start = 0, size = 0;
    seg_part(j->sampler->seg, &start, &size);
    at = at > start ? at : start;
    while (at < size && worker_breath(w, 0, at, size)) {
        at = next_place(j, at, size);
        if (at >= size || oserr_is(j->error))
            return;
        size_t n = LOOK_BLOCK - (size_t)(at % LOOK_BLOCK);
        n = size - at < n ? (size_t)(size - at) : n;
        if (difference_in(j, d, at, n, true) || oserr_is(j->error))
            return;
        at += n;
    }
}

static void look_base_prev(struct look_job *j, struct worker *w, struct difference *d)
{
    uint64_t start = 0, size = 0;
    seg_part(j->sampler->seg, &start, &size);
    uint64_t end = j->from < size ? j->from : size;
    while (end > start && worker_breath(w, 0, size - end, size)) {
        uint64_t block = (end - 1) - (end - 1) % LOOK_BLOCK;
        block = block > start ? block : start;
        if (next_place(j, block, size) < end &&
            difference_in(j, d, block, (size_t)(end - block), false))
            return;
        if (oserr_is(j->error))
            return;
        end = block;
    }
}

static void look_base(struct look_job *j, struct worker *w, struct difference *d)
{
    if (j->kind == LOOK_CHANGE_NEXT)
        look_base_next(j, w, d);
    else
        look_base_prev(j, w, d);
}

static void look_change(struct look_job *j, struct worker *w)
{
    if (j->sampler->baseline == NULL) {
        look_change_seen(j);
        return;
    }
    struct difference *d = malloc(sizeof *d);
    if (d == NULL) {
        j->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    look_base(j, w, d);
    if (!j->found && !oserr_is(j->error)) { /* from the other end on: UINT64_MAX + 1 is 0 */
        j->from = UINT64_MAX;
        j->wrapped = true;
        look_base(j, w, d);
    }
    free(d);
}

static void look_baseline(struct look_job *j, struct worker *w)
{
    struct sampler *s = j->sampler;
    struct baseline *b = NULL;
    if (j->kind == LOOK_TOGGLE_BASELINE)
        j->kind = s->baseline != NULL ? LOOK_NO_BASELINE : LOOK_BASELINE;
    if (j->kind == LOOK_BASELINE) {
        if (!segmap_complete(s->map, worker_breath, w)) /* what changes from now on is noticed */
            return;
        s->base_time = os_now();
        b = baseline_take(s->seg, BASELINE_MAX, worker_breath, w, &j->error);
        if (b == NULL)
            return;
        j->offset = baseline_covers(b);
    }
    baseline_free(s->baseline);
    s->baseline = b;
    j->found = true;
}

static void look_bytes(struct look_job *j)
{
    size_t got = 0;
    j->bytes = malloc(j->length + 1);
    if (j->bytes == NULL) {
        j->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    j->error = seg_read(j->sampler->seg, j->from, j->bytes, j->length, &got);
    j->length = got;
    j->found = !oserr_is(j->error);
    if (j->found && j->past != 0)
        j->found = rewind_bytes(j->sampler->rewind, j->past, j->from, j->bytes, got);
}

/* Looks for a place; pressed twice in a row, the second goes on where the first one came to. */
static void look_place(struct look_job *j, struct worker *w)
{
    struct sampler *s = j->sampler;
    if (j->follows && s->look_found)
        j->from = s->look_at + (j->kind == LOOK_FORWARD ? 1 : 0);
    switch (j->kind) {
    case LOOK_FORWARD:
    case LOOK_BACKWARD:
        look_find(j, w);
        break;
    case LOOK_DATA_NEXT:
        look_data_next(j);
        break;
    case LOOK_DATA_PREV:
        look_data_prev(j, w);
        break;
    case LOOK_CHANGE_NEXT:
    case LOOK_CHANGE_PREV:
        look_change(j, w);
        break;
    default:
        break;
    }
    s->look_found = j->found;
    s->look_at = j->offset;
}

static void look_run(struct job *job, struct worker *w)
{
    struct look_job *j = (struct look_job *)job;
    switch (j->kind) {
    case LOOK_FORWARD:
    case LOOK_BACKWARD:
    case LOOK_DATA_NEXT:
    case LOOK_DATA_PREV:
    case LOOK_CHANGE_NEXT:
    case LOOK_CHANGE_PREV:
        look_place(j, w);
        break;
    case LOOK_BASELINE:
    case LOOK_NO_BASELINE:
    case LOOK_TOGGLE_BASELINE:
        look_baseline(j, w);
        break;
    case LOOK_COOL:
        diff_cool(j->sampler->diff);
        pagemap_cool(segmap_pages(j->sampler->map));
        j->found = true;
        break;
    case LOOK_ACCESS:
        if (j->from < SEG_WRITE)
            sampler_let_go(j->sampler);
        j->error = seg_set_access(j->sampler->seg, (enum seg_access)j->from);
        j->found = !oserr_is(j->error);
        break;
    case LOOK_BYTES:
        look_bytes(j);
        break;
    }
}

struct look_job *look_job_new(struct sampler *s, enum look_kind kind, uint64_t from,
                              void (*finish)(struct job *j, void *taker))
{
    struct look_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->job.run = look_run;
    j->job.finish = finish;
    j->sampler = s;
    j->kind = kind;
    j->from = from;
    return j;
}

void look_job_free(struct look_job *j)
{
    if (j == NULL)
        return;
    free(j->bytes);
    free(j);
}
