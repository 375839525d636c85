/* core/text: decoding with resynchronisation against naive references, and the escape that stands
 * between foreign bytes and a terminal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/text_codepage.h"
#include "support/suite.h"

static uint64_t random_state = UINT64_C(0x2545f4914f6cdd1d);

static uint8_t random_byte(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint8_t)(random_state >> 32);
}

/* The UTF-8 of a scalar value, written out plainly; 0 for none. */
static size_t plain_utf8(uint32_t cp, uint8_t out[4])
{
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xc0 + cp / 64);
        out[1] = (uint8_t)(0x80 + cp % 64);
        return 2;
    }
    if (cp >= 0xd800 && cp < 0xe000)
        return 0;
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xe0 + cp / 4096);
        out[1] = (uint8_t)(0x80 + cp / 64 % 64);
        out[2] = (uint8_t)(0x80 + cp % 64);
        return 3;
    }
    out[0] = (uint8_t)(0xf0 + cp / 262144);
    out[1] = (uint8_t)(0x80 + cp / 4096 % 64);
    out[2] = (uint8_t)(0x80 + cp / 64 % 64);
    out[3] = (uint8_t)(0x80 + cp % 64);
    return cp < 0x110000 ? 4 : 0;
}

/* Is the sequence of n bytes the beginning of some character, or all of it (*whole)? Tried out:
 * smallest and largest continuation for what is missing. */
static bool begins_character(const uint8_t *p, size_t n, bool *whole)
{
    static const uint8_t ends[] = {0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf};
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    *whole = false;
    if (n > length || p[0] >= 0xf8)
        return false;
    for (size_t e = 0; e < COUNT(ends) * 2; e++) {
        uint8_t full[4] = {0}, again[4];
        for (size_t i = 0; i < length; i++)
            full[i] = i < n ? p[i] : i == n ? ends[e / 2] : e % 2 ? 0xbf : 0x80;
        uint32_t cp = length == 1 ? full[0] : full[0] & (0x7fU >> length);
        for (size_t i = 1; i < length; i++)
            cp = cp * 64 + (full[i] & 63U);
        if (plain_utf8(cp, again) == length && memcmp(full, again, length) == 0) {
            *whole = n == length;
            return true;
        }
    }
    return false;
}

/* Maximal subparts, found by trying every length. */
static struct text_char naive(const uint8_t *p, size_t n)
{
    struct text_char c = {.size = 1};
    bool whole = false;
    for (size_t k = 1; k <= n && begins_character(p, k, &whole); k++) {
        c.size = (uint8_t)k;
        c.valid = whole;
        c.cut = !whole && k == n;
        if (whole)
            break;
    }
    return c;
}

static void compare(const uint8_t *p, size_t n)
{
    struct text_char want = naive(p, n);
    struct text_char got = text_decode(TEXT_UTF8, p, n);
    uint8_t back[4];
    if (got.valid != want.valid || got.size != want.size || got.cut != want.cut)
        ck_abort_msg("%02x %02x (%zu): valid %d size %d cut %d", p[0], n > 1 ? p[1] : 0, n,
                     got.valid, got.size, got.cut);
    if (got.valid) {
        HOLD(plain_utf8(got.cp, back) == got.size);
        HOLD(memcmp(back, p, got.size) == 0);
    }
}

TEST(utf8_against_naive)
{
    for (unsigned i = 0; i < 65536; i++) {
        uint8_t p[4] = {(uint8_t)(i >> 8), (uint8_t)i, 0x80, 0xbf};
        for (size_t n = 1; n <= 4; n++)
            compare(p, n);
        p[2] = 0x41;
        compare(p, 3);
    }
    for (int i = 0; i < 100000; i++) {
        uint8_t p[6];
        for (size_t k = 0; k < sizeof p; k++) /* lead and continuation bytes, mostly */
            p[k] = random_byte() | (k == 0 ? 0xc0 : 0x80);
        compare(p, 1 + (size_t)i % sizeof p);
    }
}

