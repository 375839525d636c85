/* The sampler's looking jobs: finding, data extents, changes, baseline, access. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"
#include "live/search.h"

static void look_find(struct look_job *j, const struct progress *p)
{
    char why[FIND_WHY_MAX];
    struct find *f = find_compile(j->pattern, why);
    if (f == NULL) {
        (void)snprintf(j->why, sizeof j->why, "%s", why);
        return;
    }
    struct pattern_search s = {
        .seg = j->seg, .find = f, .progress = p, .may_map = true, .skip_unknown = j->past != 0};
    bool forward = j->kind == LOOK_FORWARD;
    enum search_result r = forward ? search_forward(&s, j->from, &j->offset, &j->length)
                                   : search_backward(&s, j->from, &j->offset, &j->length);
    if (r == SEARCH_NONE) {
        j->wrapped = true;
        r = forward ? search_forward(&s, 0, &j->offset, &j->length)
                    : search_backward(&s, UINT64_MAX, &j->offset, &j->length);
    }
    j->found = r == SEARCH_FOUND;
    j->unknown = s.unknown;
    j->error = s.error;
    if (r == SEARCH_STUCK)
        (void)snprintf(j->why, sizeof j->why, SEARCH_STUCK_TEXT);
    find_free(f);
}

/* Start of the first data extent behind the one that holds `from`. */
static void look_data_next(struct look_job *j)
{
    struct seg *seg = j->seg;
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
static void look_data_prev(struct look_job *j, const struct progress *p)
{
    struct seg *seg = j->seg;
    uint64_t at = 0, size = seg_last(seg)->size;
    while (at < j->from && at < size && progress_yield(p, at, j->from)) {
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

static void look_baseline(struct look_job *j, const struct progress *p)
{
    struct sampler *s = j->sampler;
    struct baseline *b = NULL;
    if (j->kind == LOOK_TOGGLE_BASELINE)
        j->kind = s->baseline != NULL ? LOOK_NO_BASELINE : LOOK_BASELINE;
    if (j->kind == LOOK_BASELINE) {
        if (!sweep_complete(s->map, p)) /* what changes from now on is noticed */
            return;
        s->base_time = j->past != 0 ? j->past : os_now();
        b = baseline_take(j->seg, BASELINE_MAX, p, &j->error);
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
    j->error = seg_read(j->seg, j->from, j->bytes, j->length, &got);
    j->length = got;
    j->found = !oserr_is(j->error);
}

/* Looks for a place; pressed twice in a row, the second goes on where the first one came to. */
static void look_place(struct look_job *j, const struct progress *p)
{
    struct sampler *s = j->sampler;
    if (j->follows && s->look_found)
        j->from = s->look_at + (j->kind == LOOK_FORWARD ? 1 : 0);
    switch (j->kind) {
    case LOOK_FORWARD:
    case LOOK_BACKWARD:
        look_find(j, p);
        break;
    case LOOK_DATA_NEXT:
        look_data_next(j);
        break;
    case LOOK_DATA_PREV:
        look_data_prev(j, p);
        break;
    case LOOK_CHANGE_NEXT:
    case LOOK_CHANGE_PREV:
        sampler_look_change(j, p);
        break;
    default:
        break;
    }
    s->look_found = j->found;
    s->look_at = j->offset;
}

static void look_at(struct look_job *j, const struct progress *p)
{
    switch (j->kind) {
    case LOOK_FORWARD:
    case LOOK_BACKWARD:
    case LOOK_DATA_NEXT:
    case LOOK_DATA_PREV:
    case LOOK_CHANGE_NEXT:
    case LOOK_CHANGE_PREV:
        look_place(j, p);
        break;
    case LOOK_BASELINE:
    case LOOK_NO_BASELINE:
    case LOOK_TOGGLE_BASELINE:
        look_baseline(j, p);
        break;
    case LOOK_RESET_COUNTS:
        ages_reset_counts(j->sampler->diff);
        pagemap_reset_counts(sweep_pages(j->sampler->map));
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

static void look_run(struct job *job, const struct progress *p)
{
    struct look_job *j = (struct look_job *)job;
    struct snapshot *m = NULL;
    j->seg = j->sampler->seg;
    if (j->past != 0)
        j->error = sampler_moment(j->sampler, j->past, &m);
    if (m != NULL)
        j->seg = snapshot_seg(m);
    if (!oserr_is(j->error))
        look_at(j, p);
    snapshot_close(m);
    j->seg = NULL;
}

struct look_job *look_job_new(struct sampler *s, enum look_kind kind, uint64_t from,
                              void (*finish)(struct job *j, void *owner))
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
