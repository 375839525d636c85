/* The baseline of the inspect screen: a copy of the segment's data at one moment, to compare with.
 * Only pages that had data are copied, in ascending order of their numbers; all others were zeros.
 * Which pages can differ from it is known from the page map: those that changed since it was taken.
 */
#ifndef SHMLENS_LIVE_BASELINE_H
#define SHMLENS_LIVE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/progress.h"

enum { BASELINE_PAGE = 4096 };

struct baseline; /* opaque; owns its pages */

/* Copies the data extents of `s`, at most `limit` bytes. When `p` gives up, NULL is returned
 * without an error. The caller frees. */
struct baseline *baseline_take(struct seg *s, uint64_t limit, const struct progress *p,
                               struct oserr *error);
void baseline_free(struct baseline *b); /* NULL is fine */

/* How many bytes of the segment, from its start, it covers. Nothing is known of the rest. */
uint64_t baseline_covers(const struct baseline *b);

/* differs[i] = 1 where bytes[i] (at offset + i) has changed; 0 where it is equal or not covered. */
void baseline_compare(const struct baseline *b, uint64_t offset, const uint8_t *bytes, size_t n,
                      uint8_t *differs);

/* Start of the first page at or after `offset` that had data; UINT64_MAX: none. */
uint64_t baseline_next(const struct baseline *b, uint64_t offset);

#endif
