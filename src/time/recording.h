/* Recordings as segments: what the backend plays rec:PATH with (segment.h), and what the program
 * asks of one beside its bytes. */
#ifndef SHMLENS_TIME_RECORDING_H
#define SHMLENS_TIME_RECORDING_H

#include "backend/reel.h"
#include "core/history/recording.h"

struct recorded; /* one open recording; belongs to its seg */

/* From now on this backend can open recordings. */
void recorded_install(struct backend *be);

/* NULL: the segment is no recording. */
struct recorded *recorded_of(const struct seg *s);

const struct rec_header *recorded_header(const struct recorded *r);
void recorded_info(const struct recorded *r, struct rec_info *out);
int64_t recorded_at(const struct recorded *r); /* the time it shows, ns since its start */

/* Plays one event on, at most up to `until`: the image has it when this returns. *played false:
 * there is none. Afterwards seg_played. */
SHM_MUST struct oserr recorded_step(struct recorded *r, int64_t until, struct rec_event *ev,
                                    bool *played);

/* Takes over what was added to the file; the image stays what it is until it is played on.
 * *written: somebody still records it. False in *written and no change of recorded_info: this is
 * its end. */
SHM_MUST struct oserr recorded_grow(struct recorded *r, bool *written);

/* The start of as much of its end as so many bytes of the file tell of (rec_reach). */
int64_t recorded_reach(const struct recorded *r, uint64_t bytes);

/* When the next event is; false: there is none. */
bool recorded_next_time(struct recorded *r, int64_t *t);

#endif
