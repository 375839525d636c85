/* A range cut into cells of nearly equal size, as the strip draws a segment: one rounding for all
 * who ask where a cell begins. */
#ifndef SHMLENS_CORE_CELLS_H
#define SHMLENS_CORE_CELLS_H

#include <stddef.h>
#include <stdint.h>

/* Where cell i of `count` begins in [0, n); i == count: n. A cell of a tiny range may be empty. */
static inline uint64_t cell_start(uint64_t n, size_t count, size_t i)
{
    return n / count * i + n % count * i / count;
}

/* The last cell that begins at or before `at`; count > 0. */
static inline size_t cell_of(uint64_t n, size_t count, uint64_t at)
{
    size_t low = 0, high = count;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (cell_start(n, count, middle) <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

#endif
