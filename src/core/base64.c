#include "core/base64.h"

#include <stdint.h>

size_t base64(char *out, const void *bytes, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = bytes;
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t b1 = i + 1 < n ? p[i + 1] : 0, b2 = i + 2 < n ? p[i + 2] : 0;
        uint32_t v = (uint32_t)p[i] << 16 | b1 << 8 | b2;
        out[at++] = digit[v >> 18];
        out[at++] = digit[v >> 12 & 63];
        out[at++] = i + 1 < n ? digit[v >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? digit[v & 63] : '=';
    }
    return at;
}
