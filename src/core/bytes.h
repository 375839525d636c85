/* Bytes as all of core sees them: what is known of one; where two runs of them differ; numbers of
 * either byte order; and the little-endian numbers and varints that the formats of core/history are
 * made of. */
#ifndef SHMLENS_CORE_BYTES_H
#define SHMLENS_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "attributes.h"

/* What is known of one byte of a sample. */
enum byte_state {
    BYTE_DATA,    /* read */
    BYTE_HOLE,    /* never written: reads as 0 and has no page */
    BYTE_UNKNOWN, /* unknown: reading it would disturb it, or reading failed */
    BYTE_BEYOND,  /* past the end of the segment */
};

/* How many of their bytes are equal before the first that is not, in memory order; x != y. */
static inline size_t bytes_equal_before(uint64_t x, uint64_t y)
{
    const uint16_t one = 1;
    bool little = *(const uint8_t *)&one == 1;
    return (size_t)(little ? __builtin_ctzll(x ^ y) : __builtin_clzll(x ^ y)) / 8;
}

/* Index of the first byte at or after i in which a and b, n bytes each, differ; n: none. */
static inline size_t bytes_difference(const uint8_t *a, const uint8_t *b, size_t i, size_t n)
{
    for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t x = 0, y = 0;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return i + bytes_equal_before(x, y);
    }
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

/* n bytes (1 to 8) as an unsigned number. */
uint64_t bytes_get(const uint8_t *p, size_t n, bool big);
void bytes_put(uint8_t *p, size_t n, bool big, uint64_t v);

/* The same, little-endian and inline. */
static inline uint64_t load_le(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline void store_le(uint8_t *p, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

/* Unsigned LEB128: 7 bits a byte, lowest first, the top bit set on all but the last. */
enum { VARINT_MAX = 10 /* bytes */ };

/* Bytes put. */
static inline size_t put_varint(uint8_t *p, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        p[n++] = (uint8_t)(v | 0x80);
    p[n++] = (uint8_t)v;
    return n;
}

/* Reads from p[*at] on, below p[n], and moves *at on; false: cut short, or more than 64 bits. */
MUST_USE static inline bool get_varint(const uint8_t *p, size_t n, size_t *at, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; *at < n && shift < 64; shift += 7) {
        uint8_t byte = p[(*at)++];
        if (shift == 63 && byte > 1)
            return false;
        *v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

#endif
