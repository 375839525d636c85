/* CMake compiles this file twice, the second time with -mavx2 and its like, and RUNS_AVX2. */
#include "core/runs.h"

#ifdef RUNS_AVX2
#define RUNS(name) name##_avx2
#else
#define RUNS(name) name##_plain
#endif

/* How many bits are set. */
static inline size_t count_bits(uint64_t x)
{
#ifdef __POPCNT__
    return (size_t)__builtin_popcountll(x);
#else
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (size_t)(x * UINT64_C(0x0101010101010101) >> 56);
#endif
}

size_t RUNS(runs_differing)(const uint8_t *a, const uint8_t *b, size_t n, uint64_t *bits)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        bits[i] = differing(a + i * DIFFERING, b + i * DIFFERING);
        sum += count_bits(bits[i]);
    }
    return sum;
}

/* Four places are stored at once, though some may not be there: how many runs a unit has no
 * processor could predict, but most have no more. */
size_t RUNS(runs_places)(const uint64_t *bits, size_t n, uint16_t *place)
{
    enum { AT_ONCE = 4 };
    const uint64_t stop = UINT64_C(1) << (DIFFERING - 1);
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t starts = bits[i] & ~(bits[i] << 1);
        uint16_t *to = place + sum;
        sum += count_bits(starts);
        do {
            for (size_t k = 0; k < AT_ONCE; k++) {
                *to++ = (uint16_t)(i * DIFFERING + (unsigned)__builtin_ctzll(starts | stop));
                starts &= starts - 1;
            }
        } while (starts != 0);
    }
    return sum;
}

#ifndef RUNS_AVX2

#ifdef SHMLENS_AVX2
static int wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
}
#endif

size_t runs_differing(const uint8_t *a, const uint8_t *b, size_t n, uint64_t *bits)
{
#ifdef SHMLENS_AVX2
    if (wide())
        return runs_differing_avx2(a, b, n, bits);
#endif
    return runs_differing_plain(a, b, n, bits);
}

size_t runs_places(const uint64_t *bits, size_t n, uint16_t *place)
{
#ifdef SHMLENS_AVX2
    if (wide())
        return runs_places_avx2(bits, n, place);
#endif
    return runs_places_plain(bits, n, place);
}

#endif
