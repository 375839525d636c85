/* The tables of code pages, from iconv. */
#include <iconv.h>
#include <string.h>

#include "backend/os.h"

enum conversion { GOOD, INVALID, INCOMPLETE };

static enum conversion convert(iconv_t with, const uint8_t *bytes, size_t n, uint32_t *cp)
{
    char in[2], out[8] = {0}, *from = in, *to = out;
    size_t left = n, room = sizeof out;
    memcpy(in, bytes, n);
    (void)iconv(with, NULL, NULL, NULL, NULL);
    size_t done = iconv(with, &from, &left, &to, &room);
    if (done == (size_t)-1 || left != 0 || sizeof out - room != 4)
        return left == n && done == (size_t)-1 && n == 1 ? INCOMPLETE : INVALID;
    const uint8_t *o = (const uint8_t *)out;
    *cp = o[0] | (uint32_t)o[1] << 8 | (uint32_t)o[2] << 16;
    return GOOD;
}

bool os_codepage(const char *page, uint32_t *one, uint16_t *pair)
{
    iconv_t with = iconv_open("UTF-32LE", page);
    if (with == (iconv_t)-1)
        return false;
    for (unsigned a = 0; a < 256; a++) {
        uint8_t bytes[2] = {(uint8_t)a};
        uint32_t cp = 0;
        size_t pairs = 0;
        one[a] = 0x110000;
        if (convert(with, bytes, 1, &cp) == GOOD) {
            one[a] = cp;
            continue;
        }
        for (unsigned b = 0; b < 256 && pair != NULL; b++) {
            bytes[1] = (uint8_t)b;
            bool good = convert(with, bytes, 2, &cp) == GOOD && cp < 0x10000;
            pair[a << 8 | b] = good ? (uint16_t)cp : 0;
            pairs += good;
        }
        if (pairs > 0)
            one[a] = 0x110001;
    }
    (void)iconv_close(with);
    return true;
}