TEST(utf8_resynchronises)
{
    /* Unicode, table 3-8: <61 F1 80 80 E1 80 C2 62 80 63 80 BF 64> */
    static const uint8_t bytes[] = {0x61, 0xf1, 0x80, 0x80, 0xe1, 0x80, 0xc2,
                                    0x62, 0x80, 0x63, 0x80, 0xbf, 0x64};
    static const uint8_t sizes[] = {1, 3, 2, 1, 1, 1, 1, 1, 1, 1};
    static const bool valid[] = {true, false, false, false, true, false, true, false, false, true};
    size_t at = 0;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct text_char c = text_decode(TEXT_UTF8, bytes + at, sizeof bytes - at);
        ck_assert_uint_eq(c.size, sizes[i]);
        ck_assert_int_eq(c.valid, valid[i]);
        at += c.size;
    }
    ck_assert_uint_eq(at, sizeof bytes);
}

TEST(every_character_round_trips)
{
    for (uint32_t cp = 0; cp < 0x110100; cp++) {
        bool scalar = cp < 0x110000 && (cp < 0xd800 || cp > 0xdfff);
        for (int e = 0; e < TEXT_ENCODINGS; e++) {
            uint8_t bytes[4];
            enum text_encoding enc = (enum text_encoding)e;
            if (text_is_codepage(enc))
                continue;
            size_t n = text_encode(enc, cp, bytes);
            bool can =
                scalar && (enc != TEXT_ASCII || cp < 128) && (enc != TEXT_LATIN1 || cp < 256);
            HOLD((n > 0) == can);
            if (n == 0)
                continue;
            struct text_char c = text_decode(enc, bytes, n);
            HOLD(c.valid && !c.cut && c.cp == cp && c.size == n);
            HOLD(n % text_unit(enc) == 0);
        }
    }
}

/* A page of a few characters. */
static bool few(const char *page, uint32_t *one, uint16_t *pair)
{
    for (uint32_t b = 0; b < 256; b++)
        one[b] = b < 0x80 ? b : CODEPAGE_NONE;
    if (strcmp(page, "CP1251") == 0)
        return false;
    one[0x80] = 0x20ac;
    if (pair != NULL) {
        one[0x93] = CODEPAGE_LEAD;
        pair[0x93fa] = 0x65e5;
    }
    return true;
}

TEST(codepages)
{
    static const uint8_t bytes[] = {0x93, 0xfa, 0x80, 'a', 0x93, 0x20, 0xff, 0x93};
    uint8_t out[4];
    struct text_char c = text_decode(TEXT_CP932, bytes, 2);
    ck_assert(!c.valid && c.size == 1); /* nobody has given tables yet */
    text_codepages(few);
    c = text_decode(TEXT_CP932, bytes, sizeof bytes);
    ck_assert(c.valid && c.cp == 0x65e5 && c.size == 2);
    c = text_decode(TEXT_CP932, bytes + 2, 1);
    ck_assert(c.valid && c.cp == 0x20ac && c.size == 1);
    c = text_decode(TEXT_CP932, bytes + 4, 4);
    ck_assert(!c.valid && !c.cut && c.size == 1);
    c = text_decode(TEXT_CP932, bytes + 7, 1);
    ck_assert(!c.valid && c.cut && c.size == 1);
    c = text_decode(TEXT_CP1252, bytes, 2);
    ck_assert(!c.valid && c.size == 1);
    ck_assert_uint_eq(text_encode(TEXT_CP932, 0x65e5, out), 2);
    ck_assert(out[0] == 0x93 && out[1] == 0xfa);
    ck_assert_uint_eq(text_encode(TEXT_CP1252, 0x65e5, out), 0);
    ck_assert_uint_eq(text_encode(TEXT_CP1252, 0x20ac, out), 1);
    ck_assert_uint_eq(text_encode(TEXT_CP1251, 'a', out), 1);
    ck_assert_uint_eq(text_encode(TEXT_CP1251, 0x20ac, out), 0);
}

