/* Gauges: values of the watch list, read with each sample wherever they lie in the segment.
 *
 * The UI names them in its request, in any order; each sample answers with the same gauges in the
 * same order, and with what is known of their bytes, as for the window. A gauge within the window
 * is taken from there; others are read a page at a time and fed to the page map like everything
 * else, so that the history learns of them. In the past they are those of that moment.
 *
 * A gauge can ask for its trend: how often it changed in the second before the moment shown, and
 * the values that it had lately, one for each step of time, from the history. Values are looked up
 * a few at a time, the newest first, so that no sample waits for them. */
#ifndef SHMLENS_LIVE_GAUGES_H
#define SHMLENS_LIVE_GAUGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GAUGES_MAX = 64,
    GAUGE_MAX = 256,           /* bytes of one */
    GAUGE_BYTES = 4096,        /* of all; those for which this is too little are left out */
    TREND_SIZE = 8,            /* bytes of a value that can have a trend */
    TREND_CELLS = 40,          /* its values, */
    TREND_STEP = 250 * 1000000 /* ns from one to the next */
};

struct gauge {
    uint64_t offset;
    uint32_t size; /* 1 to GAUGE_MAX */
    bool trend;
};

struct gauge_request {
    size_t count; /* <= GAUGES_MAX */
    struct gauge at[GAUGES_MAX];
};

struct gauge_trend {
    bool kept;       /* there is a history to take it from */
    double rate;     /* changes a second, in the last second before the moment shown */
    int64_t changed; /* the last change by that moment, os_now's clock; 0: not known */
    int64_t since;   /* since when its changes are known; INT64_MAX: they are not */
    uint64_t known;  /* bit i: cell i is known */
    uint8_t cell[TREND_CELLS][TREND_SIZE]; /* the values, oldest first; the last is that shown */
};

/* The answer, a part of the sample's arrays. */
struct gauge_result {
    size_t count; /* of the requested gauges, from the first on */
    struct gauge at[GAUGES_MAX];
    uint32_t first[GAUGES_MAX]; /* index of a gauge's first byte in the arrays below */
    size_t length;              /* bytes of all */
    uint8_t bytes[GAUGE_BYTES]; /* 0 where not data */
    uint8_t state[GAUGE_BYTES]; /* enum byte_state */
    uint8_t base[GAUGE_BYTES];  /* 1: differs from the baseline */
    uint32_t
        changes[GAUGE_BYTES]; /* changes seen: of the byte, or (outside the window) of its page */
    int64_t changed[GAUGE_BYTES];         /* time of the last change seen, 0: none */
    struct gauge_trend trend[GAUGES_MAX]; /* of those that want one */
};

bool gauge_request_equal(const struct gauge_request *a, const struct gauge_request *b);

/* The index of a gauge of the answer; SIZE_MAX: it is not there (yet). */
size_t gauge_find(const struct gauge_result *r, uint64_t offset, size_t size);

/* Is this the answer to that request? */
bool gauges_answered(const struct gauge_result *r, const struct gauge_request *q);

void gauge_result_copy(struct gauge_result *to, const struct gauge_result *from);

#endif
