/* The page map: the one place where a change is detected. Everybody else (the ages of the window,
 * the history, the strip, watch, record) listens to it.
 *
 * All that is read of a segment is fed to the map: samples of the window, the hashes and pages that
 * a sweep brings, holes, a new size. For every page of 4 KiB with data the map keeps an entry of 18
 * bytes in an index: 48 bits of its hash, the time of its last change in steps of 10 ms, and how
 * often it changed. A page without an entry is a hole once the map has passed it (pagemap_seen),
 * else it was not seen yet; so holes cost nothing, however large they are.
 *
 * Beside the index the map keeps copies of whole pages, as many as its allowance has room for:
 * those of the window always, then those that changed last. What is fed of a page with a copy (or
 * of one known to be zeros) is compared with it byte by byte, and listeners learn exactly which
 * bytes changed. Of other pages the hash alone is compared: listeners learn only that the page
 * changed. With a copy come the times at which its bytes changed, one for every 16 of them
 * (pagemap_ages, pagemap_next).
 *
 * The order is always: detect, notify the listeners, take over. While a listener runs, the map
 * still answers with the old bytes.
 *
 * Pure: time is an argument, nanoseconds of any monotonic clock. Offsets are bytes of the segment.
 */
#ifndef SHMLENS_CORE_CHANGE_PAGEMAP_H
#define SHMLENS_CORE_CHANGE_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum { PAGEMAP_PAGE = 4096, PAGEMAP_SINKS = 4 };

#define PAGEMAP_NO_LIMIT SIZE_MAX /* an allowance, see pagemap_new */

/* What a page is, by how much there is to see of it. */
enum page_state {
    PAGE_UNSEEN, /* not fed yet */
    PAGE_HOLE,   /* never written: zeros without memory */
    PAGE_ZERO,   /* written, and all zeros */
    PAGE_DATA
};

/* A listener. Each function may be NULL. They are called while the map is being fed, before it
 * takes over the new bytes, and must not feed; pointers are valid during the call only. */
struct pagemap_sink {
    void *ctx;
    /* The n bytes at offset were `old` and are `new` now, all n of them different; `time` is that
     * of the feeding. old NULL: all that is known is that something in this page changed, which is
     * now `new` (n: the page, less at the end of the segment). */
    void (*changed)(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                    const uint8_t *new, size_t n);
    /* As `changed`, but once for the whole part of a page that was fed and in which something
     * changed: n bytes from offset were `old` and are `new`, some of them equal. Comes before
     * `changed`. For listeners that compare by themselves. */
    void (*differs)(void *ctx, int64_t time, uint64_t offset, const uint8_t *old,
                    const uint8_t *new, size_t n);
    /* The page at offset has memory now, which was a hole, or (`hole`) has become a hole. A hole
     * that ends is reported before what its bytes changed to, one that begins after its bytes
     * changed to zeros, all with the same time. Not called when a page is seen for the first time.
     */
    void (*hole)(void *ctx, int64_t time, uint64_t offset, bool hole);
};

struct pagemap; /* opaque; owns its memory */

/* An empty map; NULL: out of memory. `allowance`: the bytes that it may take in all. The index has
 * room for all pages with data, at most 20.48 bytes for each (0.5 %) however far apart they are;
 * copies get what the index leaves, at least 256 KiB. Pages that are holes again stay in the index
 * while there is room. (Twenty bytes: unless there are fewer than a hundred within 16 TiB.)
 *
 * PAGEMAP_NO_LIMIT: a copy of every page that is not all zeros, so that every change is exact; no
 * times of single bytes. For programs that only listen. */
MUST_USE struct pagemap *pagemap_new(size_t allowance);
void pagemap_free(struct pagemap *m);                    /* NULL is fine */
void pagemap_allow(struct pagemap *m, size_t allowance); /* takes effect at the next feeding */
size_t pagemap_memory(const struct pagemap *m);          /* bytes taken now */

/* An allocation failed since the map was made: some pages are not known, and changes in them may
 * have been missed. */
bool pagemap_starved(const struct pagemap *m);

