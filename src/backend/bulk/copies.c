#include "backend/bulk/copies.h"

#include <stdlib.h>

#include "backend/bulk/bulk.h"
#include "backend/bulk/crew.h"

enum { PIECE = 256 * 1024 }; /* bytes copied at a time, more than the longest needle */

/* What one thread searches. It may look on past its own end, where that is within a step. */
struct copied_part {
    uint64_t at;   /* no match starts in it before this place */
    uint64_t end;  /* of its places */
    uint64_t last; /* of all places */
    bool found;    /* at `at` */
};

struct copies {
    struct seg *s;
    const struct seg_needle *needle;
    struct copied_part part[CREW_MOST];
};

/* Searches one piece; false: it ends here, found or not. A hole ends it, and so does what cannot be
 * read; whoever asked reads on from there and finds out. */
static bool search_piece(const struct copies *c, struct copied_part *p, unsigned char *buf)
{
    uint64_t base = p->at / SEG_PAGE * SEG_PAGE, data = 0;
    uint64_t left = p->last + c->needle->size - 1 - base;
    size_t in = (size_t)(p->at - base), got = 0;
    struct oserr e = c->s->kind->next_data(c->s, base, base + PIECE, &data);
    if (oserr_is(e) || data > base)
        return false;
    e = c->s->kind->copy_out(c->s, base, buf, left < PIECE ? (size_t)left : PIECE, &got);
    if (oserr_is(e) || got < in + c->needle->size)
        return false;
    struct byte_search k = {.from = buf + in,
                            .places = got - in - c->needle->size + 1,
                            .needle = c->needle->bytes,
                            .mask = c->needle->mask,
                            .size = c->needle->size,
                            .rare = {c->needle->rare[0], c->needle->rare[1]}};
    search_kernel()(&k);
    p->at += k.at;
    p->found = k.found != 0;
    return !p->found && k.at > 0;
}

static void search_part(void *ctx, size_t number)
{
    struct copies *c = ctx;
    struct copied_part *p = &c->part[number];
    void *memory = malloc(PIECE + SEG_PAGE);
    if (memory == NULL)
        return;
    size_t past = (size_t)((uintptr_t)memory % SEG_PAGE);
    unsigned char *buf = (unsigned char *)memory + (past == 0 ? 0 : SEG_PAGE - past);
    while (p->at < p->end && search_piece(c, p, buf))
        ;
    free(memory);
}

void search_copies(struct seg *s, const struct seg_needle *needle, uint64_t off, uint64_t last,
                   size_t parts, uint64_t *next, bool *found)
{
    struct copies c = {.s = s, .needle = needle};
    uint64_t each = (last - off) / parts;
    size_t i = 0;
    for (i = 0; i < parts; i++)
        c.part[i] = (struct copied_part){
            .at = off + i * each, .end = i + 1 < parts ? off + (i + 1) * each : last, .last = last};
    crew_run(search_part, &c, parts);
    for (i = 0; i + 1 < parts && !c.part[i].found && c.part[i].at >= c.part[i].end; i++)
        ;
    *next = c.part[i].at;
    *found = c.part[i].found;
}
