/* core/view: every view's format and parse are inverses, and what does not fit says so. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/view.h"
#include "support/suite.h"

static uint64_t random_state = UINT64_C(0x853c49e6748fea9b);

static uint64_t random64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static bool machine_is_big(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

TEST(names)
{
    static const char *const order[] = {
        "hex",     "u8",      "i8",      "u16le",   "u16be",  "i16le",  "i16be",  "u32le",
        "u32be",   "i32le",   "i32be",   "u64le",   "u64be",  "i64le",  "i64be",  "f32le",
        "f32be",   "f64le",   "f64be",   "ptr",     "bits",   "ascii",  "latin1", "utf8",
        "utf16le", "utf16be", "utf32le", "utf32be", "cp1252", "cp1251", "cp932"};
    size_t count;
    const struct view *table = view_table(&count);
    ck_assert_uint_eq(count, COUNT(order));
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(table[i].name, order[i]);
        ck_assert_ptr_eq(view_find(order[i]), &table[i]);
        ck_assert_ptr_eq(view_swapped(view_swapped(&table[i])), &table[i]);
        ck_assert(table[i].kind != VIEW_TEXT || table[i].unit == text_unit(table[i].enc));
        ck_assert_ptr_nonnull(table[i].help);
    }
    static const char *const bare[] = {"u16", "i16", "u32", "i32",  "u64",
                                       "i64", "f32", "f64", "utf16"};
    for (size_t i = 0; i < COUNT(bare); i++) {
        const struct view *v = view_find(bare[i]);
        ck_assert_ptr_nonnull(v);
        ck_assert_int_eq(v->big, machine_is_big());
        ck_assert_int_eq(strncmp(v->name, bare[i], strlen(bare[i])), 0);
        ck_assert_int_eq(view_swapped(v)->big, !machine_is_big());
        ck_assert_int_eq(strncmp(view_swapped(v)->name, bare[i], strlen(bare[i])), 0);
    }
    ck_assert_str_eq(view_find("u8le")->name, "u8");
    ck_assert_str_eq(view_find("i8be")->name, "i8");
    ck_assert_ptr_eq(view_swapped(view_find("hex")), view_find("hex"));
    ck_assert_ptr_eq(view_swapped(view_find("ptr")), view_find("ptr"));
    static const char *const none[] = {"",      "u",      "u9",  "u16l", "U8", "u8 ",
                                       "hexle", "ptrle",  "utf", "h",    "bi", "latin",
                                       "u8lex", "utf8le", "asc", "p"};
    for (size_t i = 0; i < COUNT(none); i++)
        ck_assert_msg(view_find(none[i]) == NULL, "%s", none[i]);
}

/* Formats, parses back and compares. */
static void round_trip(const struct view *v, const uint8_t *p)
{
    char text[VIEW_UNIT_MAX], why[VIEW_WHY_MAX];
    uint8_t back[8] = {0};
    size_t size = 0;
    size_t n = view_format(v, p, text);
    if (n != strlen(text) || n > v->columns)
        ck_abort_msg("%s: %s is %zu columns", v->name, text, n);
    const char *bad = view_parse(v, text, back, sizeof back, &size, why);
    if (bad != NULL || size != v->unit)
        ck_abort_msg("%s: %s: %s", v->name, text, bad);
    if (v->kind == VIEW_FLOAT && strstr(text, "nan") != NULL) {
        char again[VIEW_UNIT_MAX];
        view_format(v, back, again);
        ck_assert_str_eq(again, text);
    } else if (memcmp(p, back, v->unit) != 0) {
        ck_abort_msg("%s: %s reads back differently", v->name, text);
    }
}

