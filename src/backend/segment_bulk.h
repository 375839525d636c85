/* A part of segment.h, which includes it: readings of which all bytes are of one moment, and ways
 * through all of a segment as fast as memory is read. */
#ifndef SHMLENS_BACKEND_SEGMENT_BULK_H
#define SHMLENS_BACKEND_SEGMENT_BULK_H

#include "backend/segment.h"

/* ---- of one moment ---- */

/* Where reading means copying twice (no userfaultfd, see seg_read): bytes [*from, *to) of the last
 * seg_read or seg_sample came out another way each time, three times in a row: what was read of
 * them may never have stood there together. False: nothing of that kind. */
bool seg_unsettled(const struct seg *s, uint64_t *from, uint64_t *to);

/* A sequence counter as the writers of a range keep it: odd while they write, another even number
 * afterwards; in the machine's byte order. */
struct seg_seqlock {
    uint64_t offset; /* a multiple of width */
    uint32_t width;  /* bytes: 1, 2, 4 or 8 */
};

/* The counter's value. What was read before is not read after it, nor the other way round.
 * SEG_E_ALIGN: not such a counter; SEG_E_BEYOND: past the end. */
SHM_MUST struct oserr seg_counter(struct seg *s, const struct seg_seqlock *lock, uint64_t *value);

/* As seg_read, but so that all of it stood there at one moment. With a lock: between two equal even
 * values of its counter. Without (NULL): until two readings in a row are the same. Reads at most
 * `tries` times (at least once; twice as often without a lock), without a pause. *settled false:
 * it never came to that; buf has the newest reading. */
SHM_MUST struct oserr seg_read_settled(struct seg *s, const struct seg_seqlock *lock, uint64_t off,
                                       void *buf, size_t n, unsigned tries, size_t *got,
                                       bool *settled);

/* ---- all of it ---- */

/* What seg_hash found: `pages` pages were hashed, then [their end, next) is no data but `gap`. */
struct seg_hashes {
    size_t pages;
    uint64_t next;            /* where to go on; not behind the end of what may be read */
    enum seg_extent_kind gap; /* SEG_EXT_HOLE or SEG_EXT_UNKNOWN */
};

/* Hashes (XXH3, 64 bits) up to `pages` pages of SEG_HASH_PAGE bytes from off, a multiple of that,
 * as far as they are data and exist as of the last refresh; stops at the first that is not, and
 * finds out how far that goes. What lies behind the end of the segment in its last page counts as
 * zeros. Costs no memory in the segment, and little more time than reading it. When it fails, the
 * pages hashed so far stand. */
enum { SEG_HASH_PAGE = 4096 };
SHM_MUST struct oserr seg_hash(struct seg *s, uint64_t off, uint64_t *hash, size_t pages,
                               struct seg_hashes *out);

/* Bytes that are looked for, and the two of them (by index; they may be the same) that are rarest:
 * these are tried first. */
struct seg_needle {
    const uint8_t *bytes; /* private memory */
    size_t size;          /* at least 1 */
    size_t rare[2];
};

/* Looks for the needle in [off, end) as it stands in memory at that moment, as fast as memory is
 * read. *found: it is at *next. Else none of it starts in [off, *next), and the rest is for
 * seg_read to look at: a page there is no data, or the end is near (fewer than 128 places).
 * SEG_E_UNSUPPORTED: not this segment (no mapping in which holes stay holes). */
SHM_MUST struct oserr seg_spot(struct seg *s, const struct seg_needle *needle, uint64_t off,
                               uint64_t end, uint64_t *next, bool *found);

#endif
