/* The sweep: reads the whole attached segment again and again, in slices within a share of the
 * processor's time, and feeds it to a page map (core/change/pagemap.h), as it does with each sample
 * of the window. Whoever wants to know of every change listens to that map.
 *
 * A slice takes up where the last one ended. It hashes pages of data straight from the mapping, 512
 * at a time (1024 for each thread, where there are several); the map says which of them it wants to
 * see (they changed, or it has room for copies), and these are read and fed. A hole costs one
 * question to the system, however large it is. When the time of the slice is up, the rest waits. A
 * sweep that finds no change makes the next one wait, twice as long each time, up to 256 ms. What
 * could not be read is not taken for a hole: only what lies before the first such page counts as
 * seen.
 *
 * The sampler's thread only. */
#ifndef SHMLENS_LIVE_SWEEP_H
#define SHMLENS_LIVE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"
#include "core/change/pagemap.h"
#include "core/progress.h"

enum { STRIP_MAX = 256 };

/* What the UI shows of the map. */
struct map_summary {
    uint64_t seq;      /* differs: the cells are new; 0: none yet */
    uint64_t sweeps;   /* complete ones */
    int64_t looked;    /* every page was read since then, os_now's clock; 0: not yet */
    double progress;   /* of the current sweep, 0 to 1 */
    uint64_t hot;      /* offset of the newest change anywhere, */
    int64_t hot_time;  /* and its time; 0: none */
    uint64_t changes;  /* changed bytes and pages since the attach */
    size_t memory;     /* bytes that the map takes */
    uint64_t from, to; /* the strip shows [from, to) of the segment */
    size_t cells;      /* of the strip, top to bottom, <= STRIP_MAX */
    struct page_sum cell[STRIP_MAX];
};

struct sweep;

/* A sweep of `seg`, which outlives it. NULL: out of memory. */
MUST_USE struct sweep *sweep_new(struct seg *seg);
void sweep_free(struct sweep *m); /* NULL is fine */

struct pagemap *sweep_pages(struct sweep *m); /* the map, to listen to and to query */

/* The segment's state: its size, and from what is resident the memory that the map may take. */
void sweep_stat(struct sweep *m, const struct seg_stat *stat);

/* Feeds the window as it was sampled (see seg_sample). Its pages keep their copies from now on.
 * Returns how many bytes are known to have changed. */
size_t sweep_window(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time);

/* The same for single rows of the screen, whose copies are not pinned. */
size_t sweep_rows(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                  size_t n, int64_t time);

/* One slice, when it is due: at most `share` of `interval` ns of processor time, with several
 * threads where that is more than 1 and there are so many processors. Returns when the next one
 * is due, os_now's clock. */
int64_t sweep_work(struct sweep *m, int64_t now, int64_t interval, double share);

/* Sweeps until the whole segment has been read once; false: `p` gave up. */
bool sweep_complete(struct sweep *m, const struct progress *p);

/* Updates *out, with a strip of `cells` cells. True: there is something new to draw. */
bool sweep_show(struct sweep *m, size_t cells, int64_t now, struct map_summary *out);

#endif
