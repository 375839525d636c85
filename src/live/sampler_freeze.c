/* Freezing and letting go, as jobs of the sampler. */
#include <stdlib.h>

#include "live/sampler_private.h"

void sampler_let_go(struct sampler *s)
{
    s->work.freeze.count = 0;
}

void sampler_release(struct sampler *s)
{
    if (s == NULL)
        return;
    os_gate_lock(s->gate);
    s->want_release = true;
    os_gate_unlock(s->gate);
    worker_hurry(s->worker);
}

static void freeze_run(struct job *job, struct worker *w)
{
    struct freeze_job *j = (struct freeze_job *)job;
    struct freeze *f = &j->sampler->work.freeze;
    struct frozen last;
    (void)w;
    j->dropped = freeze_drop(f, j->offset, j->length, &last);
    if (j->dropped > 0)
        j->value = last;
    else if (j->value.size > 0 && seg_get_access(j->sampler->seg) < SEG_WRITE)
        j->error = (struct oserr){"freeze", SEG_E_READ_ONLY};
    else if (j->value.size > 0)
        j->error = freeze_add(f, &j->value);
}

struct freeze_job *freeze_job_new(struct sampler *s, uint64_t offset, uint64_t length,
                                  void (*finish)(struct job *j, void *taker))
{
    struct freeze_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return NULL;
    j->job.run = freeze_run;
    j->job.finish = finish;
    j->sampler = s;
    j->offset = offset;
    j->length = length;
    return j;
}
