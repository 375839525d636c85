/* Recordings as segments: rec:PATH shows what a segment was at one time of its recording, its end
 * at first.
 *
 * The back end opens the file and asks this module for the bytes (backend/virtual.h). The reader of
 * core/history/recording.h turns the file into events, which are applied to a page store: the
 * image of the segment at the time shown. A step forward plays the events that follow; a step back,
 * or far forward, starts over from the last keyframe before that time. The image may take three
 * quarters of the memory that is free; a recording that needs more is refused with SEG_E_TOO_LARGE.
 */
#ifndef SHMLENS_TIME_RECORDING_H
#define SHMLENS_TIME_RECORDING_H

#include "backend/virtual.h"
#include "core/history/recording.h"
#include "core/progress.h"

struct recording; /* one open recording; belongs to its seg */

/* From now on this back end can open recordings. */
void recording_install(struct backend *be);

/* NULL: the segment is not a recording. */
struct recording *recording_of(const struct seg *s);

const struct rec_header *recording_header(const struct recording *r);
void recording_info(const struct recording *r, struct rec_info *out);

/* Shows a recording as it was t ns after its start. SEG_E_UNSUPPORTED: it is not a
 * recording; SEG_E_BEYOND: it has no such time; SEG_E_STOPPED: `progress` (NULL: never asked) gave
 * up. After a failure it shows some other time. */
MUST_USE struct oserr recording_seek(struct seg *s, int64_t t, const struct progress *progress);

/* Plays one event, at most up to `until`: the image has it when this returns. *played false: there
 * is none. Call seg_image_changed afterwards. */
MUST_USE struct oserr recording_step(struct recording *r, int64_t until, struct rec_event *ev,
                                     bool *played);

/* Reads what was added to the file; the image stays as it is until more is played. *written: it is
 * still being recorded. When that is false and recording_info is unchanged, its end is reached. */
MUST_USE struct oserr recording_grow(struct recording *r, bool *written);

/* The time of the first keyframe from which at most so many bytes of the file remain. */
int64_t recording_time_within(const struct recording *r, uint64_t bytes);

/* When the next event is; false: there is none. */
bool recording_next_time(struct recording *r, int64_t *t);

#endif
