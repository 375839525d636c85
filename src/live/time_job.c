/* The past, on the sampler's thread: shows a past moment instead of the sample, gives jobs the
 * segment as it was then, and steps through time. */
#include <string.h>

#include "live/sampler_private.h"
#include "time/moment.h"

bool sampler_show_past(struct sampler *s, const struct history_request *want, bool sweeping)
{
    struct sample *w = &s->work;
    struct span_list spans;
    spans_set(&spans, w->offset, w->length);
    const struct history_window window = {w->spans.count > 0 ? &w->spans : &spans, w->length,
                                          w->arrays->bytes, w->arrays->state, w->arrays->changed};
    bool news =
        recorder_sample(s->recorder, want, w->time, w->map.sweeps, sweeping, &window, &w->past);
    recorder_strip(s->recorder, w->map.from, w->map.to, w->map.cells, &w->past);
    if (w->past.time != 0) {
        memset(w->arrays->torn, 0, w->length);
        spans_compare(s, window.spans);
    }
    return news;
}

_Static_assert((int)HISTORY_STRIP_MAX == (int)STRIP_MAX, "strips differ");

static size_t feed_sweep(void *ctx, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                         size_t n, int64_t time)
{
    return sweep_rows(ctx, offset, bytes, state, n, time);
}

struct oserr sampler_seg_at(struct sampler *s, int64_t past, struct snapshot **then,
                            struct seg **seg)
{
    *then = NULL;
    *seg = s->seg;
    if (past == 0)
        return OSERR_NONE;
    const struct snapshot_source from = {.live = s->seg,
                                         .pages = sweep_pages(s->map),
                                         .recorder = s->recorder,
                                         .feed = feed_sweep,
                                         .ctx = s->map};
    struct oserr e = snapshot_open(&from, past, then);
    if (!oserr_is(e))
        *seg = snapshot_seg(*then);
    return e;
}

void job_time(struct sampler *s, void *arg, const struct progress *p)
{
    struct time_job *j = arg;
    (void)p;
    if (j->follows)
        j->from = s->step_at != 0 ? s->step_at : INT64_MAX;
    j->time = recorder_step(s->recorder, j->offset, j->length, j->from, j->steps, &j->moved);
    s->step_at = j->time;
    const struct history *past = recorder_history(s->recorder);
    j->since = past != NULL ? history_known_since(past, j->offset, j->length) : INT64_MAX;
}
