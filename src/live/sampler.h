/* The sampler: the one thread that touches the attached segment. It reads the window that the UI
 * shows at a steady rate, keeps the ages of changes, notices what happens to the segment, and runs
 * the jobs that need the segment. Results reach the UI through one mailbox (sampler_take). */
#ifndef SHMLENS_LIVE_SAMPLER_H
#define SHMLENS_LIVE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "live/freeze.h"
#include "live/sweep.h"
#include "time/recorder.h"
#include "worker.h"

enum { CPU_DEFAULT = 20 }; /* percent, see sampler_want_map */
enum { SAMPLE_MAX = 64 * 1024, SAMPLE_EVENTS = 8, BASELINE_MAX = 64 * 1024 * 1024 };

/* What happened to the segment, as seen by one sample. */
enum seg_event_kind {
    SEEN_UNLINKED,     /* its name is gone; we keep it alive */
    SEEN_SHRUNK,       /* value: the new size */
    SEEN_GROWN,        /* value: the new size */
    SEEN_REPLACED,     /* the name refers to a new segment */
    SEEN_DENIED,       /* the permissions would not let us in any more */
    SEEN_ALLOWED,      /* they would again */
    SEEN_RENAMED_BACK, /* the name refers to this segment again */
    SEEN_FAILED,       /* reading or asking failed: error */
    SEEN_LET_GO        /* value: so many frozen values can be kept no longer: error */
};

struct seg_event {
    enum seg_event_kind kind;
    uint64_t value;     /* see the kind */
    int64_t time;       /* os_now's clock */
    struct oserr error; /* SEEN_FAILED, SEEN_LET_GO */
};

/* What shall be of one moment. */
struct settle_want {
    uint64_t from, to; /* read twice: a value wider than a word, the selection; equal: nothing */
    bool locked;       /* read the window under this counter: */
    struct seg_seqlock lock;
};

/* How far that went. */
struct settle_result {
    struct settle_want want; /* what it is about */
    uint64_t reads, torn;    /* of want: so many times looked at, so many readings differed */
    bool busy;               /* the counter did not stand still and even (or is not there) */
    uint64_t counter;        /* its value */
    bool any;                /* sample.unsettled is not all 0 */
};

/* Only rows that changed: since the baseline when there is one, else in the last `recent` ns. */
enum { ROWS_MAX = 256 };
struct rows_want {
    bool on;
    uint64_t start; /* where the first row of the segment begins */
    unsigned width; /* bytes of a row */
    size_t rows;    /* on the screen, <= ROWS_MAX */
    uint64_t top;   /* those from here on are shown */
    uint64_t keep;  /* this row is shown too, changed or not (the cursor is in it) */
    int64_t recent;
};

/* Such rows, ascending: up to a screen before, those shown, and up to a screen behind. */
struct rows_result {
    bool on;             /* the sample's arrays hold those that are shown, row by row */
    unsigned width;      /* bytes of a row */
    size_t first, shown; /* those that are shown are at[first], ... */
    size_t count;        /* rows in at[] */
    uint64_t at[3 * ROWS_MAX];
};

/* One look at the window. The arrays have `length` elements and belong to the owner's sample. */
struct sample {
    uint64_t seq;       /* 0: none yet */
    int64_t time;       /* when it was read, os_now's clock */
    uint64_t offset;    /* of the window in the segment */
    size_t length;      /* bytes of the window, those beyond the end included, <= SAMPLE_MAX */
    uint8_t *bytes;     /* 0 where not data */
    uint8_t *state;     /* enum byte_state */
    uint8_t *base;      /* 1: differs from the baseline, 0: not, or no baseline there */
    int64_t *changed;   /* time of the last change seen, 0: none */
    uint32_t *count;    /* changes seen since the byte came into the window, saturating */
    uint8_t *unsettled; /* not 0: two readings of this byte differed within half a second */
    struct rows_result rows;
    struct settle_result settle;
    bool has_base;        /* a baseline is set */
    uint64_t base_bytes;  /* of the segment that the baseline covers, from its start; beyond is not
                             compared */
    struct seg_stat stat; /* the segment at that moment */
    struct oserr error;   /* of the last refresh or read; none: fine */
    double hz;            /* samples a second over the last second, measured */
    uint64_t changes;     /* bytes of the window seen to change since the attach */
    struct map_summary map;     /* of the whole segment */
    struct history_result past; /* of its history; with past.time not 0, bytes, state, changed and
                                 base are those of that moment */
    struct freeze freeze;       /* the values that are kept, before this look */
    uint64_t events; /* events since the attach; the newest SAMPLE_EVENTS are in event[] */
    struct seg_event
        event[SAMPLE_EVENTS]; /* event number k (0, 1, ...) is event[k % SAMPLE_EVENTS] */
};

/* Where the arrays have the byte at an offset; SIZE_MAX: nowhere. */
size_t sample_index(const struct sample *s, uint64_t offset);

bool sample_alloc(struct sample *s); /* arrays of SAMPLE_MAX; false: out of memory */
void sample_free(struct sample *s);

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

/* What the UI wants to see from now on; the next sample follows at once when the window changed. */
void sampler_want(struct sampler *s, uint64_t offset, size_t length, double hz);

/* How the whole segment is watched and shown from now on: cells of the strip (0: none is shown),
 * and percent of a processor's time that going around it may take (0: it rests). */
void sampler_want_map(struct sampler *s, size_t cells, double cpu);

/* What shall be read twice or under a counter from now on. */
void sampler_settle(struct sampler *s, const struct settle_want *want);

/* What of the history is kept and shown from now on. */
void sampler_want_past(struct sampler *s, const struct history_request *wish);

/* Only changed rows, or (on is false) the window again. */
void sampler_want_rows(struct sampler *s, const struct rows_want *want);

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
