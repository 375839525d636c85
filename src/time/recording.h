/* Recordings as segments: what the backend plays rec:PATH with (segment.h), and what the program
 * asks of one beside its bytes. */
#ifndef SHMLENS_TIME_RECORDING_H
#define SHMLENS_TIME_RECORDING_H

#include "backend/reel.h"
#include "core/history/recording.h"

struct recording; /* one open recording; belongs to its seg */

/* From now on this backend can open recordings. */
void recording_install(struct backend *be);

/* NULL: the segment is no recording. */
struct recording *recording_of(const struct seg *s);

const struct rec_header *recording_header(const struct recording *r);
void recording_info(const struct recording *r, struct rec_info *out);
int64_t recording_at(const struct recording *r); /* the time it shows, ns since its start */

/* Plays one event on, at most up to `until`: the image has it when this returns. *played false:
 * there is none. Afterwards seg_played. */
MUST_USE struct oserr recording_step(struct recording *r, int64_t until, struct rec_event *ev,
                                     bool *played);

/* Takes over what was added to the file; the image stays what it is until it is played on.
 * *written: somebody still records it. False in *written and no change of recording_info: this is
 * its end. */
MUST_USE struct oserr recording_grow(struct recording *r, bool *written);

/* The start of as much of its end as so many bytes of the file tell of (rec_time_within). */
int64_t recording_time_within(const struct recording *r, uint64_t bytes);

/* When the next event is; false: there is none. */
bool recording_next_time(struct recording *r, int64_t *t);

#endif
