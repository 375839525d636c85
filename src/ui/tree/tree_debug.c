/* A type by name from the debug information of the processes that map the segment: asked by a job,
 * since reading it takes a while. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/type/spec.h"
#include "types/types.h"
#include "ui/tree/tree.h"

enum { PIDS_MAX = 64, EARLY = 3 /* seconds */ };

#define WAIT INT64_C(5000000000) /* ns */

struct debug_job {
    struct job job;
    struct backend *be;
    uint32_t pid[PIDS_MAX];
    size_t pids;
    const struct progress *progress;
    struct type_spec spec;
    char locator[LOCATOR_MAX]; /* of the segment that it is asked for */
    struct types_answer answer;
};

static bool stopped(void *ctx)
{
    const struct debug_job *j = ctx;
    return !progress_yield(j->progress, 0, 0);
}

static void debug_run(struct job *job, const struct progress *p)
{
    struct debug_job *j = (struct debug_job *)job;
    const struct types_ask ask = {.pid = j->pid, .pids = j->pids, .stop = stopped, .ctx = j};
    struct types_client *c = types_client_new(j->be);
    j->progress = p;
    j->answer.status = TYPES_NOT;
    if (c != NULL)
        j->answer.status = types_by_name(c, &ask, j->spec.name, &j->answer);
    types_client_free(c);
}

/* `near: ring_header, ring_head`, or what went wrong; empty: nothing is known. */
static void explain(const struct types_answer *a, char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < a->names_count && i < TYPE_NEAR && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%.60s",
                               i > 0                        ? ", "
                               : a->status == TYPES_SEVERAL ? "several are called so: "
                                                            : "near: ",
                               a->names[i]);
    if (at == 0)
        (void)snprintf(out, cap, "%.200s", a->reason);
}

/* Another segment was opened meanwhile: nothing is placed in it, nor said about it. */
static bool left(const struct ui *ui, const char *locator)
{
    struct tree_state *st = ui->tree;
    if (strcmp(locator, ui->s.locator) == 0)
        return false;
    st->recalling = st->recalling && strcmp(st->kept_of, ui->s.locator) == 0;
    return true;
}

static void debug_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct debug_job *j = (struct debug_job *)job;
    struct types_answer *a = &j->answer;
    char why[320];
    if (ui->tree != NULL)
        ui->tree->asking = false;
    if (ui->tree == NULL || ui->tree->stock == NULL || left(ui, j->locator)) {
        types_answer_free(a);
    } else if (job->cancelled) {
        types_answer_free(a);
        ui->tree->recalling = false;
        ui_say(ui, STYLE_WARN, "cancelled");
    } else if (a->status == TYPES_FOUND) {
        const struct types *t = a->t;
        type_id id = a->id;
        if (tree_stock_debug(ui->tree->stock, a))
            tree_place_spec(ui, &j->spec, t, id);
        else
            ui_say(ui, STYLE_ERROR, "out of memory");
    } else {
        explain(a, why, sizeof why);
        types_answer_free(a);
        tree_declare_rest(ui, &j->spec, why);
    }
    free(j);
}

/* Right after the attach it is not known yet who maps the segment. */
static bool too_early(const struct ui *ui, const struct debug_job *j, bool known)
{
    const struct session *s = &ui->s;
    return !known || (j->pids == 0 && (double)s->sample.seq < EARLY * s->set.hz);
}

void tree_replaced(struct ui *ui, const char *old, const char *name)
{
    ui_say(ui, STYLE_WARN, "%.60s was still being looked for: it is dropped for %.60s", old, name);
}

/* Lets a type wait, instead of the one that does. False: out of memory. */
static bool wait_with(struct ui *ui, const struct type_spec *spec)
{
    struct tree_state *st = ui->tree;
    if (st->waiting == spec)
        return true;
    if (st->waiting == NULL)
        st->waiting = malloc(sizeof *st->waiting);
    else if (strcmp(st->waiting->name, spec->name) != 0)
        tree_replaced(ui, st->waiting->name, spec->name);
    if (st->waiting == NULL)
        return false;
    *st->waiting = *spec;
    memcpy(st->waits_for, ui->s.locator, sizeof st->waits_for);
    st->wait_until = ui->now + WAIT;
    return true;
}

bool tree_ask_debug(struct ui *ui, const struct type_spec *spec)
{
    struct seg_who who;
    struct tree_state *st = ui->tree;
    if (!types_can() || ui->s.walker == NULL || session_recorded(&ui->s))
        return false;
    if (st->asking)
        return wait_with(ui, spec);
    struct debug_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return false;
    *j = (struct debug_job){
        .job = {.run = debug_run, .finish = debug_done}, .be = ui->s.be, .spec = *spec};
    memcpy(j->locator, ui->s.locator, sizeof j->locator);
    bool known = session_users(&ui->s, &who);
    if (known)
        j->pids = seg_who_pids(&who, j->pid, PIDS_MAX, NULL);
    if (j->pids > 0) {
        st->asking = true;
        worker_post(walker_worker(ui->s.walker), &j->job);
        return true;
    }
    bool waits = too_early(ui, j, known) && (st->waiting != spec || ui->now < st->wait_until);
    free(j);
    return waits && wait_with(ui, spec);
}

void tree_poll(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct type_spec *spec = st->waiting;
    if (spec == NULL || st->asking || st->stock == NULL)
        return;
    if (left(ui, st->waits_for)) {
        st->waiting = NULL;
        free(spec);
    } else if (!tree_ask_debug(ui, spec)) {
        st->waiting = NULL;
        tree_declare_rest(ui, spec, "no other process maps it");
        free(spec);
    } else if (st->asking) {
        st->waiting = NULL;
        free(spec);
    }
}
