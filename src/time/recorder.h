/* The history of the attached segment: listens to its map, keeps what changes (core/past.h), and
 * puts the bytes of a past moment in the place of those of now. The sampler's thread only. */
#ifndef SHMLENS_TIME_RECORDER_H
#define SHMLENS_TIME_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/history/history.h"
#include "live/sweep.h"

enum { TIMELINE_MAX = 256, VALUES_MAX = 8, HISTORY_MIB = 64, HISTORY_MIB_MAX = 65536 };

/* What the UI wants to see of the history. */
struct past_wish {
    size_t budget;   /* bytes that the history may take; 0: none is kept */
    int64_t time;    /* the moment to show; 0: now */
    size_t cells;    /* of the timeline, <= TIMELINE_MAX; 0: none */
    uint64_t offset; /* of the value whose history is shown */
    size_t size;     /* its bytes, <= PAST_UNIT_MAX; 0: none */
};

/* What it gets, in each sample. */
struct past_picture {
    int64_t time;            /* the moment that the sample shows; 0: now */
    bool kept;               /* a history is kept */
    uint64_t total;          /* bytes of the segment at that moment */
    int64_t end;             /* of a recording: when it ends, os_now's clock; 0: it is live */
    bool written;            /* of a recording: it goes on (end moves) */
    struct past_about about; /* made anew from time to time */
    int64_t from, to;        /* of the timeline, os_now's clock */
    size_t cells;
    uint64_t cell[TIMELINE_MAX]; /* bytes of the segment that changed then */
    size_t strip_cells;          /* of the strip, with time not 0, <= STRIP_MAX */
    int64_t strip[STRIP_MAX];    /* when each had changed last by then, 0: not lately */
    uint64_t offset;             /* of the value, as wished */
    size_t size, values;
    struct past_value value[VALUES_MAX]; /* newest first, from the moment shown on */
};

/* The part of a sample that a past moment replaces; the arrays have n elements. */
struct past_window {
    uint64_t offset;
    size_t n;
    uint8_t *bytes, *state;
    int64_t *changed;
};

struct rewind;

/* Listens to `map`; both it and `seg` outlive this. NULL: out of memory. */
SHM_MUST struct rewind *rewind_new(struct seg *seg, struct segmap *map);
void rewind_free(struct rewind *r); /* NULL is fine */

/* Before each sample: a recording that is still being made is played on to its end. True: it has
 * just begun or ceased to be made. */
bool rewind_follow(struct rewind *r, int64_t now);

/* After each sample: the window as it was just fed to the map at `now`, and how often the map has
 * been around (`around` false: it rests, only the window is looked at). Puts the moment wished for
 * in the place of the window, and fills the picture. True: there is something new to draw. */
bool rewind_sample(struct rewind *r, const struct past_wish *wish, int64_t now, uint64_t laps,
                   bool around, struct past_window *w, struct past_picture *out);

/* The strip of the moment that *out shows, cut as that of the map. */
void rewind_strip(struct rewind *r, const struct map_picture *map, struct past_picture *out);

/* What is kept; NULL: nothing is. Until the next rewind_sample. */
const struct past *rewind_past(const struct rewind *r);

/* The moment `steps` changes of [offset, offset + n) away from `from` (INT64_MAX: now; back:
 * negative). 0: that is now. *moved false: there is no such change, and it stays. A moment before
 * the first change that is known is 1 ns before it. */
int64_t rewind_step(struct rewind *r, uint64_t offset, uint64_t n, int64_t from, int steps,
                    bool *moved);

/* A recording that is still being written (*written): plays what was added to its file, into the
 * history too (NULL: none). `end`: of what was there. The moment of its end now. */
int64_t rewind_grown(struct seg *seg, struct past *past, int64_t end, bool *written);

/* Puts what a recording tells into an empty history, as if it had happened up to now; of a long one
 * as much of its end as the budget is likely to hold. The moment of its end. */
int64_t rewind_recorded(struct seg *seg, struct past *past, size_t budget);

#endif
