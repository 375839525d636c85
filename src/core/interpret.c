#include "core/interpret.h"

#include <inttypes.h>
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
    if (row == NULL)
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
    if (v != NULL && v->big != big)
        v = view_swapped(v);
    if (v == NULL || n < v->unit)
        return;
    char text[VIEW_UNIT_MAX];
    view_format(v, p, text);
    struct inspect_row *row = add(in, prefix, name);
    if (row != NULL)
        snprintf(row->value, sizeof row->value, "%s", text);
}

/* The views of 2 to 8 bytes in one order. */
static void add_values(struct inspect *in, const char *prefix, const uint8_t *p, size_t n, bool big)
{
    static const char *const names[] = {"u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_value(in, prefix, names[i], p, n, big);
}

/* The units in which programs count the time since 1970. */
static const struct time_unit {
    const char *label;
    int64_t second;
    int digits; /* of the fraction of a second */
} time_units[] = {{"time (s)", 1, 0},
                  {"time (ms)", 1000, 3},
                  {"time (us)", 1000000, 6},
                  {"time (ns)", 1000000000, 9}};

/* A number since 1970 as UTC. */
static void add_date(struct inspect *in, const struct time_unit *u, int64_t t)
{
    int64_t second = t / u->second, rest = t % u->second;
    struct utc d = number_utc(second);
    struct inspect_row *row = add(in, "", u->label);
    if (row == NULL)
        return;
    int n = snprintf(row->value, sizeof row->value, "%04d-%02d-%02d %02d:%02d:%02d", (int)d.year,
                     d.month, d.day, d.hour, d.minute, d.second);
    if (u->digits > 0)
        n +=
            snprintf(row->value + n, sizeof row->value - (size_t)n, ".%0*" PRId64, u->digits, rest);
    (void)snprintf(row->value + n, sizeof row->value - (size_t)n, "Z");
}

/* The unit in which 8 bytes are a date from 1990 to 2099, else 4 bytes as seconds, which have no
 * sign: from 1970 to 2106. Between two
 * units lies a factor of 1000, and less between these years: one unit fits at most, and
 * no f64 of a usual size is among these numbers. */
static void add_time(struct inspect *in, const uint8_t *p, size_t n, bool big)
{
    const int64_t first = 631152000, end = 4102444800;
    int64_t t = n >= 8 ? (int64_t)bytes_get(p, 8, big) : 0;
    for (size_t i = 0; i < sizeof time_units / sizeof time_units[0]; i++) {
        const struct time_unit *u = &time_units[i];
        if (t / u->second >= first && t / u->second < end) {
            add_date(in, u, t);
            return;
        }
    }
    if (n >= 4)
        add_date(in, &time_units[0], (int64_t)bytes_get(p, 4, big));
}

static void add_char(struct inspect *in, const char *label, enum text_encoding enc,
                     const uint8_t *p, size_t n)
{
    struct text_char c = text_decode(enc, p, n);
    struct inspect_row *row = add(in, "", label);
    if (row == NULL)
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
    add_time(in, p, n, big);
    add_char(in, "utf8", TEXT_UTF8, p, n);
    if (n >= 2)
        add_char(in, "utf16", big ? TEXT_UTF16BE : TEXT_UTF16LE, p, n);
}
