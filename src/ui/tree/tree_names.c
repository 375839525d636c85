/* Names of the processes whose numbers stand in fields with the hint `pid`. /proc is read by a job;
 * what it said is kept for two seconds, and for as long as it is on the screen it is asked again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/peer.h"
#include "core/text.h"
#include "ui/tree/tree.h"

#define LASTS INT64_C(2000000000) /* ns */

struct names_job {
    struct job job;
    struct backend *be;
    struct tree_name name[TREE_NAMES];
    size_t count;
};

static void names_run(struct job *job, const struct progress *p)
{
    struct names_job *j = (struct names_job *)job;
    (void)p;
    for (size_t i = 0; i < j->count; i++) {
        char comm[SEG_COMM];
        bool known = !oserr_is(peer_name(j->be, j->name[i].pid, comm));
        (void)text_escape(j->name[i].text, sizeof j->name[i].text, comm, known ? strlen(comm) : 0);
    }
}

static void names_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct names_job *j = (struct names_job *)job;
    struct tree_state *st = ui->tree;
    for (size_t i = 0; st != NULL && i < j->count; i++)
        for (size_t k = 0; k < TREE_NAMES; k++)
            if (st->name[k].pid == j->name[i].pid)
                memcpy(st->name[k].text, j->name[i].text, sizeof st->name[k].text);
    if (st != NULL)
        st->naming = false;
    free(j);
}

size_t tree_process(void *ctx, uint64_t pid, char *out, size_t cap)
{
    struct ui *ui = ctx;
    struct tree_name *name = ui->tree->name, *old = name;
    if (pid == 0 || pid > UINT32_MAX || ui->s.sample.past.time != 0 || session_recorded(&ui->s))
        return 0; /* the number may have been another process's then */
    for (size_t i = 0; i < TREE_NAMES && old->pid != pid; i++)
        old = name[i].pid == pid || name[i].seen < old->seen ? &name[i] : old;
    if (old->pid != pid)
        *old = (struct tree_name){.pid = (uint32_t)pid};
    old->seen = ui->now;
    int n = snprintf(out, cap, "%s", old->text);
    return n > 0 ? (size_t)n : 0;
}

void tree_ask_names(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct names_job *j = NULL;
    if (st->naming || ui->s.walker == NULL)
        return;
    for (size_t i = 0; i < TREE_NAMES; i++) {
        struct tree_name *name = &st->name[i];
        bool due = name->pid != 0 && name->seen == ui->now && ui->now - name->asked >= LASTS;
        if (due && j == NULL)
            j = calloc(1, sizeof *j);
        if (!due || j == NULL)
            continue;
        name->asked = ui->now;
        j->name[j->count++] = *name;
    }
    if (j == NULL)
        return;
    j->job = (struct job){.run = names_run, .finish = names_done};
    j->be = ui->s.be;
    st->naming = true;
    worker_post(walker_worker(ui->s.walker), &j->job);
}

int64_t tree_next(const struct ui *ui, int64_t now)
{
    const struct tree_state *st = ui->tree;
    int64_t next = INT64_MAX;
    for (size_t i = 0; tree_on(ui) && i < TREE_NAMES; i++)
        if (st->name[i].pid != 0 && st->name[i].seen == ui->now)
            next = now + LASTS;
    return next;
}
