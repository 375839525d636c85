/* Frozen values: before each sample, whatever differs from the value that the user set is put back
 * by compare-and-swap, and counted. A value that is equal is only read, so a hole stays a hole.
 * Used on the sampler's thread only; the UI gets a copy in each sample. */
#ifndef SHMLENS_LIVE_FREEZE_H
#define SHMLENS_LIVE_FREEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"

enum { FROZEN_MAX = 64, FROZEN_BYTES = 8 };

/* One frozen value. */
struct frozen {
    uint64_t offset;             /* a multiple of size */
    uint32_t size;               /* 1, 2, 4 or 8 bytes */
    uint8_t value[FROZEN_BYTES]; /* in memory order */
    uint8_t other[FROZEN_BYTES]; /* what was there when it was last put back */
    uint64_t fights;             /* how often it was put back */
    int64_t last;                /* when it was last put back, os_now's clock; 0: never */
    char view[16];               /* the view it was frozen in, for showing it */
};

struct freeze {
    struct frozen value[FROZEN_MAX]; /* ascending by offset, none overlaps another */
    size_t count;
};

/* Adds one; its counts start at 0. SEG_E_ALIGN: not one value that can be compared and
 * swapped, or it overlaps another; SEG_E_MEMORY: there are FROZEN_MAX. */
MUST_USE struct oserr freeze_add(struct freeze *f, const struct frozen *v);

/* Unfreezes all values that overlap [offset, offset + n); returns how many. *last (may be
 * NULL): one of them. */
size_t freeze_drop(struct freeze *f, uint64_t offset, uint64_t n, struct frozen *last);

/* Puts back what others changed. Values that cannot be stored any more (the segment ends before
 * them, or cannot be written) are dropped; returns how many, *why is the error of the first.
 * *fought: something was put back. */
size_t freeze_keep(struct freeze *f, struct seg *seg, int64_t now, bool *fought, struct oserr *why);

/* Our own store of these bytes: the frozen ones there take the new value. */
void freeze_follow(struct freeze *f, uint64_t offset, const uint8_t *bytes, size_t n);

/* Bytes [from, to) of one that lie in [offset, offset + n), as indices from offset. False: none. */
bool frozen_within(const struct frozen *v, uint64_t offset, size_t n, size_t *from, size_t *to);

#endif
