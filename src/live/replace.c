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

/* Takes the first n bytes of the match back. What others have changed since is theirs. */
static struct oserr take_back(struct seg *seg, const struct replacement *r, size_t n, size_t *left)
{
    struct oserr first = OSERR_NONE;
    for (size_t k = 0, size = 0; k < n; k += size) {
        struct poked done;
        struct oserr e = swap(seg, r, k, r->new, r->old, &done);
        size = replace_word(r->offset + k, r->length - k);
        *left += oserr_is(e) ? size : 0;
        first = oserr_is(first) ? first : e;
    }
    return first;
}

struct oserr replace_store(struct seg *seg, const struct replacement *r, struct replace_done *done)
{
    struct oserr e = OSERR_NONE, back = OSERR_NONE;
    struct poked one = {.stored = true};
    size_t i = 0;
    while (i < r->length) {
        e = swap(seg, r, i, r->old, r->new, &one);
        if (oserr_is(e) || !one.stored)
            break;
        i += replace_word(r->offset + i, r->length - i);
    }
    *done = (struct replace_done){.stored = i == r->length};
    if (!done->stored)
        back = take_back(seg, r, i, &done->left);
    return oserr_is(back) ? back : e;
}

/* ---- one by one ---- */

struct first_match {
    struct replace_job *j;
    const struct pattern_search *search;
};

/* Takes it with the bytes that matched: what is read now may no longer match, and must not be
 * overwritten. */
static bool take_match(void *ctx, uint64_t offset, size_t length)
{
    const struct first_match *m = ctx;
    struct replace_job *j = m->j;
    if (length > j->to - offset)
        return true;
    j->found = true;
    j->offset = offset;
    j->length = length;
    if (length == j->n)
        memcpy(j->seen, m->search->bytes, length);
    return false;
}

void replace_next(struct seg *seg, struct replace_job *j, struct find *f, const struct progress *p)
{
    struct pattern_search s = {.seg = seg, .find = f, .progress = p, .may_map = true};
    struct first_match m = {j, &s};
    j->found = false;
    enum search_result r = search_all(&s, j->from, j->to, take_match, &m);
    j->error = s.error;
    j->shrank = r == SEARCH_NONE && s.shrank;
    j->ends = s.ends;
    if (r == SEARCH_STUCK)
        j->why = SEARCH_STUCK_TEXT;
}

/* The pattern of one run stays compiled from one match to the next. */
static bool compile(struct sampler *s, const char *pattern)
{
    char why[FIND_WHY_MAX];
    if (s->replacing != NULL && strcmp(s->replaced, pattern) == 0)
        return true;
    find_free(s->replacing);
    s->replacing = find_compile(pattern, why);
    memcpy(s->replaced, pattern, sizeof s->replaced);
    return s->replacing != NULL;
}

void job_replace(struct sampler *s, void *arg, const struct progress *p)
{
    struct replace_job *j = arg;
    if (j->store) {
        struct replacement r = {j->at, j->n, j->old, j->new};
        struct replace_done done;
        j->error = replace_store(s->seg, &r, &done);
        j->stored = done.stored;
        j->left = done.left;
        if (j->stored)
            sampler_stored(s, j->at, j->new, j->n);
        if (oserr_is(j->error))
            return;
    }
    if (!compile(s, j->pattern)) {
        j->why = "the pattern is no longer valid";
        return;
    }
    replace_next(s->seg, j, s->replacing, p);
    if (!j->found) { /* the last one, or it gave up */
        find_free(s->replacing);
        s->replacing = NULL;
    }
}
