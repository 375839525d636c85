/* Puts a range back (undo of fill, load and values in a row), or stores it again. */
#include <stdlib.h>
#include <string.h>

#include "live/jobs.h"
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

void job_range(struct sampler *s, void *arg, const struct progress *p)
{
    struct range_job *j = arg;
    uint8_t *piece = malloc(PIECE);
    (void)p; /* half of it would be neither this nor that */
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
