/* Powers of ten for printing floats. */
#ifndef SHMLENS_CORE_NUMBER_POWERS_H
#define SHMLENS_CORE_NUMBER_POWERS_H

#include <stdint.h>

enum { NUMBER_POWER_MIN = -292, NUMBER_POWER_MAX = 324 };

/* 128 bits of a power, the highest of them set. */
struct number_power {
    uint64_t high, low;
};

/* That of 10^e is at e - NUMBER_POWER_MIN. */
extern const struct number_power number_powers[NUMBER_POWER_MAX - NUMBER_POWER_MIN + 1];

#endif
