#include "core/bytes.h"

uint64_t bytes_get(const uint8_t *p, size_t unit, bool big)
{
    uint64_t v = 0;
    for (size_t i = 0; i < unit; i++)
        v = v << 8 | p[big ? i : unit - 1 - i];
    return v;
}

void bytes_put(uint8_t *p, size_t unit, bool big, uint64_t v)
{
    for (size_t i = 0; i < unit; i++) {
        p[big ? unit - 1 - i : i] = (uint8_t)v;
        v >>= 8;
    }
}
