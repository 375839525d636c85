/* Taking one sample: the frozen values, the window (or the changed rows), the state of the segment
 * and what happened to it since the last one. */
#include <stdlib.h>
#include <string.h>

#include "live/sampler_private.h"

bool sample_alloc(struct sample *s)
{
    *s = (struct sample){.arrays = calloc(1, sizeof *s->arrays)};
    return s->arrays != NULL;
}

void sample_free(struct sample *s)
{
    free(s->arrays);
    *s = (struct sample){0};
}

size_t sample_index(const struct sample *s, uint64_t offset)
{
    if (s->spans.count > 0)
        return spans_index(&s->spans, offset);
    return offset >= s->offset && offset - s->offset < s->length ? (size_t)(offset - s->offset)
                                                                 : SIZE_MAX;
}

static void add_event(struct sample *w, enum seg_event_kind kind, uint64_t value, struct oserr e)
{
    w->event[w->events % SAMPLE_EVENTS] = (struct seg_event){kind, value, w->time, e};
    w->events++;
}

/* What happened since the last sample. */
static void note_events(struct sample *w, const struct seg_stat *now)
{
    const struct seg_stat *was = &w->stat;
    if (now->replaced && !was->replaced)
        add_event(w, SEEN_REPLACED, 0, OSERR_NONE);
    else if (now->name_gone && !was->name_gone)
        add_event(w, SEEN_UNLINKED, 0, OSERR_NONE);
    else if (!now->replaced && !now->name_gone && (was->replaced || was->name_gone))
        add_event(w, SEEN_RENAMED_BACK, 0, OSERR_NONE);
    if (now->size < was->size)
        add_event(w, SEEN_SHRUNK, now->size, OSERR_NONE);
    else if (now->size > was->size)
        add_event(w, SEEN_GROWN, now->size, OSERR_NONE);
    if (now->denied != was->denied)
        add_event(w, now->denied ? SEEN_DENIED : SEEN_ALLOWED, now->mode, OSERR_NONE);
}

static void note_error(struct sample *w, struct oserr e)
{
    bool same = w->error.call == e.call && w->error.code == e.code;
    if (oserr_is(e) && !same)
        add_event(w, SEEN_FAILED, 0, e);
    w->error = e;
}

static bool stat_differs(const struct seg_stat *a, const struct seg_stat *b)
{
    return a->mode != b->mode || a->uid != b->uid || a->links != b->links ||
           a->resident != b->resident || a->size != b->size;
}

/* Frozen values are put back first, so that the picture shows them. True: worth drawing. */
static bool keep_frozen(struct sampler *s)
{
    struct oserr why;
    bool fought = false;
    if (s->work.freeze.count == 0)
        return false;
    size_t n = freeze_keep(&s->work.freeze, s->seg, s->work.time, &fought, &why);
    if (n > 0)
        add_event(&s->work, SEEN_LET_GO, n, why);
    return fought || n > 0;
}

/* Feeds the window to the map; what listens there (ages, history, strip) hears of each change.
 * Returns how many bytes of the window changed since the last sample. */
static size_t follow_window(struct sampler *s, bool moved)
{
    struct sample *w = &s->work;
    size_t n = w->length;
    (void)sweep_window(s->map, w->offset, w->arrays->bytes, w->arrays->state, n, w->time);
    size_t changed = ages_move(s->ages, w->offset, n);
    if (moved) { /* what changed before it came into the window */
        pagemap_ages(sweep_pages(s->map), w->offset, w->arrays->changed, n);
        ages_prime(s->ages, w->arrays->changed, n);
    }
    memcpy(w->arrays->changed, ages_changed(s->ages), n * sizeof *w->arrays->changed);
    memcpy(w->arrays->count, ages_counts(s->ages), n * sizeof *w->arrays->count);
    w->changes += changed;
    return changed;
}

/* Which bytes of the window differ from the baseline. */
static void compare_base(struct sampler *s)
{
    struct sample *w = &s->work;
    w->has_base = s->baseline != NULL;
    w->base_bytes = s->baseline != NULL ? baseline_covers(s->baseline) : 0;
    struct span_list window;
    spans_set(&window, w->offset, w->length);
    spans_compare(s, w->spans.count > 0 ? &w->spans : &window);
}

bool sampler_look_at(struct sampler *s, const struct sample_request *want)
{
    struct sample *w = &s->work;
    struct seg_stat stat = w->stat;
    uint64_t events = w->events;
    bool news = keep_frozen(s), marks = false, rows = want->rows.on;
    bool pieces = rows || want->spans.count > 0;
    bool moved = w->seq == 0 || w->rows.on != rows ||
                 (!pieces && (w->offset != want->offset || w->length != want->length));
    bool listed = rows && want->spans.count > 0 && rows_list(s, &want->rows);
    struct oserr e =
        want->spans.count > 0 ? spans_sample(s, want, &stat, &marks)
        : rows                ? rows_sample(s, &want->rows, &stat, &marks)
               : settle_sample(s, &want->settle, want->offset, want->length, &stat, &marks);
    w->rows.on = rows;
    if (!pieces) {
        w->offset = want->offset;
        w->length = want->length;
        w->spans.count = 0;
    }
    if (oserr_is(e)) {
        memset(w->arrays->bytes, 0, w->length);
        memset(w->arrays->state, BYTE_UNKNOWN, w->length);
    } else {
        if (w->seq != 0)
            note_events(w, &stat);
        news = news || stat_differs(&stat, &w->stat);
        w->stat = stat;
    }
    note_error(w, e);
    sweep_stat(s->map, &w->stat);
    if (!pieces)
        news = follow_window(s, moved) > 0 || news;
    compare_base(s);
    w->seq++;
    return news || moved || marks || listed || w->events != events;
}
