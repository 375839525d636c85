/* What is known of every page of a segment, and what changed in it: a hash, the time of the last
 * change and a count for each page, and whole copies of as many pages as the allowance has room for
 * (those of the screen always, then those that changed last). All that is ever read of the segment
 * is fed to it; where it has a copy (or knows the page to be zeros) it tells its listeners exactly
 * which bytes changed, elsewhere which page. Pages that never had data take no memory.
 * Pure: time is an argument, nanoseconds of any monotonic clock. Offsets are bytes of the segment.
 */
#ifndef SHMLENS_CORE_CHANGE_PAGEMAP_H
#define SHMLENS_CORE_CHANGE_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum { PAGEMAP_PAGE = 4096, PAGEMAP_SINKS = 4 };

/* What a page is, by how much there is to see of it. */
enum page_state {
    PAGE_UNSEEN, /* not fed yet */
    PAGE_HOLE,   /* never written: zeros, and no memory behind it */
    PAGE_ZERO,   /* written, and all zeros */
    PAGE_DATA
};

/* Who is told. Each function may be NULL. They are called while feeding, before the map takes the
 * new bytes over, and must not feed; pointers are valid during the call only. */
struct pagemap_sink {
    void *ctx;
    /* The n bytes at offset were `old` and are `new` now, all n of them different; `time` is that
     * of the feeding. old NULL: it is only known that something in this page changed, which is now
     * `new` (n: the page, less at the end of the segment). */
    void (*changed)(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                    const uint8_t *new, size_t n);
    /* From now on the page at offset is known byte by byte; it holds `bytes`. Changes that follow
     * are exact. (Pages known as holes since they were first seen are zeros without such a call.)
     */
    void (*kept)(void *ctx, int64_t time, uint64_t offset, const uint8_t *bytes, size_t n);
    /* Its copy went, to make room: what changes in it from now on is known by page only. */
    void (*dropped)(void *ctx, uint64_t offset);
    /* As changed, but once for all of a part of a page in which something changed: n bytes from
     * offset were `old` and are `new`, some of them equal. For listeners that look at many bytes.
     */
    void (*differs)(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                    const uint8_t *new, size_t n);
    /* The page at offset was written to for the first time and has memory now, or (`hole`) has none
     * any more. What its bytes changed to is told apart from this, before or after it, with the
     * same time. Not told when a page is seen for the first time. */
    void (*hole)(void *ctx, int64_t time, uint64_t offset, bool hole);
};

struct pagemap; /* opaque; owns its memory */

/* An empty map. `allowance`: bytes that it may take in all, copies included. The table of pages has
 * room for all that have data, at most 20.48 bytes for each (0.5 %) however far apart they are, and
 * copies get what it leaves (at least 256 KiB); pages that are holes again are in it as long as
 * there is room. (Twenty bytes: unless there are less than a hundred within 16 TiB.) NULL: out of
 * memory. */
MUST_USE struct pagemap *pagemap_new(size_t allowance);
void pagemap_free(struct pagemap *m);                    /* NULL is fine */
void pagemap_allow(struct pagemap *m, size_t allowance); /* takes effect at the next feeding */
size_t pagemap_memory(const struct pagemap *m);          /* bytes taken now */

/* Adds a listener (copied). False: there are PAGEMAP_SINKS already. */
bool pagemap_listen(struct pagemap *m, const struct pagemap_sink *sink);

/* Pages that overlap [offset, offset + n) are kept whatever else happens. */
void pagemap_pin(struct pagemap *m, uint64_t offset, size_t n);

/* Feeds the n bytes from offset as they were at `time`; state[i] (enum byte_state of core/diff.h)
 * tells what byte i is: holes are zeros, what is unknown or beyond the end is left out. A page that
 * is not known (pagemap_bytes) is taken in only when all of it is fed. Returns how many bytes are
 * known to have changed. */
size_t pagemap_feed(struct pagemap *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time);

/* Feeds the hashes (pagemap_hash) of n whole pages of data from offset (on a page), as they were at
 * `time`. want[] gets the indices of those whose bytes shall be fed next: they changed, or there is
 * room to keep them. A change counts when the bytes come. Returns how many. */
size_t pagemap_feed_hashes(struct pagemap *m, uint64_t offset, const uint64_t *hash, size_t n,
                           int64_t time, uint32_t *want);

/* [offset, end) (on pages, or end at the segment's end) is a hole. Costs nothing where it was one.
 */
void pagemap_feed_hole(struct pagemap *m, uint64_t offset, uint64_t end, int64_t time);

/* All before offset was fed once: from now on data that appears there is a change. */
void pagemap_seen(struct pagemap *m, uint64_t offset);

/* The segment has `size` bytes now. What lies behind is forgotten, and zeros when it comes back. */
void pagemap_resize(struct pagemap *m, uint64_t size);

/* Counts start anew. */
void pagemap_reset_counts(struct pagemap *m);

/* ---- asking ---- */

uint64_t pagemap_hash(const uint8_t page[PAGEMAP_PAGE]); /* XXH3, 64 bits */

struct page_info {
    enum page_state state;
    int64_t changed; /* time of the last change, to 10 ms; 0: none seen */
    uint32_t count;  /* samples in which it was seen to change, saturating */
    bool known;      /* byte by byte */
};

struct page_info pagemap_page(const struct pagemap *m, uint64_t offset);

/* The whole page at offset as last fed, while it is known; else NULL. Valid until the next feeding.
 */
const uint8_t *pagemap_bytes(const struct pagemap *m, uint64_t offset);

/* The first (last) byte at or behind `from` (before `before`) that changed at or after `since`; in
 * pages that are not known the page stands for its bytes. Exact times are those of 16 bytes.
 * False: none. */
bool pagemap_next(const struct pagemap *m, uint64_t from, int64_t since, uint64_t *offset);
bool pagemap_prev(const struct pagemap *m, uint64_t before, int64_t since, uint64_t *offset);

/* When each of the n bytes at offset changed last (to 10 ms), 0: not seen to, or known by page
 * only.
 */
void pagemap_ages(const struct pagemap *m, uint64_t offset, int64_t *changed, size_t n);

/* A stretch of the segment, summed up. */
struct page_sum {
    int64_t changed;       /* newest change in it, 0: none */
    enum page_state state; /* the greatest in it */
    uint32_t count;        /* of the page that changed most often */
};

/* Sums up [from, to). Costs time for each hundred pages of data, not for each page. */
struct page_sum pagemap_sum(const struct pagemap *m, uint64_t from, uint64_t to);

uint64_t pagemap_changes(const struct pagemap *m); /* changed bytes and unknown pages seen so far */

#endif
