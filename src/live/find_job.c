/* Finding a place: the next match of a pattern, the next data after a hole, the next change. */
#include <stdio.h>

#include "backend/os.h"
#include "live/sampler_private.h"
#include "live/search.h"

static void find_pattern(struct finder *f)
{
    struct find_job *j = f->job;
    char why[FIND_WHY_MAX];
    struct find *pattern = find_compile(j->pattern, why);
    if (pattern == NULL) {
        (void)snprintf(j->why, sizeof j->why, "%s", why);
        return;
    }
    struct pattern_search s = {.seg = f->seg,
                               .find = pattern,
                               .progress = f->progress,
                               .may_map = true,
                               .hands = os_cores(),
                               .skip_unknown = j->past != 0};
    bool forward = j->kind == FIND_FORWARD;
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
    find_free(pattern);
}

/* ---- how many there are ---- */

enum { COUNT_TIME = 2000000000 /* ns that counting may take */ };

/* A count while it runs. */
struct counting {
    struct count_job *job;
    const struct progress *progress;
    int64_t since;
    bool late; /* its time is up */
};

/* Notes how far the search is. Within a window the search says where that begins, which is less. */
static bool count_yield(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    struct counting *c = ctx;
    c->job->next = done > c->job->next ? done : c->job->next;
    c->late = c->job->took + os_now() - c->since > COUNT_TIME;
    return !c->late && c->progress->yield(c->progress->ctx, deadline, done, total);
}

static bool count_match(void *ctx, uint64_t offset, size_t length)
{
    struct counting *c = ctx;
    struct count_job *j = c->job;
    (void)length;
    j->count++;
    j->next = offset + 1;
    if (offset == j->match)
        j->number = j->count;
    return j->count < COUNT_MOST;
}

void job_count(struct sampler *s, void *arg, const struct progress *p)
{
    struct count_job *j = arg;
    struct counting c = {.job = j, .progress = p, .since = os_now()};
    struct progress mine = {count_yield, &c};
    struct snapshot *then = NULL;
    char why[FIND_WHY_MAX];
    struct pattern_search search = {
        .progress = &mine, .may_map = true, .skip_unknown = j->past != 0};
    enum search_result r = SEARCH_ERROR;
    if (!oserr_is(sampler_seg_at(s, j->past, &then, &search.seg)))
        search.find = find_compile(j->pattern, why);
    if (search.find != NULL)
        r = search_all(&search, j->next, UINT64_MAX, count_match, &c);
    find_free(search.find);
    snapshot_close(then);
    j->took += os_now() - c.since;
    j->ended = r != SEARCH_CANCELLED || c.late;
    j->more = r != SEARCH_NONE || search.unknown > 0;
}

/* ---- data and holes ---- */

/* Start of the first data extent after the one that holds `from`. */
static void find_data_next(struct finder *f)
{
    struct find_job *j = f->job;
    uint64_t at = j->from, size = seg_last(f->seg)->size;
    bool left = false; /* the extent that we started in */
    while (at < size) {
        uint64_t start = 0, end = 0;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        j->error = seg_extent(f->seg, at, &start, &end, &kind);
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

/* Start of the last data extent that begins before `from`: the one that `from` is inside, if any.
 */
static void find_data_prev(struct finder *f)
{
    struct find_job *j = f->job;
    uint64_t at = 0, size = seg_last(f->seg)->size;
    while (at < j->from && at < size && progress_yield(f->progress, at, j->from)) {
        uint64_t start = 0, end = 0;
        enum seg_extent_kind kind = SEG_EXT_HOLE;
        j->error = seg_extent(f->seg, at, &start, &end, &kind);
        if (oserr_is(j->error) || end <= at)
            return;
        if (kind != SEG_EXT_HOLE) {
            j->found = true;
            j->offset = at;
        }
        at = end;
    }
}

static void find_place(struct finder *f)
{
    switch (f->job->kind) {
    case FIND_FORWARD:
    case FIND_BACKWARD:
        find_pattern(f);
        break;
    case FIND_DATA_NEXT:
        find_data_next(f);
        break;
    case FIND_DATA_PREV:
        find_data_prev(f);
        break;
    case FIND_CHANGE_NEXT:
    case FIND_CHANGE_PREV:
        find_change(f);
        break;
    }
}

void job_find(struct sampler *s, void *arg, const struct progress *p)
{
    struct find_job *j = arg;
    struct finder f = {.sampler = s, .job = j, .progress = p};
    struct snapshot *then = NULL;
    j->error = sampler_seg_at(s, j->past, &then, &f.seg);
    if (oserr_is(j->error))
        return;
    if (j->follows && s->found) /* pressed twice in a row: continues from the first result */
        j->from = s->found_at + (j->kind == FIND_FORWARD ? 1 : 0);
    find_place(&f);
    snapshot_close(then);
    s->found = j->found;
    s->found_at = j->offset;
}
