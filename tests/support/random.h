/* Numbers that look random and are the same in every run: a linear congruential generator. */
#ifndef SHMLENS_TESTS_SUPPORT_RANDOM_H
#define SHMLENS_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

static uint64_t seed;

/* The next number, in [0, below). */
static inline uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

#endif
