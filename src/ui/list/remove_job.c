/* Runs removals for the UI. What is attached here would be in use by ourselves, and no lease could
 * prove anything: so the sampler releases it first, and takes it again when the walker's thread
 * has done the removal, or only looked who uses it. */
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"

static bool has_attached(const struct ui *ui, const struct removal_job *j)
{
    for (size_t i = 0; i < j->count; i++)
        if (ui->s.sampler != NULL && seg_id_equal(seg_id_of(&j->item[i].seen), ui->s.id))
            return true;
    return false;
}

static void start(struct ui *ui, struct removal_job *j)
{
    worker_post(walker_worker(ui->s.walker), &j->job);
}

struct release_ask {
    struct release_job job;
    struct removal_job *removal;
};

static void release_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct release_ask *a = arg;
    (void)cancelled; /* then the segment is closed, or the removal is refused */
    start(ui, a->removal);
}

static void taken_again(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct release_ask *a = arg;
    if (!cancelled && oserr_is(a->job.error))
        ui_say_error(ui, "cannot open the segment again", a->job.error);
}

/* On the sampler; false: out of memory. */
static bool post_release(struct ui *ui, struct removal_job *removal)
{
    const struct release_ask ask = {.job = {.take_again = removal == NULL}, .removal = removal};
    struct sampler_job *j = sampler_job_new(ui->s.sampler, job_release, &ask, sizeof ask,
                                            removal == NULL ? taken_again : release_done);
    if (j == NULL)
        return false;
    j->job.uncancellable = true;
    worker_post(sampler_worker(ui->s.sampler), &j->job);
    return true;
}

bool removal_post(struct ui *ui, struct removal_job *j)
{
    if (!has_attached(ui, j)) {
        start(ui, j);
        return true;
    }
    j->released = post_release(ui, j);
    ui->segments->released += j->released ? 1 : 0;
    return j->released;
}

void removal_ended(struct ui *ui, const struct removal_job *j)
{
    struct segments_state *st = ui->segments;
    if (j->released && --st->released == 0 && ui->s.sampler != NULL && !post_release(ui, NULL))
        ui_say(ui, STYLE_ERROR, "out of memory: the segment is not open any more");
}

struct removal_job *removal_new(struct ui *ui, size_t count, unsigned flags,
                                void (*finish)(struct job *j, void *owner))
{
    if (ui->s.walker == NULL)
        return NULL;
    return removal_job_new(ui->s.be, count, flags, walker_pace(ui->s.walker), finish);
}
