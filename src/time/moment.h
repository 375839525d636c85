/* A snapshot: the whole attached segment as it was at a moment of its history, to be read like any
 * segment (a virtual one, backend/virtual.h). What the history does not know is unknown: seg_sample
 * says which bytes, seg_read fails with SEG_E_UNKNOWN.
 *
 * The history holds changes, not bytes. So each reading reads the segment as it is now, feeds
 * that to the page map first (so a change that nobody saw yet becomes part of the history instead
 * of being mistaken for the past), and then undoes what changed after the moment. Runs of holes are
 * found the same way. The sampler's thread only. */
#ifndef SHMLENS_TIME_MOMENT_H
#define SHMLENS_TIME_MOMENT_H

#include "backend/virtual.h"
#include "core/change/pagemap.h"
#include "time/recorder.h"

struct snapshot;

/* What a snapshot is made from; all of it outlives the snapshot. Without a history, or before its
 * oldest known time, nothing is known. */
struct snapshot_source {
    struct seg *live;
    struct pagemap *pages;           /* of `live`, feeds the history */
    const struct recorder *recorder; /* its history may have been replaced after each yield */
    /* Compares n current bytes with what `pages` has; reads their pages where it has no copy. */
    size_t (*feed)(void *ctx, uint64_t offset, const uint8_t *bytes, const uint8_t *state, size_t n,
                   int64_t time);
    void *ctx;
};

MUST_USE struct oserr snapshot_open(const struct snapshot_source *from, int64_t time,
                                    struct snapshot **out);
void snapshot_close(struct snapshot *m); /* NULL is fine */

struct seg *snapshot_seg(struct snapshot *m); /* owned by the snapshot */

#endif
