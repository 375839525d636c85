/* What the hints of a layout file need from outside of the bytes: ranges read under their sequence
 * counter, and the names of processes. */
#include <stdlib.h>
#include <string.h>

#include "backend/peer.h"
#include "cli/commands/peek.h"
#include "cli/commands/typed.h"

bool typed_is_held(const struct typed *y, uint64_t offset, size_t n)
{
    const struct typed_held *h = &y->held;
    return h->hint != 0 && offset < h->offset + h->size && offset + n > h->offset;
}

bool typed_take_held(const struct typed *y, uint64_t offset, void *p, size_t n)
{
    const struct typed_held *h = &y->held;
    if (!h->settled || offset < h->offset || offset - h->offset > h->n ||
        n > h->n - (size_t)(offset - h->offset))
        return false;
    memcpy(p, h->bytes + (offset - h->offset), n);
    return true;
}

int typed_hold(struct typed *y, const struct type_node *leaf, uint64_t from, uint64_t to)
{
    struct command_run *r = y->r;
    struct type_counters c;
    const struct type_guard *g = &leaf->guard;
    bool same = y->held.hint == g->hint && leaf->offset >= y->held.offset &&
                leaf->offset - y->held.offset < y->held.size;
    if (same || g->hint == 0 || r->env->when != NULL || seg_kind(r->seg) == SEG_REC ||
        !type_counters(&y->source, leaf, &c))
        return EXIT_DONE;
    uint64_t end = g->offset + g->size < to ? g->offset + g->size : to;
    from = g->offset > from ? g->offset : from;
    end = end < y->source.size ? end : y->source.size;
    if (from >= end)
        return EXIT_DONE;
    if (end - from > PEEK_HELD)
        return run_error(r, "at most 64 MiB can be read at one moment: give a PATH");
    free(y->held.bytes);
    y->held =
        (struct typed_held){g->hint, from, end - from, malloc((size_t)(end - from)), 0, false};
    if (y->held.bytes == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    struct seg_seqlock lock = {c.offset, c.width, c.two, c.end};
    int status = peek_settled(r, &lock, from, y->held.bytes, (size_t)(end - from), &y->held.n);
    y->held.settled = status == EXIT_DONE;
    return status;
}

size_t typed_process(void *ctx, uint64_t pid, char *out, size_t cap)
{
    struct typed *y = ctx;
    char comm[SEG_COMM];
    if (pid > UINT32_MAX || oserr_is(peer_name(y->r->env->be, (uint32_t)pid, comm)))
        return 0;
    return text_escape(out, cap, comm, strlen(comm));
}
