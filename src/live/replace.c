#include "live/replace.h"

#include <string.h>

#include "core/find/find.h"
#include "live/sampler_private.h"
#include "live/search.h"

size_t replace_word(uint64_t offset, size_t left)
{
    size_t size = 8;
    while (size > left || offset % size != 0)
        size /= 2;
    return size;
}

/* The word at index i of the match, from `expect` to `value`. */
static struct oserr swap(struct seg *seg, const struct replacement *r, size_t i,
                         const uint8_t *expect, const uint8_t *value, struct poked *done)
{
    struct poke poke = {.offset = r->offset + i, .cas = true};
    poke.size = (uint32_t)replace_word(poke.offset, r->length - i);
    memcpy(poke.expect, expect + i, poke.size);
    memcpy(poke.value, value + i, poke.size);
    return seg_poke(seg, &poke, done);
}

struct oserr replace_store(struct seg *seg, const struct replacement *r, bool *stored)
{
    struct oserr e = OSERR_NONE;
    struct poked done = {.stored = true};
    size_t i = 0;
    while (i < r->length) {
        e = swap(seg, r, i, r->old, r->new, &done);
        if (oserr_is(e) || !done.stored)
            break;
        i += replace_word(r->offset + i, r->length - i);
    }
    *stored = i == r->length;
    for (size_t k = 0; k < i && !*stored; k += replace_word(r->offset + k, r->length - k)) {
        struct oserr ignored = swap(seg, r, k, r->new, r->old, &done);
        (void)ignored; /* what others have changed since is theirs */
    }
    return e;
}

/* ---- one by one ---- */

/* The first match that lies in [from, to). */
static void next_match(struct seg *seg, struct replace_job *j, struct find *f,
                       const struct progress *p)
{
    struct pattern_search s = {.seg = seg, .find = f, .progress = p, .may_map = true};
    enum search_result r = search_forward(&s, j->from, &j->offset, &j->length);
    j->error = s.error;
    j->found = r == SEARCH_FOUND && j->offset < j->to && j->length <= j->to - j->offset;
    if (r == SEARCH_STUCK)
        j->why = SEARCH_STUCK_TEXT;
    size_t got = 0;
    if (!j->found || j->length != j->n)
        return;
    j->error = seg_read(seg, j->offset, j->seen, j->n, &got);
    j->found = !oserr_is(j->error) && got == j->n;
}

void job_replace(struct sampler *s, void *arg, const struct progress *p)
{
    struct replace_job *j = arg;
    char why[FIND_WHY_MAX];
    if (j->store) {
        struct replacement r = {j->at, j->n, j->old, j->new};
        j->error = replace_store(s->seg, &r, &j->stored);
        if (j->stored)
            sampler_stored(s, j->at, j->new, j->n);
        if (oserr_is(j->error))
            return;
    }
    struct find *f = find_compile(j->pattern, why);
    if (f == NULL) {
        j->why = "it is no pattern any more";
        return;
    }
    next_match(s->seg, j, f, p);
    find_free(f);
}
