/* What the sampler sends to the UI, and what the UI asks of it. A sample is one reading of the
 * window on the screen with all that is known of it at that moment: the bytes, when each of them
 * changed, the state of the segment, the map of the whole segment, the history. A request says
 * which window that is, and what of the rest is shown. */
#ifndef SHMLENS_LIVE_SAMPLE_H
#define SHMLENS_LIVE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/spans.h"
#include "live/freeze.h"
#include "live/gauges.h"
#include "live/guards.h"
#include "live/sweep.h"
#include "time/recorder.h"

enum { CPU_DEFAULT = 20 }; /* percent, see sample_request.cpu */
enum { SAMPLE_MAX = 64 * 1024, SAMPLE_EVENTS = 8 };

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
    SEEN_LET_GO        /* value: how many frozen values were dropped; error: why */
};

struct seg_event {
    enum seg_event_kind kind;
    uint64_t value;     /* see the kind */
    int64_t time;       /* os_now's clock */
    struct oserr error; /* SEEN_FAILED, SEEN_LET_GO */
};

/* Which bytes must be consistent: all read at one moment. */
struct settle_request {
    uint64_t from, to; /* read twice: a value wider than a word, the selection; equal: none */
    bool locked;       /* read the window under this counter: */
    struct seg_seqlock lock;
};

/* Whether they were. */
struct settle_result {
    struct settle_request want; /* what it is about */
    uint64_t reads, torn;       /* how often [from, to) was read, and differed */
    bool busy;                  /* the counter was never even and unchanged, or cannot be read */
    uint64_t counter;           /* its value */
    bool any;                   /* sample.torn is not all 0 */
};

/* Only rows that changed: since the baseline when there is one, else in the last `recent` ns. */
enum { ROWS_MAX = 256 };
struct rows_request {
    bool on;
    uint64_t start; /* of the first row of the segment */
    unsigned width; /* bytes of a row */
    size_t rows;    /* on the screen, <= ROWS_MAX */
    uint64_t top;   /* the first row that is shown is the first one from here on */
    uint64_t keep;  /* this row is shown even if it did not change: the cursor is in it */
    int64_t recent; /* ns */
};

/* Such rows, ascending: up to a screen before, those shown, and up to a screen after. */
struct rows_result {
    bool on;             /* the sample's pieces are those that are shown */
    unsigned width;      /* bytes of a row */
    size_t first, shown; /* those that are shown are at[first], ... */
    size_t count;        /* rows in at[] */
    uint64_t at[3 * ROWS_MAX];
};

/* What the UI wants to see. */
struct sample_request {
    uint64_t offset; /* of the window */
    size_t length;   /* of the window, <= SAMPLE_MAX */
    double hz;       /* samples a second */
    size_t cells;    /* of the strip; 0: it is not shown */
    double cpu;      /* percent of a processor that the sweep may take; 0: it rests */
    struct settle_request settle;
    struct history_request past;
    struct rows_request rows;
    struct span_list spans;   /* these pieces instead of the window, of at most SAMPLE_MAX bytes;
                                 those of more than a word are read twice; empty: the window */
    struct guard_list guards; /* of those pieces: read under their counters */
    struct gauge_request gauges;
};

/* What is known of each byte of the window: `length` elements are valid. */
struct sample_arrays {
    uint8_t bytes[SAMPLE_MAX];   /* 0 where not data */
    uint8_t state[SAMPLE_MAX];   /* enum byte_state */
    uint8_t base[SAMPLE_MAX];    /* 1: differs from the baseline, 0: not, or no baseline there */
    uint8_t torn[SAMPLE_MAX];    /* not 0: two readings of it differed within half a second */
    uint32_t count[SAMPLE_MAX];  /* changes seen since it came into the window, saturating */
    int64_t changed[SAMPLE_MAX]; /* time of the last change seen, 0: none */
    struct gauge_result gauges;  /* pieces beside the window */
};

/* One reading of the window. */
struct sample {
    uint64_t seq;           /* number of this sample; 0: none yet */
    int64_t time;           /* when it was read, os_now's clock */
    uint64_t offset;        /* of the window in the segment */
    size_t length;          /* bytes of the window, those beyond the end included, <= SAMPLE_MAX */
    struct span_list spans; /* not empty: the arrays have these pieces, not the window */
    struct sample_arrays *arrays; /* its own */
    struct rows_result rows;
    struct settle_result settle;
    struct guard_list guards;
    bool has_base;        /* a baseline is set */
    uint64_t base_bytes;  /* of the segment that the baseline covers, from its start; beyond is not
                             compared */
    struct seg_stat stat; /* the segment at that moment */
    struct oserr error;   /* of the last refresh or read; none: fine */
    double hz;            /* samples a second over the last second, measured; 0: not yet */
    uint64_t changes;     /* bytes of the window seen to change since the attach */
    struct map_summary map;     /* of the whole segment */
    struct history_result past; /* of its history; with past.time not 0, bytes, state, changed and
                                 base are those of that moment */
    struct freeze freeze;       /* the frozen values, before this sample */
    uint64_t events; /* events since the attach; the newest SAMPLE_EVENTS are in event[] */
    struct seg_event
        event[SAMPLE_EVENTS]; /* event number k (0, 1, ...) is event[k % SAMPLE_EVENTS] */
};

/* Where the arrays have the byte at an offset; SIZE_MAX: nowhere. */
size_t sample_index(const struct sample *s, uint64_t offset);

bool sample_alloc(struct sample *s); /* arrays of SAMPLE_MAX; false: out of memory */
void sample_free(struct sample *s);

#endif
