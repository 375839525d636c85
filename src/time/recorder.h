/* The recorder: keeps the history of the attached segment, and shows a past moment of it.
 *
 * It listens to the page map (core/change/pagemap.h), where every change is detected, and adds each
 * change to the history (core/history/history.h). What the map covers is observed: the window from
 * its first sample on, the rest once a whole sweep is done. After each sample, when the UI asks for
 * a past moment, the recorder replaces the bytes of the window by those of that moment; the strip,
 * the timeline and the values of the inspected value come from the history too.
 *
 * A recording needs no listening: its own events say what changed and when. They are fed into the
 * history when it begins, and as the file grows. The sampler's thread only. */
#ifndef SHMLENS_TIME_RECORDER_H
#define SHMLENS_TIME_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/change/pagemap.h"
#include "core/history/history.h"
#include "core/spans.h"

enum {
    TIMELINE_MAX = 256,
    VALUES_MAX = 8,
    HISTORY_STRIP_MAX = 256,
    HISTORY_MIB = 64,
    HISTORY_MIB_MAX = 65536
};

/* What the UI asks for. */
struct history_request {
    size_t budget;   /* bytes that the history may take; 0: no history */
    int64_t time;    /* the moment to show; 0: now */
    size_t cells;    /* of the timeline, <= TIMELINE_MAX; 0: none */
    uint64_t offset; /* of the value whose history is shown */
    size_t size;     /* its bytes, <= HISTORY_UNIT_MAX; 0: none */
};

/* The answer, with each sample. */
struct history_result {
    int64_t time;               /* the moment shown; 0: now */
    bool kept;                  /* there is a history */
    uint64_t total;             /* size of the segment at that moment */
    int64_t end;                /* of a recording: its end, os_now's clock; 0: not a recording */
    int64_t length;             /* of a recording: ns from its start to its end */
    bool written;               /* of a recording: it is still being made */
    struct history_about about; /* refreshed ten times a second */
    int64_t from, to;           /* of the timeline, os_now's clock */
    size_t cells;
    uint64_t cell[TIMELINE_MAX];      /* bytes of the segment that changed then */
    bool of_value[TIMELINE_MAX];      /* and whether the value did */
    size_t strip_cells;               /* of the strip, with time not 0, <= HISTORY_STRIP_MAX */
    int64_t strip[HISTORY_STRIP_MAX]; /* last change by that moment, 0: none lately */
    uint64_t offset;                  /* of the value, as requested */
    size_t size, values;
    struct history_value value[VALUES_MAX]; /* newest first, from the moment shown */
};

/* The bytes of a sample, which a past moment replaces; the arrays have n elements. */
struct history_window {
    const struct span_list *spans;
    size_t n; /* spans_length of them */
    uint8_t *bytes, *state;
    int64_t *changed;
};

struct recorder;

/* Listens to `pages`, the page map of `seg`; both outlive this. NULL: out of memory. */
MUST_USE struct recorder *recorder_new(struct seg *seg, struct pagemap *pages);
void recorder_free(struct recorder *r); /* NULL is fine */

/* Before each sample: plays a recording that is still being made up to its end. True: it started or
 * stopped being written. */
bool recorder_follow(struct recorder *r, int64_t now);

/* Bytes beside the window are read with each sample from now on. */
void recorder_observe(struct recorder *r, int64_t now, uint64_t offset, uint64_t n);

/* After each sample: `w` is the window as it was just fed to the map at `now`; `sweeps` whole
 * sweeps were made so far (`sweeping` false: only the window is sampled). Replaces the
 * window by the requested moment, and fills *out. True: there is something new to draw. */
bool recorder_sample(struct recorder *r, const struct history_request *request, int64_t now,
                     uint64_t sweeps, bool sweeping, const struct history_window *w,
                     struct history_result *out);

/* The strip of the moment that *out shows: when each of `cells` equal parts of [from, to) had
 * changed last. */
void recorder_strip(struct recorder *r, uint64_t from, uint64_t to, size_t cells,
                    struct history_result *out);

/* The history, valid until the next recorder_sample; NULL: there is none. */
const struct history *recorder_history(const struct recorder *r);

/* The moment that is `steps` changes of [offset, offset + n) away from `from` (INT64_MAX: now),
 * back if negative; 0: that is now. *moved false: there is no such change, it stays at `from`. The
 * moment before the first known change is 1 ns before it. */
int64_t recorder_step(struct recorder *r, uint64_t offset, uint64_t n, int64_t from, int steps,
                      bool *moved);

/* from_recording.c: plays what was added to the file of a recording, into the history too (NULL:
 * none). `end`: the moment of its end before. Returns that of its end now. *written: it is still
 * being made. */
int64_t recorder_grown(struct seg *seg, struct history *past, int64_t end, bool *written);

/* from_recording.c: feeds a recording into an empty history, as if it had happened up to now; of a
 * long one as much of its end as the budget is likely to hold. Returns the moment of its end. */
int64_t recorder_recorded(struct seg *seg, struct history *past, size_t budget);

#endif
