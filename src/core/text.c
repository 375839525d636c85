#include "core/text.h"

#include <utf8proc.h>

#include "core/text_codepage.h"

/* --- decoding --- */

static struct text_char good(uint32_t cp, size_t size)
{
    return (struct text_char){.cp = cp, .size = (uint8_t)size, .valid = true, .cut = false};
}

static struct text_char bad(size_t size, bool cut)
{
    return (struct text_char){.cp = 0, .size = (uint8_t)size, .valid = false, .cut = cut};
}

/* What a UTF-8 lead byte promises: the length, and which second bytes are valid (Unicode, table
 * 3-7). */
struct utf8_lead {
    uint8_t length; /* bytes of the character; 0: not a lead byte */
    uint8_t low;    /* second byte, smallest */
    uint8_t high;   /* second byte, largest */
};

static struct utf8_lead utf8_lead(uint8_t b)
{
    if (b >= 0xc2 && b <= 0xdf)
        return (struct utf8_lead){2, 0x80, 0xbf};
    if (b >= 0xe0 && b <= 0xef)
        return (struct utf8_lead){3, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf};
    if (b >= 0xf0 && b <= 0xf4)
        return (struct utf8_lead){4, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf};
    return (struct utf8_lead){0, 0, 0};
}

static struct text_char decode_utf8(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80)
        return good(p[0], 1);
    struct utf8_lead lead = utf8_lead(p[0]);
    if (lead.length == 0)
        return bad(1, false);
    uint32_t cp = p[0] & (0x7fU >> lead.length);
    for (size_t i = 1; i < lead.length; i++) {
        if (i == n)
            return bad(n, true);
        uint8_t low = i == 1 ? lead.low : 0x80;
        uint8_t high = i == 1 ? lead.high : 0xbf;
        if (p[i] < low || p[i] > high)
            return bad(i, false);
        cp = cp << 6 | (p[i] & 0x3fU);
    }
    return good(cp, lead.length);
}

static struct text_char decode_utf16(const uint8_t *p, size_t n, bool big)
{
    if (n < 2)
        return bad(1, true);
    unsigned high = big ? 0 : 1; /* which byte of a unit is the more significant one */
    uint32_t unit = (uint32_t)p[high] << 8 | p[high ^ 1];
    if (unit < 0xd800 || unit > 0xdfff)
        return good(unit, 2);
    if (unit >= 0xdc00)
        return bad(2, false);
    if (n <
        4) /* the first byte of the second unit may already show that it is not the other half */
        return bad(2, n == 2 || !big || (p[2] >= 0xdc && p[2] <= 0xdf));
    uint32_t next = (uint32_t)p[2 + high] << 8 | p[2 + (high ^ 1)];
    if (next < 0xdc00 || next > 0xdfff)
        return bad(2, false);
    return good(0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00), 4);
}

static struct text_char decode_utf32(const uint8_t *p, size_t n, bool big)
{
    uint32_t cp = 0;
    if (n < 4)
        return bad(n, true);
    for (unsigned i = 0; i < 4; i++)
        cp = cp << 8 | p[big ? i : 3 - i];
    return cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff) ? bad(4, false) : good(cp, 4);
}

struct text_char text_decode(enum text_encoding enc, const uint8_t *p, size_t n)
{
    switch (enc) {
    case TEXT_LATIN1:
        return good(p[0], 1);
    case TEXT_UTF8:
        return decode_utf8(p, n);
    case TEXT_UTF16LE:
        return decode_utf16(p, n, false);
    case TEXT_UTF16BE:
        return decode_utf16(p, n, true);
    case TEXT_UTF32LE:
        return decode_utf32(p, n, false);
    case TEXT_UTF32BE:
        return decode_utf32(p, n, true);
    case TEXT_CP1252:
    case TEXT_CP1251:
    case TEXT_CP932:
        return text_codepage_decode(enc, p, n);
    case TEXT_ASCII:
    case TEXT_ENCODINGS:
        break;
    }
    return p[0] < 0x80 ? good(p[0], 1) : bad(1, false);
}

/* --- encoding --- */