TEST(format_and_parse_are_inverses)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     0x7f,
                                     0x80,
                                     0xff,
                                     0x100,
                                     0x7fff,
                                     0x8000,
                                     0xffff,
                                     0x10000,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     INT64_MAX,
                                     UINT64_C(0x8000000000000000),
                                     UINT64_MAX,
                                     UINT64_C(0x7f800000),
                                     UINT64_C(0xff800000),
                                     UINT64_C(0x7fc00000),
                                     UINT64_C(0x7f800001),
                                     UINT64_C(0x7ff0000000000000),
                                     UINT64_C(0xfff0000000000000),
                                     UINT64_C(0xfff8000000000001),
                                     UINT64_C(0x7ff0000000000001)};
    size_t count;
    const struct view *table = view_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct view *v = &table[i];
        uint8_t p[8];
        if (v->kind == VIEW_TEXT)
            continue;
        for (size_t k = 0; k < COUNT(edges); k++) {
            bytes_put(p, v->unit, v->big, edges[k]);
            round_trip(v, p);
        }
        for (int k = 0; k < 3000; k++) {
            bytes_put(p, 8, false, random64() >> (k % 64));
            round_trip(v, p);
        }
        for (unsigned k = 0; v->unit == 1 && k < 256; k++) {
            p[0] = (uint8_t)k;
            round_trip(v, p);
        }
        for (unsigned k = 0; v->unit == 2 && k < 65536; k++) {
            bytes_put(p, 2, v->big, k);
            round_trip(v, p);
        }
    }
}

static void formats_to(const char *view, const char *bytes, const char *text)
{
    char buf[VIEW_UNIT_MAX];
    const struct view *v = view_find(view);
    view_format(v, (const uint8_t *)bytes, buf);
    ck_assert_str_eq(buf, text);
}

TEST(formats)
{
    formats_to("hex", "\x0a", "0a");
    formats_to("u8", "\xff", "255");
    formats_to("i8", "\xff", "-1");
    formats_to("i8", "\x80", "-128");
    formats_to("u16le", "\x01\x02", "513");
    formats_to("u16be", "\x01\x02", "258");
    formats_to("i32be", "\x80\0\0\0", "-2147483648");
    formats_to("i64le", "\0\0\0\0\0\0\0\x80", "-9223372036854775808");
    formats_to("u64le", "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
    formats_to("f32le", "\0\0\xc0\x3f", "1.5");
    formats_to("f64be", "\xbf\xb9\x99\x99\x99\x99\x99\x9a", "-0.1");
    formats_to("f32be", "\xff\x80\0\0", "-inf");
    formats_to("f32be", "\xff\xc0\0\0", "-nan");
    formats_to("bits", "\xa5", "10100101");
    formats_to("ptr", machine_is_big() ? "\0\0\0\0\0\0\x12\x34" : "\x34\x12\0\0\0\0\0\0",
               "0x0000000000001234");
}

/* The bytes that `text` becomes, as hex; or the reason why not. */
static const char *parsed(const char *view, const char *text, size_t cap)
{
    static char shown[256];
    static char why[VIEW_WHY_MAX];
    uint8_t out[64];
    size_t size = 12345;
    memset(out, 0xee, sizeof out);
    const char *bad = view_parse(view_find(view), text, out, cap, &size, why);
    if (bad != NULL) {
        for (size_t i = 0; i < sizeof out; i++)
            ck_assert_uint_eq(out[i], 0xee);
        ck_assert_ptr_eq(bad, why);
        return bad;
    }
    ck_assert_uint_le(size, cap);
    shown[0] = '\0';
    for (size_t i = 0; i < size; i++)
        snprintf(shown + 2 * i, 3, "%02x", out[i]);
    return shown;
}

struct parse_row {
    const char *view, *text, *result;
};

static void check_rows(const struct parse_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = parsed(rows[i].view, rows[i].text, 16);
        ck_assert_msg(strcmp(got, rows[i].result) == 0, "%s %s: %s", rows[i].view, rows[i].text,
                      got);
    }
}

