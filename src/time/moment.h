/* The whole attached segment as it was at a moment of its history, to be read like a segment: what
 * the history does not know is unknown (seg_sample says which bytes; seg_read: SEG_E_UNKNOWN). The
 * sampler's thread only. */
#ifndef SHMLENS_TIME_MOMENT_H
#define SHMLENS_TIME_MOMENT_H

#include "backend/virtual.h"
#include "live/sweep.h"
#include "time/recorder.h"

struct moment;

/* Where no history is kept (or not any more) nothing is known. What is read is read of the segment
 * too and fed to the map first, so that what changed unseen is not taken for what was. All three
 * outlive it; moment_close, NULL is fine. */
SHM_MUST struct oserr moment_open(struct seg *live, struct segmap *map, const struct rewind *rewind,
                                  int64_t time, struct moment **out);
void moment_close(struct moment *m);

struct seg *moment_seg(struct moment *m); /* stays its own */

#endif
