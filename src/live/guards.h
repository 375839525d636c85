/* Ranges that their writers guard with a sequence counter, of the pieces that are on the screen:
 * what of them is sampled is read under the counter, so that it is of one moment. */
#ifndef SHMLENS_LIVE_GUARDS_H
#define SHMLENS_LIVE_GUARDS_H

#include "backend/segment.h"

enum { GUARDS_MAX = 128 };

struct guarded {
    struct seg_seqlock lock;
    uint64_t from, to; /* the range, [from, to) */
};

/* How a range was read. Unless it was settled, its bytes count as unknown. */
enum guard_read {
    GUARD_SETTLED,
    GUARD_WRITTEN, /* it was being written whenever it was read */
    GUARD_FAILED   /* its counter or its bytes could not be read */
};

struct guard_list {
    size_t count;
    struct guarded at[GUARDS_MAX];
    uint8_t read[GUARDS_MAX]; /* of a sample: enum guard_read */
};

/* The place of a range in the list; SIZE_MAX: it is not in it. */
size_t guards_find(const struct guard_list *list, const struct guarded *g);

/* Adds one, once; beside GUARDS_MAX others it is left out. */
void guards_add(struct guard_list *list, const struct guarded *g);

bool guards_equal(const struct guard_list *a, const struct guard_list *b);

#endif
