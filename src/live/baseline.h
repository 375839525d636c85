/* A copy of the segment's data at one moment, to compare with: the baseline of the inspect screen.
 */
#ifndef SHMLENS_LIVE_BASELINE_H
#define SHMLENS_LIVE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/progress.h"

enum { BASELINE_PAGE = 4096 };

struct baseline; /* pages that had data, ascending; what is in none of them was 0 */

/* Copies the data extents of `s`, at most `limit` bytes. When `p` gives up NULL is returned and
 * *error is none. The caller frees. */
struct baseline *baseline_take(struct seg *s, uint64_t limit, const struct progress *p,
                               struct oserr *error);
void baseline_free(struct baseline *b); /* NULL is fine */

/* Bytes of the segment, from its start, that it covers. Beyond nothing is known. */
uint64_t baseline_covers(const struct baseline *b);

/* differs[i] = 1 where bytes[i] (at offset + i) is not what it was; 0 where equal or not covered.
 */
void baseline_compare(const struct baseline *b, uint64_t offset, const uint8_t *bytes, size_t n,
                      uint8_t *differs);

/* Start of the first page at or behind `offset` that had data; UINT64_MAX: none. */
uint64_t baseline_next(const struct baseline *b, uint64_t offset);

/* Start of the last page at or before `offset` that had data; UINT64_MAX: none. */
uint64_t baseline_prev(const struct baseline *b, uint64_t offset);

#endif
