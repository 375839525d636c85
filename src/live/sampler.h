/* The sampler: the one thread that touches the attached segment.
 *
 * It ticks at a steady rate (250 times a second by default): it puts back the frozen values, reads
 * the window that the UI shows and asks how the segment is, feeds what it read to the map of the
 * whole segment and so to the history, and publishes the result as a sample. Then the sweep gets
 * its share of the time: a slice of the rest of the segment. Between ticks it runs jobs
 * (live/jobs.h); a long job yields every few milliseconds, and a tick that is due runs inside of
 * it.
 *
 * Two threads meet at two places only, each guarded by a monitor: the request and the newest sample
 * here, the queue of jobs in worker.h. The UI's thread writes the request (sampler_request), takes
 * a copy of the newest sample (sampler_take), posts jobs and gets them back when they have ended
 * (worker_take). It never touches the segment, so that nothing another process does to that can
 * delay the screen. Everything else in live/ and time/ belongs to the sampler's thread.
 *
 * `wake` is posted once when there is something new; the UI sleeps on it and on the keyboard.
 * Samples that it does not take in time are replaced by newer ones. */
#ifndef SHMLENS_LIVE_SAMPLER_H
#define SHMLENS_LIVE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/sample.h"
#include "worker.h"

enum { BASELINE_MAX = 64 * 1024 * 1024 };

struct sampler;

/* Takes over `seg` and starts. `wake` is posted when a sample differs from the one taken last, and
 * when a job has ended. NULL: failed, *error says why, seg is closed. */
struct sampler *sampler_start(struct seg *seg, double hz, struct os_wake *wake,
                              struct oserr *error);
void sampler_stop(struct sampler *s, void *owner); /* closes the segment; NULL is fine */

/* The same, but waits no longer than until `deadline` (os_now's clock). False: a job hangs in a
 * call (saves into a pipe that nobody reads); it is abandoned, and everything it uses must stay:
 * the segment, the sampler, `wake`. */
bool sampler_stop_by(struct sampler *s, int64_t deadline, void *owner);

/* What the UI wants to see from now on. The next sample is taken at once when that differs from
 * what it wanted before; cheap when it does not. */
void sampler_request(struct sampler *s, const struct sample_request *r);

/* Copies the newest sample into *out (allocated by sample_alloc) when it is newer than that. False:
 * it is not. */
bool sampler_take(struct sampler *s, struct sample *out);

/* The same while the picture is paused: takes what happened to the segment (stat, error, events)
 * but leaves its bytes. */
bool sampler_take_frozen(struct sampler *s, struct sample *out);

/* The same when another window (or other pieces) is wanted while the picture is paused: what it
 * showed stays as it was, with the time of the picture; what is new in it comes from the newest
 * sample. Values of the watch list stay when they answer `want`. */
bool sampler_take_still(struct sampler *s, struct sample *out, const struct gauge_request *want);

/* Unfreezes all values at the next tick, also while a job runs. NULL is fine. */
void sampler_release(struct sampler *s);

struct worker *sampler_worker(struct sampler *s); /* for jobs, see live/jobs.h */

/* ---- for jobs, on the sampler's thread ---- */

struct snapshot;

/* *seg is the attached segment, or (past not 0) a snapshot of it at that moment, which the caller
 * closes with snapshot_close(*then). */
MUST_USE struct oserr sampler_seg_at(struct sampler *s, int64_t past, struct snapshot **then,
                                     struct seg **seg);

/* A job has stored these bytes: the frozen ones there take the new value. */
void sampler_stored(struct sampler *s, uint64_t offset, const uint8_t *bytes, size_t n);

#endif
