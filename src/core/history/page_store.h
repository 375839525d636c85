/* A segment in private memory: a size, bytes, and holes. It holds the image of a recorded segment
 * at one time, and takes memory for its data only, whatever its size. Pure: no system calls.
 *
 * It is a page table. A tree of nodes with 512 slots each leads to pages of 4 KiB; a slot
 * whose range is uniform (a hole, or data of one byte value) says so itself and has nothing below.
 * So a gibibyte of zeros is one slot or a few, and becomes a hole, or data again, in as many steps;
 * only a page that has different bytes takes memory. Pages come from slabs in the order in which
 * they are first stored to, so a recording's keyframe lies in memory as it lay in the segment, and
 * is searched there (page_store_direct). */
#ifndef SHMLENS_CORE_HISTORY_PAGE_STORE_H
#define SHMLENS_CORE_HISTORY_PAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum { STORE_PAGE = 4096 };

#define STORE_SIZE_MAX (UINT64_C(1) << 62)

struct page_store; /* opaque; starts with size 0 */

MUST_USE struct page_store *page_store_new(void); /* NULL: out of memory */
void page_store_free(struct page_store *s);       /* NULL is fine */

/* Limits the memory from now on to so many bytes. */
void page_store_limit(struct page_store *s, uint64_t bytes);

/* A smaller size drops what is past it; a larger one adds a hole. At size 0 all memory
 * is free again. False, here and below: the limit, or no memory; a part of it may have been done.
 * The size is at most STORE_SIZE_MAX, ranges must lie inside it. */
MUST_USE bool page_store_resize(struct page_store *s, uint64_t size);

/* Stores n bytes at `offset`; their pages become data. */
MUST_USE bool page_store_put(struct page_store *s, uint64_t offset, const uint8_t *bytes, size_t n);

/* Zeroes the range. With `data` its pages become data; without it, whole pages become holes and
 * partial ones stay what they are. The last page of the segment counts as whole. */
MUST_USE bool page_store_clear(struct page_store *s, uint64_t offset, uint64_t n, bool data);

/* Copies n bytes out; a hole reads as zeros. */
void page_store_get(const struct page_store *s, uint64_t offset, uint8_t *bytes, size_t n);

/* Whether the page of `offset` is data; the same is true up to *end. What follows `until`, at most
 * the size, is not examined. */
bool page_store_run(const struct page_store *s, uint64_t offset, uint64_t until, uint64_t *end);

/* Points to the bytes at `offset`: *n contiguous ones, at most `most`. NULL: they are not in memory
 * (a hole, or a page of equal bytes). Valid until the store is changed. */
const uint8_t *page_store_direct(const struct page_store *s, uint64_t offset, size_t most,
                                 size_t *n);

struct page_store_about {
    uint64_t size;     /* bytes */
    uint64_t resident; /* bytes in pages that are data */
    uint64_t memory;   /* bytes that it takes now */
};
struct page_store_about page_store_about(const struct page_store *s);

#endif