TEST(utf32)
{
    static const uint8_t bytes[] = {0x00, 0xf6, 0x01, 0x00, 0x00, 0xd8, 0x00, 0x00, 0x41};
    struct text_char c = text_decode(TEXT_UTF32LE, bytes, 9);
    ck_assert(c.valid && c.cp == 0x1f600 && c.size == 4);
    c = text_decode(TEXT_UTF32LE, bytes + 4, 4);
    ck_assert(!c.valid && !c.cut && c.size == 4);
    c = text_decode(TEXT_UTF32BE, bytes + 8, 1);
    ck_assert(!c.valid && c.cut && c.size == 1);
}

TEST(utf16)
{
    static const struct {
        uint8_t bytes[5];
        size_t n;
        bool valid, cut;
        uint8_t size;
        uint32_t cp;
    } rows[] = {
        {{0x20, 0xac}, 2, true, false, 2, 0x20ac},
        {{0xd8, 0x3d, 0xde, 0x00}, 4, true, false, 4, 0x1f600},
        {{0xdb, 0xff, 0xdf, 0xff, 0}, 5, true, false, 4, 0x10ffff},
        {{0x20}, 1, false, true, 1, 0},
        {{0xd8}, 1, false, true, 1, 0},
        {{0xd8, 0x3d}, 2, false, true, 2, 0},
        {{0xd8, 0x3d, 0xde}, 3, false, true, 2, 0},
        {{0xd8, 0x3d, 0x00}, 3, false, false, 2, 0},
        {{0xd8, 0x3d, 0x00, 0x41}, 4, false, false, 2, 0},
        {{0xd8, 0x3d, 0xd8, 0x3d}, 4, false, false, 2, 0},
        {{0xde, 0x00, 0xd8, 0x3d}, 4, false, false, 2, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text_char c = text_decode(TEXT_UTF16BE, rows[i].bytes, rows[i].n);
        ck_assert_int_eq(c.valid, rows[i].valid);
        ck_assert_int_eq(c.cut, rows[i].cut);
        ck_assert_uint_eq(c.size, rows[i].size);
        if (c.valid)
            ck_assert_uint_eq(c.cp, rows[i].cp);
    }
    static const uint8_t little[] = {0x3d, 0xd8, 0x00, 0xde};
    struct text_char c = text_decode(TEXT_UTF16LE, little, 4);
    ck_assert(c.valid && c.cp == 0x1f600 && c.size == 4);
    c = text_decode(TEXT_UTF16LE, little, 3);
    ck_assert(!c.valid && c.cut && c.size == 2);
}

TEST(single_bytes)
{
    for (unsigned b = 0; b < 256; b++) {
        uint8_t byte = (uint8_t)b;
        struct text_char c = text_decode(TEXT_ASCII, &byte, 1);
        ck_assert(c.size == 1 && c.valid == (b < 128) && !c.cut);
        c = text_decode(TEXT_LATIN1, &byte, 1);
        ck_assert(c.size == 1 && c.valid && c.cp == b);
    }
}

TEST(printable)
{
    static const uint32_t no[] = {
        0,       0x1b,    0x1f,    0x7f,    0x80,    0x9b,     0x9f,     0xad,       0x34f,
        0x61c,   0x378,   0x600,   0x115f,  0x1160,  0x17b4,   0x180b,   0x180e,     0x200b,
        0x200c,  0x200d,  0x200e,  0x200f,  0x2028,  0x2029,   0x202a,   0x202e,     0x2060,
        0x2066,  0x2069,  0x206f,  0x3164,  0xd800,  0xdfff,   0xe000,   0xfdd0,     0xfe00,
        0xfe0f,  0xfeff,  0xffa0,  0xfff9,  0xfffe,  0xffff,   0x1d173,  0x1fffe,    0xe0001,
        0xe0020, 0xe007f, 0xe0100, 0xe0fff, 0xf0000, 0x10ffff, 0x110000, UINT32_MAX,
    };
    static const uint32_t yes[] = {' ',    '~',    0xa0,   0xe9,   0x301,  0x5d0,  0x627,
                                   0x20ac, 0x2022, 0x3000, 0x4e00, 0xac00, 0xfffd, 0x1f600};
    for (size_t i = 0; i < COUNT(no); i++)
        ck_assert_msg(!text_printable(no[i]), "U+%04X", (unsigned)no[i]);
    for (size_t i = 0; i < COUNT(yes); i++)
        ck_assert_msg(text_printable(yes[i]), "U+%04X", (unsigned)yes[i]);
}

TEST(widths)
{
    static const struct {
        uint32_t cp;
        int width;
    } rows[] = {{'a', 1},     {0xe9, 1},   {0x301, 0},  {0x20dd, 0}, {0x903, 1},  {0x4e00, 2},
                {0x3042, 2},  {0xac00, 2}, {0x1100, 2}, {0x1161, 0}, {0x11a8, 0}, {0x1f600, 2},
                {0x20000, 2}, {0xff21, 2}, {0xff71, 1}, {0xb7, 1},   {0x2500, 1}, {0x3000, 2}};
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(text_width(rows[i].cp) == rows[i].width, "U+%04X", (unsigned)rows[i].cp);
    for (uint32_t cp = 0; cp < 0x110000; cp++)
        if (text_printable(cp))
            HOLD(text_width(cp) >= 0 && text_width(cp) <= 2);
}

static void escapes_to(const char *raw, const char *shown)
{
    char out[128];
    ck_assert_uint_eq(text_escape(out, sizeof out, raw, strlen(raw)), strlen(shown));
    ck_assert_str_eq(out, shown);
    char *copy = text_escaped(raw);
    ck_assert_ptr_nonnull(copy);
    ck_assert_str_eq(copy, shown);
    free(copy);
    ck_assert_uint_eq(text_unescape(out, sizeof out, shown), strlen(raw));
    ck_assert_str_eq(out, raw);
}

TEST(escape_names)
{
    escapes_to("", "");
    escapes_to("plain name", "plain name");
    escapes_to("na\nme\t", "na\\x0ame\\x09");
    escapes_to("\x1b[31m", "\\x1b[31m");
    escapes_to("a\\b", "a\\\\b");
    escapes_to("\\x41", "\\\\x41");
    escapes_to("caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5");
    escapes_to("\xff\xc3", "\\xff\\xc3");
    escapes_to("\xe2\x80\xae", "\\xe2\\x80\\xae");
    escapes_to("\xc2\x9b", "\\xc2\\x9b");
    escapes_to("\xed\xa0\x80", "\\xed\\xa0\\x80");
}

TEST(escape_contents)
{
    static const char raw[] = "a\tb\\c\n\r\0\x1b\xe2\x80\xa8";
    char out[128];
    size_t n = text_escape_content(out, sizeof out, raw, sizeof raw - 1);
    ck_assert_str_eq(out, "a\tb\\c\n\\x0d\\x00\\x1b\\xe2\\x80\\xa8");
    ck_assert_uint_eq(n, strlen(out));
}

TEST(escape_cuts_between_pieces)
{
    static const char raw[] = "a\xc3\xa9\x01z\\";
    static const char *const cut[] = {"",
                                      "",
                                      "a",
                                      "a",
                                      "a\xc3\xa9",
                                      "a\xc3\xa9",
                                      "a\xc3\xa9",
                                      "a\xc3\xa9",
                                      "a\xc3\xa9\\x01",
                                      "a\xc3\xa9\\x01z",
                                      "a\xc3\xa9\\x01z",
                                      "a\xc3\xa9\\x01z\\\\"};
    for (size_t cap = 0; cap < COUNT(cut); cap++) {
        char out[16];
        memset(out, '#', sizeof out);
        ck_assert_uint_eq(text_escape(out, cap, raw, sizeof raw - 1), 10);
        if (cap > 0)
            ck_assert_str_eq(out, cut[cap]);
        ck_assert_int_eq(out[cap], '#');
    }
    ck_assert_uint_eq(text_escape(NULL, 0, raw, sizeof raw - 1), 10);
}

TEST(unescape)
{
    char out[8];
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\x4A\\x4a"), 2);
    ck_assert_str_eq(out, "JJ");
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\n\\x4g"), 6);
    ck_assert_str_eq(out, "\\n\\x4g");
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\"), 1);
    ck_assert_str_eq(out, "\\");
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\x"), 2);
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\x00"), SIZE_MAX);
    ck_assert_uint_eq(text_unescape(out, sizeof out, "\\\\x00"), 4);
    ck_assert_uint_eq(text_unescape(out, sizeof out, "1234567"), 7);
    ck_assert_uint_eq(text_unescape(out, sizeof out, "12345678"), SIZE_MAX);
    ck_assert_uint_eq(text_unescape(out, 0, ""), SIZE_MAX);
    ck_assert_uint_eq(text_unescape(out, 1, ""), 0);
}

TEST(escape_random_bytes)
{
    for (int round = 0; round < 20000; round++) {
        uint8_t raw[40];
        char shown[sizeof raw * 4 + 1], back[sizeof raw + 1];
        size_t n = random_byte() % sizeof raw;
        for (size_t i = 0; i < n; i++) {
            uint8_t b = random_byte();
            raw[i] = b % 4 == 0 ? '\\' : b % 4 == 1 ? 'x' : random_byte();
            raw[i] = raw[i] == 0 ? '0' : raw[i];
        }
        size_t length = text_escape(shown, sizeof shown, raw, n);
        HOLD(length < sizeof shown);
        for (size_t at = 0; at < length;) {
            struct text_char c = text_decode(TEXT_UTF8, (uint8_t *)shown + at, length - at);
            HOLD(c.valid && text_printable(c.cp));
            at += c.size;
        }
        HOLD(text_unescape(back, sizeof back, shown) == n);
        HOLD(memcmp(back, raw, n) == 0);
    }
}

TEST(a_fit_cuts_between_characters)
{
    ck_assert_int_eq(text_fit("", 0), 0);
    ck_assert_int_eq(text_fit("abc", 3), 3);
    ck_assert_int_eq(text_fit("abcd", 3), 3);
    ck_assert_int_eq(text_fit("a\u00e4b", 2), 1);
    ck_assert_int_eq(text_fit("a\u00e4b", 3), 3);
    ck_assert_int_eq(text_fit("\u20ac\u20ac", 5), 3);
    ck_assert_int_eq(text_fit("\U0001f600x", 3), 0);
    ck_assert_int_eq(text_fit("\x80\x80\x80\x80\x80\x80", 5), 5); /* no UTF-8 */
}

TEST(natural_order)
{
    static const char *const sorted[] = {"",
                                         "a",
                                         "a-1",
                                         "a1",
                                         "a1b",
                                         "a2",
                                         "a02x",
                                         "a10",
                                         "a10-2",
                                         "a10-10",
                                         "a99999999999999999999998",
                                         "a99999999999999999999999",
                                         "b",
                                         "\xff"};
    size_t n = sizeof sorted / sizeof sorted[0];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            int order = text_natural(sorted[i], sorted[k]);
            ck_assert_msg((order > 0) - (order < 0) == (i > k) - (i < k), "%s %s", sorted[i],
                          sorted[k]);
        }
    ck_assert_int_ne(text_natural("a01", "a1"), 0);
    ck_assert_int_eq(text_natural("a01", "a1") > 0, text_natural("a1", "a01") < 0);
}

SUITE(test_core_text, .timeout = 120,
      TESTS(utf8_against_naive, utf8_resynchronises, every_character_round_trips, utf16, utf32,
            codepages, single_bytes, printable, widths, escape_names, escape_contents,
            escape_cuts_between_pieces, unescape, escape_random_bytes,
            a_fit_cuts_between_characters, natural_order));
