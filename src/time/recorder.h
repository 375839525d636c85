/* The history of the attached segment: listens to its map, keeps what changes (core/past.h), and
 * puts the bytes of a past moment in the place of those of now. The sampler's thread only. */
#ifndef SHMLENS_TIME_RECORDER_H
#define SHMLENS_TIME_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/change/pagemap.h"
#include "core/history/history.h"

enum {
    TIMELINE_MAX = 256,
    VALUES_MAX = 8,
    HISTORY_STRIP_MAX = 256,
    HISTORY_MIB = 64,
    HISTORY_MIB_MAX = 65536
};

/* What the UI wants to see of the history. */
struct history_request {
    size_t budget;   /* bytes that the history may take; 0: none is kept */
    int64_t time;    /* the moment to show; 0: now */
    size_t cells;    /* of the timeline, <= TIMELINE_MAX; 0: none */
    uint64_t offset; /* of the value whose history is shown */
    size_t size;     /* its bytes, <= HISTORY_UNIT_MAX; 0: none */
};

/* What it gets, in each sample. */
struct history_result {
    int64_t time;               /* the moment that the sample shows; 0: now */
    bool kept;                  /* a history is kept */
    uint64_t total;             /* bytes of the segment at that moment */
    int64_t end;                /* of a recording: when it ends, os_now's clock; 0: it is live */
    bool written;               /* of a recording: it goes on (end moves) */
    struct history_about about; /* made anew from time to time */
    int64_t from, to;           /* of the timeline, os_now's clock */
    size_t cells;
    uint64_t cell[TIMELINE_MAX];      /* bytes of the segment that changed then */
    size_t strip_cells;               /* of the strip, with time not 0, <= HISTORY_STRIP_MAX */
    int64_t strip[HISTORY_STRIP_MAX]; /* when each had changed last by then, 0: not lately */
    uint64_t offset;                  /* of the value, as wished */
    size_t size, values;
    struct history_value value[VALUES_MAX]; /* newest first, from the moment shown on */
};

/* The part of a sample that a past moment replaces; the arrays have n elements. */
struct history_window {
    uint64_t offset;
    size_t n;
    uint8_t *bytes, *state;
    int64_t *changed;
};

struct recorder;

/* Listens to `pages`, the page map of `seg`; both outlive this. NULL: out of memory. */
MUST_USE struct recorder *recorder_new(struct seg *seg, struct pagemap *pages);
void recorder_free(struct recorder *r); /* NULL is fine */

/* Before each sample: a recording that is still being made is played on to its end. True: it has
 * just begun or ceased to be made. */
bool recorder_follow(struct recorder *r, int64_t now);

/* After each sample: the window as it was just fed to the map at `now`, and how often the map has
 * been around (`around` false: it rests, only the window is looked at). Puts the moment wished for
 * in the place of the window, and fills the picture. True: there is something new to draw. */
bool recorder_sample(struct recorder *r, const struct history_request *wish, int64_t now,
                     uint64_t laps, bool around, struct history_window *w,
                     struct history_result *out);

/* The strip of the moment that *out shows: when each of `cells` equal parts of [from, to) had
 * changed last. */
void recorder_strip(struct recorder *r, uint64_t from, uint64_t to, size_t cells,
                    struct history_result *out);

/* What is kept; NULL: nothing is. Until the next recorder_sample. */
const struct history *recorder_history(const struct recorder *r);

/* The moment `steps` changes of [offset, offset + n) away from `from` (INT64_MAX: now; back:
 * negative). 0: that is now. *moved false: there is no such change, and it stays. A moment before
 * the first change that is known is 1 ns before it. */
int64_t recorder_step(struct recorder *r, uint64_t offset, uint64_t n, int64_t from, int steps,
                      bool *moved);

/* A recording that is still being written (*written): plays what was added to its file, into the
 * history too (NULL: none). `end`: of what was there. The moment of its end now. */
int64_t recorder_grown(struct seg *seg, struct history *past, int64_t end, bool *written);

/* Puts what a recording tells into an empty history, as if it had happened up to now; of a long one
 * as much of its end as the budget is likely to hold. The moment of its end. */
int64_t recorder_recorded(struct seg *seg, struct history *past, size_t budget);

#endif
