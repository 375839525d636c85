/* Samples of pieces of the segment: the changed rows, or the fields that a tree shows. */
#include <string.h>

#include "live/sampler_private.h"

struct oserr spans_read(struct sampler *s, const struct span_list *spans, struct seg_stat *stat)
{
    struct sample *w = &s->work;
    struct oserr e = seg_refresh(s->seg, stat);
    w->spans = *spans;
    w->length = spans_length(spans);
    w->offset = spans->count > 0 ? spans->at[0].offset : 0;
    memset(w->arrays->torn, 0, w->length);
    s->aged = false;
    for (size_t i = 0; i < spans->count && !oserr_is(e); i++) {
        const struct span *p = &spans->at[i];
        uint8_t *bytes = w->arrays->bytes + p->index, *state = w->arrays->state + p->index;
        e = seg_sample(s->seg, p->offset, bytes, state, p->length, stat);
        if (!oserr_is(e))
            w->changes += sweep_rows(s->map, p->offset, bytes, state, p->length, w->time);
    }
    return e;
}

/* When and how often each byte changed; what did before it was on the screen is known by the map,
 * less exactly. */
static void note_ages(struct sampler *s, const struct span_list *spans, bool same)
{
    struct sample_arrays *a = s->work.arrays;
    (void)ages_spans(s->ages, spans);
    if (!same) {
        for (size_t i = 0; i < spans->count; i++)
            pagemap_ages(sweep_pages(s->map), spans->at[i].offset, a->changed + spans->at[i].index,
                         spans->at[i].length);
        ages_prime(s->ages, a->changed, s->work.length);
    }
    memcpy(a->changed, ages_changed(s->ages), s->work.length * sizeof *a->changed);
    memcpy(a->count, ages_counts(s->ages), s->work.length * sizeof *a->count);
}

struct oserr spans_sample(struct sampler *s, const struct sample_request *want,
                          struct seg_stat *stat, bool *news)
{
    const struct span_list *spans = &want->spans;
    struct sample *w = &s->work;
    uint64_t changes = pagemap_changes(sweep_pages(s->map));
    bool same = w->seq != 0 && s->aged && spans_equal(spans, &w->spans);
    struct oserr e = spans_read(s, spans, stat);
    if (oserr_is(e))
        return e;
    *news = settle_spans(s, spans, same);
    *news = guards_read(s, &want->guards) || *news;
    note_ages(s, spans, same);
    s->aged = true;
    *news = *news || !same || changes != pagemap_changes(sweep_pages(s->map));
    return e;
}

void spans_compare(struct sampler *s, const struct span_list *spans)
{
    struct sample *w = &s->work;
    memset(w->arrays->base, 0, w->length);
    for (size_t i = 0; i < spans->count && s->baseline != NULL; i++)
        baseline_compare(s->baseline, spans->at[i].offset, w->arrays->bytes + spans->at[i].index,
                         spans->at[i].length, w->arrays->base + spans->at[i].index);
}
