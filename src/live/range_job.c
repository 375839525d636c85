/* Puts a range back (undo of fill, load and values in a row), or stores it again. */
#include <stdlib.h>
#include <string.h>

#include "live/jobs.h"
#include "live/replace.h"
#include "live/sampler_private.h"

enum { PIECE = 256 * 1024 };

/* Counts the bytes that are not as expected. */
static void compare(struct seg *seg, struct range_job *j, uint8_t *piece)
{
    for (size_t at = 0; at < j->length && !oserr_is(j->error);) {
        size_t n = j->length - at < PIECE ? j->length - at : PIECE, got = 0;
        j->error = seg_read(seg, j->offset + at, piece, n, &got);
        if (!oserr_is(j->error) && got == 0)
            j->error = (struct oserr){"seg_read", SEG_E_BEYOND};
        for (size_t i = 0; i < got; i++)
            if (piece[i] != j->expect[at + i] && j->differ++ == 0)
                j->first = j->offset + at + i;
        at += got;
    }
}

static void store_matches(struct sampler *s, struct range_job *j)
{
    for (size_t at = 0; at < j->length && !oserr_is(j->error); at += j->each) {
        size_t i = j->backward ? j->length - j->each - at : at;
        struct replacement r = {j->at[i / j->each], j->each, j->expect + i, j->value + i};
        struct replace_done done = {.stored = false};
        if (j->force) {
            j->error = seg_store(s->seg, r.offset, r.new, r.length, &done.left);
            done.stored = !oserr_is(j->error);
        } else {
            j->error = replace_store(s->seg, &r, &done);
        }
        if (done.stored)
            sampler_stored(s, r.offset, r.new, r.length);
        else if (!oserr_is(j->error) && j->differ++ == 0)
            j->first = r.offset;
        j->done += done.stored ? r.length : 0;
        j->left = done.stored ? 0 : done.left;
    }
    j->stored = !oserr_is(j->error) && j->done > 0;
}

void job_range(struct sampler *s, void *arg, const struct progress *p)
{
    struct range_job *j = arg;
    (void)p; /* half of it would be neither this nor that */
    if (j->at != NULL) {
        store_matches(s, j);
        return;
    }
    uint8_t *piece = malloc(PIECE);
    if (piece == NULL) {
        j->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    if (!j->force)
        compare(s->seg, j, piece);
    free(piece);
    if (oserr_is(j->error) || j->differ > 0)
        return;
    j->error = seg_store(s->seg, j->offset, j->value, j->length, &j->done);
    j->stored = !oserr_is(j->error);
    sampler_stored(s, j->offset, j->value, j->done);
}
