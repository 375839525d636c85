#include "propose/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "propose/propose_private.h"

/* The layouts of the programs that have the type. */
struct layouts_of {
    const struct seg_mapper *mapper[PROPOSE_PROCESSES];
    struct types_answer *answer[PROPOSE_PROCESSES];
    size_t n;
};

/* What one program says of the type. */
static struct oserr ask_one(struct proposing *p, const struct seg_mapper *m, const char *type,
                            struct layouts_of *l)
{
    struct types_answer *a = NULL;
    char comm[4 * sizeof m->comm + 1];
    struct types_ask ask = propose_question(p, &m->pid);
    struct oserr e = proposals_answer(p->out, &a);
    if (oserr_is(e))
        return e;
    enum types_status status = types_by_name(p->client, &ask, type, a);
    if (status == TYPES_FOUND) {
        l->mapper[l->n] = m;
        l->answer[l->n++] = a;
        return OSERR_NONE;
    }
    (void)text_escape(comm, sizeof comm, m->comm, strlen(m->comm));
    proposals_note(p->out, "%s (%" PRIu32 "): %s", comm, m->pid,
                   status == TYPES_SEVERAL ? "several types are called so" : a->reason);
    return propose_stopped(p, status);
}

static struct oserr compare_all(const char *type, const struct layouts_of *l,
                                struct proposals *notes,
                                void (*each)(void *ctx, const struct comparison *c), void *ctx)
{
    for (size_t i = 1; i < l->n; i++) {
        struct comparison c = {.type = type,
                               .first = l->mapper[0],
                               .second = l->mapper[i],
                               .t = {l->answer[0]->t, l->answer[i]->t},
                               .id = {l->answer[0]->id, l->answer[i]->id}};
        if (!type_skew(l->answer[0]->t, l->answer[0]->id, l->answer[i]->t, l->answer[i]->id,
                       &c.skew))
            return (struct oserr){"malloc", SEG_E_MEMORY};
        c.agree = c.skew.differ == 0 && c.skew.size[0] == c.skew.size[1];
        if (c.skew.cut)
            proposals_note(notes, "only the first %d fields were compared", SKEW_LEAVES);
        each(ctx, &c);
    }
    return OSERR_NONE;
}

struct oserr propose_compare(struct backend *be, const struct propose_ask *ask, const char *type,
                             struct proposals *notes,
                             void (*each)(void *ctx, const struct comparison *c), void *ctx,
                             size_t *having)
{
    struct proposing p = {.be = be,
                          .ask = ask,
                          .out = notes,
                          .client = ask->client != NULL ? ask->client : types_client_new(be),
                          .end = propose_deadline(ask)};
    struct proposing_turn turn;
    struct proposing_process of[PROPOSE_PROCESSES];
    struct layouts_of l = {.n = 0};
    struct oserr e = OSERR_NONE;
    if (p.client == NULL)
        e = (struct oserr){"malloc", SEG_E_MEMORY};
    size_t n = oserr_is(e) ? 0 : propose_processes(&p, of);
    for (size_t i = 0; i < n && !oserr_is(e); i++)
        if (!of[i].repeats && propose_turn(&p, &of[i], &turn)) {
            e = ask_one(&p, of[i].mapper, type, &l);
            propose_turn_ends(&turn);
        }
    propose_note_left_out(&p, of, n);
    if (!oserr_is(e))
        e = compare_all(type, &l, notes, each, ctx);
    *having = l.n;
    if (ask->client == NULL)
        types_client_free(p.client);
    return e;
}
