/* The sampler: the one thread that touches the attached segment. It reads the window that the UI
 * shows at a steady rate, keeps the ages of changes, notices what happens to the segment, and runs
 * the jobs that need the segment. Results reach the UI through one mailbox (sampler_take). */
#ifndef SHMLENS_LIVE_SAMPLER_H
#define SHMLENS_LIVE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/sample.h"
#include "worker.h"

enum { BASELINE_MAX = 64 * 1024 * 1024 };

struct sampler;

/* Takes over `seg` (NULL: jobs only, no sampling) and starts. `wake` is posted when a sample
 * differs from what was taken last, and when a job finishes. NULL: failed, *error says why, seg is
 * closed. */
struct sampler *sampler_start(struct backend *be, struct seg *seg, double hz, struct os_wake *wake,
                              struct oserr *error);
void sampler_stop(struct sampler *s, void *owner); /* closes the segment; NULL is fine */

/* The same, but waits no longer than until `deadline` (os_now's clock): a job that hangs in a call
 * (saving into a pipe that nobody reads) is left behind with the segment and all else that it uses,
 * `wake` included. False: so it was. */
bool sampler_stop_by(struct sampler *s, int64_t deadline, void *owner);

/* What the UI wants to see from now on. The next sample is taken at once when that differs from
 * what it wanted before; cheap when it does not. */
void sampler_request(struct sampler *s, const struct sample_request *r);

/* Copies the newest sample into *out (allocated by sample_alloc) when it is newer than out->seq.
 * False: nothing new. */
bool sampler_take(struct sampler *s, struct sample *out);

/* The same for a frozen picture: only what happened to the segment is taken (stat, error, events),
 * not its bytes. */
bool sampler_take_frozen(struct sampler *s, struct sample *out);

/* Lets all frozen values go at the next tick, also while a job runs. NULL is fine. */
void sampler_release(struct sampler *s);

struct worker *sampler_worker(struct sampler *s); /* for jobs, see live/jobs.h */

/* ---- for jobs, on the sampler's thread ---- */

struct snapshot;

/* *seg is the attached segment, or (past not 0) what that was at a moment: then the caller closes
 * *then with snapshot_close when it is done with it. */
MUST_USE struct oserr sampler_seg_at(struct sampler *s, int64_t past, struct snapshot **then,
                                     struct seg **seg);

/* A job has made this store: what is frozen there is kept at the new value. */
void sampler_poked(struct sampler *s, const struct poke_done *p);

#endif
