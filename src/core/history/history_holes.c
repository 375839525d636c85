/* Holes that came and went: a list of changes, oldest first, which is undone like that of the
 * bytes. */
#include <stdlib.h>

#include "core/bytes.h"
#include "core/history/history_private.h"

bool history_hole_add(struct history *h, const struct hole_change *change)
{
    struct hole_block *b = h->hole_last;
    struct hole_change *last = b != NULL ? &b->change[b->n - 1] : NULL;
    if (last != NULL && last->time == change->time && last->hole == change->hole &&
        last->to == change->from) {
        last->to = change->to;
        return true;
    }
    if (b == NULL || b->n == HOLES) {
        b = malloc(sizeof *b);
        if (b == NULL)
            return false;
        b->n = 0;
        b->newer = NULL;
        b->older = h->hole_last;
        *(h->hole_last != NULL ? &h->hole_last->newer : &h->hole_first) = b;
        h->hole_last = b;
        h->bytes += sizeof *b + MALLOC_EXTRA;
    }
    b->change[b->n++] = *change;
    return true;
}

bool history_hole_drop(struct history *h)
{
    struct hole_block *b = h->hole_first;
    if (b == NULL)
        return false;
    if (b->change[b->n - 1].time > h->since)
        h->since = b->change[b->n - 1].time;
    h->hole_first = b->newer;
    *(b->newer != NULL ? &b->newer->older : &h->hole_last) = NULL;
    h->bytes -= sizeof *b + MALLOC_EXTRA;
    free(b);
    return true;
}

/* Undoes one change in a view. */
static void take_back(const struct hole_change *c, const struct history_view *v)
{
    uint64_t from = c->from > v->offset ? c->from : v->offset;
    uint64_t to = c->to < v->offset + v->n ? c->to : v->offset + v->n;
    for (uint64_t at = from; at < to; at++) {
        size_t i = (size_t)(at - v->offset);
        if (!c->hole && v->state[i] == BYTE_DATA && v->bytes[i] == 0)
            v->state[i] = BYTE_HOLE;
        else if (c->hole && v->state[i] == BYTE_HOLE)
            v->state[i] = BYTE_DATA;
    }
}

/* The view has the bytes of the time already; this says which of them were in a hole. Changes are
 * undone newest first, so the oldest one decides. */
void history_hole_at(const struct history *h, int64_t time, const struct history_view *v)
{
    for (const struct hole_block *b = h->hole_last; b != NULL; b = b->older)
        for (size_t i = b->n; i > 0; i--) {
            if (b->change[i - 1].time <= time)
                return;
            take_back(&b->change[i - 1], v);
        }
}

bool history_hole_then(const struct history *h, int64_t time, uint64_t offset, bool now,
                       uint64_t *until)
{
    for (const struct hole_block *b = h->hole_last; b != NULL; b = b->older)
        for (size_t i = b->n; i > 0; i--) {
            const struct hole_change *c = &b->change[i - 1];
            if (c->time <= time)
                return now;
            bool in = c->from <= offset && c->to > offset;
            uint64_t near = c->from > offset ? c->from : in ? c->to : *until;
            now = in ? !c->hole : now;
            *until = near < *until ? near : *until;
        }
    return now;
}
