/* The map of the whole attached segment: goes around it in slices within a share of the processor's
 * time, and feeds what it finds (and each sample of the window) to one page map (core/pagemap.h).
 * Whoever wants every change listens there. The sampler's thread only. */
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
    uint64_t seq;      /* another one: the cells are new; 0: none yet */
    uint64_t sweeps;   /* times that the whole segment was looked at */
    int64_t looked;    /* every page was looked at since then, os_now's clock; 0: not yet */
    double progress;   /* of the lap under way, 0 to 1 */
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

/* The segment is like this now: its size, and what the map may take. */
void sweep_stat(struct sweep *m, const struct seg_stat *stat);

/* The window as it was sampled (see seg_sample). Its pages are kept from now on. Returns how many
 * bytes are known to have changed. */
size_t sweep_window(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time);

/* The same for bytes that are on the screen among others: their pages are kept like any that
 * changed. */
size_t sweep_rows(struct sweep *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                  size_t n, int64_t time);

/* A slice of the way around the segment, when it is due: at most `share` (0 to 1) of `interval` ns.
 * Returns when the next one is, os_now's clock. */
int64_t sweep_work(struct sweep *m, int64_t now, int64_t interval, double share);

/* Goes on until the whole segment was looked at once; false: `p` gave up. */
bool sweep_complete(struct sweep *m, const struct progress *p);

/* Brings the picture up to date: a strip of `cells` cells. True: there is something new to draw. */
bool sweep_show(struct sweep *m, size_t cells, int64_t now, struct map_summary *out);

#endif
