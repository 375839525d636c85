#include "core/interpret.h"

#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/text.h"
#include "core/view.h"

/* The next free row, labelled; NULL if all are used. */
static struct inspect_row *add(struct inspect *in, const char *prefix, const char *label)
{
    if (in->count == INSPECT_ROWS)
        return NULL;
    struct inspect_row *row = &in->row[in->count++];
    snprintf(row->label, sizeof row->label, "%s%s", prefix, label);
    row->value[0] = '\0';
    return row;
}

static void add_hex(struct inspect *in, const uint8_t *p, size_t n)
{
    struct inspect_row *row = add(in, "", "hex");
    if (!row)
        return;
    size_t length = 0;
    for (size_t i = 0; i < n; i++)
        length += (size_t)snprintf(row->value + length, sizeof row->value - length,
                                   i ? " %02x" : "%02x", p[i]);
}

/* One value in view `name` and the given order, if there are enough bytes. */
static void add_value(struct inspect *in, const char *prefix, const char *name, const uint8_t *p,
                      size_t n, bool big)
{
    const struct view *v = view_find(name);
    if (v && v->big != big)
        v = view_swapped(v);
    if (!v || n < v->unit)
        return;
    char text[VIEW_UNIT_MAX];
    view_format(v, p, text);
    struct inspect_row *row = add(in, prefix, name);
    if (row)
        snprintf(row->value, sizeof row->value, "%s", text);
}

/* The views of 2 to 8 bytes in one order. */
static void add_values(struct inspect *in, const char *prefix, const uint8_t *p, size_t n, bool big)
{
    static const char *const names[] = {"u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_value(in, prefix, names[i], p, n, big);
}

/* Seconds since 1970 as UTC; no row outside of the years 0000 to 9999. */
static void add_time(struct inspect *in, const char *label, int64_t t)
{
    const int64_t first = -62167219200, last = 253402300799;
    if (t < first || t > last)
        return;
    struct utc d = number_utc(t);
    struct inspect_row *row = add(in, "", label);
    if (row)
        snprintf(row->value, sizeof row->value, "%04d-%02d-%02d %02d:%02d:%02dZ", (int)d.year,
                 d.month, d.day, d.hour, d.minute, d.second);
}

static void add_char(struct inspect *in, const char *label, enum text_encoding enc,
                     const uint8_t *p, size_t n)
{
    struct text_char c = text_decode(enc, p, n);
    struct inspect_row *row = add(in, "", label);
    if (!row)
        return;
    if (!c.valid) {
        snprintf(row->value, sizeof row->value, "%s", c.cut ? "cut off" : "invalid");
        return;
    }
    if (!text_printable(c.cp)) {
        snprintf(row->value, sizeof row->value, "U+%04X", c.cp);
        return;
    }
    uint8_t bytes[4];
    size_t size = text_encode(TEXT_UTF8, c.cp, bytes);
    const char *base = text_width(c.cp) == 0 ? "\u25cc" : ""; /* a dotted circle under a mark */
    snprintf(row->value, sizeof row->value, "'%s%.*s' U+%04X", base, (int)size, (const char *)bytes,
             c.cp);
}

void inspect_fill(struct inspect *in, const uint8_t *p, size_t n, bool big)
{
    in->count = 0;
    if (n == 0)
        return;
    if (n > INSPECT_BYTES)
        n = INSPECT_BYTES;
    add_hex(in, p, n);
    add_value(in, "", "bits", p, n, false);
    add_value(in, "", "u8", p, n, false);
    add_value(in, "", "i8", p, n, false);
    add_values(in, "", p, n, big);
    add_values(in, big ? "le " : "be ", p, n, !big);
    if (n >= 4)
        add_time(in, "time", (int32_t)(uint32_t)bytes_get(p, 4, big));
    if (n >= 8)
        add_time(in, "time64", (int64_t)bytes_get(p, 8, big));
    add_char(in, "utf8", TEXT_UTF8, p, n);
    if (n >= 2)
        add_char(in, "utf16", big ? TEXT_UTF16BE : TEXT_UTF16LE, p, n);
}
