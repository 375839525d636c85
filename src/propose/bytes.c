/* Structs that the bytes at an offset look like. */
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/peer.h"
#include "core/type/fit.h"
#include "propose/propose_private.h"

enum {
    BYTES_MAX = 1 << 20, /* of the segment, that are held against structs */
    AT_ONCE = 64,        /* structs between two looks at the clock */
};

/* What is held against structs: a copy, so that all see the same moment. */
struct held {
    uint64_t offset;
    size_t n;
    uint8_t *bytes;
    const struct fit_range *range; /* memory of the process whose structs are tried */
    size_t ranges;
};

static bool read_held(void *ctx, uint64_t offset, void *p, size_t n)
{
    const struct held *h = ctx;
    if (offset < h->offset || offset - h->offset > h->n || n > h->n - (size_t)(offset - h->offset))
        return false;
    memcpy(p, h->bytes + (offset - h->offset), n);
    return true;
}

static bool is_segment(const struct seg_who *who, uint32_t pid, const struct peer_range *r)
{
    for (size_t i = 0; i < who->mappers_count; i++) {
        const struct seg_mapper *m = &who->mappers[i];
        if (m->pid == pid && m->address < r->end && m->address + m->length > r->start)
            return true;
    }
    return false;
}

/* The memory of a process; none when it may not be known. */
static struct oserr ranges_of(struct backend *be, const struct propose_ask *ask, uint32_t pid,
                              struct fit_range **out, size_t *n)
{
    struct peer_range *r = NULL;
    struct oserr e = peer_ranges(be, pid, &r, n);
    *out = NULL;
    if (oserr_is(e)) {
        *n = 0;
        return OSERR_NONE;
    }
    *out = calloc(*n + 1, sizeof **out);
    for (size_t i = 0; *out != NULL && i < *n; i++)
        (*out)[i] =
            (struct fit_range){r[i].start, r[i].end, r[i].code, is_segment(ask->who, pid, &r[i])};
    free(r);
    return *out == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : OSERR_NONE;
}

/* The structs `id` that fit, as proposals, until then. m: the process whose types they are; NULL:
 * none. */
static struct oserr add_fits(struct proposing *p, struct held *held, const struct types *t,
                             const type_id *id, size_t ids, const struct seg_mapper *m,
                             int64_t until)
{
    struct type_fit fit[FIT_MAX];
    struct type_source s = {.t = t, .read = read_held, .ctx = held, .size = held->offset + held->n};
    struct oserr e = OSERR_NONE;
    size_t found = 0;
    for (size_t at = 0; at < ids; at += AT_ONCE) {
        size_t some = ids - at < AT_ONCE ? ids - at : AT_ONCE;
        if (os_now() >= until) {
            proposals_note(p->out, "time ran out: %zu of %zu structs were held against the bytes",
                           at, ids);
            break;
        }
        e = propose_stopped(p, TYPES_FAILED);
        if (oserr_is(e))
            return e;
        found = type_fits(&s, id + at, some, held->offset, held->range, held->ranges, fit, found);
    }
    for (size_t i = 0; i < found && !oserr_is(e); i++) {
        struct proposal row = {.kind = PROPOSAL_FIT,
                               .offset = held->offset,
                               .t = t,
                               .type = fit[i].type,
                               .size = types_size(t, fit[i].type),
                               .score = fit[i].score};
        if (m != NULL) {
            row.pid = m->pid;
            memcpy(row.comm, m->comm, sizeof row.comm);
        }
        e = proposal_add(p->out, &row);
    }
    return e;
}

/* The structs of the files that the user named. They have the time of one process, also when the
 * processes took all of theirs. */
static struct oserr fit_own(struct proposing *p, struct held *held)
{
    const struct types *t = p->ask->types;
    type_id *id = calloc(types_count(t), sizeof *id);
    size_t ids = 0;
    if (id == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    for (type_id i = 1; i < types_count(t); i++)
        if (types_get(t, i)->kind == TYPE_STRUCT && types_declared(t, i))
            id[ids++] = i;
    struct oserr e = add_fits(p, held, t, id, ids, NULL, os_now() + propose_each(p));
    free(id);
    return e;
}

/* The structs of a program. */
static struct oserr fit_program(struct proposing *p, struct held *held, const struct seg_mapper *m)
{
    struct types_answer *a = NULL;
    struct types_ask ask = propose_question(p, &m->pid);
    struct oserr e = proposals_answer(p->out, &a);
    if (oserr_is(e))
        return e;
    enum types_status status = types_records(p->client, &ask, FIT_SIZE_MIN, held->n, a);
    if (status == TYPES_FOUND)
        return add_fits(p, held, a->t, a->ids, a->ids_count, m, p->until);
    return propose_stopped(p, status);
}

/* The structs of the files that the user named (own), or those of this process, against the memory
 * of the process; NULL: of none. */
static struct oserr fit_against(struct proposing *p, struct held *held,
                                const struct proposing_process *of, bool own)
{
    struct fit_range *range = NULL;
    struct oserr e = OSERR_NONE;
    held->ranges = 0;
    if (of != NULL)
        e = ranges_of(p->be, p->ask, of->mapper->pid, &range, &held->ranges);
    held->range = range;
    if (!oserr_is(e) && own)
        e = fit_own(p, held);
    else if (!oserr_is(e))
        e = fit_program(p, held, of->mapper);
    free(range);
    return e;
}

struct oserr propose_fits(struct proposing *p, struct proposing_process *of, size_t n)
{
    struct held held = {.offset = p->ask->offset, .bytes = malloc(BYTES_MAX)};
    if (held.bytes == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    struct oserr e = seg_read(p->ask->seg, held.offset, held.bytes, BYTES_MAX, &held.n);
    if (!oserr_is(e) && p->ask->types != NULL)
        e = fit_against(p, &held, n > 0 ? &of[0] : NULL, true);
    struct proposing_turn turn;
    for (size_t i = 0; i < n && !oserr_is(e); i++)
        if (!of[i].repeats && propose_turn(p, &of[i], &turn)) {
            e = fit_against(p, &held, &of[i], false);
            propose_turn_ends(&turn);
        }
    free(held.bytes);
    return e;
}
