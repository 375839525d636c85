#include "core/view.h"

#include <math.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { MACHINE_BIG = 1 };
#else
enum { MACHINE_BIG = 0 };
#endif

/* A view in both byte orders. */
#define BOTH(name_, kind_, unit_, columns_, help_)                                                \
    {.name = name_ "le",                                                                          \
     .kind = (kind_),                                                                             \
     .unit = (unit_),                                                                             \
     .big = false,                                                                                \
     .columns = (columns_),                                                                       \
     .help = help_ ", little-endian"},                                                            \
    {                                                                                             \
        .name = name_ "be", .kind = (kind_), .unit = (unit_), .big = true, .columns = (columns_), \
        .help = help_ ", big-endian"                                                              \
    }

#define TEXT(name_, unit_, big_, enc_, help_)                                              \
    {                                                                                      \
        .name = (name_), .kind = VIEW_TEXT, .unit = (unit_), .big = (big_), .enc = (enc_), \
        .help = (help_)                                                                    \
    }

static const struct view table[] = {
    {.name = "hex", .kind = VIEW_HEX, .unit = 1, .columns = 2, .help = "bytes in hex"},
    {.name = "u8", .kind = VIEW_UNSIGNED, .unit = 1, .columns = 3, .help = "unsigned, 8 bits"},
    {.name = "i8", .kind = VIEW_SIGNED, .unit = 1, .columns = 4, .help = "signed, 8 bits"},
    BOTH("u16", VIEW_UNSIGNED, 2, 5, "unsigned, 16 bits"),
    BOTH("i16", VIEW_SIGNED, 2, 6, "signed, 16 bits"),
    BOTH("u32", VIEW_UNSIGNED, 4, 10, "unsigned, 32 bits"),
    BOTH("i32", VIEW_SIGNED, 4, 11, "signed, 32 bits"),
    BOTH("u64", VIEW_UNSIGNED, 8, 20, "unsigned, 64 bits"),
    BOTH("i64", VIEW_SIGNED, 8, 20, "signed, 64 bits"),
    BOTH("f32", VIEW_FLOAT, 4, 15, "float, 32 bits"),
    BOTH("f64", VIEW_FLOAT, 8, 24, "float, 64 bits"),
    {.name = "ptr",
     .kind = VIEW_POINTER,
     .unit = 8,
     .big = MACHINE_BIG,
     .columns = 18,
     .help = "address, 64 bits"},
    {.name = "bits", .kind = VIEW_BITS, .unit = 1, .columns = 8, .help = "bytes in binary"},
    TEXT("ascii", 1, false, TEXT_ASCII, "text, ASCII"),
    TEXT("latin1", 1, false, TEXT_LATIN1, "text, ISO 8859-1"),
    TEXT("utf8", 1, false, TEXT_UTF8, "text, UTF-8"),
    TEXT("utf16le", 2, false, TEXT_UTF16LE, "text, UTF-16, little-endian"),
    TEXT("utf16be", 2, true, TEXT_UTF16BE, "text, UTF-16, big-endian"),
    TEXT("utf32le", 4, false, TEXT_UTF32LE, "text, UTF-32, little-endian"),
    TEXT("utf32be", 4, true, TEXT_UTF32BE, "text, UTF-32, big-endian"),
    TEXT("cp1252", 1, false, TEXT_CP1252, "text, code page 1252 (western Europe)"),
    TEXT("cp1251", 1, false, TEXT_CP1251, "text, code page 1251 (Cyrillic)"),
    TEXT("cp932", 1, false, TEXT_CP932, "text, code page 932 (Japanese)"),
};

enum { ROWS = sizeof table / sizeof table[0] };

const struct view *view_table(size_t *count)
{
    *count = ROWS;
    return table;
}

/* Is v in both byte orders in the table? */
static bool has_order(const struct view *v)
{
    return v->kind != VIEW_POINTER && v->unit > 1;
}

const struct view *view_find(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    for (size_t i = 0; i < ROWS; i++) {
        const struct view *v = &table[i];
        size_t stem =
            strlen(v->name) - 2; /* every name has more than two characters, or no order */
        if (has_order(v) && v->big == MACHINE_BIG && n == stem && strncmp(v->name, name, n) == 0)
            return v;
        /* Single bytes have no order: u8le is u8. */
        if ((v->kind == VIEW_UNSIGNED || v->kind == VIEW_SIGNED) && v->unit == 1 && n == 4 &&
            strncmp(name, v->name, 2) == 0 &&
            (strcmp(name + 2, "le") == 0 || strcmp(name + 2, "be") == 0))
            return v;
    }
    return NULL;
}

const struct view *view_text(enum text_encoding enc)
{
    size_t i = 0;
    while (table[i].kind != VIEW_TEXT || table[i].enc != enc)
        i++;
    return &table[i];
}

const struct view *view_swapped(const struct view *v)
{
    if (!has_order(v))
        return v;
    for (size_t i = 0; i < ROWS; i++)
        if (table[i].kind == v->kind && table[i].unit == v->unit && table[i].big != v->big)
            return &table[i];
    return v;
}

uint64_t view_bits(const struct view *v, const uint8_t *p)
{
    uint64_t bits = bytes_get(p, v->unit, v->big);
    if (v->kind != VIEW_SIGNED || v->unit == 8)
        return bits;
    uint64_t sign = UINT64_C(1) << (8 * v->unit - 1);
    return (bits ^ sign) - sign;
}

static double float_value(const struct view *v, const uint8_t *p)
{
    uint64_t bits = bytes_get(p, v->unit, v->big);
    double wide;
    if (v->unit == 8) {
        memcpy(&wide, &bits, sizeof wide);
    } else {
        uint32_t narrow_bits = (uint32_t)bits;
        float narrow;
        memcpy(&narrow, &narrow_bits, sizeof narrow);
        wide = (double)narrow;
    }
    return wide;
}

int view_compare(const struct view *v, const uint8_t *a, const uint8_t *b)
{
    if (v->kind == VIEW_FLOAT) {
        double x = float_value(v, a);
        double y = float_value(v, b);
        if (isnan(x) || isnan(y))
            return 2;
        return x < y ? -1 : x > y ? 1 : 0;
    }
    uint64_t x = view_bits(v, a);
    uint64_t y = view_bits(v, b);
    if (v->kind == VIEW_SIGNED) { /* with the sign bit flipped, signed order is unsigned order */
        x ^= UINT64_C(1) << 63;
        y ^= UINT64_C(1) << 63;
    }
    return x < y ? -1 : x > y ? 1 : 0;
}
