/* What was in a range before a command wrote there, and what it wrote: for undo. Or the same of
 * matches of one length that were replaced, which lie anywhere, or of text that was typed. */
#ifndef SHMLENS_CORE_KEPT_RANGE_H
#define SHMLENS_CORE_KEPT_RANGE_H

#include <stdbool.h>
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
    uint64_t *at;         /* NULL: one range; else where each match is; malloc'd. Then */
    size_t each, count;   /* `length` is count of them, of this many bytes */
    uint32_t run;         /* the owner's: which of its runs replaced them */
    bool typed;           /* they are units of text that were typed, not matches */
};

/* Room for a range with one reference; NULL: out of memory. */
struct kept_range *kept_range_new(uint64_t offset, size_t length);
struct kept_range *kept_range_hold(struct kept_range *k);
void kept_range_release(struct kept_range *k); /* NULL is fine */

/* No match yet, of `each` bytes, with one reference; NULL: out of memory. */
struct kept_range *kept_matches_new(size_t each);

/* One more; false: out of memory, or it would take more than 2 * KEPT_RANGE_MOST. */
MUST_USE bool kept_matches_add(struct kept_range *k, uint64_t at, const uint8_t *old,
                               const uint8_t *value);

size_t kept_range_bytes(const struct kept_range *k); /* that it takes; NULL: 0 */

#endif
