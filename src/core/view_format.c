/* Values of a view as text. */
#include "core/view.h"

#include <string.h>

#include "core/number.h"
#include "core/number_shortest.h"

static const char hex_digits[] = "0123456789abcdef";

/* `digits` hex digits of v. */
static size_t put_hex(char *out, uint64_t v, size_t digits)
{
    for (size_t i = digits; i > 0; i--) {
        out[i - 1] = hex_digits[v & 15];
        v >>= 4;
    }
    return digits;
}

static size_t put_bits(char *out, uint64_t v)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (char)('0' + (v >> (7 - i) & 1));
    return 8;
}

static size_t put_float(const struct view *v, uint64_t bits, char buf[VIEW_UNIT_MAX])
{
    if (v->unit == 4) {
        uint32_t narrow = (uint32_t)bits;
        float f;
        memcpy(&f, &narrow, sizeof f);
        return number_format_f32(f, buf);
    }
    double d;
    memcpy(&d, &bits, sizeof d);
    return number_format_f64(d, buf);
}

size_t view_format(const struct view *v, const uint8_t *p, char buf[VIEW_UNIT_MAX])
{
    uint64_t bits = view_bits(v, p);
    size_t n = 0;
    switch (v->kind) {
    case VIEW_HEX:
    case VIEW_TEXT: /* text has no units of its own: show the bytes */
        n = put_hex(buf, bits, (size_t)v->unit * 2);
        break;
    case VIEW_SIGNED:
        if (bits >> 63 != 0) {
            buf[n++] = '-';
            bits = 0 - bits;
        }
        n += number_digits(buf + n, bits);
        break;
    case VIEW_UNSIGNED:
        n = number_digits(buf, bits);
        break;
    case VIEW_FLOAT:
        n = put_float(v, bits, buf);
        break;
    case VIEW_POINTER:
        buf[0] = '0';
        buf[1] = 'x';
        n = 2 + put_hex(buf + 2, bits, 16);
        break;
    case VIEW_BITS:
        n = put_bits(buf, bits);
        break;
    }
    buf[n] = '\0';
    return n;
}