TEST(parses)
{
    static const struct parse_row rows[] = {
        {"u8", "255", "ff"},
        {"u8", "0xff", "ff"},
        {"u8", "-0", "00"},
        {"i8", "-1", "ff"},
        {"i8", "0xff", "ff"},
        {"i8", "0x7f", "7f"},
        {"i8", "127", "7f"},
        {"i8", "-128", "80"},
        {"i8", "-0x80", "80"},
        {"i8", "0b11111111", "ff"},
        {"i8", "0o377", "ff"},
        {"u16le", "4K", "0010"},
        {"u16be", "0x1234", "1234"},
        {"i16le", "0xff", "ff00"},
        {"u32be", "1GiB", "40000000"},
        {"i64be", "-9223372036854775808", "8000000000000000"},
        {"i64be", "0xffffffffffffffff", "ffffffffffffffff"},
        {"u64be", "18446744073709551615", "ffffffffffffffff"},
        {"f32be", "1.5", "3fc00000"},
        {"f32be", "0x10", "41800000"},
        {"f32be", "0x1p-149", "00000001"},
        {"f32be", "nan", "7fc00000"},
        {"f32be", "-nan", "ffc00000"},
        {"f64be", "-nan", "fff8000000000000"},
        {"f64be", "-inf", "fff0000000000000"},
        {"f64be", "-0", "8000000000000000"},
        {"bits", "00000101", "05"},
        {"bits", "0b101", "05"},
        {"bits", "0xa5", "a5"},
        {"hex", "de ad be ef", "deadbeef"},
        {"hex", "DEADbeef", "deadbeef"},
        {"hex", "  de\tad  ", "dead"},
        {"hex", "dead beef", "deadbeef"},
        {"hex", "0xde 0xad", "dead"},
        {"hex", "0xdead", "dead"},
        {"ascii", "Hello", "48656c6c6f"},
        {"ascii", "", ""},
        {"latin1", "\xc3\xa9", "e9"},
        {"utf8", "\xe2\x82\xac\\x41", "e282ac5c783431"},
        {"utf16le", "a\xf0\x9f\x98\x80", "61003dd800de"},
        {"utf16be", "a\xf0\x9f\x98\x80", "0061d83dde00"},
        {"utf32le", "a\xf0\x9f\x98\x80", "6100000000f60100"},
        {"utf32be", "a\xf0\x9f\x98\x80", "000000610001f600"},
    };
    check_rows(rows, COUNT(rows));
    bool big = machine_is_big();
    ck_assert_str_eq(parsed("ptr", "0x1234", 8), big ? "0000000000001234" : "3412000000000000");
    ck_assert_str_eq(parsed("ptr", "7f09A2c0", 8), big ? "000000007f09a2c0" : "c0a2097f00000000");
    ck_assert_str_eq(parsed("ptr", "00000000000000000000ff", 8),
                     big ? "00000000000000ff" : "ff00000000000000");
}

