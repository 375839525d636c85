/* Pieces of a segment, ascending and apart from each other, whose bytes lie one after the other in
 * an array: what a screen shows that is not one range. */
#ifndef SHMLENS_CORE_SPANS_H
#define SHMLENS_CORE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPANS_MAX = 256 };

struct span {
    uint64_t offset; /* in the segment */
    uint32_t length; /* bytes, at least 1 */
    uint32_t index;  /* of its first byte in the array */
};

struct span_list {
    size_t count;
    struct span at[SPANS_MAX];
};

/* The list with this one piece; none when n is 0. */
void spans_set(struct span_list *list, uint64_t offset, size_t n);

/* Appends a piece. False: the list is full, the array would have more than `room` bytes, or the
 * piece does not come after the others. */
bool spans_append(struct span_list *list, uint64_t offset, uint32_t n, size_t room);

/* The list that covers the `count` pieces (in any order, of at least 1 byte, overlapping or not);
 * sorts them. What lies up to `gap` bytes apart becomes one piece. Where the list or `room` bytes
 * are full, the rest is left out. */
void spans_cover(struct span_list *list, struct span *piece, size_t count, uint32_t gap,
                 size_t room);

/* Bytes of the array. */
size_t spans_length(const struct span_list *list);

/* Where the array has the byte at an offset; SIZE_MAX: nowhere. */
size_t spans_index(const struct span_list *list, uint64_t offset);

/* The first piece that ends after an offset; count: none. */
size_t spans_find(const struct span_list *list, uint64_t offset);

bool spans_equal(const struct span_list *a, const struct span_list *b);

#endif
