#include "session/command_job.h"

#include <stdlib.h>
#include <string.h>

#include "core/kept_range.h"
#include "time/moment.h"

enum { OUTPUT_MAX = 1024 * 1024 };

/* To the sampler: what was stored. */
static void report(struct sampler *s, const struct kept_range *k)
{
    if (k->at == NULL)
        sampler_stored(s, k->offset, k->value, k->length);
    for (size_t i = 0; k->at != NULL && i < k->count; i++)
        sampler_stored(s, k->at[i], k->value + i * k->each, k->each);
}

static void command_job_run(struct job *job, const struct progress *p)
{
    struct command_job *j = (struct command_job *)job;
    struct command_env env = {.be = j->be,
                              .pace = j->pace,
                              .out = &j->out,
                              .err = &j->err,
                              .ui = true,
                              .named = j->named[0] != '\0',
                              .is = j->is,
                              .cursor = j->cursor,
                              .marks = &j->marks,
                              .view = j->view[0] != '\0' ? j->view : NULL,
                              .when = j->past != 0 ? j->when : NULL,
                              .undo = j->undo,
                              .agreed = j->agreed,
                              .written = j->progress,
                              .progress = p};
    struct snapshot *then = NULL;
    struct oserr e = OSERR_NONE;
    char why[96];
    j->status = EXIT_ERROR;
    if (j->sampler != NULL)
        e = sampler_seg_at(j->sampler, j->past, &then, &env.seg);
    if (oserr_is(e))
        out_print(&j->err, "%s: %s\n", e.call, oserr_text(e, why, sizeof why));
    else
        j->status = command_run_line(&env, j->line);
    snapshot_close(then);
    for (size_t i = 0; j->sampler != NULL && i < env.pokes_count && i < POKES_KEPT; i++)
        sampler_stored(j->sampler, env.pokes[i].offset, env.pokes[i].value, env.pokes[i].size);
    if (j->sampler != NULL && env.kept != NULL)
        report(j->sampler, env.kept);
    j->kept = env.kept;
    j->poked_as = env.poked_as;
    memcpy(j->pokes, env.pokes, sizeof j->pokes);
    j->pokes_count = env.pokes_count;
    j->in_use = env.in_use;
    j->asks = env.asks;
    if (env.unkept != NULL && env.stored)
        memcpy(j->lost, env.lost, sizeof j->lost);
    j->made = env.made;
}

struct command_job *command_job_new(struct backend *be, struct sampler *s, const char *line,
                                    void (*finish)(struct job *j, void *owner))
{
    struct command_job *j = calloc(1, sizeof *j);
    size_t n = strlen(line) + 1;
    if (j == NULL)
        return NULL;
    j->line = malloc(n);
    if (j->line == NULL) {
        free(j);
        return NULL;
    }
    memcpy(j->line, line, n);
    j->job.run = command_job_run;
    j->job.finish = finish;
    j->be = be;
    j->sampler = s;
    out_text(&j->out, OUTPUT_MAX);
    out_text(&j->err, OUTPUT_MAX);
    return j;
}

void command_job_free(struct command_job *j)
{
    if (j == NULL)
        return;
    out_free(&j->out);
    out_free(&j->err);
    if (j->made != NULL)
        seg_close(j->made);
    kept_range_release(j->kept);
    free(j->line);
    free(j);
}
