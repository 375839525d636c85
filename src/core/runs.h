/* Runs of bytes that differ, many at once: the inner loops of finding changes and of keeping them.
 * Compiled a second time for processors with AVX2 (src/core/runs.c), which is asked at run time. */
#ifndef SHMLENS_CORE_RUNS_H
#define SHMLENS_CORE_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "core/differing.h"

enum {
    RUNS_UNITS = 64, /* at once: a page */
    RUNS_PLACES =
        RUNS_UNITS * DIFFERING / 2 + DIFFERING / 4 /* room for places: more than there can be */
};

/* Which bytes of n * DIFFERING differ: bit i of bits[k] is byte k * DIFFERING + i. Returns how many
 * do; n <= RUNS_UNITS. */
typedef size_t runs_differing_fn(const uint8_t *a, const uint8_t *b, size_t n, uint64_t *bits);
runs_differing_fn runs_differing;

/* Where the runs in bits[n] begin, ascending, into place[RUNS_PLACES]. A run ends with its unit;
 * its length is runs_length. Returns how many there are; n <= RUNS_UNITS. */
typedef size_t runs_places_fn(const uint64_t *bits, size_t n, uint16_t *place);
runs_places_fn runs_places;

/* Is the run that begins at a place one byte long? */
static inline bool runs_is_byte(const uint64_t *bits, unsigned place)
{
    return (bits[place / DIFFERING] >> place % DIFFERING & 2) == 0;
}

/* The length of the run that begins at a place. */
static inline unsigned runs_length(const uint64_t *bits, unsigned place)
{
    uint64_t others = ~(bits[place / DIFFERING] >> place % DIFFERING);
    return others == 0 ? DIFFERING : (unsigned)__builtin_ctzll(others);
}

/* What these are where there is no AVX2, and where there is. */
runs_differing_fn runs_differing_plain, runs_differing_avx2;
runs_places_fn runs_places_plain, runs_places_avx2;

#endif
