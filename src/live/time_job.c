/* The past, on the sampler: what the UI wishes to see of it, and steps through time as jobs. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "live/sampler_private.h"

bool sampler_show_past(struct sampler *s, const struct history_request *wish, bool around)
{
    struct sample *w = &s->work;
    struct history_window window = {w->offset, w->rows.on ? 0 : w->length, w->bytes, w->state,
                                    w->changed};
    bool news = recorder_sample(s->rewind, wish, w->time, w->map.sweeps, around, &window, &w->past);
    recorder_strip(s->rewind, &w->map, &w->past);
    if (w->past.time != 0) {
        memset(w->torn, 0, w->length);
        memset(w->base, 0, w->length);
        if (s->baseline != NULL)
            baseline_compare(s->baseline, w->offset, w->bytes, w->length, w->base);
    }
    return news;
}

struct oserr sampler_moment(struct sampler *s, int64_t time, struct snapshot **out)
{
    return snapshot_open(s->seg, s->map, s->rewind, time, out);
}

static void time_run(struct job *job, const struct progress *p)
{
    struct time_job *j = (struct time_job *)job;
    (void)p;
    struct sampler *s = j->sampler;
    if (j->follows)
        j->from = s->step_at != 0 ? s->step_at : INT64_MAX;
    j->time = recorder_step(s->rewind, j->offset, j->length, j->from, j->steps, &j->moved);
    s->step_at = j->time;
}

struct time_job *time_job_new(struct sampler *s, void (*finish)(struct job *j, void *owner))
{
    struct time_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->job.run = time_run;
    j->job.finish = finish;
    j->sampler = s;
    return j;
}