/* Adds a listener (copied). False: there are PAGEMAP_SINKS already. */
bool pagemap_listen(struct pagemap *m, const struct pagemap_sink *sink);

/* Pages that overlap [offset, offset + n) keep their copies whatever else happens. */
void pagemap_pin(struct pagemap *m, uint64_t offset, size_t n);

/* Feeds the n bytes from offset as they were at `time`; state[i] (enum byte_state) says what byte i
 * is: holes are zeros, what is unknown or beyond the end is left out. A page that is not known
 * (pagemap_bytes) is taken in only when all of it is fed. Returns how many bytes are known to have
 * changed. */
size_t pagemap_feed(struct pagemap *m, uint64_t offset, const uint8_t *bytes, const uint8_t *state,
                    size_t n, int64_t time);

/* The same when all n bytes are data. A last page that is not fed whole is taken for the last of
 * the segment. */
size_t pagemap_feed_data(struct pagemap *m, uint64_t offset, const uint8_t *bytes, size_t n,
                         int64_t time);

/* Feeds the hashes (pagemap_hash) of n whole pages of data from offset (on a page), as they were at
 * `time`. want[] receives the indices of those whose bytes must be fed next: they changed, or there
 * is room for a copy. A change counts when the bytes come. Returns how many. */
size_t pagemap_feed_hashes(struct pagemap *m, uint64_t offset, const uint64_t *hash, size_t n,
                           int64_t time, uint32_t *want);

/* [offset, end) (on pages, or end at the segment's end) is a hole. Free where it already was one.
 */
void pagemap_feed_hole(struct pagemap *m, uint64_t offset, uint64_t end, int64_t time);

/* All before offset has been fed once: from now on data that appears there is a change. */
void pagemap_seen(struct pagemap *m, uint64_t offset);

/* The segment has `size` bytes now. What lies past the end is forgotten, which is no change. What
 * it gains is zeros if all of it was seen before: data there is a change. */
void pagemap_resize(struct pagemap *m, uint64_t size);

/* Counts start again at 0. */
void pagemap_reset_counts(struct pagemap *m);

/* ---- queries ---- */

uint64_t pagemap_hash(const uint8_t page[PAGEMAP_PAGE]); /* XXH3, 64 bits */

struct page_info {
    enum page_state state;
    int64_t changed; /* time of the last change, to 10 ms; 0: none seen */
    uint32_t count;  /* samples in which it was seen to change, saturating */
    bool known;      /* all its bytes are known (pagemap_bytes) */
};

struct page_info pagemap_page(const struct pagemap *m, uint64_t offset);

/* The whole page at offset as last fed, while it is known; else NULL. Valid until the next feeding.
 */
const uint8_t *pagemap_bytes(const struct pagemap *m, uint64_t offset);

/* The first page with memory (zeros or data) that contains `from` or follows it. False: none. */
bool pagemap_next_page(const struct pagemap *m, uint64_t from, uint64_t *offset);

/* The first (last) byte at or after `from` (before `before`) that changed at or after `since`. In a
 * page without a copy the first byte stands for all; times are kept for 16 bytes together. False:
 * none. */
bool pagemap_next(const struct pagemap *m, uint64_t from, int64_t since, uint64_t *offset);
bool pagemap_prev(const struct pagemap *m, uint64_t before, int64_t since, uint64_t *offset);

/* When each of the n bytes at offset last changed (to 10 ms); 0: not seen to, or known by page
 * only. */
void pagemap_ages(const struct pagemap *m, uint64_t offset, int64_t *changed, size_t n);

/* A range of the segment, summed up. */
struct page_sum {
    int64_t changed;       /* newest change in it, 0: none */
    enum page_state state; /* the greatest in it */
    uint32_t count;        /* of the page that changed most often */
};

/* Sums up [from, to). Costs time for each hundred pages of data, not for each page. */
struct page_sum pagemap_sum(const struct pagemap *m, uint64_t from, uint64_t to);

uint64_t pagemap_changes(const struct pagemap *m); /* changed bytes and unknown pages seen so far */

#endif
