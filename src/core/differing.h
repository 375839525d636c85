/* Which of 64 bytes differ, at once: the inner loop of finding changes and of keeping them. */
#ifndef SHMLENS_CORE_DIFFERING_H
#define SHMLENS_CORE_DIFFERING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__) /* every x86 of 64 bits */
#include <emmintrin.h>
#endif

enum { DIFFERING = 64 };

#if defined(__AVX2__)

/* Bit i: byte i differs. */
static inline uint64_t differing(const uint8_t *a, const uint8_t *b)
{
    uint64_t same = 0;
    for (unsigned i = 0; i < DIFFERING; i += 32) {
        __m256i x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        same |= (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)) << i;
    }
    return ~same;
}

#elif defined(__SSE2__)

/* Bit i: byte i differs. */
static inline uint64_t differing(const uint8_t *a, const uint8_t *b)
{
    uint64_t same = 0;
    for (unsigned i = 0; i < DIFFERING; i += 16) {
        __m128i x, y;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        same |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) << i;
    }
    return ~same;
}

#else

static inline uint64_t differing(const uint8_t *a, const uint8_t *b)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint16_t one = 1;
    uint64_t bits = 0;
    for (unsigned i = 0; i < DIFFERING; i += 8) {
        uint64_t x = 0, y = 0;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        x ^= y;
        if (x == 0)
            continue;
        if (*(const uint8_t *)&one == 0)
            x = __builtin_bswap64(x);       /* byte 0 is the lowest */
        x = (((x & low) + low) | x) & ~low; /* the high bit of each byte that differs */
        bits |= ((x >> 7) * UINT64_C(0x0102040810204080) >> 56) << i;
    }
    return bits;
}

#endif

/* Are all of them the same? */
static inline bool same_unit(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[8], y[8], other = 0;
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    for (unsigned i = 0; i < 8; i++)
        other |= x[i] ^ y[i];
    return other == 0;
}

#endif
