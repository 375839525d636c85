#include "backend/windows/wtf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BEYOND_BMP = 0x10000, HIGH = 0xd800, LOW = 0xdc00, SURROGATES_END = 0xe000 };

/* Decodes one code point at *s, and advances *s past it; UINT32_MAX: not UTF-8. */
static uint32_t take_point(const unsigned char **s)
{
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = *s;
    unsigned more = p[0] < 0x80 ? 0 : p[0] < 0xc0 ? 9 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    if (more == 9 || p[0] >= 0xf8)
        return UINT32_MAX;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3fU >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        c = c << 6 | (p[i] & 0x3fU);
    }
    *s = p + more + 1;
    return c < smallest[more] || c > 0x10ffff ? UINT32_MAX : c;
}

size_t wide_from_utf8(const char *s, wchar_t *out, size_t cap)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t n = 0;
    while (*p != '\0') {
        uint32_t c = take_point(&p);
        if (c == UINT32_MAX)
            return SIZE_MAX;
        wchar_t unit[2] = {(wchar_t)c, 0};
        size_t units = 1;
        if (c >= BEYOND_BMP) {
            unit[0] = (wchar_t)(HIGH + ((c - BEYOND_BMP) >> 10));
            unit[1] = (wchar_t)(LOW + (c & 0x3ff));
            units = 2;
        }
        for (size_t i = 0; i < units; i++, n++)
            if (n + 1 < cap)
                out[n] = unit[i];
    }
    if (cap > 0)
        out[n < cap ? n : cap - 1] = L'\0';
    return n;
}

/* Encodes a code point; returns the number of bytes. */
static size_t put_point(uint32_t c, char bytes[4])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < BEYOND_BMP ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        bytes[i] = (char)(unsigned char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(unsigned char)(first[n] | c);
    return n;
}

size_t wide_to_utf8(const wchar_t *s, size_t n, char *out, size_t cap)
{
    size_t length = 0, written = 0;
    for (size_t i = 0; i < n; i++) {
        char bytes[4];
        uint32_t c = (uint16_t)s[i];
        if (c >= HIGH && c < LOW && i + 1 < n && s[i + 1] >= LOW && s[i + 1] < SURROGATES_END)
            c = BEYOND_BMP + ((c - HIGH) << 10) + ((uint16_t)s[++i] - LOW);
        size_t size = put_point(c, bytes);
        if (written == length && length + size < cap) {
            memcpy(out + length, bytes, size);
            written += size;
        }
        length += size;
    }
    if (cap > 0)
        out[written] = '\0';
    return length;
}

wchar_t *wide_copy(const char *s)
{
    size_t n = wide_from_utf8(s, NULL, 0);
    wchar_t *out = n == SIZE_MAX ? NULL : malloc((n + 1) * sizeof *out);
    if (out != NULL)
        (void)wide_from_utf8(s, out, n + 1);
    return out;
}

char *wide_utf8_copy(const wchar_t *s, size_t n)
{
    size_t size = wide_to_utf8(s, n, NULL, 0) + 1;
    char *out = malloc(size);
    if (out != NULL)
        (void)wide_to_utf8(s, n, out, size);
    return out;
}
