/* The sweep: reads the whole attached segment again and again, in slices within a share of the
 * processor's time, so that changes outside the window are noticed too.
 *
 * Everything it reads, and each sample of the window, is fed to one page map
 * (core/change/pagemap.h); whoever wants every change listens there. Pages of which the map has no
 * copy are only hashed; when a hash differs, the page is read. Between two sweeps without a change
 * it pauses, longer each time. The sampler's thread only. */
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
    uint64_t seq;      /* changes with the cells; 0: none yet */
    uint64_t sweeps;   /* whole sweeps so far */
    int64_t looked;    /* every page was read since then, os_now's clock; 0: not yet */
    double progress;   /* of the current sweep, 0 to 1 */
    uint64_t hot;      /* offset of the newest change anywhere, */
    int64_t hot_time;  /* and its time; 0: none */
    uint64_t changes;  /* changed bytes and pages since the attach */
    size_t memory;     /* bytes that the map takes */
    uint64_t from, to; /* the strip stands for [from, to) of the segment */
    size_t cells;      /* of the strip, top to bottom, <= STRIP_MAX */
    struct page_sum cell[STRIP_MAX];
};

struct sweep;

/* A map of `seg`, which outlives it. NULL: out of memory. */
MUST_USE struct sweep *sweep_new(struct seg *seg);
void sweep_free(struct sweep *m); /* NULL is fine */

struct pagemap *sweep_pages(struct sweep *m); /* to listen to, and to ask */

/* Takes over the segment's size, and what memory the map may take. */
void sweep_stat(struct sweep *m, const struct seg_stat *stat);

/* The window as it was sampled (see seg_sample). The map keeps copies of its pages from now on.
 * Returns how many bytes are known to have changed. */
size_t sweep_window(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time);

/* The same for single rows on the screen: their pages are copied like any that changed. */
size_t sweep_rows(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                  size_t n, int64_t time);

/* Runs a slice of the sweep when one is due: at most `share` (0 to 1) of `interval` ns.
 * Returns when the next one is, os_now's clock. */
int64_t sweep_work(struct sweep *m, int64_t now, int64_t interval, double share);

/* Sweeps until the whole segment was read once; false: `p` gave up. */
bool sweep_complete(struct sweep *m, const struct progress *p);

/* Brings *out up to date, with a strip of `cells` cells. True: there is something new to draw. */
bool sweep_show(struct sweep *m, size_t cells, int64_t now, struct map_summary *out);

#endif
