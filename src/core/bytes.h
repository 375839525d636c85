/* Numbers as bytes: of either byte order, and the little-endian numbers and varints that the
 * formats of core/history are made of. */
#ifndef SHMLENS_CORE_BYTES_H
#define SHMLENS_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

/* n bytes (1 to 8) as an unsigned number. */
static inline uint64_t bytes_get(const uint8_t *p, size_t n, bool big)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[big ? i : n - 1 - i];
    return v;
}

static inline void bytes_put(uint8_t *p, size_t n, bool big, uint64_t v)
{
    for (size_t i = 0; i < n; i++) {
        p[big ? n - 1 - i : i] = (uint8_t)v;
        v >>= 8;
    }
}

static inline uint64_t load_le(const uint8_t *p, size_t n)
{
    return bytes_get(p, n, false);
}

static inline void store_le(uint8_t *p, uint64_t v, size_t n)
{
    bytes_put(p, n, false, v);
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
