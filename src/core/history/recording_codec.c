/* Numbers of recordings as bytes. */
#include "core/history/recording.h"

#include <string.h>
#include <xxhash.h>

#include "core/history/recording_private.h"

const uint8_t rec_magic[8] = {0x89, 'S', 'H', 'M', 'R', 'E', 'C', '\n'};
const uint8_t rec_trailer_magic[8] = {'S', 'H', 'M', 'R', 'E', 'C', 'E', 'D'};
const uint8_t rec_block_magic[4] = {'S', 'H', 'M', 'B'};

void rec_store(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}

uint64_t rec_load(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        v |= (uint64_t)p[i] << (8 * i);
    }
    return v;
}

uint64_t rec_sum(const void *p, size_t n)
{
    return XXH64(p, n, 0);
}

size_t rec_varint(uint8_t *p, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        p[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    p[n++] = (uint8_t)v;
    return n;
}

bool rec_take_varint(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
    uint64_t sum = 0;
    for (unsigned shift = 0; shift < 64 && *p < end; shift += 7) {
        uint8_t byte = *(*p)++;
        if (shift == 63 && byte > 1) {
            return false;
        }
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *v = sum;
            return true;
        }
    }
    return false;
}