static size_t encode_utf8(uint32_t cp, uint8_t out[4])
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    out[0] = (uint8_t)(lead[n] | cp);
    return n;
}

static void put16(uint8_t *out, uint32_t unit, bool big)
{
    out[big ? 0 : 1] = (uint8_t)(unit >> 8);
    out[big ? 1 : 0] = (uint8_t)unit;
}

static size_t encode_utf16(uint32_t cp, uint8_t out[4], bool big)
{
    if (cp < 0x10000) {
        put16(out, cp, big);
        return 2;
    }
    cp -= 0x10000;
    put16(out, 0xd800 + (cp >> 10), big);
    put16(out + 2, 0xdc00 + (cp & 0x3ff), big);
    return 4;
}

static size_t encode_utf32(uint32_t cp, uint8_t out[4], bool big)
{
    for (unsigned i = 0; i < 4; i++)
        out[big ? 3 - i : i] = (uint8_t)(cp >> (8 * i));
    return 4;
}

size_t text_encode(enum text_encoding enc, uint32_t cp, uint8_t out[4])
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return 0;
    switch (enc) {
    case TEXT_UTF8:
        return encode_utf8(cp, out);
    case TEXT_UTF16LE:
        return encode_utf16(cp, out, false);
    case TEXT_UTF16BE:
        return encode_utf16(cp, out, true);
    case TEXT_UTF32LE:
        return encode_utf32(cp, out, false);
    case TEXT_UTF32BE:
        return encode_utf32(cp, out, true);
    case TEXT_CP1252:
    case TEXT_CP1251:
    case TEXT_CP932:
        return text_codepage_encode(enc, cp, out);
    case TEXT_ASCII:
    case TEXT_LATIN1:
    case TEXT_ENCODINGS:
        break;
    }
    if (cp >= (enc == TEXT_LATIN1 ? 0x100U : 0x80U))
        return 0;
    out[0] = (uint8_t)cp;
    return 1;
}

size_t text_unit(enum text_encoding enc)
{
    switch (enc) {
    case TEXT_UTF16LE:
    case TEXT_UTF16BE:
        return 2;
    case TEXT_UTF32LE:
    case TEXT_UTF32BE:
        return 4;
    case TEXT_ASCII:
    case TEXT_LATIN1:
    case TEXT_UTF8:
    case TEXT_CP1252:
    case TEXT_CP1251:
    case TEXT_CP932:
    case TEXT_ENCODINGS:
        break;
    }
    return 1;
}

/* --- what a terminal does with it --- */

int text_width(uint32_t cp)
{
    if (cp < 0x300)
        return 1;
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
        return 0;
    default:
        break;
    }
    /* Hangul vowels and finals are drawn into the syllable that the initial before them began. */
    if ((cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff))
        return 0;
    /* utf8proc gives spacing marks 0 columns; terminals (wcwidth) give them one. */
    return utf8proc_charwidth((utf8proc_int32_t)cp) == 2 ? 2 : 1;
}

bool text_printable(uint32_t cp)
{
    if (cp < 0x7f)
        return cp >= 0x20;
    if (cp < 0xa0 || cp > 0x10ffff)
        return false;
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    if (p->ignorable) /* invisible by definition: fillers, selectors, joiners */
        return false;
    switch (p->category) {
    case UTF8PROC_CATEGORY_CN: /* noncharacters too */
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF: /* bidi controls among them */
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
        return false;
    default:
        return true;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int text_natural(const char *a, const char *b)
{
    const char *x = a, *y = b;
    while (*x != '\0' && *y != '\0') {
        if (!is_digit(*x) || !is_digit(*y)) {
            if (*x != *y)
                return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
            x++;
            y++;
            continue;
        }
        x += strspn(x, "0");
        y += strspn(y, "0");
        size_t n = strspn(x, "0123456789"), m = strspn(y, "0123456789");
        int order = n != m ? (n < m ? -1 : 1) : memcmp(x, y, n);
        if (order != 0)
            return order < 0 ? -1 : 1;
        x += n;
        y += m;
    }
    if (*x != '\0' || *y != '\0')
        return *x == '\0' ? -1 : 1;
    return strcmp(a, b); /* `a01` and `a1` */
}
