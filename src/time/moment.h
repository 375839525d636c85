/* The whole attached segment as it was at a moment of its history, to be read like a segment: what
 * the history does not know is unknown (seg_sample says which bytes; seg_read: SEG_E_UNKNOWN). The
 * sampler's thread only. */
#ifndef SHMLENS_TIME_MOMENT_H
#define SHMLENS_TIME_MOMENT_H

#include "backend/virtual.h"
#include "live/sweep.h"
#include "time/recorder.h"

struct snapshot;

/* Where no history is kept (or not any more) nothing is known. What is read is read of the segment
 * too and fed to the map first, so that what changed unseen is not taken for what was. All three
 * outlive it; snapshot_close, NULL is fine. */
MUST_USE struct oserr snapshot_open(struct seg *live, struct sweep *map,
                                    const struct recorder *rewind, int64_t time,
                                    struct snapshot **out);
void snapshot_close(struct snapshot *m);

struct seg *snapshot_seg(struct snapshot *m); /* stays its own */

#endif
