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

struct worker *sampler_worker(struct sampler *s);

struct snapshot;

/* ---- for jobs, on the sampler's thread ---- */

struct seg *sampler_seg(struct sampler *s); /* the attached segment; stays the sampler's */

/* What it was at a moment of its history; the caller closes it with snapshot_close. */
MUST_USE struct oserr sampler_moment(struct sampler *s, int64_t time, struct snapshot **out);

/* A job has made this store: what is frozen there is kept at the new value. */
void sampler_poked(struct sampler *s, const struct poke_done *p);

/* ---- jobs: each ends in finish() on the UI's thread ---- */

/* Freezing the value at one place and letting values go. */
struct freeze_job {
    struct job job;
    struct sampler *sampler;
    struct frozen value;     /* what to freeze; size 0: only let go */
    uint64_t offset, length; /* what overlaps this is let go; when nothing does, value is frozen */
    size_t dropped;          /* how many were let go; `value` is then one of them */
    struct oserr error;      /* of freezing */
    void *user;              /* the owner's */
};

/* NULL: out of memory. The owner frees it with free(). */
struct freeze_job *freeze_job_new(struct sampler *s, uint64_t offset, uint64_t length,
                                  void (*finish)(struct job *j, void *owner));

/* Lets all go (on the sampler's thread). */
void sampler_let_go(struct sampler *s);

/* Lets all go at the next look, also while a job runs. NULL is fine. */
void sampler_release(struct sampler *s);

/* A step through time. */
struct time_job {
    struct job job;
    struct sampler *sampler;
    uint64_t offset, length; /* changes of [offset, offset + length) count */
    int64_t from;            /* the moment that is shown; INT64_MAX: now */
    int steps;               /* changes on, or back (negative) */
    bool of_value;           /* [offset, length) is a value, not the window: for messages */
    bool follows;            /* asked for before the step in front of it had ended: goes on from
                                where that one came to */
    int64_t time;            /* out: the moment there; 0: now */
    bool moved;              /* out: false: there is no such change, time is where it was */
    void *user;              /* the owner's */
};

/* NULL: out of memory. The owner frees it with free(). */
struct time_job *time_job_new(struct sampler *s, void (*finish)(struct job *j, void *owner));

enum look_kind {
    LOOK_FORWARD,     /* find `pattern` from `from` on, wrapping at the end */
    LOOK_BACKWARD,    /* the last match before `from`, wrapping at the start */
    LOOK_DATA_NEXT,   /* start of the next data extent behind the one `from` is in */
    LOOK_DATA_PREV,   /* start of the data extent before */
    LOOK_CHANGE_NEXT, /* next byte after `from` that changed (with a baseline: that differs from it)
                       */
    LOOK_CHANGE_PREV,
    LOOK_BASELINE,        /* set the baseline: copies the data extents, up to BASELINE_MAX bytes */
    LOOK_NO_BASELINE,     /* drop it */
    LOOK_TOGGLE_BASELINE, /* one of the two, as there is one or not; `kind` then says which */
    LOOK_RESET_COUNTS,    /* counts of changes start anew, here and in the map */
    LOOK_ACCESS, /* raise the access to SEG_WRITE (edit mode) or lower it, which lets all frozen
                    values go: `from` is the access */
    LOOK_BYTES   /* copy `length` bytes at `from` into bytes (the selection) */
};

/* Looking for a place. */
struct look_job {
    struct job job;
    struct sampler *sampler;
    enum look_kind kind;
    char pattern[1024]; /* LOOK_FORWARD, LOOK_BACKWARD: as find_compile takes it */
    uint64_t from;
    bool follows;  /* asked for before the look in front of it had ended: goes on from its place */
    int64_t past;  /* as it was at this moment (not LOOK_RESET_COUNTS, LOOK_ACCESS); 0: now */
    char when[48]; /* with past: ` as of T-3.2s`, for messages */
    uint64_t unknown; /* out, with past: bytes that were to be looked at, but are not known */
    struct seg *seg;  /* what is looked at: the segment, or what it was */
    size_t length;    /* in: LOOK_BYTES; out: the match's, or bytes copied */
    uint8_t *bytes;   /* LOOK_BYTES: malloc'd by the job, freed by look_job_free */
    bool found, wrapped;
    uint64_t offset; /* where, when found; LOOK_BASELINE: bytes covered */
    struct oserr error;
    char why[256]; /* a pattern that is none */
    void *user;
};

struct look_job *look_job_new(struct sampler *s, enum look_kind kind, uint64_t from,
                              void (*finish)(struct job *j, void *owner));
void look_job_free(struct look_job *j);

#endif