TEST(refuses)
{
    static const struct parse_row rows[] = {
        {"u8", "256", "256 does not fit u8 (0 to 255)"},
        {"u8", "-1", "-1 does not fit u8 (0 to 255)"},
        {"u8", "0x100", "0x100 does not fit u8 (0 to 255)"},
        {"i8", "255", "255 does not fit i8 (-128 to 127)"},
        {"i8", "128", "128 does not fit i8 (-128 to 127)"},
        {"i8", "-129", "-129 does not fit i8 (-128 to 127)"},
        {"i8", "-0xff", "-0xff does not fit i8 (-128 to 127)"},
        {"i8", "0x100", "0x100 does not fit i8 (-128 to 127)"},
        {"u16le", "64K", "64K does not fit u16 (0 to 65535)"},
        {"i32be", "2147483648", "2147483648 does not fit i32 (-2147483648 to 2147483647)"},
        {"i64le", "9223372036854775808",
         "9223372036854775808 does not fit i64 (-9223372036854775808 to 9223372036854775807)"},
        {"u64le", "18446744073709551616",
         "18446744073709551616 does not fit u64 (0 to 18446744073709551615)"},
        {"u8", "12Q", "`12Q` is not a number"},
        {"u8", "", "no value"},
        {"u8", "1.5", "`1.5` is not a number"},
        {"u8", "\x1b[31m\xff", "`\\x1b[31m\\xff` is not a number"},
        {"u32le", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...` is not a number"},
        {"f32le", "1e39", "1e39 does not fit f32"},
        {"f64le", "1e309", "1e309 does not fit f64"},
        {"f64le", "abc", "`abc` is not a number"},
        {"f64le", "", "no value"},
        {"ptr", "10000000000000000",
         "10000000000000000 does not fit ptr (0 to 0xffffffffffffffff)"},
        {"ptr", "-1", "`-1` is not an address in hex"},
        {"ptr", "0x", "`0x` is not an address in hex"},
        {"ptr", "", "no value"},
        {"bits", "101", "`101` is not 8 binary digits, nor a number with 0b or 0x"},
        {"bits", "12", "`12` is not 8 binary digits, nor a number with 0b or 0x"},
        {"bits", "0x100", "0x100 does not fit bits (0 to 255)"},
        {"bits", "-0x1", "-0x1 does not fit bits (0 to 255)"},
        {"bits", "", "no value"},
        {"hex", "1", "1 is half a byte: type 01"},
        {"hex", "dea", "odd number of hex digits"},
        {"hex", "de a", "odd number of hex digits"},
        {"hex", "0x5", "odd number of hex digits"},
        {"hex", "zz", "`zz` is not hex"},
        {"hex", "de,ad", "`de,ad` is not hex"},
        {"hex", "0x", "`0x` is not hex"},
        {"hex", " ", "no value"},
        {"hex", "0001020304050607080900010203040506",
         "17 bytes are more than the 16 there is room for"},
        {"ascii", "caf\xc3\xa9", "U+00E9 does not fit ascii"},
        {"latin1", "\xe2\x82\xac", "U+20AC does not fit latin1"},
        {"utf8", "ab\xff", "the text is not valid UTF-8 (byte 3)"},
        {"utf16le", "\xed\xa0\x80", "the text is not valid UTF-8 (byte 1)"},
        {"utf16le", "123456789", "18 bytes are more than the 16 there is room for"},
    };
    check_rows(rows, COUNT(rows));
    ck_assert_str_eq(parsed("u32le", "1", 3), "4 bytes are more than the 3 there is room for");
    ck_assert_str_eq(parsed("u32le", "1", 4), "01000000");
}

TEST(decimal_limits_are_exact)
{
    /* i8 and u8: every decimal from -400 to 400, and its hex. */
    for (int i = -400; i <= 400; i++) {
        char text[16];
        uint8_t out = 0;
        size_t size;
        char why[VIEW_WHY_MAX];
        snprintf(text, sizeof text, "%d", i);
        bool ok = view_parse(view_find("u8"), text, &out, 1, &size, why) == NULL;
        ck_assert_int_eq(ok, i >= 0 && i <= 255);
        ck_assert(!ok || out == i);
        ok = view_parse(view_find("i8"), text, &out, 1, &size, why) == NULL;
        ck_assert_int_eq(ok, i >= -128 && i <= 127);
        ck_assert(!ok || out == (uint8_t)i);
        snprintf(text, sizeof text, "%s0x%x", i < 0 ? "-" : "", (unsigned)(i < 0 ? -i : i));
        ok = view_parse(view_find("i8"), text, &out, 1, &size, why) == NULL;
        ck_assert_int_eq(ok, i >= -128 && i <= 255);
        ck_assert(!ok || out == (uint8_t)i);
    }
}

SUITE(test_core_view, TESTS(names, format_and_parse_are_inverses, formats, parses, refuses,
                            decimal_limits_are_exact));
