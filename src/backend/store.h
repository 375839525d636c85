/* What storing one value and storing a range share. */
#ifndef SHMLENS_BACKEND_STORE_H
#define SHMLENS_BACKEND_STORE_H

#include "backend/provider.h"

/* Makes s->hand hold [off, off + n) writable; n at most SEG_HAND less a page. */
SHM_MUST struct oserr store_reach(struct seg *s, uint64_t off, size_t n);

/* Why a store into [off, off + n) faulted when `done` bytes were stored: the segment shrank
 * (SEG_E_BEYOND when nothing was stored, else SEG_E_SHRANK), or there is no memory for the page. A
 * segment that shrank may have grown again before we looked, so success means: try once more;
 * *faults counts how often that was said. */
struct oserr store_fault(struct seg *s, const char *call, uint64_t off, uint64_t n, uint64_t done,
                         int *faults);

#endif
