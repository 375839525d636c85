/* Searching a segment for a pattern, forwards and backwards; the find command and the UI share it.
 *
 * A search goes through the segment in windows of a few hundred KiB, which overlap by as much as a
 * match may need, and yields between them. Holes that cannot match are skipped by their extents.
 * Bytes, with wild bits too, are looked for by the back end, in the mapping itself, and by
 * several threads where that is allowed: each takes chunks of the same slice, and the first match
 * counts. Only the window around a match is read. */
#ifndef SHMLENS_LIVE_SEARCH_H
#define SHMLENS_LIVE_SEARCH_H

#include "backend/segment.h"
#include "core/find/find.h"
#include "core/progress.h"

enum search_result {
    SEARCH_FOUND,
    SEARCH_NONE,
    SEARCH_CANCELLED,
    SEARCH_ERROR,
    SEARCH_STUCK /* the regular expression takes too many steps (find_gave_up) */
};

#define SEARCH_STUCK_TEXT \
    "the regular expression takes too many steps: it was not looked for to the end"

/* A search and its result. */
struct pattern_search {
    struct seg *seg;
    struct find *find;
    const struct progress *progress;
    bool may_map;       /* what is looked at may stay mapped, for it will be looked at again */
    unsigned hands;     /* threads that may take part; 0 is 1 */
    bool skip_unknown;  /* bytes that are not known (of a past moment) match nothing; else error */
    uint64_t unknown;   /* out: how many bytes were skipped for that */
    struct oserr error; /* out: of SEARCH_ERROR */

    const uint8_t *bytes; /* out: what matched, while `each` runs; what is read again may
                             no longer match */
    bool shrank;          /* out: the segment became shorter than the range, */
    uint64_t ends;        /* and this is its end */
};

/* First match at or after `from` (to the end of the segment); *offset and *length say where. */
enum search_result search_forward(struct pattern_search *s, uint64_t from, uint64_t *offset,
                                  size_t *length);

/* Last match that starts before `before`. */
enum search_result search_backward(struct pattern_search *s, uint64_t before, uint64_t *offset,
                                   size_t *length);

/* Every match that begins in [from, to), in order, until `each` returns false. Of a pattern of
 * fixed length only those that end there as well: nothing past `to` is read for it. */
enum search_result search_all(struct pattern_search *s, uint64_t from, uint64_t to,
                              bool (*each)(void *ctx, uint64_t offset, size_t length), void *ctx);

#endif
