/* What was in a range before a command wrote there, and what it wrote: for undo. */
#ifndef SHMLENS_CORE_KEPT_RANGE_H
#define SHMLENS_CORE_KEPT_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum { KEPT_RANGE_MOST = 32 * 1024 * 1024 }; /* bytes of one range; it takes twice that */

struct kept_range {
    int refs; /* of the thread that owns it at the time */
    uint64_t offset;
    size_t length;        /* bytes that were written, from the start on */
    size_t room;          /* of each of: */
    uint8_t *old, *value; /* malloc'd */
};

/* Room for a range with one reference; NULL: out of memory. */
struct kept_range *kept_range_new(uint64_t offset, size_t length);
struct kept_range *kept_range_hold(struct kept_range *k);
void kept_range_release(struct kept_range *k); /* NULL is fine */

#endif
