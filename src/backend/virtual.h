/* A segment as it was: the backend brings what every segment has (bounds, pieces, errors), the
 * program knows the bytes of then. */
#ifndef SHMLENS_BACKEND_VIRTUAL_H
#define SHMLENS_BACKEND_VIRTUAL_H

#include "backend/segment.h"

struct seg_virtual {
    void *ctx;
    uint64_t size; /* of the segment then */
    /* The n bytes (at most SEG_SMALL) from off, inside the size, and what each of them was (enum
     * seg_byte); 0 where it is no data. */
    struct oserr (*see)(void *ctx, uint64_t off, void *buf, uint8_t *state, size_t n);
    /* The run of one kind that off < size lies in: its end, behind off; cheap. */
    struct oserr (*run)(void *ctx, uint64_t off, uint64_t *end, enum seg_extent_kind *kind);
};

/* What `of` was, to be read like any segment: seg_read fails with SEG_E_UNKNOWN where a byte is not
 * known, seg_sample says which. It has its locator, its kind and its part (seg_limit). `of` and
 * *moment outlive it; the caller closes. */
MUST_USE struct oserr seg_open_moment(struct seg *of, const struct seg_virtual *moment,
                                      struct seg **out);

#endif
